"""Venues, hosts and series: what events are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import exists, false, or_, select
from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.event.bin import delete_for_good
from ikw.actions.keys import letters_of, new_key
from ikw.actions.locking import lock_all
from ikw.actions.log import note, plain
from ikw.model import (
    Call,
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
    "call": (),
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
    Call: Verbs(Verb.ADD_CALL, Verb.CHANGE_CALL, Verb.REMOVE_CALL),
}


class InUse(ValueError):
    """Something names the row still, be it in the bin."""


Row = TypeVar("Row", Venue, Organisation, Series, Call)


def add(session: Session, model: type[Row], values: dict[str, Any], act: Act) -> Row:
    """Add a row with a key of its own."""
    row = model(**values)
    row.key = new_key(session, model, title_of(row))
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


def alike(
    session: Session, model: type[Row], values: dict[str, Any], own: int | None
) -> Row | None:
    """Return another row of the same name, however it is written; of series, in the same year.

    `own` is the number of the row itself, where it is there already.
    """
    others = session.scalars(select(model).where(model.id != (own or 0)).order_by(model.id))
    named = {name: values[name] for name in ("name", "title", "first_day") if name in values}
    wanted = _names(model(**named))
    return next((row for row in others if _names(row) == wanted), None)


def are_alike(one: Row, other: Row) -> bool:
    """Return whether two rows have the same name, however it is written."""
    return _names(one) == _names(other)


def _names(row: Any) -> tuple[str, int | None]:
    if isinstance(row, Series):
        return letters_of(row.title), row.first_day.year
    return letters_of(row.name), None


def is_used(session: Session, row: Row) -> bool:
    """Return whether anything names a row: events, accounts, money.

    Of a venue or host those in the bin as well; drafts in the bin go with their series.
    """
    columns = NAMING[type(row).__tablename__]
    return any(
        session.scalar(select(exists().where(column == row.id, *_still_there(row, column))))
        for column in columns
    )


def _still_there(row: Row, column: Any) -> list[Any]:
    is_series = isinstance(row, Series) and column is Event.series_id
    return [Event.deleted_at.is_(None)] if is_series else []


def remove(session: Session, row: Row, act: Act) -> None:
    """Delete what nothing names, and with a series its drafts in the bin. Raises InUse."""
    if is_used(session, row):
        raise InUse(row.key)
    table = type(row).__tablename__
    old = {table: row.key, "title": title_of(row)}
    if isinstance(row, Series):
        for event in lock_all(session, Event.series_id == row.id):
            delete_for_good(session, event, act)
        session.flush()
    note(session, VERBS[type(row)].remove, act, old=old)
    session.delete(row)


def title_of(row: Any) -> str:
    """Return what a row is called, in the log and in its address."""
    if isinstance(row, Call):
        return f"{row.series.key} {row.kind}"
    return str(row.title if isinstance(row, Series) else row.name)


def _naming(row: Any) -> Any:
    if isinstance(row, Venue):
        named = or_(Event.venue_id == row.id, Event.former_venue_id == row.id)
    elif isinstance(row, Organisation):
        hosted = select(EventHost.event_id).where(EventHost.organisation_id == row.id)
        named = Event.id.in_(hosted)
    elif isinstance(row, Call):
        # No calendar tells of it.
        named = false()
    else:
        named = Event.series_id == row.id
    return select(Event).where(named).order_by(Event.id).with_for_update()
