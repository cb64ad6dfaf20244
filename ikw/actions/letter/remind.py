"""Reminding those who have a place, once for each plan of the event."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session

from ikw.actions.letter.write import write_letter
from ikw.actions.locking import lock
from ikw.clock import in_town
from ikw.model import Event, Letter, LogEntry, Registration
from ikw.model.letter import still_open


@dataclass(frozen=True)
class Schedule:
    """When to remind: so many days before the event, at this time of day."""

    days: int
    hour: dt.time

    def is_due(self, event: Event, now: datetime) -> bool:
        """Whether it is time to remind of an event: from that moment on, until it begins."""
        remind_at = event.remind_at(self.days, self.hour)
        return (
            event.takes_place and event.reminded_at is None and remind_at <= now < event.starts_at
        )


def due_for_reminder(session: Session, schedule: Schedule, *, now: datetime) -> list[int]:
    """Return the ids of events to remind of.

    While a letter about a change of the event still waits for more, so does the reminder.
    """
    today = in_town(now).date()
    coming = select(Event).where(
        Event.published_at.is_not(None),
        Event.reminded_at.is_(None),
        Event.date.between(today, today + timedelta(days=schedule.days)),
        ~_news_wait(),
    )
    return [event.id for event in session.scalars(coming) if schedule.is_due(event, now)]


def _news_wait() -> ColumnElement[bool]:
    return exists().where(
        Registration.event_id == Event.id,
        Letter.registration_id == Registration.id,
        and_(Letter.kind == "event_changed", still_open(), Letter.tries == 0),
        Letter.to.is_not(None),
        Letter.next_try_at > datetime.now(UTC),
    )


def remind(session: Session, event_id: int, schedule: Schedule, *, now: datetime) -> int:
    """Write a reminder to everyone with a place; return how many. Call it inside write()."""
    event = lock(session, event_id)
    # It may have been moved, or another process may have reminded, since it was found due.
    news_wait = session.scalar(select(Event.id).where(Event.id == event_id, _news_wait()))
    if news_wait or not schedule.is_due(event, now):
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
