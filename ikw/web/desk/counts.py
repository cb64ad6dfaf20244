"""How many have signed up for an event."""

from __future__ import annotations

from sqlalchemy import func, select

from ikw.db import session
from ikw.model import Event, Registration


def counts_of(event: Event) -> dict[str, int]:
    """Return how many parties and people have seats, wait, have cancelled and have come."""
    has_seats, waits = Registration.seats > 0, Registration.queued_at.is_not(None)
    came = Registration.checked_in_at.is_not(None)
    counted = select(
        func.count().filter(has_seats),
        func.coalesce(func.sum(Registration.seats), 0),
        func.count().filter(waits),
        func.coalesce(func.sum(Registration.places - Registration.seats).filter(waits), 0),
        func.count().filter(Registration.cancelled_at.is_not(None)),
        func.count().filter(came),
        func.coalesce(func.sum(Registration.arrived).filter(came), 0),
    ).where(Registration.event_id == event.id)
    names = ("parties", "people", "waiting", "waited_for", "cancelled", "came", "arrived")
    return dict(zip(names, session().execute(counted).one(), strict=True))
