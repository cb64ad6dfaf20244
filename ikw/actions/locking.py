"""The locks under which events change, places are counted and invitations are numbered.

On PostgreSQL it is the lock of the event's row; on SQLite write() already keeps all other writers
out. What is counted lives in the row itself or is read after it: counting in the statement that
locks would count what was there before the wait (READ COMMITTED, PostgreSQL manual 13.2.1).
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.interfaces import ORMOption

from ikw.model import Event


def lock(session: Session, event_id: int, *options: ORMOption) -> Event:
    """Lock an event, and read the row anew, with what the options add."""
    return session.get_one(
        Event, event_id, options=options, with_for_update={"of": Event}, populate_existing=True
    )


def lock_all(session: Session, *which: ColumnElement[bool]) -> list[Event]:
    """Lock several events, in one order for all, so that no two writers wait for each other."""
    events = select(Event).where(*which).order_by(Event.id).with_for_update(of=Event)
    return list(session.scalars(events.execution_options(populate_existing=True)))
