"""Undoing what a file has made and changed, as far as nobody has touched it since."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import exists, inspect, select
from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.event.bin import delete_for_good
from ikw.actions.event.edit import edit_event, stated, version
from ikw.actions.locking import lock_all
from ikw.actions.log import note
from ikw.actions.series import rows
from ikw.model import (
    Cost,
    Event,
    Import,
    Organisation,
    Picture,
    Registration,
    Series,
    Task,
    Venue,
)
from ikw.model.fields import EVENT, Field, Kind
from ikw.model.verbs import Verb


class Why(StrEnum):
    """Why something is left as it is."""

    PUBLISHED = "published"
    SIGNED_UP = "signed up"
    EDITED = "edited"
    #: It is in the bin, in another series, or gone.
    GONE = "gone"
    #: The day before is past by now, or it is called off.
    STUCK = "stuck"


@dataclass
class Undo:
    """What undoing removes and restores, and what it leaves with the reason."""

    removed: list[Event] = field(default_factory=list)
    #: Events with the values that they get back.
    restored: list[tuple[Event, dict[str, Any]]] = field(default_factory=list)
    #: Titles of events, each with the reason.
    left: list[tuple[str, Why]] = field(default_factory=list)


def undo_of(session: Session, done: Import, now: dt.date) -> Undo:
    """Return what undoing an import would do on a day in the town; nothing is changed."""
    found = Undo()
    keys = [*done.made.get("event", {}), *done.changed]
    events = {
        event.key: event
        for event in session.scalars(select(Event).where(Event.key.in_(keys)).order_by(Event.id))
    }
    for key, known in done.made.get("event", {}).items():
        event = events.get(key)
        if (why := _why_it_stays(session, done, event, known)) is not None:
            found.left.append((event.title if event else key, why))
        elif event is not None:
            found.removed.append(event)
    for key, change in done.changed.items():
        event = events.get(key)
        if event is None or event.deleted_at or event.series_id != done.series_id:
            found.left.append((event.title if event else key, Why.GONE))
            continue
        values, is_whole = _values_before(session, event, change["fields"])
        if not is_whole:
            found.left.append((event.title, Why.EDITED))
        if _is_stuck(event, values, now):
            found.left.append((event.title, Why.STUCK))
        elif values:
            found.restored.append((event, values))
    return found


def undo(session: Session, done: Import, act: Act, today: dt.date) -> Undo:
    """Undo an import; whoever signed up is told of another time or place.

    Call it inside write().
    """
    session.scalars(select(Series.id).where(Series.id == done.series_id).with_for_update()).one()
    lock_all(session, Event.series_id == done.series_id)
    found = undo_of(session, done, today)
    for event in found.removed:
        delete_for_good(session, event, act)
    for event, values in found.restored:
        _restore(session, event, values, done.changed[event.key], act)
    session.flush()
    for model in (Venue, Organisation):
        _remove_rows(session, model, done.made.get(model.__tablename__, {}), act)
    note(
        session,
        Verb.UNDO_IMPORT,
        act,
        new={
            "series": done.series.key,
            "removed": len(found.removed),
            "restored": len(found.restored),
        },
    )
    session.delete(done)
    return found


def _why_it_stays(session: Session, done: Import, event: Event | None, known: str) -> Why | None:
    if event is None or event.deleted_at or event.series_id != done.series_id:
        return Why.GONE
    if event.published_at:
        return Why.PUBLISHED
    if _has(session, Registration, event):
        return Why.SIGNED_UP
    is_touched = any(_has(session, model, event) for model in (Task, Cost, Picture))
    if is_touched or event.submitted_at or version(event) != known:
        return Why.EDITED
    return None


def _has(session: Session, model: type[Any], event: Event) -> bool:
    return bool(session.scalar(select(exists().where(model.event_id == event.id))))


def _values_before(
    session: Session, event: Event, fields: dict[str, list[Any]]
) -> tuple[dict[str, Any], bool]:
    """Return what an event said before, of the fields that nobody has changed since, and if all."""
    now = stated(event)
    values: dict[str, Any] = {}
    for one in EVENT:
        if one.name not in fields:
            continue
        before, after = fields[one.name]
        try:
            if now[one.name] == after:
                values[one.name] = _typed(session, one, before)
        except LookupError:
            continue
    return values, len(values) == len(fields)


#: Which rows a field names.
MODELS: dict[str, type[Any]] = {"venue": Venue, "organisation": Organisation, "series": Series}


def _typed(session: Session, field: Field, value: Any) -> Any:
    """Return a value that was kept as JSON. Raises LookupError for a row that is gone."""
    if value is None:
        return None
    if field.kind is Kind.DATE:
        return dt.date.fromisoformat(value)
    if field.kind is Kind.TIME:
        return dt.time.fromisoformat(value)
    if field.kind in {Kind.MOMENT, Kind.STAMP}:
        return dt.datetime.fromisoformat(value)
    if field.kind is Kind.ROW:
        return _row(session, field, value)
    if field.kind is Kind.ROWS:
        return [_row(session, field, key) for key in value]
    return value


def _row(session: Session, field: Field, key: str) -> Any:
    model = MODELS[field.table]
    found = session.scalar(select(model).where(model.key == key))
    if found is None:
        raise LookupError(key)
    return found


def _is_stuck(event: Event, values: dict[str, Any], today: dt.date) -> bool:
    """Return whether edit_event() would refuse this."""
    is_past = "date" in values and values["date"] < today
    return is_past or (event.is_called_off and any(one.is_plan for one in _fields(values)))


def _fields(values: dict[str, Any]) -> Iterator[Field]:
    return (one for one in EVENT if one.name in values)


def _restore(
    session: Session, event: Event, values: dict[str, Any], change: dict[str, Any], act: Act
) -> None:
    edit_event(session, event.id, values, act, known=version(event))
    if event.published_at is None and len(values) == len(change["fields"]):
        # No calendar has seen what was in between.
        event.sequence = change["sequence"]
        event.changed_at = dt.datetime.fromisoformat(change["changed_at"])


def _remove_rows(session: Session, model: type[Any], made: dict[str, str], act: Act) -> None:
    """Remove venues or hosts that nothing names now, and of which nothing was entered since."""
    for row in session.scalars(select(model).where(model.key.in_(made)).order_by(model.id)).all():
        bare = model(key=row.key, name=made[row.key])
        said = {column.key for column in inspect(model).columns} - {"id"}
        is_untouched = all(
            (getattr(row, name) or None) == (getattr(bare, name) or None) for name in said
        )
        if is_untouched and not rows.is_used(session, row):
            rows.remove(session, row, act)
