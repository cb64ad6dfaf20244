"""Events as rows that somebody brings in, before anything is taken over."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Fault:
    """What cannot be taken, and where it stands: a cell such as D7, or the number of an entry."""

    place: str
    text: str


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


@dataclass(frozen=True)
class Head:
    """A column of a sheet: its letter and its head, for which field it is taken, an example."""

    letter: str
    text: str
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
    #: Rows and columns that are left alone, each with the reason.
    left_out: list[Fault] = field(default_factory=list)
    #: In which years its days may be that have none.
    years: list[int] = field(default_factory=list)
    #: The sheets of a workbook, read or not.
    sheets: list[Sheet] = field(default_factory=list)
