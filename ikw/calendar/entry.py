"""One event as a VEVENT."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from email.utils import parseaddr
from functools import lru_cache
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from icalendar import Alarm, vCalAddress, vText, vUri
from icalendar import Event as Entry

from ikw import clock
from ikw.model import Event
from ikw.text import dates
from ikw.text.content import name, noting_changes, words
from ikw.text.lists import listed, listed_alone, place
from ikw.text.translate import _

UTC = ZoneInfo("UTC")

#: Characters that RFC 5545, 3.1 forbids in a text.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

#: What stands as it is in a mailto URI (RFC 6068, 2).
MAILTO = "@!$'*+-._~"

#: What some readers take for the end of a line, although only CRLF is one.
LINE_BREAKS = re.compile(r"\r\n|[\r\x85\u2028\u2029]")


def clean(text: str) -> str:
    """Return a text without control characters; line breaks stay, as \\n."""
    return CONTROL.sub("", LINE_BREAKS.sub("\n", text))


@dataclass(frozen=True)
class Organizer:
    """Who sends calendars and invitations: an office with a mailbox, never a person."""

    name: str
    email: str

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Organizer:
        """Return the office that letters come from: invitations have to name their sender."""
        return cls(settings["IKW_CONTACT_NAME"], parseaddr(settings["MAIL_DEFAULT_SENDER"])[1])


@dataclass(frozen=True)
class Attendee:
    """Whom an invitation is for."""

    name: str
    email: str


@dataclass(frozen=True)
class Facts:
    """All that a VEVENT says. Equal facts make equal bytes, so they are made once."""

    uid: str
    created: datetime
    changed: datetime
    sequence: int
    #: Two dates, the end exclusive, or two moments.
    starts: date
    ends: date
    status: str
    blocks_time: bool
    title: str
    description: str
    url: str
    categories: tuple[str, ...]
    location: str | None
    #: Degrees north and east.
    position: tuple[float, float] | None
    organizer: Organizer
    #: Address of a picture in WebP.
    picture: str | None = None
    is_private: bool = False
    #: The one whom an invitation is for; published calendars name nobody.
    attendee: Attendee | None = None
    #: How long before the beginning to ring; only in calendars that somebody has for themselves.
    alarm: timedelta | None = None

    def with_note(self, note: str) -> Facts:
        """Return the same with a paragraph before the description."""
        return replace(self, description=f"{note}\n\n{self.description}")


def _on_the_clock(moment: datetime) -> datetime:
    """Return the moment by an hour that the town's clocks show.

    In the night to summer time there is no 02:30; programs differ in what they make of it. It is
    03:30 (RFC 5545, 3.3.5).
    """
    return clock.in_town(moment.astimezone(UTC))


def facts_of(event: Event, url: str, organizer: Organizer) -> Facts:
    """Return what calendars are told of an event in the current language; `url` is its page.

    While the time is open it is a whole day, tentative and transparent, so that it blocks nothing.
    It has changed when its translation has: there are readers that go by nothing else.
    """
    with noting_changes() as translated_at:
        facts = _facts_of(event, url, organizer)
    return replace(facts, changed=max(facts.changed, *map(_stamp, translated_at), facts.created))


def _facts_of(event: Event, url: str, organizer: Organizer) -> Facts:
    all_day = _is_all_day(event)
    return Facts(
        uid=event.uid,
        created=_stamp(event.created_at),
        changed=_stamp(event.changed_at),
        sequence=event.sequence,
        starts=event.date if all_day else _on_the_clock(event.starts_at),
        ends=event.last_date + timedelta(days=1) if all_day else _on_the_clock(event.ends_at),
        status=_status(event),
        blocks_time=event.takes_place and not all_day,
        title=clean(_title(event)),
        description=clean(_description(event, url)),
        url=url,
        # The first one is the same in all languages: there are programs that filter by it.
        categories=tuple(map(clean, [event.series.title, *map(words, event.topics)])),
        location=clean(listed_alone(place(event))).replace("\n", " ") or None,
        position=event.venue.position if event.venue else None,
        organizer=organizer,
        picture=f"{url}foto-{event.picture.digest}.webp" if event.picture else None,
    )


def vevent(facts: Facts) -> bytes:
    """Return the VEVENT of these facts, folded, with CRLF; a public one is made once."""
    return _build(facts) if facts.is_private else known_entry(facts)


@lru_cache(maxsize=2048)
def known_entry(facts: Facts) -> bytes:
    """Return the VEVENT of public facts, made at the first time."""
    return _build(facts)


def _build(facts: Facts) -> bytes:
    entry = Entry()
    entry.add("UID", facts.uid)
    entry.add("DTSTAMP", facts.changed)
    entry.add("LAST-MODIFIED", facts.changed)
    entry.add("CREATED", facts.created)
    entry.add("SEQUENCE", facts.sequence)
    entry.add("DTSTART", facts.starts)
    entry.add("DTEND", facts.ends)
    entry.add("STATUS", facts.status)
    entry.add("TRANSP", "OPAQUE" if facts.blocks_time else "TRANSPARENT")
    if not facts.blocks_time:
        entry.add("X-MICROSOFT-CDO-BUSYSTATUS", "FREE")
    entry.add("CLASS", "PRIVATE" if facts.is_private else "PUBLIC")
    entry.add("SUMMARY", facts.title)
    entry.add("DESCRIPTION", facts.description)
    entry.add("URL", facts.url)
    entry.add("CATEGORIES", list(facts.categories))
    if facts.location:
        entry.add("LOCATION", vText(facts.location))
    if facts.position:
        entry.add("GEO", facts.position)
        _add_apple_location(entry, facts.location or facts.title, facts.position)
    if facts.picture:
        # RFC 7986, 5.10.
        image = {"VALUE": "URI", "DISPLAY": "BADGE", "FMTTYPE": "image/webp"}
        entry.add("IMAGE", vUri(facts.picture), parameters=image)
    organizer = vCalAddress(f"mailto:{facts.organizer.email}")
    organizer.params["CN"] = parameter(facts.organizer.name)
    entry.add("ORGANIZER", organizer)
    if facts.attendee:
        _add_attendee(entry, facts.attendee)
    if facts.alarm:
        entry.add_component(_alarm(facts))
    body: bytes = entry.to_ical()
    return body


def _add_apple_location(entry: Entry, title: str, position: tuple[float, float]) -> None:
    """Give Apple's calendar the place on its map; it looks at this alone, and not at GEO."""
    where = {"VALUE": "URI", "X-TITLE": parameter(title), "X-APPLE-RADIUS": "70"}
    uri = vUri(f"geo:{position[0]},{position[1]}")
    entry.add("X-APPLE-STRUCTURED-LOCATION", uri, parameters=where)


