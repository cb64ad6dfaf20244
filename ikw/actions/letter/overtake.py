"""A letter about a sign-up takes the place of older ones that are still to be sent.

A mail server may put a letter off for two days. What is written meanwhile does not wait for it: the
newer letter goes, and the older one is withdrawn, so that nobody reads "you are signed up" after
"you have cancelled". Only letters that tell how things stood when they were written become untrue;
news and reminders are composed when they leave, and are left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, true
from sqlalchemy.orm import Session, aliased

from ikw.model import Letter, Registration
from ikw.model.letter import has_failed, still_open
from ikw.model.letter_kinds import LetterKind, kinds

#: Letters that say how a sign-up stood when they were written.
OF_THE_MOMENT = kinds(lambda facts: facts.of_the_moment)


def withdraw_older(
    session: Session,
    registration: Registration,
    kind: LetterKind,
    to: str | None,
    *,
    now: datetime,
    untried: bool,
) -> Sequence[Letter]:
    """Withdraw what the mail server has put off, and a new letter of this kind makes untrue.

    With `untried`, also what was not tried yet and would else leave before it. Letters of changes
    become one in any case. Returns the letters that were withdrawn.
    """
    if not kind.facts.of_the_moment or to is None or registration.id is None:
        return []
    waits: list[ColumnElement[bool]] = [Letter.failure.is_not(None), has_failed()]
    if untried or kind == LetterKind.CHANGED:
        same = true() if untried else Letter.kind == kind
        waits.append(and_(Letter.tries == 0, same))
    return _withdraw(session, _older(registration.id, to).where(or_(*waits)), now)


def overtake(session: Session, letter: Letter, *, now: datetime) -> None:
    """Withdraw what was being sent when this letter was written, and has failed since.

    The letter is locked. Raises OperationalError where somebody else holds an older one just now:
    waiting for it, with one locked, could be waiting for each other.
    """
    if letter.registration_id is None or not letter.kind.facts.of_the_moment or letter.to is None:
        return
    older = _older(letter.registration_id, letter.to).where(Letter.id < letter.id)
    withdrawn = _withdraw(session, older.with_for_update(nowait=True), now)
    if letter.sequence is None:
        letter.sequence = last_sequence_of(withdrawn)


def last_sequence_of(letters: Sequence[Letter]) -> int | None:
    """Return the SEQUENCE of the calendar entry that letters would have brought."""
    return max((one.sequence for one in letters if one.sequence is not None), default=None)


def _older(registration_id: int, to: str) -> Select[Letter]:
    return (
        select(Letter)
        .where(
            Letter.registration_id == registration_id,
            Letter.to == to,
            Letter.kind.in_(OF_THE_MOMENT),
            or_(still_open(), has_failed()),
        )
        .order_by(Letter.id)
    )


def _withdraw(session: Session, letters: Select[Letter], now: datetime) -> Sequence[Letter]:
    found = session.scalars(letters).all()
    for letter in found:
        if letter.failure is not None:
            # It waits for its next try, and not for an answer: nobody is behind it.
            letter.next_try_at = None
        letter.withdrawn_at, letter.failure = now, None
    return found


def is_being_sent(session: Session, registration: Registration, to: str | None) -> bool:
    """Return whether a letter about a sign-up is in the mail server's hands just now."""
    if registration.id is None or to is None:
        return False
    leased = _older(registration.id, to).where(Letter.tries > 0, Letter.failure.is_(None))
    return session.scalar(leased.where(still_open()).limit(1)) is not None


def is_behind_another(now: datetime) -> ColumnElement[bool]:
    """The condition of letters while another about the same sign-up is just being sent."""
    other = aliased(Letter)
    is_sent = and_(other.tries > 0, other.failure.is_(None), other.next_try_at > now)
    return exists().where(
        other.registration_id == Letter.registration_id,
        other.to == Letter.to,
        other.id != Letter.id,
        is_sent,
        other.sent_at.is_(None),
        other.failed_at.is_(None),
    )
