"""Between a programme file and the database."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.event.announce import announce
from ikw.actions.locking import lock_all
from ikw.model import Call, Event, LogEntry, Organisation, Picture, Plan, Programme, Series, Venue
from ikw.model.fields import EVENT, Field, Kind
from ikw.model.verbs import DECISIONS, Verb
from ikw.programmes.fields import IN_FILE, write_fields
from ikw.programmes.file import DRAFTS, FaultyProgramme, ProgrammeFile

FIELDS = {
    table: {field.name: field for field, _codec in fields} for table, fields in IN_FILE.items()
}

#: In the order in which rows can name each other.
MODELS: dict[str, type[Any]] = {
    "organisation": Organisation,
    "venue": Venue,
    "series": Series,
    "event": Event,
    "call": Call,
}


#: Fields of an event that are decided upon together, by their names in a file.
TOGETHER = (
    ("date", "start", "end_date", "end", "hours"),
    ("venue", "room"),
    ("sign_up_opens", "sign_up_closes"),
    ("called_off", "postponed", "reason"),
    ("former_date", "former_start", "former_venue"),
)

#: What a file says of a new event only: who it is, and since when it is seen.
OF_NEW = ("uid", "sequence", "created_at", "changed_at", "submitted_at", "published_at", "draft")

#: All that commands and the desk decide upon, too; each group is taken whole.
GROUPS = (
    *TOGETHER,
    *[
        (field.in_file,)
        for field in EVENT
        if field.in_file not in {"key", "kind", "series"}.union(*TOGETHER)
        and field.name not in OF_NEW
    ],
)


def load(session: Session, file: ProgrammeFile, act: Act) -> Counter[str]:
    """Bring the database to what the file says, row by row and by key; call it inside write().

    Rows that the file does not name stay as they are, and so do all registrations and what was
    decided by command since the file said it last. Whoever signed up for an event that is at
    another time or place now is told so. Returns how many rows were added, changed and left alone.
    Raises FaultyProgramme for a UID that another event has.
    """
    # First, so that nobody signs up or changes the plan between reading and writing.
    events = lock_all(session)
    known: dict[str, dict[str, Any]] = {
        name: {row.key: row for row in session.scalars(select(model))}
        for name, model in MODELS.items()
        if model is not Event
    }
    known["event"] = {event.key: event for event in events}
    _refuse_strangers(file, known["event"])
    tally: Counter[str] = Counter()
    before = {event: Plan.of(event) for event in events}
    changed: set[Any] = set()
    for name in MODELS:
        for values in file.rows[name]:
            outcome = _store(session, name, values, known, act)
            tally[outcome] += 1
            if outcome == "changed":
                changed.add(known[name][values["key"]])
    for event, plan in before.items():
        # Where it is and who hosts it belongs to an event, also when only they say it anew.
        if changed & {event, event.venue, event.former_venue, *event.hosts}:
            announce(session, event, plan, Verb.CHANGE_PLAN, act)
    programme = session.get_one(Programme, 1)
    # One example among the programmes makes the whole site an example.
    if file.example and not programme.example:
        programme.example = True
    return tally


def _refuse_strangers(file: ProgrammeFile, events: dict[str, Event]) -> None:
    """Raise FaultyProgramme where a new event would be another one to calendars."""
    owners = {event.uid: key for key, event in events.items()}
    faults = []
    for row in file.rows["event"]:
        if row["uid"] and row["key"] not in events:
            if owner := owners.get(row["uid"]):
                faults.append(f"event {row['key']}: uid is that of event {owner}")
            owners[row["uid"]] = row["key"]
    if faults:
        raise FaultyProgramme(faults)


def _store(
    session: Session, name: str, values: dict[str, Any], known: dict[str, dict[str, Any]], act: Act
) -> str:
    row = known[name].get(values["key"])
    is_new = row is None
    if row is None:
        row = known[name][values["key"]] = MODELS[name]()
    if name == "event":
        if not is_new and not row.loaded and _was_decided_upon(session, row):
            # From before we kept what the file said: what was decided since must not be lost.
            row.loaded = _decidable(values)
        values = _keep_decisions(row, values)
    if not is_new:
        values = {attribute: v for attribute, v in values.items() if attribute not in OF_NEW}
        now = _values(row, name)
        if {attribute: now[attribute] for attribute in values} == values:
            return "unchanged"
    for attribute, value in _stamped(values, act).items():
        setattr(row, attribute, _resolve(name, attribute, value, known))
    session.add(row)
    return "added" if is_new else "changed"


def _stamped(values: dict[str, Any], act: Act) -> dict[str, Any]:
    """Return the values of a new row with what the file need not say: it is shown since now."""
    stamped = dict(values)
    if stamped.pop("draft", None) is False:
        stamped["published_at"] = values["published_at"] or act.now
    if "created_at" in values:
        stamped["created_at"] = values["created_at"] or act.now
        stamped["changed_at"] = values["changed_at"] or stamped["created_at"]
        stamped["uid"] = values["uid"] or str(uuid.uuid4())
    return stamped


def _keep_decisions(event: Event, values: dict[str, Any]) -> dict[str, Any]:
    """Return the values to store: the file's, but for what it says no differently than last time.

    So a time that was announced by command is still announced when the file is loaded again.
    """
    written, kept = _decidable(values), dict(values)
    if event.loaded:
        current = _values(event, "event")
        for group in GROUPS:
            # Of a field that the file could not have then, it said nothing.
            if all(written[name] == event.loaded.get(name) for name in group):
                kept |= {name: current[name] for name in map(_attribute, group)}
        if kept["date"] != event.date and not values["postponed_at"]:
            # A new date ends the waiting for one.
            kept["postponed_at"], kept["reason"] = None, values["reason"]
    event.loaded = written
    if (kept["former_date"], kept["former_start"]) == (kept["date"], kept["start"]):
        kept["former_date"] = kept["former_start"] = None
    if kept["former_venue"] == kept["venue"]:
        kept["former_venue"] = None
    return kept


def _decidable(values: dict[str, Any]) -> dict[str, Any]:
    """Return what a file says about all that can be decided otherwise, as the file writes it."""
    written = write_fields(values, "event")
    if values["picture"]:
        # Its content would be kept twice.
        written["picture"] = values["picture"]["digest"]
    return {name: _plain(written.get(name)) for group in GROUPS for name in group}


def _plain(value: Any) -> Any:
    """Return what a file writes as JSON can hold it."""
    return value.isoformat() if isinstance(value, datetime) else value


def _was_decided_upon(session: Session, event: Event) -> bool:
    entries = select(LogEntry.id).where(LogEntry.event_id == event.id, LogEntry.verb.in_(DECISIONS))
    return session.scalar(entries.limit(1)) is not None


def _attribute(name: str) -> str:
    return next(field.name for field in EVENT if field.in_file == name)


def _resolve(table: str, attribute: str, value: Any, known: dict[str, dict[str, Any]]) -> Any:
    field = FIELDS[table][attribute]
    if field.kind is Kind.ROWS:
        return [known[field.table][key] for key in value]
    if field.kind is Kind.ROW and value is not None:
        return known[field.table][value]
    if field.kind is Kind.PICTURE and value is not None:
        return Picture(**value)
    return value


def dump(session: Session) -> ProgrammeFile:
    """Return the whole programme as a file would say it, in an order that does not vary."""
    programme = session.get_one(Programme, 1)
    orders: dict[str, Any] = {
        "series": Series.key,
        "organisation": Organisation.key,
        "venue": Venue.key,
        "event": Event.id,
        "call": Call.key,
    }
    rows = {
        name: [
            _values(row, name)
            for row in session.scalars(select(model).order_by(orders[name]))
            # What is in the bin is nobody's programme.
            if not getattr(row, "deleted_at", None)
        ]
        for name, model in MODELS.items()
    }
    return ProgrammeFile(example=programme.example, rows=rows)


def _values(row: Any, name: str) -> dict[str, Any]:
    """Return a row's values as a file would give them: other rows by their keys."""
    values = {
        field.name: _value(field, getattr(row, field.name)) for field in FIELDS[name].values()
    }
    if name in DRAFTS:
        values["draft"] = row.published_at is None
    return values


def _value(field: Field, value: Any) -> Any:
    if field.kind is Kind.ROWS:
        return [row.key for row in value]
    if field.kind is Kind.ROW:
        return value.key if value else None
    if field.kind is Kind.PICTURE and value is not None:
        return {name: getattr(value, name) for name in PICTURE}
    return value


#: What a picture consists of.
PICTURE = ("body", "width", "height", "digest", "alt", "credit")
