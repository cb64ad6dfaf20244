"""Letters that anybody can cause are few: nobody's mailbox is to be filled with somebody's help."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from ikw.model import Letter, Registration
from ikw.model.letter_kinds import LetterKind, kinds

#: Letters that anybody can cause who knows an address, or the link to a sign-up in its name.
BY_STRANGERS = kinds(lambda facts: facts.by_strangers)

#: So many of them a mailbox gets in 24 hours, from all events together; the last few are for links
#: that somebody has lost, so that a stranger cannot use those up as well.
A_DAY = 20
FOR_LINKS = 4


#: Written once: every sign-up asks. What was taken back before anyone tried to send it was none.
_WRITTEN = select(func.count()).where(
    Letter.mailbox == bindparam("mailbox"),
    Letter.created_at > bindparam("since"),
    Letter.kind.in_(BY_STRANGERS),
    or_(Letter.withdrawn_at.is_(None), Letter.tries > 0),
)


def is_used_up(session: Session, kind: LetterKind, mailbox: str | None, now: datetime) -> bool:
    """Return whether a letter of this kind would be one too many for a mailbox today."""
    if mailbox is None or not kind.facts.by_strangers:
        return False
    since = {"mailbox": mailbox, "since": now - timedelta(days=1)}
    most = A_DAY if kind == LetterKind.LINK else A_DAY - FOR_LINKS
    return (session.scalar(_WRITTEN, since) or 0) >= most


def is_withheld(session: Session, registration: Registration) -> bool:
    """Return whether the last letter to a party was one too many, so that the page must do."""
    if registration.email is None:
        return False
    last = (
        select(Letter.facts)
        .where(Letter.registration_id == registration.id, Letter.to == registration.email)
        .order_by(Letter.id.desc())
        .limit(1)
    )
    return bool((session.scalar(last) or {}).get("withheld"))
