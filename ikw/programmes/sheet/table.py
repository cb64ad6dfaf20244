"""The tables in a workbook: which sheets there are, where the heads stand, what each cell holds."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from ikw.programmes.sheet.cells import Cell
from ikw.programmes.sheet.columns import BY_HEAD, plain_head
from ikw.text.translate import _

#: What a file may have at most. A zip of a few kilobytes can hold gigabytes, and a cell takes
#: twenty times in memory what it takes in the file.
MOST_ROWS = 2_000
MOST_COLUMNS = 60
MOST_UNPACKED = 40 * 1024 * 1024
MOST_CELLS = 200_000
MOST_PARTS = 500

#: The heads are looked for in the first rows.
HEADS_WITHIN = 20

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


@dataclass(frozen=True)
class Table:
    """A sheet with its head row."""

    name: str
    head_row: int
    #: The texts of the heads by their index, from 0.
    heads: dict[int, str]
    lines: list[Line] = field(default_factory=list)

    @property
    def is_programme(self) -> bool:
        """Whether it has columns for a title and a day."""
        return {"title", "date"} <= {
            BY_HEAD[plain_head(head)].name
            for head in self.heads.values()
            if plain_head(head) in BY_HEAD
        }

    def place(self, index: int, number: int) -> str:
        """Return what a cell is called, e.g. C7."""
        return f"{get_column_letter(index + 1)}{number}"


def tables_of(body: bytes) -> list[Table]:
    """Return the tables of all sheets that are not hidden. Raises NoSheet."""
    try:
        _check_size(body)
        values = load_workbook(BytesIO(body), data_only=True, keep_links=False)
        formulas = load_workbook(BytesIO(body), keep_links=False)
        return [
            _table(sheet, formulas[sheet.title])
            for sheet in values.worksheets
            if sheet.sheet_state == "visible"
        ]
    except NoSheet:
        raise
    # openpyxl raises whatever its parsers do.
    except Exception as error:
        raise NoSheet(
            _("This is not an Excel file that can be read. Please save it as .xlsx.")
        ) from error


def _check_size(body: bytes) -> None:
    """Raise NoSheet for what would not fit into memory, before it is there."""
    with zipfile.ZipFile(BytesIO(body)) as archive:
        parts = archive.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise NoSheet(_("The file is too large."))
        cells = 0
        for part in parts:
            if part.filename.startswith("xl/worksheets/"):
                cells += len(re.findall(rb"<(?:\w+:)?c[\s/>]", archive.read(part)))
        if cells > MOST_CELLS:
            raise NoSheet(_("The file is too large."))


def _table(sheet: Any, formulas: Any) -> Table:
    lines = list(_lines(sheet, formulas))
    best = max(
        (line for line in lines if line.number <= HEADS_WITHIN),
        key=lambda line: (len(_known(line)), -line.number),
        default=Line(1, {}),
    )
    heads = {index: cell.text for index, cell in best.cells.items() if cell.value is not NO_RESULT}
    below = [line for line in lines if line.number > best.number]
    return Table(sheet.title, best.number, heads, below)


def _known(line: Line) -> set[str]:
    """Return which columns the cells of a row would be the heads of."""
    plain = (plain_head(cell.text) for cell in line.cells.values() if isinstance(cell.value, str))
    return {BY_HEAD[head].name for head in plain if head in BY_HEAD}


def _lines(sheet: Any, formulas: Any) -> Iterator[Line]:
    """Give the rows that hold something. A merged cell counts for all rows that it covers."""
    covered = {
        (row, area.min_col): (area.min_row, area.min_col)
        for area in sheet.merged_cells.ranges
        for row in range(area.min_row + 1, min(area.max_row, area.min_row + MOST_ROWS) + 1)
    }
    for row in sheet.iter_rows(max_col=MOST_COLUMNS):
        found: dict[int, Cell] = {}
        own = False
        for cell in row:
            at = covered.get((cell.row, cell.column), (cell.row, cell.column))
            value = sheet.cell(*at).value
            if value is None and formulas.cell(*at).data_type == "f":
                value = NO_RESULT
            if value is None or not str(value).strip():
                continue
            own = own or at == (cell.row, cell.column)
            found[cell.column - 1] = Cell(value, sheet.cell(*at).number_format)
        # A row that has nothing but its part of a merged cell is empty.
        if found and own:
            number = row[0].row
            yield Line(number, found, bool(sheet.row_dimensions[number].hidden))
