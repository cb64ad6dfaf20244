"""Reads iCalendar on standard input with the library that is named, and prints JSON.

Runs in the environment of the calendar programs, where nothing of the site is installed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import icalendar
import recurring_ical_events
import vobject


def as_text(value: datetime | date) -> str:
    """Return ISO 8601: a time in UTC, or a day, or, without `Z`, a time whose zone is unknown."""
    if isinstance(value, datetime) and value.tzinfo:
        value = value.astimezone(UTC)
    return value.isoformat()


def with_vobject(body: bytes) -> Iterator[dict[str, Any]]:
    for entry in vobject.readOne(body.decode()).contents.get("vevent", []):
        yield {
            "uid": entry.uid.value,
            "title": entry.summary.value,
            "start": as_text(entry.dtstart.value),
            "end": as_text(entry.dtend.value),
            "description": entry.description.value,
            "location": entry.location.value if hasattr(entry, "location") else "",
            "status": entry.status.value,
            "sequence": int(entry.sequence.value),
        }


def with_recurring_ical_events(body: bytes) -> Iterator[dict[str, Any]]:
    calendar = icalendar.Calendar.from_ical(body)
    for entry in recurring_ical_events.of(calendar).between((1990, 1, 1), (2100, 1, 1)):
        yield {
            "uid": str(entry["UID"]),
            "title": str(entry["SUMMARY"]),
            "start": as_text(entry.start),
            "end": as_text(entry.end),
            "description": str(entry["DESCRIPTION"]),
            "location": str(entry.get("LOCATION", "")),
            "status": str(entry["STATUS"]),
            "sequence": int(entry["SEQUENCE"]),
        }


LIBRARIES: dict[str, Callable[[bytes], Iterator[dict[str, Any]]]] = {
    "vobject": with_vobject,
    "recurring-ical-events": with_recurring_ical_events,
}

if __name__ == "__main__":
    read = LIBRARIES[sys.argv[1]]
    print(json.dumps(list(read(sys.stdin.buffer.read()))))
