"""From the draft to the programme, and back."""

from __future__ import annotations

from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.event.bin import only_without_sign_ups
from ikw.actions.locking import lock
from ikw.actions.log import note
from ikw.model import Event
from ikw.model.verbs import Verb


def submit(session: Session, event_id: int, act: Act) -> Event:
    """Hand a draft in, so that the coordination can publish it."""
    event = lock(session, event_id)
    if event.is_draft:
        event.submitted_at = act.now
        note(session, Verb.SUBMIT_EVENT, act, event=event)
    return event


def hand_back(session: Session, event_id: int, act: Act) -> Event:
    """Give what was handed in back to who wrote it."""
    event = lock(session, event_id)
    if event.is_submitted:
        event.submitted_at = None
        note(session, Verb.HAND_BACK_EVENT, act, event=event)
    return event


def publish(session: Session, event_id: int, act: Act) -> Event:
    """Show it to everyone."""
    event = lock(session, event_id)
    if event.published_at is None and event.deleted_at is None:
        event.published_at = act.now
        event.touch(act.now)
        note(session, Verb.PUBLISH_EVENT, act, event=event)
    return event


def withdraw(session: Session, event_id: int, act: Act) -> Event:
    """Take it out of the programme again, before anybody has signed up. Raises HasSignUps."""
    event = lock(session, event_id)
    if event.published_at is not None:
        only_without_sign_ups(session, event)
        event.published_at = event.submitted_at = None
        note(session, Verb.WITHDRAW_EVENT, act, event=event)
    return event
