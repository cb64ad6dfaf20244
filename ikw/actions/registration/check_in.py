"""At the door: who has come, how many of them, and who came without a sign-up.

Telephones at the door may have no network for a while. What they noted comes later and in any
order, and counts in the order of time (docs/decisions/0011).
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, func, select
from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.locking import lock
from ikw.actions.log import note
from ikw.model import DoorAct, Event, Registration
from ikw.model.verbs import Verb


class NotSeated(ValueError):
    """The party has no place: it waits, or has cancelled."""


def check_in(
    session: Session, registration: Registration, arrived: int, act: Act, *, key: str | None = None
) -> bool:
    """Note that so many of a party came, at this moment. Return whether they were not in before.

    With the `key` that a telephone made for it, what is sent twice is noted once. Raises NotSeated.
    """
    event = lock(session, registration.event_id)
    session.refresh(registration)
    if not registration.is_seated:
        raise NotSeated
    before = registration.arrived
    arrived = max(1, min(arrived, registration.seats))
    if not _note(session, event, "in", act.now, key, registration, arrived):
        return False
    _work_out(session, registration, Verb.CHECK_IN, act)
    return before == 0


def undo_check_in(
    session: Session, registration: Registration, act: Act, *, key: str | None = None
) -> None:
    """Take arrivals until this moment back, e.g. of the wrong party; who came later stays in."""
    event = lock(session, registration.event_id)
    session.refresh(registration)
    if _note(session, event, "out", act.now, key, registration):
        _work_out(session, registration, Verb.UNDO_CHECK_IN, act)


def _note(
    session: Session,
    event: Event,
    what: str,
    at: datetime,
    key: str | None,
    registration: Registration | None = None,
    arrived: int = 0,
) -> bool:
    """Remember what was noted at the door; the event is locked. Return whether it is new."""
    if key is not None and session.get(DoorAct, key) is not None:
        return False
    if key is not None and registration is not None:
        at = _after_its_last(session, registration, key, at)
    session.add(
        DoorAct(
            key=key or secrets.token_hex(16),
            event_id=event.id,
            registration_id=registration.id if registration else None,
            what=what,
            arrived=arrived,
            at=at,
        )
    )
    session.flush()
    return True


def _after_its_last(
    session: Session, registration: Registration, key: str, at: datetime
) -> datetime:
    """Return a moment after what the same telephone has brought before of this party.

    How long ago something was says nothing of how long it took to arrive: of two acts in a row the
    second would come first now and then.
    """
    telephone = key.partition(".")[0]
    before = select(func.max(DoorAct.at)).where(
        DoorAct.registration_id == registration.id,
        DoorAct.key.startswith(f"{telephone}.", autoescape=True),
    )
    last = session.scalar(before)
    return at if last is None else max(at, last + timedelta(microseconds=1))


def _work_out(session: Session, registration: Registration, verb: Verb, act: Act) -> None:
    """Work out from all that was noted, in the order of time, since when how many are in; log it.

    So it does not matter which telephone is heard first: the first arrival that nobody took back
    gives the time, the last one the number.
    """
    mine = select(DoorAct).where(DoorAct.registration_id == registration.id)
    # What was taken back in the moment of arriving came after it.
    noted = sorted(session.scalars(mine), key=lambda one: (one.at, one.what == "out", one.key))
    before = registration.arrived
    arrivals: list[DoorAct] = []
    for one in noted:
        arrivals = [] if one.what == "out" else [*arrivals, one]
    registration.checked_in_at = arrivals[0].at if arrivals else None
    registration.arrived = min(arrivals[-1].arrived, registration.seats) if arrivals else 0
    if registration.arrived != before:
        old, new = {"arrived": before}, {"arrived": registration.arrived}
        note(session, verb, act, registration=registration, old=old, new=new)


def forget_arrival(session: Session, registration: Registration) -> None:
    """Let a party that cancels after all never have come; the event is locked."""
    registration.checked_in_at, registration.arrived = None, 0
    session.execute(delete(DoorAct).where(DoorAct.registration_id == registration.id))


def count_walk_ins(
    session: Session, event_id: int, people: int, act: Act, *, key: str | None = None
) -> Event:
    """Count people who came without a sign-up; a negative number takes some back.

    With the `key` that a telephone made for it, what is sent twice is counted once.
    """
    event = lock(session, event_id)
    if not _note(session, event, "walk-in", act.now, key):
        return event
    before = event.walked_in
    event.walked_in = max(0, before + people)
    if event.walked_in != before:
        note(
            session,
            Verb.COUNT_WALK_INS,
            act,
            event=event,
            old={"walked_in": before},
            new={"walked_in": event.walked_in},
        )
    return event


#: What the list at the door says of a party: rows, as thousands of objects take far longer.
ON_THE_LIST = (
    Registration.id,
    Registration.code,
    Registration.name,
    Registration.seats,
    Registration.arrived,
    Registration.checked_in_at,
)


def parties_at_the_door(
    session: Session, event: Event, *, with_companions: bool = False
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return all who might come to the door: with a place, or waiting for one, by name.

    A row has what the list says, and with `with_companions` who comes along.
    """
    columns = (*ON_THE_LIST, Registration.companions) if with_companions else ON_THE_LIST
    mine = select(*columns).where(
        Registration.event_id == event.id, Registration.cancelled_at.is_(None)
    )
    return session.execute(mine.order_by(Registration.name, Registration.id)).all()
