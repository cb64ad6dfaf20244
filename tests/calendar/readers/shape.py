"""What a calendar program has understood of an entry, in one shape for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any


@dataclass(frozen=True)
class Read:
    """An entry: times in UTC, whole days as dates, the end exclusive as in DTEND."""

    uid: str
    title: str
    start: datetime | date
    end: datetime | date
    description: str
    location: str
    status: str
    sequence: int


def in_utc(value: datetime | date) -> datetime | date:
    """Return a time in UTC and a day as it is; a time without a zone was not understood."""
    if not isinstance(value, datetime):
        return value
    if value.tzinfo is None:
        raise ValueError(f"{value} was read without its time zone")
    return value.astimezone(UTC)


def from_json(values: dict[str, Any]) -> Read:
    """Return what a program of its own has printed about an entry."""
    times = {name: _from_iso(values[name]) for name in ("start", "end")}
    return Read(**{**values, **times})


def _from_iso(text: str) -> datetime | date:
    whole_day = len(text) == len("2023-09-23")
    return date.fromisoformat(text) if whole_day else in_utc(datetime.fromisoformat(text))
