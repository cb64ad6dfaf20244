"""The personal calendar: all registrations of an e-mail address behind one secret link.

The link only ever goes to the address itself: whoever signs up with a wrong address, be it by
mistake, does not get to see what else its owner has signed up for.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ikw.actions.links import Link
from ikw.actions.telling import write_letter
from ikw.model import Registration


def join_calendar(session: Session, registration: Registration, link: Link) -> None:
    """Put a registration into the calendar of its address; the first one opens it with `link`."""
    registration.calendar_seed = registration.calendar_hash = None
    if registration.email is None:
        return
    known = session.execute(
        select(Registration.calendar_seed, Registration.calendar_hash).where(
            Registration.email == registration.email, Registration.calendar_hash.is_not(None)
        )
    ).first()
    seed, mark = known or (link.seed, link.hash)
    registration.calendar_seed, registration.calendar_hash = seed, mark


def renew_calendar(session: Session, email: str, link: Link, *, now: datetime) -> None:
    """End the old link to the calendar of an address and send the new one there."""
    session.execute(
        update(Registration)
        .where(Registration.email == email)
        .values(calendar_seed=link.seed, calendar_hash=link.hash)
    )
    newest = (
        select(Registration).where(Registration.email == email).order_by(Registration.id.desc())
    )
    registration = session.scalars(newest.limit(1).execution_options(populate_existing=True)).one()
    write_letter(session, registration, "calendar", now)
