"""Venues, hosts and series: what events are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.keys import new_key
from ikw.actions.log import note, plain
from ikw.model import (
    Event,
    EventHost,
    Organisation,
    Organiser,
    Series,
    SeriesHost,
    Source,
    Venue,
)
from ikw.model.verbs import Verb

#: What names each of them, so that it cannot go.
NAMING = {
    "venue": (Event.venue_id, Event.former_venue_id),
    "organisation": (
        EventHost.organisation_id,
        SeriesHost.organisation_id,
        Organiser.organisation_id,
    ),
    "series": (Event.series_id, Source.series_id),
}


@dataclass(frozen=True)
class Verbs:
    """What the log calls what is done to rows of one sort."""

    add: Verb
    change: Verb
    remove: Verb


VERBS: dict[type[Any], Verbs] = {
    Venue: Verbs(Verb.ADD_VENUE, Verb.CHANGE_VENUE_DATA, Verb.REMOVE_VENUE),
    Organisation: Verbs(Verb.ADD_ORGANISATION, Verb.CHANGE_ORGANISATION, Verb.REMOVE_ORGANISATION),
    Series: Verbs(Verb.ADD_SERIES, Verb.CHANGE_SERIES, Verb.REMOVE_SERIES),
}


class InUse(ValueError):
    """Something names the row still, be it in the bin."""


Row = TypeVar("Row", Venue, Organisation, Series)


def add(session: Session, model: type[Row], values: dict[str, Any], act: Act) -> Row:
    """Add a row with a key of its own."""
    row = model(key=new_key(session, model, values.get("name") or values["title"]), **values)
    session.add(row)
    table = model.__tablename__
    note(session, VERBS[type(row)].add, act, new={table: row.key})
    return row


def change(session: Session, row: Row, values: dict[str, Any], act: Act) -> None:
    """Change a row; the calendar entries of the events that name it are new with it."""
    table = type(row).__tablename__
    before = {name: plain(getattr(row, name)) for name in values}
    after = {name: plain(value) for name, value in values.items()}
    changed = [name for name in values if before[name] != after[name]]
    if not changed:
        return
    for name in changed:
        setattr(row, name, values[name])
    for event in session.scalars(_naming(row)):
        event.touch(act.now)
    # That an address has changed is said, and not from which to which.
    stated = [name for name in changed if name != "email"]
    note(
        session,
        VERBS[type(row)].change,
        act,
        old={table: row.key, **{name: before[name] for name in stated}},
        new={name: after[name] for name in stated},
    )


def is_used(session: Session, row: Row) -> bool:
    """Return whether anything names a row: events, those in the bin as well, accounts, money."""
    columns = NAMING[type(row).__tablename__]
    return any(session.scalar(select(exists().where(column == row.id))) for column in columns)


def remove(session: Session, row: Row, act: Act) -> None:
    """Take out what nothing names. Raises InUse."""
    if is_used(session, row):
        raise InUse(row.key)
    table = type(row).__tablename__
    title = row.title if isinstance(row, Series) else row.name
    old = {table: row.key, "title": title}
    note(session, VERBS[type(row)].remove, act, old=old)
    session.delete(row)


def _naming(row: Any) -> Any:
    if isinstance(row, Venue):
        named = or_(Event.venue_id == row.id, Event.former_venue_id == row.id)
    elif isinstance(row, Organisation):
        hosted = select(EventHost.event_id).where(EventHost.organisation_id == row.id)
        named = Event.id.in_(hosted)
    else:
        named = Event.series_id == row.id
    return select(Event).where(named).order_by(Event.id).with_for_update()
