"""From the draft to the programme, and back."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.event.bin import only_without_sign_ups
from ikw.actions.letter.tell_organisers import News, tell_clubs
from ikw.actions.locking import lock
from ikw.actions.log import note
from ikw.model import Event, LogEntry
from ikw.model.verbs import Verb


def submit(session: Session, event_id: int, act: Act) -> Event:
    """Hand a draft in, so that the coordination can publish it."""
    event = lock(session, event_id)
    if event.is_draft:
        event.submitted_at = act.now
        note(session, Verb.SUBMIT_EVENT, act, event=event)
    return event


def hand_back(session: Session, event_id: int, act: Act, *, reason: str | None = None) -> Event:
    """Give what was handed in back to who wrote it, and tell them why."""
    event = lock(session, event_id)
    if event.is_submitted:
        event.submitted_at = None
        new = {"reason": reason} if reason else {}
        note(session, Verb.HAND_BACK_EVENT, act, event=event, new=new)
        tell_clubs(session, event, News.RETURNED, act, reason=reason)
    return event


def why_it_came_back(session: Session, event: Event) -> str | None:
    """Return with what words a draft was given back last, if it was."""
    last = (
        select(LogEntry)
        .where(
            LogEntry.event_id == event.id,
            LogEntry.verb.in_({Verb.HAND_BACK_EVENT, Verb.SUBMIT_EVENT}),
        )
        .order_by(LogEntry.id.desc())
        .limit(1)
    )
    entry = session.scalar(last)
    if entry is None or entry.verb != Verb.HAND_BACK_EVENT:
        return None
    return str(entry.new.get("reason") or "")


def publish(session: Session, event_id: int, act: Act) -> Event:
    """Show it to everyone."""
    event = lock(session, event_id)
    if event.published_at is None and event.deleted_at is None:
        event.published_at = act.now
        event.touch(act.now)
        note(session, Verb.PUBLISH_EVENT, act, event=event)
        tell_clubs(session, event, News.PUBLISHED, act)
    return event


def withdraw(session: Session, event_id: int, act: Act) -> Event:
    """Take it out of the programme again, before anybody has signed up. Raises HasSignUps."""
    event = lock(session, event_id)
    if event.published_at is not None:
        only_without_sign_ups(session, event)
        event.published_at = event.submitted_at = None
        note(session, Verb.WITHDRAW_EVENT, act, event=event)
        tell_clubs(session, event, News.WITHDRAWN, act)
    return event
