"""Taking a programme over that somebody has brought: what would change, and then changing it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.event.edit import create_event, edit_event, stated, version
from ikw.actions.keys import new_key
from ikw.actions.locking import lock_all
from ikw.actions.log import note
from ikw.clock import in_town
from ikw.model import Event, Organisation, Series, Upload, Venue
from ikw.model.fields import PLAN
from ikw.model.verbs import Verb


class Brought(Protocol):
    """A row of a file: the key of the event that it changes, if any, and what it says."""

    @property
    def key(self) -> str | None: ...

    @property
    def values(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Change:
    """What one row would change: an event with its old and new words by column, or a new one."""

    title: str
    event: Event | None
    #: As they are shown: JSON can hold them, and other rows are their names.
    old: dict[str, Any]
    new: dict[str, Any]
    #: The columns of `new` as they were brought.
    values: dict[str, Any]

    @property
    def is_new(self) -> bool:
        return self.event is None


@dataclass
class Changes:
    """What a file would change, which venues and hosts it would add, and what is left alone."""

    changes: list[Change] = field(default_factory=list)
    unchanged: int = 0
    venues: list[str] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)
    #: Keys of events that are not of this series.
    strangers: list[str] = field(default_factory=list)
    #: Names that several venues or hosts have: which of them is meant, nobody can tell.
    ambiguous: list[str] = field(default_factory=list)
    #: Titles of events that would move to a day that is past, or that are called off.
    stuck: list[str] = field(default_factory=list)

    @property
    def mark(self) -> str:
        """What tells two lists of changes apart, to see whether this is the one that was shown."""
        shown = [(one.event and one.event.key, one.title, one.old, one.new) for one in self.changes]
        text = json.dumps(shown, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


class ChangedMeanwhile(Exception):
    """Somebody has changed an event since it was shown what the file would change."""


class _Names:
    """The venues or hosts that there are, by their names."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self.rows: dict[str, list[Any]] = {}
        for row in rows:
            self.rows.setdefault(row.name.casefold(), []).append(row)

    def are_known(self, name: str) -> bool:
        return name.casefold() in self.rows

    def is_ambiguous(self, name: str) -> bool:
        return len(self.rows.get(name.casefold(), [])) > 1

    def add(self, row: Any) -> None:
        self.rows[row.name.casefold()] = [row]

    def __getitem__(self, name: str) -> Any:
        return self.rows[name.casefold()][0]


def changes_of(
    session: Session, series: Series, rows: Iterable[Brought], *, now: datetime
) -> Changes:
    """Return what rows would change in a series; nothing is changed."""
    return _Reading(session, series, now).read(rows)


class _Reading:
    """Rows held against the programme as it is."""

    def __init__(self, session: Session, series: Series, now: datetime) -> None:
        self.session = session
        self.today = in_town(now).date()
        events = select(Event).where(Event.series_id == series.id, Event.deleted_at.is_(None))
        self.events = {event.key: event for event in session.scalars(events)}
        self.venues = _Names(session.scalars(select(Venue).order_by(Venue.id)))
        self.hosts = _Names(session.scalars(select(Organisation).order_by(Organisation.id)))
        self.found = Changes()

    def read(self, rows: Iterable[Brought]) -> Changes:
        for row in rows:
            event = self.events.get(row.key) if row.key else None
            if row.key and event is None and self._is_taken(row.key):
                self.found.strangers.append(row.key)
                continue
            change = _change(event, self._clear(event, row.values))
            if self._is_stuck(change):
                self.found.stuck.append(change.title)
            elif event is not None and not change.new:
                self.found.unchanged += 1
            else:
                self.found.changes.append(change)
                self._note_names(change.new)
        return self.found

    def _is_taken(self, key: str) -> bool:
        return self.session.scalar(select(Event.id).where(Event.key == key)) is not None

    def _clear(self, event: Event | None, values: dict[str, Any]) -> dict[str, Any]:
        """Return values without names that several have, unless they are the event's already."""
        now = _current(event) if event else {"venue": None, "hosts": []}
        clear = dict(values)
        venue, hosts = values.get("venue"), values.get("hosts") or []
        if venue and venue != now["venue"] and self.venues.is_ambiguous(venue):
            _note(self.found.ambiguous, venue)
            del clear["venue"]
        unclear = [name for name in hosts if self.hosts.is_ambiguous(name)]
        if unclear and hosts != now["hosts"]:
            for name in unclear:
                _note(self.found.ambiguous, name)
            del clear["hosts"]
        return clear

    def _is_stuck(self, change: Change) -> bool:
        """Return whether edit_event() would refuse this."""
        event, new = change.event, change.new
        if event is None:
            return False
        is_past = "date" in new and new["date"] < self.today.isoformat()
        return is_past or (event.is_called_off and bool(new.keys() & set(PLAN)))

    def _note_names(self, new: dict[str, Any]) -> None:
        if (venue := new.get("venue")) and not self.venues.are_known(venue):
            _note(self.found.venues, venue)
        for host in new.get("hosts") or []:
            if not self.hosts.are_known(host):
                _note(self.found.hosts, host)


