"""The tables in a workbook: which sheets there are, where the heads stand, what each cell holds."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from PIL.Image import DecompressionBombError

from ikw.programmes.sheet.cells import Cell
from ikw.programmes.sheet.columns import BY_HEAD, plain_head
from ikw.text.translate import _

#: What a file may have at most. A zip of a few kilobytes can hold gigabytes, and a cell takes
#: twenty times in memory what it takes in the file.
MOST_ROWS = 2_000
MOST_COLUMNS = 60
MOST_UNPACKED = 40 * 1024 * 1024
MOST_CELLS = 100_000
MOST_PARTS = 500

#: The heads are looked for in the first rows.
HEADS_WITHIN = 20

#: Characters of a head at most.
LONGEST_HEAD = 80

#: Stands for a formula whose result the file does not have.
NO_RESULT = object()


class NoSheet(ValueError):
    """The file is no workbook that can be read."""


@dataclass(frozen=True)
class Line:
    """A row of a sheet with something in it."""

    number: int
    cells: dict[int, Cell]
    is_hidden: bool = False
    is_struck: bool = False

    @property
    def short_texts(self) -> set[str]:
        """What its cells say that are as short as a head."""
        texts = (cell.value for cell in self.cells.values() if isinstance(cell.value, str))
        return {plain_head(text) for text in texts if len(text) <= LONGEST_HEAD}


@dataclass(frozen=True)
class Table:
    """A sheet with its head row."""

    name: str
    head_row: int
    #: The texts of the heads by their index, from 0; "" above cells that have none.
    heads: dict[int, str]
    lines: list[Line] = field(default_factory=list)
    #: Whether it has more columns than are read.
    is_cut: bool = False

    @property
    def is_programme(self) -> bool:
        """Whether it has columns for a title and a day."""
        return {"title", "date"} <= {
            BY_HEAD[plain_head(head)].name
            for head in self.heads.values()
            if plain_head(head) in BY_HEAD
        }

    @property
    def names(self) -> dict[int, str]:
        """What each column is called in choices: its head, with a number where there are two."""
        found: dict[int, str] = {}
        for index, text in sorted(self.heads.items()):
            plain = plain_head(text) or f"spalte {get_column_letter(index + 1).lower()}"
            name, number = plain, 1
            while name in found.values():
                number += 1
                name = f"{plain} {number}"
            found[index] = name
        return found

    def place(self, index: int, number: int) -> str:
        """Return what a cell is called in its workbook, e.g. Programm!C7."""
        return f"{self.name}!{get_column_letter(index + 1)}{number}"


def tables_of(body: bytes, head_rows: Mapping[str, int]) -> tuple[list[Table], list[str]]:
    """Return the tables of all sheets, and the names of those that are hidden. Raises NoSheet.

    `head_rows` say of sheets in which row the heads stand; of others it is found.
    """
    _check_kind(body)
    try:
        has_formulas = _check_size(body)
        values = load_workbook(BytesIO(body), data_only=True, keep_links=False)
        formulas = load_workbook(BytesIO(body), keep_links=False) if has_formulas else values
        shown = [sheet for sheet in values.worksheets if sheet.sheet_state == "visible"]
        tables = [
            _table(sheet, formulas[sheet.title], head_rows.get(sheet.title)) for sheet in shown
        ]
        return tables, [sheet.title for sheet in values.worksheets if sheet not in shown]
    except NoSheet:
        raise
    except DecompressionBombError as error:
        raise NoSheet(_("A picture in the file is too large. Please delete it there.")) from error
    # openpyxl raises whatever its parsers do.
    except Exception as error:
        raise NoSheet(
            _("This is not an Excel file that can be read. Please save it as .xlsx.")
        ) from error


def _check_kind(body: bytes) -> None:
    """Raise NoSheet for what is something else, with what to do about it."""
    if body.startswith(OLD_OFFICE):
        raise NoSheet(_("This is an Excel file of the old kind (.xls). Please save it as .xlsx."))
    if zipfile.is_zipfile(BytesIO(body)):
        with zipfile.ZipFile(BytesIO(body)) as archive:
            if "content.xml" in archive.namelist():
                raise NoSheet(_("This is an OpenDocument file (.ods). Please save it as .xlsx."))
    elif b"\0" not in body and any(mark in body[:2000] for mark in (b";", b"\t", b",")):
        raise NoSheet(
            _("This is a text file (.csv). Please open it in Excel and save it as .xlsx.")
        )


#: How files of Excel 97 begin (MS-CFB, 2.2).
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _check_size(body: bytes) -> bool:
    """Raise NoSheet for what would not fit into memory; return whether there are formulas."""
    with zipfile.ZipFile(BytesIO(body)) as archive:
        parts = archive.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
            limit = MOST_UNPACKED // 1024 // 1024
            raise NoSheet(_("Unpacked, the file has more than %(limit)d MB.", limit=limit))
        cells, has_formulas = 0, False
        for part in parts:
            if part.filename.startswith("xl/worksheets/"):
                text = archive.read(part)
                cells += len(re.findall(rb"<(?:\w+:)?c[\s/>]", text))
                has_formulas = has_formulas or bool(re.search(rb"<(?:\w+:)?f[\s/>]", text))
        if cells > MOST_CELLS:
            raise NoSheet(_("The file has more than %(limit)d cells.", limit=MOST_CELLS))
        return has_formulas


def _table(sheet: Any, formulas: Any, head_row: int | None) -> Table:
    lines = list(_lines(sheet, formulas, max(HEADS_WITHIN, head_row or 0) + MOST_ROWS + 1))
    best = max(
        (line for line in lines if line.number <= HEADS_WITHIN),
        key=lambda line: (len(_known(line)), -line.number),
        default=Line(1, {}),
    )
    if head_row is not None:
        best = next((line for line in lines if line.number == head_row), Line(head_row, {}))
    below = [line for line in lines if line.number > best.number]
    heads = {index: "" for line in below for index in line.cells}
    heads |= {index: cell.text for index, cell in best.cells.items() if cell.value is not NO_RESULT}
    return Table(sheet.title, best.number, heads, below, sheet.max_column > MOST_COLUMNS)


def _known(line: Line) -> set[str]:
    """Return which columns the cells of a row would be the heads of."""
    return {BY_HEAD[head].name for head in line.short_texts if head in BY_HEAD}


def _lines(sheet: Any, formulas: Any, last: int) -> Iterator[Line]:
    """Give the rows that hold something. A merged cell counts for all rows that it covers."""
    covered = {
        (row, area.min_col): (area.min_row, area.min_col)
        for area in sheet.merged_cells.ranges
        for row in range(area.min_row + 1, min(area.max_row, area.min_row + MOST_ROWS) + 1)
    }
    # No further than there is something: whoever asks for a cell makes one.
    area = {"max_col": min(sheet.max_column, MOST_COLUMNS), "max_row": min(sheet.max_row, last)}
    for row, written in zip(sheet.iter_rows(**area), formulas.iter_rows(**area), strict=True):
        found: dict[int, Cell] = {}
        own = False
        for cell, formula in zip(row, written, strict=True):
            at = covered.get((cell.row, cell.column))
            source, formula = (sheet.cell(*at), formulas.cell(*at)) if at else (cell, formula)
            value = source.value
            if value is None and formula.data_type == "f":
                value = NO_RESULT
            if value is None or not str(value).strip():
                continue
            own = own or at is None
            found[cell.column - 1] = Cell(value, source.number_format)
        # A row that has nothing but its part of a merged cell is empty.
        if found and own:
            number = row[0].row
            struck = [row[index].font.strike for index in found if row[index].has_style]
            yield Line(
                number,
                found,
                bool(sheet.row_dimensions[number].hidden),
                len(struck) == len(found) and all(struck),
            )
