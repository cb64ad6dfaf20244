"""Several events as one calendar to subscribe to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from icalendar import Calendar
from icalendar.prop import vDuration, vText, vUri

from ikw.calendar.entry import Facts, clean, vevent
from ikw.calendar.timezone import town_timezone

CONTENT_TYPE = "text/calendar; charset=utf-8"

#: How often a subscriber should ask again.
REFRESH = timedelta(hours=6)

END = b"END:VCALENDAR\r\n"


@dataclass(frozen=True)
class Feed:
    """What a calendar says of itself: its name, its own address, a CSS colour (RFC 7986, 5.9)."""

    name: str
    address: str
    color: str


def feed_bytes(feed: Feed, entries: Iterable[Facts]) -> bytes:
    """Return a calendar; the same entries give the same bytes (no time of day, no random id)."""
    calendar = new_calendar("PUBLISH")
    calendar.add("NAME", vText(clean(feed.name)))
    calendar.add("X-WR-CALNAME", vText(clean(feed.name)))
    calendar.add("REFRESH-INTERVAL", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", vDuration(REFRESH))
    calendar.add("SOURCE", vUri(feed.address), parameters={"VALUE": "URI"})
    calendar.add("COLOR", feed.color)
    return with_entries(calendar, entries)


def new_calendar(method: str) -> Calendar:
    """Return an empty calendar for a METHOD of RFC 5546."""
    # Not Calendar.new(): its random UID would make every answer another one.
    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", "-//IKW//Programm//DE")
    calendar.add("CALSCALE", "GREGORIAN")
    calendar.add("METHOD", method)
    return calendar


def with_entries(calendar: Calendar, entries: Iterable[Facts]) -> bytes:
    """Return the calendar's bytes with the time zone and these entries in it."""
    calendar.add_component(town_timezone())
    whole: bytes = calendar.to_ical()
    return b"".join([whole.removesuffix(END), *map(vevent, entries), END])
