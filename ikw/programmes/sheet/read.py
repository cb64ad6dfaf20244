"""Reading a workbook: every row that is understood, and every fault by its cell."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import replace
from string import ascii_uppercase
from typing import Any

from openpyxl.utils import get_column_letter

from ikw.model.choice import Choice
from ikw.model.rules import faults_of
from ikw.model.times import end_of
from ikw.programmes.faults import describe
from ikw.programmes.rows import Fault, Head, LeftOut, Row, Rows, Sheet
from ikw.programmes.sheet.cells import Around, BadCell, Cell
from ikw.programmes.sheet.columns import BY_HEAD, BY_NAME, Column, plain_head
from ikw.programmes.sheet.table import (
    MOST_COLUMNS,
    MOST_ROWS,
    NO_RESULT,
    Line,
    NoSheet,
    Table,
    tables_of,
)
from ikw.text.prices import write_price
from ikw.text.translate import _

__all__ = ["NoSheet", "read_sheet"]

#: The title of the row with which the template shows how it is filled in.
EXAMPLE = "Beispiel: Gemeinsam kochen"

#: What stands in a row that adds others up.
SUMS = {"summe", "gesamt", "gesamtsumme", "insgesamt", "total", "zwischensumme"}


def read_sheet(
    body: bytes,
    first_day: dt.date | None = None,
    last_day: dt.date | None = None,
    choice: Choice | None = None,
) -> Rows:
    """Read a workbook; a column that is not there changes nothing. Raises NoSheet.

    The days of the series tell the year of a day that has none.
    """
    choice = choice or Choice()
    tables, hidden = tables_of(body, choice.heads)
    readable = [table for table in tables if table.is_programme or choice.fields]
    chosen = [table for table in tables if table.name in choice.sheets]
    read = chosen or readable[:1] or tables[:1]
    found = Rows()
    keys: dict[str, list[tuple[Row, Fault]]] = defaultdict(list)
    for table in tables:
        reading = _Reading(table, first_day, last_day, choice, found, keys)
        found.sheets.append(
            Sheet(table.name, table.head_row, table in read, reading.heads, len(table.lines))
        )
        if table in read:
            reading.read()
    found.left_out += [LeftOut(name, _("This sheet is hidden.")) for name in hidden]
    _check_keys(found, keys)
    if not found.rows and not found.faults:
        found.faults.append(Fault(f"{read[0].name}!A2", _("There is no event in it.")))
    return found


class _Reading:
    """One table on its way to rows."""

    def __init__(
        self,
        table: Table,
        first_day: dt.date | None,
        last_day: dt.date | None,
        choice: Choice,
        found: Rows,
        keys: dict[str, list[tuple[Row, Fault]]],
    ) -> None:
        self.table = table
        self.found = found
        self.choice = choice
        #: By key the rows that have it, and what their cell would be asked about.
        self.keys = keys
        self.columns: dict[int, Column] = {}
        self.doubled: list[int] = []
        for index, head in table.names.items():
            name = choice.fields.get(head)
            plain = plain_head(table.heads[index])
            column = BY_HEAD.get(plain) if name is None else BY_NAME.get(name)
            if column is None:
                continue
            if column in self.columns.values():
                self.doubled.append(index)
            else:
                self.columns[index] = column
        self.around = Around(first_day, last_day, self._years(), choice.year)
        self.own_years = {day.year for day in (first_day, last_day) if day}

    @property
    def heads(self) -> list[Head]:
        """What each column is taken for, with what stands in it first."""
        names = self.table.names
        return [
            Head(
                get_column_letter(index + 1),
                text,
                names[index],
                self.columns[index].name if index in self.columns else "",
                next(
                    (
                        line.cells[index].text
                        for line in self.table.lines
                        if index in line.cells and line.cells[index].value is not NO_RESULT
                    ),
                    "",
                ),
            )
            for index, text in sorted(self.table.heads.items())
        ]

    def _years(self) -> frozenset[int]:
        """Return the years of the days that have one."""
        dates = [index for index, column in self.columns.items() if column.name == "date"]
        years = set()
        for line in self.table.lines[:MOST_ROWS]:
            for index in dates:
                if (cell := line.cells.get(index)) and cell.value is not NO_RESULT:
                    try:
                        years.add(BY_NAME["date"].codec.read(cell, Around()).value.year)
                    except BadCell:
                        continue
        return frozenset(years)

    def read(self) -> None:
        self._check_heads()
        self.found.years = sorted({*self.found.years, *self.around.years, *self.own_years})
        for line in self.table.lines:
            if line.number > self.table.head_row + MOST_ROWS:
                text = _("More than %(most)d rows are not read.", most=MOST_ROWS)
                self._fault(0, line.number, text)
                return
            if left_out := self._why_left_out(line):
                self.found.left_out.append(left_out)
            else:
                self._read_row(line)

    def _check_heads(self) -> None:
        row = self.table.head_row
        for index in self.doubled:
            text = _("A second column for the same. Only the first one is read.")
            self.found.left_out.append(LeftOut(self.table.place(index, row), text))
        if self.table.is_cut:
            text = _("Only the first %(most)d columns are read.", most=MOST_COLUMNS)
            self.found.left_out.append(LeftOut(self.table.name, text))
        for needed in ("title", "date"):
            if needed not in {column.name for column in self.columns.values()}:
                head = BY_NAME[needed].head
                self._fault(0, row, _("There is no column “%(head)s”.", head=head))

    def _row_name(self, line: Line) -> str:
        return self.table.place(min(line.cells), line.number)

    def _why_left_out(self, line: Line) -> LeftOut | None:
        """Return why a row is no event, if it is none."""
        place = self._row_name(line)
        texts = line.short_texts
        columns = {self.columns[index].name for index in line.cells if index in self.columns}
        if texts & SUMS and not {"title", "date"} <= columns:
            return LeftOut(place, _("This row adds others up."))
        if not columns & {"title", "date"}:
            return LeftOut(place, _("There is neither a title nor a day in this row."))
        if plain_head(EXAMPLE) in texts:
            return LeftOut(place, _("This row is the example of the template."))
        if place in self.choice.also:
            return None
        if line.is_hidden:
            return LeftOut(place, _("This row is hidden or filtered out."), is_offered=True)
        if line.is_struck:
            return LeftOut(place, _("This row is struck through."), is_offered=True)
        return None

    def _fault(self, index: int, number: int, text: str) -> None:
        self.found.faults.append(Fault(self.table.place(index, number), text))

    def _read_row(self, line: Line) -> None:
        values: dict[str, Any] = {}
        more: list[tuple[int, dict[str, Any]]] = []
        faults: list[Fault] = []
        for index, column in self.columns.items():
            cell = self._cell(index, line)
            if cell is None:
                values[column.name] = column.field.default
                continue
            try:
                said = column.codec.read(_sound(cell), self.around)
            except BadCell as error:
                proposal = error.proposal
                if proposal is None and not column.field.required:
                    proposal = ""
                faults.append(self._asked(index, line, str(error), proposal))
                continue
            values[column.name] = said.value
            more.append((index, said.more))
        faults += self._add(values, more, line)
        if not faults:
            faults = [
                self._asked(self._index_of(name), line, text, _cured(name, values))
                for name, text in _against(values)
            ]
        self.found.faults.extend(faults)
        if not faults:
            self._keep(values, {name for _index, said in more for name in said}, line)

    def _cell(self, index: int, line: Line) -> Cell | None:
        """Return a cell, or what somebody has said is to be read in its place."""
        said = self.choice.cells.get(self.table.place(index, line.number))
        if said is None:
            return line.cells.get(index)
        return Cell(said) if said.strip() else None

    def _asked(self, index: int, line: Line, text: str, proposal: str | None) -> Fault:
        """Return the question about a cell."""
        cell = self._cell(index, line)
        written = "" if cell is None or cell.value is NO_RESULT else cell.text
        place = self.table.place(index, line.number)
        return Fault(place, text, written, proposal, about=self._about(index, line))

    def _about(self, index: int, line: Line) -> str:
        """Return what a cell is about: the head of its column, and the title of its row."""
        titles = [
            line.cells[at].text
            for at, column in self.columns.items()
            if column.name == "title" and at in line.cells and at != index
        ]
        return ", ".join([self.table.heads.get(index) or get_column_letter(index + 1), *titles])

    def _keep(self, values: dict[str, Any], said_besides: set[str], line: Line) -> None:
        """Keep what a row says."""
        key = values.pop("key", None)
        if "end_date" in values or "end" in values:
            night = end_of(values["date"], values.get("start"), values.get("end"))
            values["end_date"] = values.get("end_date") or night
        filled = {column.name for index, column in self.columns.items() if self._cell(index, line)}
        empty = frozenset(values.keys() - filled - said_besides)
        key = key.strip().casefold() if key else None
        row = Row(self._row_name(line), key, values, empty)
        self.found.rows.append(row)
        if key:
            asked = self._asked(self._index_of("key"), line, "", "")
            self.keys[key].append((row, asked))

    def _add(
        self, values: dict[str, Any], more: list[tuple[int, dict[str, Any]]], line: Line
    ) -> list[Fault]:
        """Add what cells say besides their own; nothing else in the row may say otherwise."""
        faults = []
        for index, said in more:
            for name, value in said.items():
                if values.get(name) in (None, BY_NAME[name].field.default, value):
                    values[name] = value
                else:
                    head = BY_NAME[name].head
                    text = _("That says something else than the column “%(head)s”.", head=head)
                    own = _alone(values[self.columns[index].name])
                    faults.append(self._asked(index, line, text, own))
        return faults

    def _index_of(self, name: str) -> int:
        """Return the column of a field; where there is none, that of what stands in its place."""
        by_name = {column.name: index for index, column in self.columns.items()}
        return next((by_name[one] for one in (name, "start", "date", "title") if one in by_name), 0)


def _alone(value: Any) -> str | None:
    """Return how one writes the value of a cell that says more, without the rest."""
    if isinstance(value, bool):
        return "ja" if value else "nein"
    if isinstance(value, dt.date):
        return f"{value:%d.%m.%Y}"
    if isinstance(value, dt.time):
        return f"{value:%H:%M}"
    return write_price(value) if isinstance(value, int) else None


def _cured(name: str, values: dict[str, Any]) -> str | None:
    """Return "" where a row is sound once the field says nothing."""
    field = BY_NAME[name].field
    if field.required:
        return None
    return None if faults_of("event", values | {name: field.default}) else ""


def _sound(cell: Cell) -> Cell:
    """Return a cell that holds a value. Raises BadCell."""
    if cell.value is NO_RESULT:
        raise BadCell(
            _("This formula has no result in the file. Please enter the value in its place.")
        )
    if isinstance(cell.value, str) and cell.value in ERRORS:
        raise BadCell(_("“%(text)s” is an error in the workbook.", text=cell.value))
    return cell


#: What Excel shows where a formula failed (ECMA-376, 18.18.11).
ERRORS = {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA"}


def _against(values: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what is missing or does not go together: the column, and a sentence."""
    faults = []
    if not values.get("title"):
        faults.append(("title", _("There is no title.")))
    if values.get("date") is None:
        faults.append(("date", _("There is no day.")))
    if faults:
        return faults
    return [(field, describe(fault)) for field, fault in faults_of("event", values)]


def _check_keys(found: Rows, keys: dict[str, list[tuple[Row, Fault]]]) -> None:
    """Refuse rows that would change the same event: nobody can tell which of them is meant."""
    for key, several in keys.items():
        if len(several) < 2:
            continue
        numbers = ", ".join(
            found.short(fault.place).lstrip(ascii_uppercase) for _row, fault in several
        )
        text = _(
            "The key “%(key)s” stands in rows %(rows)s. "
            "Please empty it in all but one: a row without a key is a new event.",
            key=key,
            rows=numbers,
        )
        found.faults.extend(replace(fault, text=text) for _row, fault in several)
        refused = [row for row, _fault in several]
        found.rows = [row for row in found.rows if row not in refused]
