"""libical, which GNOME and KDE read calendars with, called without a compiler."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from ctypes import Structure, c_char_p, c_int, c_int64, c_void_p
from ctypes.util import find_library
from datetime import UTC, date, datetime
from functools import cache

from tests.calendar.readers.shape import Read


class Time(Structure):
    """`struct icaltimetype` of libical 3."""

    _fields_ = [
        *((name, c_int) for name in ("year", "month", "day", "hour", "minute", "second")),
        ("is_date", c_int),
        ("is_daylight", c_int),
        ("zone", c_void_p),
    ]

    year: int
    month: int
    day: int
    is_date: int
    zone: int | None


#: The functions in use: what they give and what they take.
SIGNATURES: dict[str, tuple[type, list[type]]] = {
    "icalparser_parse_string": (c_void_p, [c_char_p]),
    "icalcomponent_free": (c_int, [c_void_p]),
    "icalcomponent_count_errors": (c_int, [c_void_p]),
    "icalcomponent_string_to_kind": (c_int, [c_char_p]),
    "icalcomponent_get_first_component": (c_void_p, [c_void_p, c_int]),
    "icalcomponent_get_next_component": (c_void_p, [c_void_p, c_int]),
    "icalcomponent_get_uid": (c_char_p, [c_void_p]),
    "icalcomponent_get_summary": (c_char_p, [c_void_p]),
    "icalcomponent_get_description": (c_char_p, [c_void_p]),
    "icalcomponent_get_location": (c_char_p, [c_void_p]),
    "icalcomponent_get_sequence": (c_int, [c_void_p]),
    "icalcomponent_get_dtstart": (Time, [c_void_p]),
    "icalcomponent_get_dtend": (Time, [c_void_p]),
    "icalcomponent_get_first_property": (c_void_p, [c_void_p, c_int]),
    "icalproperty_string_to_kind": (c_int, [c_char_p]),
    "icalproperty_get_value_as_string": (c_char_p, [c_void_p]),
    # time_t, 64 bits wide on every machine of today.
    "icaltime_as_timet_with_zone": (c_int64, [Time, c_void_p]),
    "icaltime_is_null_time": (c_int, [Time]),
}


@cache
def library() -> ctypes.CDLL:
    name = find_library("ical")
    assert name, "libical is needed: tests/install-system-packages"
    # The layout of Time is that of version 3.
    assert name.endswith(".so.3"), f"libical 3 is needed, not {name}"
    loaded = ctypes.CDLL(name)
    for function, (result, arguments) in SIGNATURES.items():
        getattr(loaded, function).restype = result
        getattr(loaded, function).argtypes = arguments
    return loaded


def read(body: bytes) -> list[Read]:
    calendar = library().icalparser_parse_string(body)
    if not calendar:
        raise ValueError("libical finds no calendar")
    try:
        if errors := library().icalcomponent_count_errors(calendar):
            raise ValueError(f"libical finds {errors} errors")
        return [_read_entry(entry) for entry in _entries(calendar)]
    finally:
        library().icalcomponent_free(calendar)


def _entries(calendar: int) -> Iterator[int]:
    kind = library().icalcomponent_string_to_kind(b"VEVENT")
    entry = library().icalcomponent_get_first_component(calendar, kind)
    while entry:
        yield entry
        entry = library().icalcomponent_get_next_component(calendar, kind)


def _read_entry(entry: int) -> Read:
    lib = library()
    return Read(
        uid=_text(lib.icalcomponent_get_uid(entry)),
        title=_text(lib.icalcomponent_get_summary(entry)),
        start=_when(lib.icalcomponent_get_dtstart(entry)),
        end=_when(lib.icalcomponent_get_dtend(entry)),
        description=_text(lib.icalcomponent_get_description(entry)),
        location=_text(lib.icalcomponent_get_location(entry)),
        status=_status(entry),
        sequence=lib.icalcomponent_get_sequence(entry),
    )


def _text(value: bytes | None) -> str:
    return (value or b"").decode()


def _status(entry: int) -> str:
    kind = library().icalproperty_string_to_kind(b"STATUS")
    found = library().icalcomponent_get_first_property(entry, kind)
    return _text(library().icalproperty_get_value_as_string(found)) if found else ""


def _when(value: Time) -> datetime | date:
    """Return a day, or a time by the VTIMEZONE in the feed, to which libical has tied it."""
    if library().icaltime_is_null_time(value):
        raise ValueError("libical finds no time")
    if value.is_date:
        return date(value.year, value.month, value.day)
    if not value.zone:
        raise ValueError("libical read a time without its time zone")
    seconds = library().icaltime_as_timet_with_zone(value, value.zone)
    return datetime.fromtimestamp(seconds, UTC)
