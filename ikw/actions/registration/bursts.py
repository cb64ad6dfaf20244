"""Bursts: many sign-ups for one event from one network within a minute, as a program makes them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.registration.cancel import cancel
from ikw.actions.registration.party import SignUpClosed
from ikw.model import Event, Registration

#: So many within so long are a burst; a family at one table is slower.
MANY = 6
WITHIN = timedelta(minutes=1)


def in_bursts(session: Session, event: Event) -> list[int]:
    """Return the ids of the parties that came in bursts and have not cancelled."""
    mine = select(Registration.network, Registration.created_at, Registration.id).where(
        Registration.event_id == event.id,
        Registration.network.is_not(None),
        Registration.cancelled_at.is_(None),
    )
    by_network: dict[str | None, list[tuple[datetime, int]]] = defaultdict(list)
    for network, created_at, number in session.execute(mine.order_by(Registration.created_at)):
        by_network[network].append((created_at, number))
    return sorted(number for parties in by_network.values() for number in _dense(parties))


def _dense(parties: list[tuple[datetime, int]]) -> set[int]:
    """Return those of a list, in order of time, that have many others within a minute."""
    found: set[int] = set()
    for first in range(len(parties) - MANY + 1):
        window = parties[first : first + MANY]
        if window[-1][0] - window[0][0] <= WITHIN:
            found.update(number for _created_at, number in window)
    return found


def cancel_all(session: Session, event: Event, numbers: Iterable[int], act: Act) -> int:
    """Cancel parties of an event at once; return how many. Those that cannot be are left."""
    mine = select(Registration).where(
        Registration.event_id == event.id,
        Registration.id.in_(list(numbers)),
        Registration.cancelled_at.is_(None),
    )
    count = 0
    for registration in session.scalars(mine.order_by(Registration.id)).all():
        try:
            cancel(session, registration, act)
        except SignUpClosed:
            continue
        count += 1
    return count
