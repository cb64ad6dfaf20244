"""What is told of an act: a letter to the party, an entry in the log, in the same transaction."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ikw.actions.queue import position
from ikw.model import Letter, LogEntry, Registration


def size(registration: Registration) -> dict[str, Any]:
    """Return what letters and log say of a party's places."""
    return {"places": registration.places, "seats": registration.seats}


def write_letter(
    session: Session, registration: Registration, kind: str, now: datetime, to: str | None = None
) -> None:
    """Put a letter into the outbox; those without an address have their page on paper."""
    address = to or registration.email
    if not address:
        return
    facts: dict[str, Any] = {
        **size(registration),
        # As they are now: a letter that is sent late must not carry a newer link or name.
        "seed": registration.link_seed,
        "name": registration.name,
        "companions": registration.companions,
    }
    if registration.missing:
        session.flush()
        facts["position"] = position(session, registration)
    session.add(
        Letter(
            registration=registration,
            kind=kind,
            to=address,
            language=registration.language,
            facts=facts,
            created_at=now,
        )
    )


def told_lately(session: Session, registration: Registration, now: datetime) -> bool:
    """Return whether a letter about free places was written in the last hour."""
    recent = select(Letter.id).where(
        Letter.registration_id == registration.id,
        Letter.kind == "free",
        Letter.created_at > now - timedelta(hours=1),
    )
    return session.scalar(recent.limit(1)) is not None


def send_links(session: Session, email: str, *, now: datetime) -> None:
    """Write a letter with the link for each registration of this address that is not over."""
    mine = select(Registration).where(
        func.lower(Registration.email) == email.lower(), Registration.cancelled_at.is_(None)
    )
    for registration in session.scalars(mine.order_by(Registration.id)):
        if not registration.event.is_over(now):
            write_letter(session, registration, "link", now)


def log(
    session: Session,
    registration: Registration,
    verb: str,
    now: datetime,
    *,
    actor: str = "citizen",
    old: dict[str, Any] | None = None,
    new: dict[str, Any] | None = None,
) -> None:
    """Note who did what, without a name."""
    session.add(
        LogEntry(
            at=now,
            actor=actor,
            verb=verb,
            event=registration.event,
            registration=registration,
            old=old or {},
            new=new or {},
        )
    )
