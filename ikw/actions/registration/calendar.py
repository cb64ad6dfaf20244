"""The personal calendar: all registrations of an e-mail address behind one secret link.

The link only ever goes to the address itself: whoever signs up with a wrong address, be it by
mistake, does not get to see what else its owner has signed up for.
"""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.letter.write import write_letter
from ikw.actions.links import Link
from ikw.actions.upserting import insert_into
from ikw.model import PersonalCalendar, Registration
from ikw.model.letter_kinds import LetterKind


def open_calendar(session: Session, email: str | None, link: Link) -> None:
    """Open the calendar of an address with this link, unless it has one."""
    if email is None:
        return
    # Two sign-ups of one address may be the first at the same time. The update changes nothing, but
    # locks the row, so that it is not closed while this sign-up is on its way.
    session.execute(
        insert_into(session, PersonalCalendar)
        .values(email=email, link_hash=link.hash, link_seed=link.seed)
        .on_conflict_do_update(index_elements=["email"], set_={"email": email})
    )


def renew_calendar(session: Session, email: str, link: Link, act: Act) -> None:
    """End the old link to the calendar of an address and send the new one there."""
    mine = select(Registration).where(Registration.email == email).with_for_update()
    newest = session.scalars(mine.order_by(Registration.id.desc()).limit(1)).one_or_none()
    calendar = session.get_one(PersonalCalendar, email, with_for_update=True)
    if newest is None:
        # Its registrations went to another address; there is nothing to show any more.
        session.delete(calendar)
        return
    calendar.link_seed, calendar.link_hash = link.seed, link.hash
    write_letter(session, newest, LetterKind.CALENDAR, act)


def close_calendars(session: Session) -> None:
    """Forget the addresses that have no registrations any more."""
    in_use = select(Registration.email).where(Registration.email.is_not(None))
    unused = PersonalCalendar.email.not_in(in_use)
    locked = select(PersonalCalendar.email).where(unused).order_by(PersonalCalendar.email)
    idle = session.scalars(locked.with_for_update()).all()
    # Asked again under the lock: somebody may have signed up in the meantime.
    session.execute(delete(PersonalCalendar).where(PersonalCalendar.email.in_(idle), unused))
