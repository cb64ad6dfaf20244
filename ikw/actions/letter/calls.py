"""The call list: what people have to be told who have no e-mail, or whose letter failed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, and_, or_, select, update
from sqlalchemy.orm import Session, joinedload

from ikw.actions.act import Act
from ikw.model import Event, Letter, Registration
from ikw.model.letter import has_failed, still_open
from ikw.model.letter_kinds import kinds

#: Letters about a mailbox or a link: on the telephone they make no sense.
ABOUT_MAIL = kinds(lambda facts: facts.about_mail)


class NobodyToCall(LookupError):
    """There is no such entry on the call list."""


def call_list(session: Session, *, now: datetime, real: datetime) -> list[Letter]:
    """Return what is to be told on the telephone, oldest first; what is past is left out.

    News are on it once the time has passed in which they wait for further changes.
    """
    letters = session.scalars(_open(real).order_by(Letter.id))
    return [
        letter
        for letter in letters
        if not letter.is_moot(now) and not (letter.party and letter.party.event.is_over(now))
    ]


def reached(session: Session, letter_id: int, act: Act) -> None:
    """Tick an entry off. Raises NobodyToCall when it is not on the list."""
    letter = session.scalar(_open(act.real).where(Letter.id == letter_id))
    if letter is None:
        raise NobodyToCall
    letter.reached_at = act.now


def note_unreachable(session: Session, letter_id: int, *, now: datetime) -> None:
    """Note that nobody has the address of a letter: what comes next is told on the telephone."""
    letter = session.get(Letter, letter_id)
    if letter is None or letter.to is None:
        return
    theirs = update(Registration).where(
        Registration.email == letter.to, Registration.unreachable_at.is_(None)
    )
    session.execute(theirs.values(unreachable_at=now))


def _open(real: datetime) -> Select[Letter]:
    to_be_called = and_(Letter.to.is_(None), still_open(), Letter.next_try_at <= real)
    failed = and_(has_failed(), Letter.kind.not_in(ABOUT_MAIL))
    return (
        select(Letter)
        .outerjoin(Registration)
        .where(or_(to_be_called, failed), Registration.cancelled_at.is_(None))
        .options(
            joinedload(Letter.party)
            .joinedload(Registration.event)
            .options(joinedload(Event.venue), joinedload(Event.series)),
            joinedload(Letter.mailing),
            joinedload(Letter.feedback),
        )
    )
