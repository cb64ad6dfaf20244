"""How many places an event has, and until when people sign up."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.locking import lock
from ikw.actions.log import note
from ikw.actions.registration.places import offer_places
from ikw.model import Event
from ikw.model.verbs import Verb


def set_sign_up_end(session: Session, event_id: int, closes: datetime | None, act: Act) -> Event:
    """Close sign-up at a moment, be it now, or by None leave it open until the event begins."""
    event = lock(session, event_id)
    before = event.sign_up_closes
    if before != closes:
        event.sign_up_closes = closes
        event.touch(act.now)
        verb = Verb.REOPEN_SIGN_UP if closes is None else Verb.CLOSE_SIGN_UP
        note(session, verb, act, event=event, old=_moment(before), new=_moment(closes))
    return event


def _moment(closes: datetime | None) -> dict[str, Any]:
    return {"sign_up_closes": closes.isoformat()} if closes else {}


def set_places(
    session: Session, event_id: int, capacity: int | None, reserved: int, act: Act
) -> Event:
    """Set how many fit and how many places are kept back; the waiting list moves up, letters go.

    Nobody is dropped when there are fewer than are taken: `event.is_overfull` tells.
    """
    event = lock(session, event_id)
    before = {"capacity": event.capacity, "reserved": event.reserved}
    after = {"capacity": capacity, "reserved": reserved}
    if before != after:
        event.capacity, event.reserved = capacity, reserved
        event.touch(act.now)
        note(session, Verb.CHANGE_CAPACITY, act, event=event, old=before, new=after)
        offer_places(session, event, act)
    return event
