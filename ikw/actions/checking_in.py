"""At the door: who has come, how many of them, and who came without a sign-up.

Telephones at the door may have no network for a while. What they noted comes later and in any
order; of two arrivals of one party the earliest counts (docs/decisions/0011).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ikw.actions.locking import lock
from ikw.actions.telling import log
from ikw.model import DoorAct, Event, LogEntry, Registration


class NotSeated(ValueError):
    """The party has no place: it waits, or has cancelled."""


def check_in(
    session: Session, registration: Registration, arrived: int, *, at: datetime, by: str
) -> bool:
    """Note that so many of a party came, at this moment. Return whether that was new.

    Said twice it is noted once, with the earlier time; another number corrects the first.
    Raises NotSeated.
    """
    lock(session, registration.event_id)
    session.refresh(registration)
    if not registration.is_seated:
        raise NotSeated
    arrived = max(1, min(arrived, registration.seats))
    before = {"arrived": registration.arrived}
    is_new = registration.checked_in_at is None
    if registration.checked_in_at is None or at < registration.checked_in_at:
        registration.checked_in_at = at
    if is_new or arrived != registration.arrived:
        registration.arrived = arrived
        log(session, registration, "check in", at, actor=by, old=before, new={"arrived": arrived})
    return is_new


def undo_check_in(session: Session, registration: Registration, *, at: datetime, by: str) -> None:
    """Take an arrival back, e.g. of the wrong party; one that was noted later stays."""
    lock(session, registration.event_id)
    session.refresh(registration)
    if registration.checked_in_at is None or registration.checked_in_at > at:
        return
    before = {"arrived": registration.arrived}
    registration.checked_in_at, registration.arrived = None, 0
    log(session, registration, "undo check in", at, actor=by, old=before)


def is_first_time(session: Session, event_id: int, key: str) -> bool:
    """Return whether a telephone brings this for the first time, and remember it."""
    lock(session, event_id)
    if session.get(DoorAct, key) is not None:
        return False
    session.add(DoorAct(key=key, event_id=event_id))
    return True


def count_walk_ins(
    session: Session,
    event_id: int,
    people: int,
    *,
    by: str,
    now: datetime,
    key: str | None = None,
) -> Event:
    """Count people who came without a sign-up; a negative number takes some back.

    With the `key` that a telephone made for it, what is sent twice is counted once.
    """
    event = lock(session, event_id)
    if key is not None and not is_first_time(session, event_id, key):
        return event
    before = event.walked_in
    event.walked_in = max(0, before + people)
    if event.walked_in != before:
        session.add(
            LogEntry(
                at=now,
                actor=by,
                verb="count walk-ins",
                event=event,
                old={"walked_in": before},
                new={"walked_in": event.walked_in},
            )
        )
    return event


def parties_at_the_door(session: Session, event: Event) -> list[Registration]:
    """Return all who might come to the door: with a place, or waiting for one, by name."""
    mine = select(Registration).where(
        Registration.event_id == event.id, Registration.cancelled_at.is_(None)
    )
    return list(session.scalars(mine.order_by(Registration.name, Registration.id)))
