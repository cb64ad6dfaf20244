"""Several events as one calendar."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta

from icalendar import Calendar
from icalendar.prop import vDuration, vText, vUri

from ikw.calendar.entry import clean, entry
from ikw.calendar.timezone import town_timezone
from ikw.model import Event

CONTENT_TYPE = "text/calendar; charset=utf-8"

#: How often a subscriber should ask again.
REFRESH = timedelta(hours=6)


def feed(
    events: Iterable[Event], *, name: str, address: str, url_of: Callable[[Event], str]
) -> bytes:
    """Return a calendar; the same events give the same bytes (no time of day, no random id)."""
    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", "-//IKW Rheine//Programm//DE")
    calendar.add("CALSCALE", "GREGORIAN")
    calendar.add("NAME", vText(clean(name)))
    calendar.add("X-WR-CALNAME", vText(clean(name)))
    calendar.add("REFRESH-INTERVAL", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", vDuration(REFRESH))
    calendar.add("SOURCE", vUri(address), parameters={"VALUE": "URI"})
    calendar.add_component(town_timezone())
    for event in events:
        calendar.add_component(entry(event, url_of(event)))
    body: bytes = calendar.to_ical()
    return body
