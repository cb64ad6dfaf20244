"""Telling that a process is at work, so that somebody notices when it is not."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from ikw.actions.upserting import insert_into
from ikw.model import Heartbeat


def beat(session: Session, name: str, *, now: datetime) -> None:
    """Note that a process is at work."""
    session.execute(
        insert_into(session, Heartbeat)
        .values(name=name, seen_at=now)
        .on_conflict_do_update(index_elements=["name"], set_={"seen_at": now})
    )
