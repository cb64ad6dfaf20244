"""Calendar programs that others wrote, as readers of our feeds."""

from __future__ import annotations

from collections.abc import Callable

from tests.calendar.readers import direct, libical
from tests.calendar.readers.programs import through_node, through_python
from tests.calendar.readers.shape import Read

__all__ = ["READERS", "Read"]

READERS: dict[str, Callable[[bytes], list[Read]]] = {
    "icalendar": direct.read,
    "recurring-ical-events": through_python("recurring-ical-events"),
    "vobject": through_python("vobject"),
    "ical.js": through_node("ical.js"),
    "node-ical": through_node("node-ical"),
    "libical": libical.read,
}
