"""Deleting personal data on the day that was told to the citizen (Art. 5 (1) e GDPR)."""

from __future__ import annotations

import datetime as dt
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from ikw.actions.feedback import forget_feedback
from ikw.actions.locking import lock
from ikw.actions.subscribing import close_calendars
from ikw.clock import in_town
from ikw.model import Event, LogEntry, Registration


def forget(session: Session, *, keep_days: int, now: datetime) -> int:
    """Delete the registrations of events that ended `keep_days` days ago, letters included.

    Headcounts stay with the event. Returns how many registrations were deleted.
    """
    today = in_town(now).date()
    ended: ColumnElement[dt.date] = func.coalesce(Event.end_date, Event.date)
    due = select(Event).where(
        ended <= today - timedelta(days=keep_days),
        Event.id.in_(select(Registration.event_id).distinct()),
    )
    count = 0
    for event_id in session.scalars(due.with_only_columns(Event.id).order_by(Event.id)).all():
        # Under the lock, as it may just be moved.
        event = lock(session, event_id)
        if event.forget_on(keep_days) <= today:
            count += _forget_event(session, event, now)
    close_calendars(session)
    forget_feedback(session, today)
    return count


def _forget_event(session: Session, event: Event, now: datetime) -> int:
    seated = select(func.count(), func.coalesce(func.sum(Registration.seats), 0)).where(
        Registration.event_id == event.id, Registration.seats > 0
    )
    parties, people = session.execute(seated).one()
    event.parties_counted = (event.parties_counted or 0) + parties
    event.people_counted = (event.people_counted or 0) + people
    event.taken = 0
    mine = select(Registration.id).where(Registration.event_id == event.id)
    count = len(session.scalars(mine).all())
    session.execute(delete(Registration).where(Registration.event_id == event.id))
    session.add(
        LogEntry(at=now, actor="deletion", verb="forget", event_id=event.id, new={"deleted": count})
    )
    return count
