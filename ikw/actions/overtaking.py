"""A letter that leaves takes along what older ones about the same sign-up still had to say.

A mail server may put a letter off for two days. What is written meanwhile does not wait for it: the
newer letter goes, and says all that is true. The older one is withdrawn, so that nobody reads "you
are signed up" after "you have cancelled".
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, aliased

from ikw.model import Letter
from ikw.model.letter import still_open

#: Letters that say how things stand, so that a newer one makes an older one untrue. What organisers
#: write is not among them, nor is the new address of the personal calendar.
OVERTAKING = frozenset(
    {
        "confirmed",
        "waiting",
        "moved_up",
        "changed",
        "cancelled",
        "link",
        "free",
        "address_changed",
        "event_changed",
        "reminder",
    }
)


def overtake(session: Session, letter: Letter, *, now: datetime) -> None:
    """Withdraw older letters that are still to be sent, and let this one say what they had to.

    The letter is locked. Raises OperationalError where somebody else holds an older one just now:
    waiting for it, with one locked, could be waiting for each other.
    """
    if letter.party is None or letter.kind not in OVERTAKING:
        return
    older = session.scalars(
        select(Letter)
        .where(
            Letter.registration_id == letter.registration_id,
            Letter.to == letter.to,
            Letter.kind.in_(OVERTAKING),
            Letter.id < letter.id,
            still_open(),
        )
        .order_by(Letter.id)
        .with_for_update(nowait=True)
    ).all()
    for one in older:
        one.withdrawn_at, one.failure = now, None
    if older:
        _take_along(letter, list(older))


def _take_along(letter: Letter, older: list[Letter]) -> None:
    facts = letter.facts | {"overtook": sorted({one.kind for one in older})}
    # What the party knows of the plan is what the first of them started from.
    if before := next((one.facts["before"] for one in older if "before" in one.facts), None):
        facts["before"] = before
    letter.facts = facts
    if letter.sequence is None:
        # The calendar entry that the older one would have brought.
        letter.sequence = max(
            (one.sequence for one in older if one.sequence is not None), default=None
        )


def is_behind_another(now: datetime) -> ColumnElement[bool]:
    """The condition of letters while another about the same sign-up is just being sent."""
    other = aliased(Letter)
    return exists().where(
        other.registration_id == Letter.registration_id,
        other.to == Letter.to,
        other.id != Letter.id,
        other.tries > 0,
        other.failure.is_(None),
        other.next_try_at > now,
        other.sent_at.is_(None),
        other.failed_at.is_(None),
        other.withdrawn_at.is_(None),
    )
