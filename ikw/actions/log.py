"""The log: who did what, without a name."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from ikw.model import LogEntry, Registration

#: How the log names who signed up, and what happens by itself.
CITIZEN = "citizen"

WAITING_LIST = "waiting list"


def size(registration: Registration) -> dict[str, Any]:
    """Return what letters and log say of a party's places."""
    return {"places": registration.places, "seats": registration.seats}


def log(
    session: Session,
    registration: Registration,
    verb: str,
    now: datetime,
    *,
    actor: str = CITIZEN,
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
