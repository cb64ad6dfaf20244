"""Between a programme file and the database."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ikw.model import Event, LogEntry, Organisation, Programme, Series, Venue
from ikw.programmes.file import TABLES, ProgrammeFile

#: In the order in which rows can name each other.
MODELS: dict[str, type[Any]] = {
    "organisation": Organisation,
    "venue": Venue,
    "series": Series,
    "event": Event,
}

#: A change of these is one that calendars must hear of (RFC 5545, 3.8.7.4).
TELLS_CALENDARS = ("date", "start", "end_date", "end", "hours", "venue", "room", "called_off_at")


def load(session: Session, file: ProgrammeFile, *, now: datetime) -> Counter[str]:
    """Bring the database to what the file says, row by row and by key; call it inside write().

    Rows that the file does not name stay as they are, and so do all registrations. Returns how
    many rows were added, changed and left alone.
    """
    known: dict[str, dict[str, Any]] = {
        name: {row.key: row for row in session.scalars(select(model))}
        for name, model in MODELS.items()
    }
    tally: Counter[str] = Counter()
    moved: list[Venue] = []
    for name in MODELS:
        for values in file.rows[name]:
            outcome = _store(session, name, values, known, now)
            tally[outcome] += 1
            if name == "venue" and outcome == "changed":
                moved.append(known["venue"][values["key"]])
    for event in known["event"].values():
        # Where an event is belongs to its entry in calendars, also when the venue says it anew.
        if event.venue in moved and event.changed_at != now:
            event.changed_at = now
            event.sequence += 1
    programme = session.get_one(Programme, 1)
    # One example among the programmes makes the whole site an example.
    if file.example and not programme.example:
        programme.example = True
    return tally


def _store(
    session: Session,
    name: str,
    values: dict[str, Any],
    known: dict[str, dict[str, Any]],
    now: datetime,
) -> str:
    row = known[name].get(values["key"])
    is_new = row is None
    if row is None:
        row = known[name][values["key"]] = MODELS[name]()
    before = {} if is_new else _values(row, name)
    if before == values:
        return "unchanged"
    for attribute, value in values.items():
        setattr(row, attribute, _resolve(attribute, value, known))
    if name == "event":
        _note_change(session, row, before, values, now)
    session.add(row)
    return "added" if is_new else "changed"


def _resolve(attribute: str, value: Any, known: dict[str, dict[str, Any]]) -> Any:
    if attribute == "hosts":
        return [known["organisation"][key] for key in value]
    if attribute in {"series", "venue", "former_venue"} and value is not None:
        return known[attribute.removeprefix("former_")][value]
    return value


def _note_change(
    session: Session, event: Event, before: dict[str, Any], after: dict[str, Any], now: datetime
) -> None:
    event.changed_at = now
    if not before:
        event.created_at = event.published_at = now
        return
    changed = [name for name in TELLS_CALENDARS if before[name] != after[name]]
    if changed:
        event.sequence += 1
        session.add(
            LogEntry(
                at=now,
                actor="programme file",
                verb="change",
                event_id=event.id,
                old={name: str(before[name]) for name in changed},
                new={name: str(after[name]) for name in changed},
            )
        )


def dump(session: Session) -> ProgrammeFile:
    """Return the whole programme as a file would say it, in an order that does not vary."""
    programme = session.get_one(Programme, 1)
    orders: dict[str, Any] = {
        "series": Series.key,
        "organisation": Organisation.key,
        "venue": Venue.key,
        "event": Event.id,
    }
    rows = {
        name: [_values(row, name) for row in session.scalars(select(model).order_by(orders[name]))]
        for name, model in MODELS.items()
    }
    return ProgrammeFile(example=programme.example, rows=rows)


def _values(row: Any, name: str) -> dict[str, Any]:
    """Return a row's values as a file would give them: other rows by their keys."""
    values = {}
    for field in TABLES[name]:
        value = getattr(row, field.attribute)
        if field.attribute == "hosts":
            value = [host.key for host in value]
        elif field.attribute in {"series", "venue", "former_venue"}:
            value = value.key if value else None
        values[field.attribute] = value
    return values
