"""The waiting list in the order of arrival."""

from __future__ import annotations

from sqlalchemy import Select, bindparam, func, select, tuple_
from sqlalchemy.orm import Session

from ikw.model import Registration

#: Who waits for an event, in order of arrival; written once, as every sign-up asks.
QUEUE = (
    select(Registration)
    .where(Registration.event_id == bindparam("event_id"), Registration.queued_at.is_not(None))
    .order_by(Registration.queued_at, Registration.id)
)


def queue(event_id: int) -> Select[Registration]:
    """Select who waits for this event, in order of arrival."""
    return QUEUE.params(event_id=event_id)


def position(session: Session, registration: Registration) -> int:
    """Return the place in the line, from 1."""
    ahead = (
        select(func.count())
        .select_from(Registration)
        .where(
            Registration.event_id == registration.event_id,
            Registration.queued_at.is_not(None),
            tuple_(Registration.queued_at, Registration.id)
            < tuple_(registration.queued_at, registration.id),
        )
    )
    return 1 + (session.scalar(ahead) or 0)
