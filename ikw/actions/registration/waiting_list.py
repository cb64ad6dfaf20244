"""The waiting list in the order of arrival."""

from __future__ import annotations

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import Session

from ikw.model import Registration


def queue(event_id: int) -> Select[Registration]:
    """Select who waits for this event, in order of arrival."""
    return (
        select(Registration)
        .where(Registration.event_id == event_id, Registration.queued_at.is_not(None))
        .order_by(Registration.queued_at, Registration.id)
    )


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
