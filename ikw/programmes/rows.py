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


@dataclass
class Rows:
    """What was read: rows, and all faults. With a fault nothing may be taken over."""

    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
