"""The picture of an event."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.locking import lock
from ikw.actions.log import note
from ikw.model import Event, Picture
from ikw.model.verbs import Verb


def set_picture(session: Session, event_id: int, values: dict[str, Any], act: Act) -> Event:
    """Give an event a picture, or other words for the one that it has."""
    event = lock(session, event_id)
    if event.picture is None:
        event.picture = Picture(**values)
    else:
        for name, value in values.items():
            setattr(event.picture, name, value)
    event.touch(act.now)
    note(session, Verb.SET_PICTURE, act, event=event, new={"alt": values["alt"]})
    return event


def remove_picture(session: Session, event_id: int, act: Act) -> Event:
    """Take the picture of an event away."""
    event = lock(session, event_id)
    if event.picture is not None:
        event.picture = None
        event.touch(act.now)
        note(session, Verb.REMOVE_PICTURE, act, event=event)
    return event
