"""The time zone of the town, as calendars want it."""

from __future__ import annotations

from icalendar import Component

#: The European rule since 1996 (directive 2000/84/EC), without end: one VTIMEZONE for all years,
#: which every reader understands alike.
EUROPE_BERLIN = """\
BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:DAYLIGHT
DTSTART:19810329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
"""


def town_timezone() -> Component:
    """Return the VTIMEZONE of Europe/Berlin."""
    return Component.from_ical(EUROPE_BERLIN.replace("\n", "\r\n"))
