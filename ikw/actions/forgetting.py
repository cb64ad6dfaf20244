"""Deleting personal data on the day that was told to the citizen (Art. 5 (1) e GDPR)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, cast, delete, func, or_, select, update
from sqlalchemy.orm import Session

from ikw.actions.editing import empty_bin
from ikw.actions.feedback import forget_feedback
from ikw.actions.locking import lock
from ikw.actions.subscribing import close_calendars
from ikw.clock import in_town
from ikw.model import DoorAct, Event, Letter, LogEntry, Registration


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
    _forget_needs(session, today)
    _forget_letters_to_organisers(session, now)
    empty_bin(session, now=now)
    close_calendars(session)
    forget_feedback(session, today)
    return count


def _counted(session: Session, event: Event) -> dict[str, Any]:
    """Return in which language and week places were asked for, with what was counted before."""
    asked = select(Registration.language, Registration.created_at, Registration.places).where(
        Registration.event_id == event.id
    )
    languages = Counter(event.counted.get("languages", {}))
    weeks = Counter(event.counted.get("weeks", {}))
    for language, created_at, places in session.execute(asked):
        languages[language] += places
        weeks[monday_of(created_at).isoformat()] += places
    return {"languages": dict(languages), "weeks": dict(weeks)}


def monday_of(moment: datetime) -> dt.date:
    """Return the Monday of the week in which a moment is, in the town."""
    day = in_town(moment).date()
    return day - timedelta(days=day.weekday())


def _forget_needs(session: Session, today: dt.date) -> None:
    """Delete what people needed once the event is over: it tells of their health (Art. 9 GDPR)."""
    ended: ColumnElement[dt.date] = func.coalesce(Event.end_date, Event.date)
    over = select(Event.id).where(ended < today, Event.postponed_at.is_(None))
    told = or_(Registration.needs.is_not(None), func.length(cast(Registration.needed, String)) > 2)
    session.execute(
        update(Registration)
        .where(Registration.event_id.in_(over), told)
        .values(needs=None, needed=[])
        .execution_options(synchronize_session=False)
    )


def _forget_letters_to_organisers(session: Session, now: datetime) -> None:
    """Delete links to the desk and trials, which show the name of a party, after a day."""
    old = Letter.organiser_id.is_not(None), Letter.created_at < now - timedelta(days=1)
    session.execute(delete(Letter).where(*old).execution_options(synchronize_session=False))


def _forget_event(session: Session, event: Event, now: datetime) -> int:
    seated = select(
        func.count(),
        func.coalesce(func.sum(Registration.seats), 0),
        func.coalesce(func.sum(Registration.arrived), 0),
    ).where(Registration.event_id == event.id, Registration.seats > 0)
    parties, people, arrived = session.execute(seated).one()
    event.parties_counted = (event.parties_counted or 0) + parties
    event.people_counted = (event.people_counted or 0) + people
    event.arrived_counted = (event.arrived_counted or 0) + arrived
    event.counted = _counted(session, event)
    event.taken = 0
    mine = select(Registration.id).where(Registration.event_id == event.id)
    count = len(session.scalars(mine).all())
    reasons = select(LogEntry).where(
        LogEntry.event_id == event.id, LogEntry.verb == "seat above capacity"
    )
    for entry in session.scalars(reasons):
        # Why somebody got a place tells of that person.
        entry.new = {name: value for name, value in entry.new.items() if name != "reason"}
    session.flush()
    session.execute(delete(Registration).where(Registration.event_id == event.id))
    session.execute(delete(DoorAct).where(DoorAct.event_id == event.id))
    session.add(
        LogEntry(at=now, actor="deletion", verb="forget", event_id=event.id, new={"deleted": count})
    )
    return count
