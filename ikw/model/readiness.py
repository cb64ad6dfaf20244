"""What an event still lacks before everyone can see it, and what it gets in the way of."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from itertools import combinations

from ikw import clock
from ikw.model.doubts import LOOKED_AT, Doubt, doubts_of
from ikw.model.event import Event
from ikw.model.fields import EVENT, Kind

#: What may be missing. Only without a venue or words an event should not be published at all.
FACTS = (
    "text",
    "venue",
    "hosts",
    "time",
    "access",
    "capacity",
    "room-size",
    Doubt.OUTSIDE,
    Doubt.PAST,
    Doubt.CLOSES_LATE,
    "old-year",
)


def missing_facts(event: Event) -> list[str]:
    """Return what an event lacks, as codes of FACTS."""
    said = {name: getattr(event, name) for name in LOOKED_AT}
    doubts = doubts_of(said, event.series, clock.today())
    # Of what is published somebody has decided upon these.
    is_draft = event.published_at is None
    is_missing = {
        "text": not (event.summary or event.description),
        "venue": event.venue is None,
        "hosts": not event.host_rows,
        "time": event.time_is_open,
        "access": not event.all_access,
        "capacity": event.takes_sign_up and event.capacity is None,
        "room-size": is_larger_than_room(event),
        Doubt.OUTSIDE: is_draft and Doubt.OUTSIDE in doubts,
        Doubt.PAST: is_draft and Doubt.PAST in doubts,
        Doubt.CLOSES_LATE: event.takes_sign_up and Doubt.CLOSES_LATE in doubts,
        "old-year": is_draft and bool(old_years_in(event)),
    }
    return [fact for fact in FACTS if is_missing[fact]]


#: The texts in which a copy from the year before may still name it.
TEXTS = [
    field.name for field in EVENT if field.kind in {Kind.LINE, Kind.TEXT} and field.is_translated
]


def old_years_in(event: Event) -> list[str]:
    """Return the years shortly before its own that an event's texts name: "IKW 2022" in 2023.

    Those longer ago are meant: "since 1998".
    """
    text = " ".join(filter(None, (getattr(event, name) for name in TEXTS)))
    year = event.date.year
    return [str(one) for one in range(year - OLD_YEARS, year) if re.search(rf"\b{one}\b", text)]


#: A series is copied from one of so many years before.
OLD_YEARS = 2


def is_larger_than_room(event: Event) -> bool:
    """Whether more people may sign up than fit into the venue."""
    room = event.venue.capacity if event.venue else None
    return room is not None and event.capacity is not None and event.capacity > room


@dataclass(frozen=True)
class Clash:
    """Two events at the same time that share what they should not."""

    #: venue · host · audience: the same topic for the same people.
    what: str
    one: Event
    other: Event


def clashes(events: list[Event]) -> list[Clash]:
    """Return which events are in each other's way, those without a time by their day alone."""
    found = []
    coming = [event for event in events if event.takes_place]
    for one, other in combinations(sorted(coming, key=lambda event: event.sort_key), 2):
        if other.date > one.last_date:
            continue
        if overlap(one, other) and (what := _shared(one, other)):
            found.append(Clash(what, one, other))
    return found


def overlap(one: Event, other: Event) -> bool:
    """Whether two events are on at the same time; an open time is nobody's reproach."""
    if one.time_is_open or other.time_is_open:
        return False
    return any(
        start < other_end and other_start < end
        for start, end in _spans(one)
        for other_start, other_end in _spans(other)
    )


def _spans(event: Event) -> list[tuple[dt.datetime, dt.datetime]]:
    """Return from when to when it is on; what is open for days with daily hours is in no way."""
    if event.lasts_days and not event.ends_overnight and event.start is None:
        return []
    return [(event.starts_at, event.ends_at)]


def _shared(one: Event, other: Event) -> str | None:
    if one.venue_id is not None and one.venue_id == other.venue_id and _same_room(one, other):
        return "venue"
    hosts = {row.organisation_id for row in one.host_rows}
    if hosts & {row.organisation_id for row in other.host_rows}:
        return "host"
    same_people = set(one.audiences) & set(other.audiences)
    if same_people and set(one.topics) & set(other.topics):
        return "audience"
    return None


def _same_room(one: Event, other: Event) -> bool:
    return not (one.room and other.room) or one.room == other.room
