"""Venues, hosts and series: what events are made of."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from ikw.actions.announcing import Act
from ikw.actions.editing import new_key
from ikw.model import Event, EventHost, LogEntry, Organisation, Series, Venue
from ikw.model.programme import next_stamp

#: "change venue" is what moving an event to another one is called.
CHANGED = {
    "venue": "change venue data",
    "organisation": "change organisation",
    "series": "change series",
}

Row = TypeVar("Row", Venue, Organisation, Series)


def add(session: Session, model: type[Row], values: dict[str, Any], act: Act) -> Row:
    """Add a row with a key of its own."""
    row = model(key=new_key(session, model, values.get("name") or values["title"]), **values)
    session.add(row)
    table = model.__tablename__
    session.add(LogEntry(at=act.now, actor=act.by, verb=f"add {table}", new={table: row.key}))
    return row


def change(session: Session, row: Row, values: dict[str, Any], act: Act) -> None:
    """Change a row; the calendar entries of the events that name it are new with it."""
    table = type(row).__tablename__
    old = {name: getattr(row, name) for name in values if getattr(row, name) != values[name]}
    if not old:
        return
    for name in old:
        setattr(row, name, values[name])
    for event in session.scalars(_naming(row)):
        event.changed_at = next_stamp(event.changed_at, act.now)
    plain = {name: values[name] if _is_plain(values[name]) else str(values[name]) for name in old}
    before = {name: value if _is_plain(value) else str(value) for name, value in old.items()}
    session.add(
        LogEntry(
            at=act.now,
            actor=act.by,
            verb=CHANGED[table],
            old={table: row.key, **before},
            new=plain,
        )
    )


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float | list | None)


def _naming(row: Any) -> Any:
    if isinstance(row, Venue):
        named = or_(Event.venue_id == row.id, Event.former_venue_id == row.id)
    elif isinstance(row, Organisation):
        hosted = select(EventHost.event_id).where(EventHost.organisation_id == row.id)
        named = Event.id.in_(hosted)
    else:
        named = Event.series_id == row.id
    return select(Event).where(named).order_by(Event.id).with_for_update()