def _alarm(facts: Facts) -> Alarm:
    alarm = Alarm()
    alarm.add("ACTION", "DISPLAY")
    alarm.add("DESCRIPTION", facts.title)
    alarm.add("TRIGGER", -(facts.alarm or timedelta(0)))
    return alarm


def _add_attendee(entry: Entry, invited: Attendee) -> None:
    # RFC 6068, 2: what an address may hold and an URI may not is encoded.
    attendee = vCalAddress(f"mailto:{quote(invited.email, safe=MAILTO)}")
    attendee.params["CN"] = parameter(invited.name)
    attendee.params["CUTYPE"] = "INDIVIDUAL"
    attendee.params["ROLE"] = "REQ-PARTICIPANT"
    # They signed up, so nobody is asked for an answer.
    attendee.params["PARTSTAT"] = "ACCEPTED"
    attendee.params["RSVP"] = "FALSE"
    entry.add("ATTENDEE", attendee)


def parameter(text: str) -> str:
    """Return a text as the value of a parameter, which can hold no quote (RFC 5545, 3.2)."""
    return clean(text).replace('"', "'").replace("\n", " ")


def _stamp(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def _is_all_day(event: Event) -> bool:
    """Whether there is no time, or times of their own on each of several days."""
    return event.start is None or (event.lasts_days and event.hours is not None)


def _status(event: Event) -> str:
    if not event.takes_place:
        # RFC 5545 has no word for "postponed"; on this day it is not.
        return "CANCELLED"
    return "TENTATIVE" if event.time_is_open else "CONFIRMED"


def _title(event: Event) -> str:
    if event.is_called_off:
        return _("CALLED OFF: %(title)s", title=words(event.title))
    if event.is_postponed:
        return _("POSTPONED: %(title)s", title=words(event.title))
    if event.time_is_open:
        return _("%(title)s (time to follow)", title=words(event.title))
    return words(event.title)


def _description(event: Event, url: str) -> str:
    hosts = listed(name(host.name) for host in event.hosts)
    parts = [
        None if event.takes_place else words(event.reason),
        dates.former(event) if event.is_moved else None,
        dates.hours(event) if _is_all_day(event) else None,
        words(event.summary),
        words(event.description),
        _("Hosts: %(names)s", names=hosts) if hosts else None,
        _("Questions? Ask: %(contact)s", contact=event.contact) if event.contact else None,
        url,
    ]
    return "\n\n".join(filter(None, parts))