def _note(names: list[str], name: str) -> None:
    """Add a name to a list, unless it is there in other capitals."""
    if name.casefold() not in {known.casefold() for known in names}:
        names.append(name)


def _change(event: Event | None, values: dict[str, Any]) -> Change:
    brought = {name: _plain(value) for name, value in values.items()}
    if event is None:
        return Change(values["title"], None, {}, {k: v for k, v in brought.items() if v}, values)
    now = _current(event)
    new = {name: value for name, value in brought.items() if not _same(now[name], value)}
    old = {name: now[name] for name in new}
    return Change(event.title, event, old, new, {name: values[name] for name in new})


def _current(event: Event) -> dict[str, Any]:
    """Return what an event says, venue and hosts by their names."""
    return stated(event) | {
        "venue": event.venue.name if event.venue else None,
        "hosts": [host.name for host in event.hosts],
    }


def _same(one: Any, other: Any) -> bool:
    """Return whether two values say the same; names differ in more than their capitals."""
    if isinstance(one, str) and isinstance(other, str):
        if one == other:
            return True
        try:
            return _as_written(one) == _as_written(other)
        except (ValueError, TypeError):
            return False
    return bool(one == other)


def _as_written(text: str) -> datetime:
    """Return a moment as a cell holds it: in the hour that there is twice, either of them."""
    moment = datetime.fromisoformat(text)
    return in_town(moment).replace(tzinfo=None) if moment.tzinfo else moment


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def take_over(
    session: Session, series: Series, rows: Iterable[Brought], act: Act, *, shown: str
) -> Changes:
    """Change and add events as rows say; whoever signed up is told of another time or place.

    Only what differs is set, so that nothing else of an event is touched. New ones are drafts.
    `shown` is the mark of the changes that were confirmed. Call it inside write(). Raises
    ChangedMeanwhile.
    """
    lock_all(session, Event.series_id == series.id)
    reading = _Reading(session, series, act.now)
    found = reading.read(rows)
    if found.mark != shown:
        raise ChangedMeanwhile
    for name in found.venues:
        reading.venues.add(_add(session, Venue, name))
    for name in found.hosts:
        reading.hosts.add(_add(session, Organisation, name))
    for change in found.changes:
        values = dict(change.values)
        if values.get("venue"):
            values["venue"] = reading.venues[values["venue"]]
        if "hosts" in values:
            values["hosts"] = [reading.hosts[name] for name in values["hosts"]]
        event = change.event
        if event is None:
            create_event(session, values | {"series": series}, act)
        else:
            edit_event(session, event.id, values, act, known=version(event))
    new = sum(change.is_new for change in found.changes)
    note(
        session,
        Verb.IMPORT_PROGRAMME,
        act,
        new={"series": series.key, "added": new, "changed": len(found.changes) - new},
    )
    return found


def _add(session: Session, model: type[Any], name: str) -> Any:
    row = model(key=new_key(session, model, name), name=name)
    session.add(row)
    session.flush()
    return row


def forget_uploads(session: Session, *, before: datetime) -> None:
    """Delete the files that nobody has confirmed; whoever brought them brings them again."""
    session.execute(delete(Upload).where(Upload.created_at < before))
