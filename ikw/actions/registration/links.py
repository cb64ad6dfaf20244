"""Sending the links of an address to it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.letter.write import write_letter
from ikw.actions.locking import lock_all
from ikw.model import Event, Registration
from ikw.model.letter_kinds import LetterKind


def send_links(session: Session, email: str, act: Act) -> int:
    """Write a letter with the link for each registration of this address that is not over.

    Returns how many there are.
    """
    mine = (
        select(Registration)
        .where(Registration.email == email, Registration.cancelled_at.is_(None))
        .order_by(Registration.id)
    )
    # Numbers of invitations are given under the lock of their event.
    lock_all(session, Event.id.in_(mine.order_by(None).with_only_columns(Registration.event_id)))
    coming = [one for one in session.scalars(mine) if not one.event.is_over(act.now)]
    for registration in coming:
        # Whoever asks for a letter there believes in the address: it is tried again.
        registration.unreachable_at = None
        write_letter(session, registration, LetterKind.LINK, act)
    return len(coming)
