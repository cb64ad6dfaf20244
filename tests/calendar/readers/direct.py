"""icalendar, with which the site also writes."""

from __future__ import annotations

from icalendar import Calendar

from tests.calendar.readers.shape import Read, in_utc


def read(body: bytes) -> list[Read]:
    return [
        Read(
            uid=str(entry["UID"]),
            title=str(entry["SUMMARY"]),
            start=in_utc(entry.start),
            end=in_utc(entry.end),
            description=str(entry["DESCRIPTION"]),
            location=str(entry.get("LOCATION", "")),
            status=str(entry["STATUS"]),
            sequence=int(str(entry["SEQUENCE"])),
        )
        for entry in Calendar.from_ical(body).events
    ]
