"""One event as a VEVENT."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Event as Entry
from icalendar import vText

from ikw.model import Event
from ikw.text import dates
from ikw.text.translate import _

UTC = ZoneInfo("UTC")

#: Characters that RFC 5545, 3.1 forbids in a text.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def clean(text: str) -> str:
    """Return a text without control characters; line breaks stay, as \\n."""
    return CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def entry(event: Event, url: str) -> Entry:
    """Return the VEVENT of an event; `url` is its page.

    While the time is open it is a whole day, tentative and transparent, so that it blocks nothing.
    """
    vevent = Entry()
    vevent.add("UID", event.uid)
    changed = event.changed_at.astimezone(UTC).replace(microsecond=0)
    vevent.add("DTSTAMP", changed)
    vevent.add("LAST-MODIFIED", changed)
    vevent.add("CREATED", event.created_at.astimezone(UTC).replace(microsecond=0))
    vevent.add("SEQUENCE", event.sequence)
    _add_time(vevent, event)
    _add_status(vevent, event)
    vevent.add("SUMMARY", clean(_title(event)))
    vevent.add("CLASS", "PUBLIC")
    vevent.add("URL", url)
    vevent.add("DESCRIPTION", clean(_description(event, url)))
    if event.topics:
        vevent.add("CATEGORIES", [clean(topic) for topic in event.topics])
    if venue := event.venue:
        vevent.add("LOCATION", vText(clean(", ".join(filter(None, [venue.one_line, event.room])))))
        if venue.latitude is not None and venue.longitude is not None:
            vevent.add("GEO", (venue.latitude, venue.longitude))
    return vevent


def _add_time(vevent: Entry, event: Event) -> None:
    if _is_all_day(event):
        vevent.add("DTSTART", event.date)
        vevent.add("DTEND", event.last_date + timedelta(days=1))
        return
    starts: datetime = event.starts_at
    vevent.add("DTSTART", starts)
    vevent.add("DTEND", event.ends_at)


def _is_all_day(event: Event) -> bool:
    """Whether there is no time, or times of their own on each of several days."""
    return event.start is None or (event.lasts_days and event.hours is not None)


def _add_status(vevent: Entry, event: Event) -> None:
    blocks_time = not _is_all_day(event) and not event.is_called_off
    if event.is_called_off:
        status = "CANCELLED"
    else:
        status = "TENTATIVE" if event.time_is_open else "CONFIRMED"
    vevent.add("STATUS", status)
    vevent.add("TRANSP", "OPAQUE" if blocks_time else "TRANSPARENT")
    if not blocks_time:
        vevent.add("X-MICROSOFT-CDO-BUSYSTATUS", "FREE")


def _title(event: Event) -> str:
    if event.is_called_off:
        return _("CALLED OFF: %(title)s", title=event.title)
    if event.time_is_open:
        return _("%(title)s (time to follow)", title=event.title)
    return event.title


def _description(event: Event, url: str) -> str:
    hosts = ", ".join(host.name for host in event.hosts)
    parts = [
        event.called_off_reason if event.is_called_off else None,
        dates.former(event) if event.is_moved else None,
        dates.hours(event) if _is_all_day(event) else None,
        event.summary,
        event.description,
        _("Hosts: %(names)s", names=hosts) if hosts else None,
        url,
    ]
    return "\n\n".join(filter(None, parts))
