"""From the draft to the programme, and back."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.event.bin import only_without_sign_ups
from ikw.actions.locking import lock
from ikw.model import Event, LogEntry


def submit(session: Session, event_id: int, act: Act) -> Event:
    """Hand a draft in, so that the coordination can publish it."""
    event = lock(session, event_id)
    if event.is_draft:
        event.submitted_at = act.now
        _log(session, "submit event", event, act)
    return event


def hand_back(session: Session, event_id: int, act: Act) -> Event:
    """Give what was handed in back to who wrote it."""
    event = lock(session, event_id)
    if event.is_submitted:
        event.submitted_at = None
        _log(session, "hand back event", event, act)
    return event


def publish(session: Session, event_id: int, act: Act) -> Event:
    """Show it to everyone."""
    event = lock(session, event_id)
    if event.published_at is None and event.deleted_at is None:
        event.published_at = act.now
        event.changed_at = act.now
        _log(session, "publish event", event, act)
    return event


def withdraw(session: Session, event_id: int, act: Act) -> Event:
    """Take it out of the programme again, before anybody has signed up. Raises HasSignUps."""
    event = lock(session, event_id)
    if event.published_at is not None:
        only_without_sign_ups(session, event)
        event.published_at = event.submitted_at = None
        _log(session, "withdraw event", event, act)
    return event


def _log(session: Session, verb: str, event: Event, act: Act, **what: dict[str, Any]) -> None:
    session.add(LogEntry(at=act.now, actor=act.by, verb=verb, event=event, **what))
