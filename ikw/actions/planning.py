"""Changing when, where and whether an event is: one act, of which everyone it concerns is told.

In one transaction the event's SEQUENCE rises, the change is logged, a letter is written for each
party, and who has no address is put on the call list. Pages and calendars show it at once; letters
wait for the quiet window, so that several changes in a row become one letter with what is true in
the end.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ikw.actions.places import let_others_move_up, lock
from ikw.actions.queue import queue
from ikw.actions.telling import last_sequences, next_sequence, write_letter
from ikw.model import Event, Letter, LogEntry, Plan, Registration, Venue
from ikw.model.programme import next_stamp

#: How long letters wait for further changes, unless the town sets another time.
QUIET = timedelta(minutes=10)


#: What the log calls changes of a plan; "change plan" is one by a programme file.
VERBS = (
    "announce time",
    "move",
    "change venue",
    "call off",
    "postpone",
    "reinstate",
    "change plan",
)


class BadPlan(ValueError):
    """A plan that cannot be, e.g. an end before the start; the message is for the organiser."""


class NothingToChange(Exception):
    """The event is already as it was to become."""


@dataclass(frozen=True)
class Act:
    """Who changes something, when, and how long letters about it wait for more."""

    by: str
    now: datetime
    quiet: timedelta = QUIET


def announce_time(
    session: Session, event_id: int, start: dt.time, end: dt.time | None, act: Act
) -> Event:
    """Say at what time of day it is; its date stays. Raises BadPlan and NothingToChange."""
    with _change(session, event_id, "announce time", act) as event:
        if event.is_postponed:
            raise BadPlan("it is postponed; move it to its new date")
        _set(event, event.date, start, end)
    return event


def move(
    session: Session,
    event_id: int,
    date: dt.date,
    start: dt.time | None,
    end: dt.time | None,
    act: Act,
) -> Event:
    """Move it to another date or time; without `start` the time is open again.

    What lasts several days keeps its length. One that was postponed has its new date by this.
    Raises BadPlan and NothingToChange.
    """
    with _change(session, event_id, "move", act) as event:
        _set(event, date, start, end)
        if event.is_postponed:
            event.postponed_at = event.reason = None
    return event


def _set(event: Event, date: dt.date, start: dt.time | None, end: dt.time | None) -> None:
    """Set date and time, and remember the first ones that were told."""
    was_told = date != event.date or (event.start is not None and start != event.start)
    if was_told and event.former_date is None:
        event.former_date, event.former_start = event.date, event.start
    if event.end_date:
        event.end_date += date - event.date
    event.date, event.start, event.end, event.hours = date, start, end, None
    if (event.former_date, event.former_start) == (date, start):
        event.former_date = event.former_start = None


def change_venue(
    session: Session, event_id: int, venue: Venue, room: str | None, act: Act
) -> Event:
    """Hold it at another place. Raises BadPlan when it is called off, and NothingToChange."""
    with _change(session, event_id, "change venue", act) as event:
        if event.venue is not None and event.venue is not venue:
            event.former_venue = event.former_venue or event.venue
        event.venue, event.room = venue, room
        if event.former_venue is venue:
            event.former_venue = None
    return event


def call_off(session: Session, event_id: int, reason: str | None, act: Act) -> Event:
    """Call it off for good. Raises NothingToChange when it is called off already."""
    with _change(session, event_id, "call off", act) as event:
        event.called_off_at = event.called_off_at or act.now
        event.postponed_at = None
        event.reason = reason
    return event


def postpone(session: Session, event_id: int, reason: str | None, act: Act) -> Event:
    """Say that it will be on another day, not known yet. Places are kept.

    Raises NothingToChange when it is postponed already.
    """
    with _change(session, event_id, "postpone", act) as event:
        event.postponed_at = event.postponed_at or act.now
        event.called_off_at = None
        event.reason = reason
    return event


def reinstate(session: Session, event_id: int, act: Act) -> Event:
    """Hold it after all, as it was planned. Raises NothingToChange when it is on anyway."""
    with _change(session, event_id, "reinstate", act) as event:
        event.called_off_at = event.postponed_at = event.reason = None
    return event


@contextmanager
def _change(session: Session, event_id: int, verb: str, act: Act) -> Iterator[Event]:
    event = lock(session, event_id)
    before, reason = Plan.of(event), event.reason
    yield event
    _check(event, before)
    if Plan.of(event) == before and event.reason == reason:
        raise NothingToChange
    note_change(session, event, before, verb, act)


def _check(event: Event, before: Plan) -> None:
    if event.is_called_off and before.is_called_off and Plan.of(event) != before:
        raise BadPlan("it is called off; reinstate it first")
    if event.end is None:
        return
    if event.start is None:
        raise BadPlan("an end needs a start")
    if event.last_date == event.date and event.end <= event.start:
        raise BadPlan("the end is not after the start")


def touch(event: Event, now: datetime) -> None:
    """Note that calendars show something new of it, e.g. a corrected text."""
    event.changed_at = next_stamp(event.changed_at, now)


def note_change(session: Session, event: Event, before: Plan, verb: str, act: Act) -> None:
    """Tell everyone that an event is no longer as it was `before`; it is changed already.

    What leaves the plan as it was, such as a corrected text, is told to nobody.
    """
    touch(event, act.now)
    after = Plan.of(event)
    if after == before:
        return
    event.sequence += 1
    event.reminded_at = None
    session.add(
        LogEntry(
            at=act.now,
            actor=act.by,
            verb=verb,
            event=event,
            old=before.facts(),
            new=after.facts(),
        )
    )
    session.flush()
    if event.published_at and not (_is_over(before, act.now) and _is_over(after, act.now)):
        _tell_parties(session, event, before, act)
        let_others_move_up(session, event, None, act.now)


def _is_over(plan: Plan, now: datetime) -> bool:
    return plan.takes_place and plan.as_event.is_over(now)


def _tell_parties(session: Session, event: Event, before: Plan, act: Act) -> None:
    """Write to all who signed up, or let what is still to be sent tell of this change as well."""
    growing = _letters_that_can_grow(session, event)
    sequences = last_sequences(session, event)
    positions = {
        registration.id: number
        for number, registration in enumerate(session.scalars(queue(event.id)), 1)
    }
    parties = select(Registration).where(
        Registration.event_id == event.id, Registration.cancelled_at.is_(None)
    )
    for registration in session.scalars(parties.order_by(Registration.id)).all():
        letter = growing.get(registration.id)
        if letter is None:
            write_letter(
                session,
                registration,
                "event_changed",
                act.now,
                facts={"before": before.facts(), "position": positions.get(registration.id)},
                sequences=sequences,
                hold=act.quiet,
            )
        elif Plan.from_facts(letter.facts["before"]) == Plan.of(event):
            # It is again as they know it.
            session.delete(letter)
        else:
            letter.sequence = next_sequence(registration, letter.to, sequences)


def _letters_that_can_grow(session: Session, event: Event) -> dict[int, Letter]:
    """Return the letters about this event that nobody was sent yet, by party, and hold them."""
    unsent = (
        select(Letter)
        .join(Registration)
        .where(
            Registration.event_id == event.id,
            Letter.kind == "event_changed",
            Letter.sent_at.is_(None),
            Letter.failed_at.is_(None),
            Letter.reached_at.is_(None),
        )
        .with_for_update(of=Letter)
        .execution_options(populate_existing=True)
    )
    return {letter.registration_id: letter for letter in session.scalars(unsent) if letter.can_grow}
