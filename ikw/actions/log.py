"""The log: who did what, when, without a name."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.model import Event, LogEntry, Registration
from ikw.model.verbs import Verb


def note(
    session: Session,
    verb: Verb,
    act: Act,
    *,
    event: Event | None = None,
    registration: Registration | None = None,
    old: dict[str, Any] | None = None,
    new: dict[str, Any] | None = None,
    by: str | None = None,
    at: datetime | None = None,
) -> None:
    """Note what was done, about which event or sign-up, with the old and the new.

    `by` where it happened by itself as somebody acted, `at` where it did not happen at the act's
    moment in the town.
    """
    session.add(
        LogEntry(
            at=at or act.now,
            actor=by or act.by,
            verb=verb,
            event=registration.event if registration else event,
            registration=registration,
            old=old or {},
            new=new or {},
        )
    )


def plain(value: Any) -> Any:
    """Return what a field says as JSON can hold it, other rows by their keys."""
    if isinstance(value, str | int | float | None):
        return value
    if isinstance(value, date | time):
        return value.isoformat()
    if hasattr(value, "key"):
        return value.key
    # Words, questions or figures, or rows: an association proxy is a list, too.
    return [getattr(one, "key", one) for one in value]


def size(registration: Registration) -> dict[str, Any]:
    """Return what letters and log say of a party's places."""
    return {"places": registration.places, "seats": registration.seats}
