"""The picture of an event."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.locking import lock
from ikw.model import Event, LogEntry, Picture


def set_picture(session: Session, event_id: int, values: dict[str, Any], act: Act) -> Event:
    """Give an event a picture, or other words for the one that it has."""
    event = lock(session, event_id)
    if event.picture is None:
        event.picture = Picture(**values)
    else:
        for name, value in values.items():
            setattr(event.picture, name, value)
    _log(session, "set picture", event, act, new={"alt": values["alt"]})
    return event


def remove_picture(session: Session, event_id: int, act: Act) -> Event:
    """Take the picture of an event away."""
    event = lock(session, event_id)
    if event.picture is not None:
        event.picture = None
        _log(session, "remove picture", event, act)
    return event


def _log(session: Session, verb: str, event: Event, act: Act, **what: dict[str, Any]) -> None:
    session.add(LogEntry(at=act.now, actor=act.by, verb=verb, event=event, **what))
