"""Reading a workbook: every row that is understood, and every fault by its cell."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from ikw.model.rules import faults_of
from ikw.model.times import end_of
from ikw.programmes.faults import describe
from ikw.programmes.rows import Fault, Head, Row, Rows, Sheet
from ikw.programmes.sheet.cells import Around, BadCell, Cell
from ikw.programmes.sheet.columns import BY_HEAD, BY_NAME, Column, plain_head
from ikw.programmes.sheet.table import MOST_ROWS, NO_RESULT, Line, NoSheet, Table, tables_of
from ikw.text.languages import speaking
from ikw.text.translate import _

__all__ = ["Choice", "NoSheet", "read_sheet"]

#: What stands in a row that adds others up.
SUMS = {"summe", "gesamt", "gesamtsumme", "insgesamt", "total", "zwischensumme"}


@dataclass(frozen=True)
class Choice:
    """What somebody chose by hand: the sheets, and for heads of their own the field that is meant.

    A field of "" leaves the column alone.
    """

    sheets: tuple[str, ...] = ()
    fields: dict[str, str] = field(default_factory=dict)
    #: In which year days are that have none.
    year: int | None = None


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
    tables = tables_of(body)
    readable = [table for table in tables if table.is_programme or choice.fields]
    chosen = [table for table in tables if table.name in choice.sheets]
    read = chosen or readable[:1] or tables[:1]
    found = Rows()
    with speaking("de"):
        for table in tables:
            reading = _Reading(table, first_day, last_day, choice, found)
            found.sheets.append(
                Sheet(table.name, table.head_row, table in read, reading.heads, len(table.lines))
            )
            if table in read:
                reading.read()
    _check_keys(found)
    if not found.rows and not found.faults:
        found.faults.append(Fault("A2", _("There is no event in it.")))
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
    ) -> None:
        self.table = table
        self.found = found
        self.columns: dict[int, Column] = {}
        self.doubled: list[int] = []
        for index, text in table.heads.items():
            head = plain_head(text)
            name = choice.fields.get(head)
            column = BY_HEAD.get(head) if name is None else BY_NAME.get(name)
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
        return [
            Head(
                self.table.place(index, 0)[:-1],
                text,
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
            if reason := self._why_left_out(line):
                self.found.left_out.append(Fault(self._row_name(line), reason))
            else:
                self._read_row(line)

    def _check_heads(self) -> None:
        row = self.table.head_row
        for index in self.doubled:
            text = _("A second column for the same. Only the first one is read.")
            self.found.left_out.append(Fault(self.table.place(index, row), text))
        for needed in ("title", "date"):
            if needed not in {column.name for column in self.columns.values()}:
                head = BY_NAME[needed].head
                self._fault(0, row, _("There is no column “%(head)s”.", head=head))

    def _row_name(self, line: Line) -> str:
        return self.table.place(min(line.cells), line.number)

    def _why_left_out(self, line: Line) -> str | None:
        """Return why a row is no event, if it is none."""
        texts = {plain_head(cell.text) for cell in line.cells.values()}
        columns = {self.columns[index].name for index in line.cells if index in self.columns}
        if line.is_hidden:
            return _("This row is hidden or filtered out.")
        if texts & SUMS and not {"title", "date"} <= columns:
            return _("This row adds others up.")
        if not columns & {"title", "date"}:
            return _("There is neither a title nor a day in this row.")
        return None

    def _fault(self, index: int, number: int, text: str) -> None:
        self.found.faults.append(Fault(self.table.place(index, number), text))

    def _read_row(self, line: Line) -> None:
        values: dict[str, Any] = {}
        more: list[tuple[int, dict[str, Any]]] = []
        faults: list[Fault] = []
        for index, column in self.columns.items():
            cell = line.cells.get(index)
            if cell is None:
                values[column.name] = column.field.default
                continue
            try:
                said = column.codec.read(_sound(cell), self.around)
            except BadCell as error:
                faults.append(Fault(self.table.place(index, line.number), str(error)))
                continue
            values[column.name] = said.value
            more.append((index, said.more))
        faults += self._add(values, more, line)
        if not faults:
            faults = [Fault(self._place_of(name, line), text) for name, text in _against(values)]
        self.found.faults.extend(faults)
        if not faults:
            key = values.pop("key", None)
            if "end_date" in values or "end" in values:
                night = end_of(values["date"], values.get("start"), values.get("end"))
                values["end_date"] = values.get("end_date") or night
            place = self._place_of("title", line)
            filled = {self.columns[index].name for index in line.cells if index in self.columns}
            filled |= {name for _index, others in more for name in others}
            empty = frozenset(values.keys() - filled)
            key = key.strip().casefold() if key else None
            self.found.rows.append(Row(place, key, values, empty))

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
                    faults.append(Fault(self.table.place(index, line.number), text))
        return faults

    def _place_of(self, name: str, line: Line) -> str:
        """Return the cell of a column; where there is none, that of what stands in its place."""
        for wanted in (name, "start", "date", "title"):
            for index, column in self.columns.items():
                if column.name == wanted:
                    return self.table.place(index, line.number)
        return f"A{line.number}"


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


def _check_keys(found: Rows) -> None:
    """Refuse rows that would change the same event: nobody can tell which of them is meant."""
    by_key: dict[str, list[Row]] = defaultdict(list)
    for row in found.rows:
        if row.key:
            by_key[row.key].append(row)
    for key, rows in by_key.items():
        if len(rows) > 1:
            numbers = ", ".join(row.place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for row in rows)
            text = _(
                "The key “%(key)s” stands in rows %(rows)s. "
                "Please empty it in all but one: a row without a key is a new event.",
                key=key,
                rows=numbers,
            )
            found.faults.extend(Fault(row.place, text) for row in rows)
            found.rows = [row for row in found.rows if row not in rows]
