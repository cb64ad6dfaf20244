"""Reminding those who have a place, once for each plan of the event."""

from __future__ import annotations

import datetime as dt
from datetime import UTC, datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from ikw.actions.places import lock
from ikw.actions.telling import write_letter
from ikw.clock import in_town
from ikw.model import Event, Letter, LogEntry, Registration


def due_for_reminder(session: Session, *, days: int, hour: dt.time, now: datetime) -> list[int]:
    """Return the ids of events to remind of: from `hour` o'clock, `days` before, to their start.

    While a letter about a change of the event still waits for more, so does the reminder.
    """
    today = in_town(now).date()
    still_waits = exists().where(
        Letter.registration_id == Registration.id,
        Registration.event_id == Event.id,
        Letter.kind == "event_changed",
        Letter.tries == 0,
        Letter.next_try_at > datetime.now(UTC),
    )
    coming = select(Event).where(
        Event.published_at.is_not(None),
        Event.called_off_at.is_(None),
        Event.postponed_at.is_(None),
        Event.reminded_at.is_(None),
        Event.date.between(today, today + timedelta(days=days)),
        Event.takes_sign_up,
        ~still_waits,
    )
    return [
        event.id
        for event in session.scalars(coming)
        if event.remind_at(days, hour) <= now < event.starts_at
    ]


def remind(session: Session, event_id: int, *, now: datetime) -> int:
    """Write a reminder to everyone with a place; return how many. Call it inside write()."""
    event = lock(session, event_id)
    if event.reminded_at is not None or not event.takes_place or now >= event.starts_at:
        return 0
    event.reminded_at = now
    seated = select(Registration).where(
        Registration.event_id == event.id, Registration.seats > 0, Registration.email.is_not(None)
    )
    parties = session.scalars(seated.order_by(Registration.id)).all()
    for registration in parties:
        write_letter(session, registration, "reminder", now)
    session.add(LogEntry(at=now, actor="reminder", verb="remind", event=event))
    return len(parties)
