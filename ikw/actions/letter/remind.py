"""Reminding those who have a place, once for each plan of the event."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.letter.write import write_letter
from ikw.actions.locking import lock
from ikw.actions.log import note
from ikw.clock import in_town
from ikw.model import Event, Letter, Registration
from ikw.model.letter import still_open
from ikw.model.letter_kinds import LetterKind
from ikw.model.verbs import Actor, Verb


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


def due_for_reminder(
    session: Session, schedule: Schedule, *, now: datetime, real: datetime
) -> list[int]:
    """Return the ids of events to remind of.

    While a letter about a change of the event still waits for more, so does the reminder.
    """
    today = in_town(now).date()
    coming = select(Event).where(
        Event.published_at.is_not(None),
        Event.reminded_at.is_(None),
        Event.date.between(today, today + timedelta(days=schedule.days)),
        ~_news_wait(real),
    )
    return [event.id for event in session.scalars(coming) if schedule.is_due(event, now)]


def _news_wait(real: datetime) -> ColumnElement[bool]:
    return exists().where(
        Registration.event_id == Event.id,
        Letter.registration_id == Registration.id,
        and_(Letter.kind == LetterKind.EVENT_CHANGED, still_open(), Letter.tries == 0),
        Letter.to.is_not(None),
        Letter.next_try_at > real,
    )


def remind(session: Session, event_id: int, schedule: Schedule, act: Act) -> int:
    """Write a reminder to everyone with a place; return how many. Call it inside write()."""
    event = lock(session, event_id)
    # It may have been moved, or another process may have reminded, since it was found due.
    news_wait = session.scalar(select(Event.id).where(Event.id == event_id, _news_wait(act.real)))
    if news_wait or not schedule.is_due(event, act.now):
        return 0
    event.reminded_at = act.now
    seated = select(Registration).where(
        Registration.event_id == event.id, Registration.seats > 0, Registration.email.is_not(None)
    )
    parties = session.scalars(seated.order_by(Registration.id)).all()
    for registration in parties:
        write_letter(session, registration, LetterKind.REMINDER, act)
    note(session, Verb.REMIND, act, by=Actor.REMINDER, event=event)
    return len(parties)
