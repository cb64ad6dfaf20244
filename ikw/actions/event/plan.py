"""Deciding when, where and whether an event is. Everyone whom a change concerns is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.event.announce import announce
from ikw.actions.letter.tell_organisers import News, tell_clubs
from ikw.actions.locking import lock
from ikw.clock import TOWN, in_town
from ikw.model import Event, Plan, Venue
from ikw.model.rules import faults_of
from ikw.model.times import end_of, is_plausible
from ikw.model.verbs import Verb


class BadPlan(ValueError):
    """A plan that cannot be, e.g. an end before the start; the message is for the organiser."""


class NothingToChange(Exception):
    """The event is already as it was to become."""


def announce_time(
    session: Session, event_id: int, start: dt.time, end: dt.time | None, act: Act
) -> Event:
    """Say at what time of day it is; its date stays. Raises BadPlan and NothingToChange."""
    with _change(session, event_id, Verb.ANNOUNCE_TIME, act) as event:
        if event.is_postponed:
            raise BadPlan("it is postponed; move it to its new date")
        _set_time(event, event.date, start, end)
    return event


def move(
    session: Session,
    event_id: int,
    date: dt.date,
    start: dt.time | None,
    end: dt.time | None,
    act: Act,
    *,
    reason: str | None = None,
) -> Event:
    """Move it to another date or time; without `start` the time is open again.

    What lasts several days keeps its length and its daily hours, and sign-up opens and closes by
    as many days earlier or later. What was postponed has its new date by this.
    Raises BadPlan and NothingToChange.
    """
    if date < in_town(act.now).date():
        # A mistyped year: the sign-ups of what is long over would be deleted.
        raise BadPlan(f"{date:%d.%m.%Y} is in the past")
    if not is_plausible(date):
        raise BadPlan(f"{date:%d.%m.%Y} is too far away")
    with _change(session, event_id, Verb.MOVE, act) as event:
        days = date - event.date
        event.sign_up_opens = shifted(event.sign_up_opens, days)
        event.sign_up_closes = shifted(event.sign_up_closes, days)
        _set_time(event, date, start, end)
        if event.is_postponed:
            event.postponed_at = None
        event.reason = reason
    return event


def shifted(moment: dt.datetime | None, days: dt.timedelta) -> dt.datetime | None:
    """Return the same time of day in the town, so many days later."""
    return moment and (moment.astimezone(TOWN) + days).astimezone(dt.UTC)


def _set_time(event: Event, date: dt.date, start: dt.time | None, end: dt.time | None) -> None:
    """Set date and time, and remember the first ones that were told."""
    was = event.date, event.start
    if event.lasts_days and not event.ends_overnight:
        event.end_date = event.last_date + (date - event.date)
    else:
        event.end_date = end_of(date, start, end)
    if start is not None or not event.lasts_days:
        event.hours = None
    event.date, event.start, event.end = date, start, end
    note_move(event, *was, event.venue)


def note_move(event: Event, date: dt.date, start: dt.time | None, venue: Venue | None) -> None:
    """Remember when and where it was to be at first; what is back there was never moved."""
    was_told = event.date != date or (start is not None and event.start != start)
    if was_told and event.former_date is None:
        event.former_date, event.former_start = date, start
    if (event.former_date, event.former_start) == (event.date, event.start):
        event.former_date = event.former_start = None
    if venue is not None and event.venue is not venue:
        event.former_venue = event.former_venue or venue
    if event.former_venue is event.venue:
        event.former_venue = None


def change_venue(
    session: Session, event_id: int, venue: Venue, room: str | None, act: Act
) -> Event:
    """Hold it at another place. Raises BadPlan when it is called off, and NothingToChange."""
    with _change(session, event_id, Verb.CHANGE_VENUE, act) as event:
        was = event.date, event.start, event.venue
        event.venue, event.room = venue, room
        note_move(event, *was)
    return event


def call_off(session: Session, event_id: int, reason: str | None, act: Act) -> Event:
    """Call it off for good. Raises NothingToChange when it is called off already."""
    with _change(session, event_id, Verb.CALL_OFF, act) as event:
        event.reason = reason or (event.reason if event.is_called_off else None)
        event.called_off_at = event.called_off_at or act.now
        event.postponed_at = None
    return event


def postpone(session: Session, event_id: int, reason: str | None, act: Act) -> Event:
    """Say that it will be on another day, not known yet. Places are kept.

    Raises NothingToChange when it is postponed already.
    """
    with _change(session, event_id, Verb.POSTPONE, act) as event:
        event.reason = reason or (event.reason if event.is_postponed else None)
        event.postponed_at = event.postponed_at or act.now
        event.called_off_at = None
    return event


def reinstate(session: Session, event_id: int, act: Act) -> Event:
    """Hold it after all, as it was planned. Raises NothingToChange when it is on anyway."""
    with _change(session, event_id, Verb.REINSTATE, act) as event:
        event.called_off_at = event.postponed_at = event.reason = None
    return event


@contextmanager
def _change(session: Session, event_id: int, verb: Verb, act: Act) -> Iterator[Event]:
    event = lock(session, event_id)
    before = Plan.of(event)
    yield event
    after = Plan.of(event)
    if after == before and after.reason == before.reason:
        raise NothingToChange
    _check(event, before, after)
    announce(session, event, before, verb, act)
    tell_clubs(session, event, News.CHANGED, act)


def _check(event: Event, before: Plan, after: Plan) -> None:
    if event.is_called_off and before.is_called_off and after != before:
        raise BadPlan("it is called off; reinstate it first")
    names = ("date", "start", "end", "end_date")
    for field, fault in faults_of("event", {name: getattr(event, name) for name in names}):
        raise BadPlan(f"the {field.replace('_', ' ')} {fault}")
