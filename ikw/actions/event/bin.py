"""The bin: an event can be restored for 30 days."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.locking import lock
from ikw.actions.log import note
from ikw.model import Event, LogEntry, Registration
from ikw.model.verbs import Actor, Verb

#: How long what is in the bin can be restored.
BIN_KEEPS = timedelta(days=30)


class HasSignUps(ValueError):
    """People have signed up; the event can be called off, but not vanish."""


def put_into_bin(session: Session, event_id: int, act: Act) -> Event:
    """Take an event away, for good after a while. Raises HasSignUps."""
    event = lock(session, event_id)
    if event.deleted_at is None:
        only_without_sign_ups(session, event)
        event.deleted_at = act.now
        event.published_at = event.submitted_at = None
        # Brought once more, the entry of a calendar makes an event of its own.
        event.origin = None
        note(session, Verb.BIN_EVENT, act, event=event)
    return event


def restore(session: Session, event_id: int, act: Act) -> Event:
    """Take an event out of the bin; it is a draft then."""
    event = lock(session, event_id)
    if event.deleted_at is not None:
        event.deleted_at = None
        event.touch(act.now)
        note(session, Verb.RESTORE_EVENT, act, event=event)
    return event


def empty_bin(session: Session, act: Act) -> None:
    """Delete what has been in the bin for that long; the log keeps that there was something."""
    old = Event.deleted_at < act.now - BIN_KEEPS
    for event_id in session.scalars(select(Event.id).where(old).order_by(Event.id)).all():
        # Under the lock, as somebody may just take it back.
        event = lock(session, event_id)
        if event.deleted_at is None:
            continue
        delete_for_good(session, event, act, by=Actor.DELETION)


def delete_for_good(session: Session, event: Event, act: Act, *, by: str | None = None) -> None:
    """Delete an event that nobody has signed up for; the log keeps that there was something."""
    session.execute(delete(LogEntry).where(LogEntry.event_id == event.id))
    note(session, Verb.DELETE_EVENT, act, by=by, old={"event": event.key})
    session.delete(event)


def only_without_sign_ups(session: Session, event: Event) -> None:
    if session.scalar(select(exists().where(Registration.event_id == event.id))):
        raise HasSignUps(event.key)
