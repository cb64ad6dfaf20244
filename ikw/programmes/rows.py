"""Events as rows that somebody brings in, before anything is taken over."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Fault:
    """What cannot be taken, and where it stands: Programm!D7, or the number of an entry."""

    place: str
    text: str
    #: What stands there.
    written: str = ""
    #: What could stand there instead, "" being nothing; None where nobody can tell.
    proposal: str | None = None
    #: Of a cell, where something else can be read in its place: its column and its row in words.
    about: str = ""


@dataclass(frozen=True)
class LeftOut:
    """A row, a column or a sheet that is left alone, and why."""

    place: str
    text: str
    #: Whether it can be read all the same.
    is_offered: bool = False


@dataclass(frozen=True)
class Row:
    """One event: the key of the one it changes, if any, and what it says by column.

    Venues and hosts are names; whoever takes the row over finds or adds them.
    """

    place: str
    key: str | None
    values: dict[str, Any]
    #: The columns that say nothing in this row.
    empty: frozenset[str] = frozenset()
    #: A digest of what names it in the calendar that it comes from.
    origin: str | None = None


@dataclass(frozen=True)
class Head:
    """A column of a sheet: its letter and its head, for which field it is taken, an example."""

    letter: str
    #: What it is called, and its name in choices: of two alike the second has another one.
    text: str
    name: str
    #: The name of the field; "" where it has none.
    field: str
    example: str


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook, and what is made of it."""

    name: str
    head_row: int
    is_read: bool
    heads: list[Head]
    lines: int


@dataclass
class Rows:
    """What was read: rows that can be taken over, all faults, and what is no event."""

    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    #: In which years its days may be that have none.
    years: list[int] = field(default_factory=list)
    #: The sheets of a workbook, read or not.
    sheets: list[Sheet] = field(default_factory=list)

    def short(self, place: str) -> str:
        """Return what a cell is called on the page: C7, where only one sheet is read."""
        several = sum(sheet.is_read for sheet in self.sheets) > 1
        return place if several else place.rpartition("!")[2]

    @property
    def unused(self) -> list[str]:
        """The columns of the sheets that are read, and are taken for nothing."""
        return [
            f"{head.text} ({head.letter})" if head.text else head.letter
            for sheet in self.sheets
            if sheet.is_read
            for head in sheet.heads
            if not head.field
        ]

    @property
    def asked(self) -> set[str]:
        """The places about which there is a question."""
        return {fault.place for fault in self.faults}
