"""The waiting list: parties move up whole, in order of arrival, the first that fits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import Session

from ikw.model import Event, Registration


def lock(session: Session, event_id: int) -> Event:
    """Take the lock under which places of this event are counted, and read the row anew.

    On PostgreSQL it is the row's lock; on SQLite write() already keeps all other writers out.
    `taken` lives in the row itself: counting seats in the statement that locks would count what
    was there before the wait (READ COMMITTED, PostgreSQL manual 13.2.1).
    """
    return session.get_one(Event, event_id, with_for_update=True, populate_existing=True)


def seat(event: Event, registration: Registration, now: datetime) -> None:
    """Give a party all the seats it asked for; the event is locked and they fit."""
    event.taken += registration.missing
    registration.seats = registration.places
    registration.seated_at = registration.seated_at or now
    registration.queued_at = None


def queue(event_id: int) -> Select[Registration]:
    """Select who waits for this event, in order of arrival."""
    return (
        select(Registration)
        .where(Registration.event_id == event_id, Registration.queued_at.is_not(None))
        .order_by(Registration.queued_at, Registration.id)
    )


def move_up(session: Session, event: Event, *, now: datetime) -> list[Registration]:
    """Seat whoever waits and fits; the event is locked. Return who moved up."""
    if event.is_full or not event.has_waiting_list or not event.moves_up(now):
        return []
    session.flush()
    moved = []
    for registration in session.scalars(
        queue(event.id).execution_options(populate_existing=True)
    ).all():
        if event.is_full:
            break
        if event.fits(registration.missing):
            seat(event, registration, now)
            moved.append(registration)
    return moved


def position(session: Session, registration: Registration) -> int:
    """Return the place in the line, from 1."""
    ahead = (
        select(func.count())
        .select_from(Registration)
        .where(
            Registration.event_id == registration.event_id,
            Registration.queued_at.is_not(None),
            tuple_(Registration.queued_at, Registration.id)
            < tuple_(registration.queued_at, registration.id),
        )
    )
    return 1 + (session.scalar(ahead) or 0)
