"""Between a programme file and the database."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.event.announce import announce
from ikw.actions.locking import lock_all
from ikw.model import Event, LogEntry, Organisation, Plan, Programme, Series, Venue
from ikw.model.verbs import DECISIONS, Verb
from ikw.programmes.fields import write_fields
from ikw.programmes.file import TABLES, ProgrammeFile

#: In the order in which rows can name each other.
MODELS: dict[str, type[Any]] = {
    "organisation": Organisation,
    "venue": Venue,
    "series": Series,
    "event": Event,
}


#: Fields of an event that are decided upon together.
TOGETHER = (
    ("date", "start", "end_date", "end", "hours"),
    ("venue", "room"),
    ("sign_up_opens", "sign_up_closes"),
    ("called_off", "postponed", "reason"),
    ("former_date", "former_start", "former_venue"),
)

#: All that commands and the desk decide upon, too; each group is taken whole.
GROUPS = (
    *TOGETHER,
    *[
        (field.name,)
        for field in TABLES["event"]
        if field.name not in {"key", "kind", "series"}.union(*TOGETHER)
    ],
)


def load(session: Session, file: ProgrammeFile, act: Act) -> Counter[str]:
    """Bring the database to what the file says, row by row and by key; call it inside write().

    Rows that the file does not name stay as they are, and so do all registrations and what was
    decided by command since the file said it last. Whoever signed up for an event that is at
    another time or place now is told so. Returns how many rows were added, changed and left alone.
    """
    # First, so that nobody signs up or changes the plan between reading and writing.
    events = lock_all(session)
    known: dict[str, dict[str, Any]] = {
        name: {row.key: row for row in session.scalars(select(model))}
        for name, model in MODELS.items()
        if model is not Event
    }
    known["event"] = {event.key: event for event in events}
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
            row.loaded = _said(values)
        values = _keep_decisions(row, values)
    if not is_new and _values(row, name) == values:
        return "unchanged"
    for attribute, value in values.items():
        setattr(row, attribute, _resolve(attribute, value, known))
    if is_new and name == "series":
        row.published_at = act.now
    if is_new and name == "event":
        row.created_at = row.changed_at = row.published_at = act.now
    session.add(row)
    return "added" if is_new else "changed"


def _keep_decisions(event: Event, values: dict[str, Any]) -> dict[str, Any]:
    """Return the values to store: the file's, but for what it says no differently than last time.

    So a time that was announced by command is still announced when the file is loaded again.
    """
    said, kept = _said(values), dict(values)
    if event.loaded:
        current = _values(event, "event")
        for group in GROUPS:
            if all(name in event.loaded and said[name] == event.loaded[name] for name in group):
                kept |= {name: current[name] for name in map(_attribute, group)}
        if kept["date"] != event.date and not values["postponed_at"]:
            # A new date ends the waiting for one.
            kept["postponed_at"], kept["reason"] = None, values["reason"]
    event.loaded = said
    if (kept["former_date"], kept["former_start"]) == (kept["date"], kept["start"]):
        kept["former_date"] = kept["former_start"] = None
    if kept["former_venue"] == kept["venue"]:
        kept["former_venue"] = None
    return kept


def _said(values: dict[str, Any]) -> dict[str, Any]:
    """Return what a file says about all that can be decided otherwise, as the file writes it."""
    written = write_fields(values, TABLES["event"])
    return {name: written.get(name) for group in GROUPS for name in group}


def _was_decided_upon(session: Session, event: Event) -> bool:
    by_command = DECISIONS
    entries = select(LogEntry.id).where(
        LogEntry.event_id == event.id, LogEntry.verb.in_(by_command)
    )
    return session.scalar(entries.limit(1)) is not None


def _attribute(name: str) -> str:
    return next(field.attribute for field in TABLES["event"] if field.name == name)


def _resolve(attribute: str, value: Any, known: dict[str, dict[str, Any]]) -> Any:
    if attribute == "hosts":
        return [known["organisation"][key] for key in value]
    if attribute in {"series", "venue", "former_venue"} and value is not None:
        return known[attribute.removeprefix("former_")][value]
    return value


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
