"""Taking a programme over that somebody has brought: what would change, and then changing it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ikw.actions.announcing import Act
from ikw.actions.editing import create_event, edit_event, new_key, said, version
from ikw.actions.locking import lock_all
from ikw.model import Event, LogEntry, Organisation, Series, Upload, Venue
from ikw.model.upload import KEEP


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
    old: dict[str, Any]
    new: dict[str, Any]

    @property
    def is_new(self) -> bool:
        return self.event is None


@dataclass
class Changes:
    """What a file would change, and which venues and hosts it would add."""

    changes: list[Change] = field(default_factory=list)
    unchanged: int = 0
    venues: list[str] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)
    #: Keys of events that are not of this series.
    strangers: list[str] = field(default_factory=list)


def changes_of(session: Session, series: Series, rows: Iterable[Brought]) -> Changes:
    """Return what rows would change in a series; nothing is changed."""
    found = Changes()
    events = {event.key: event for event in session.scalars(_events(series))}
    venues = {venue.name.casefold() for venue in session.scalars(select(Venue))}
    hosts = {host.name.casefold() for host in session.scalars(select(Organisation))}
    for row in rows:
        values = row.values
        venue = values.get("venue")
        if venue and venue.casefold() not in venues and venue not in found.venues:
            found.venues.append(venue)
        for host in values.get("hosts") or []:
            if host.casefold() not in hosts and host not in found.hosts:
                found.hosts.append(host)
        event = events.get(row.key) if row.key else None
        if row.key and event is None and _is_taken(session, row.key):
            found.strangers.append(row.key)
            continue
        change = _change(event, values)
        if event is not None and not change.new:
            found.unchanged += 1
        else:
            found.changes.append(change)
    return found


def _is_taken(session: Session, key: str) -> bool:
    return session.scalar(select(Event.id).where(Event.key == key)) is not None


def _events(series: Series) -> Any:
    return select(Event).where(Event.series_id == series.id, Event.deleted_at.is_(None))


def _change(event: Event | None, values: dict[str, Any]) -> Change:
    brought = {name: _plain(value) for name, value in values.items()}
    if event is None:
        return Change(values["title"], None, {}, {k: v for k, v in brought.items() if v})
    now = said(event)
    now["venue"] = event.venue.name if event.venue else None
    now["hosts"] = [host.name for host in event.hosts]
    new = {name: value for name, value in brought.items() if not _same(now[name], value)}
    return Change(event.title, event, {name: now[name] for name in new}, new)


def _same(one: Any, other: Any) -> bool:
    """Return whether two values say the same; names differ in more than their capitals."""
    if isinstance(one, str) and isinstance(other, str):
        if one == other:
            return True
        try:
            return datetime.fromisoformat(one) == datetime.fromisoformat(other)
        except (ValueError, TypeError):
            return False
    return bool(one == other)


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def take_over(session: Session, series: Series, rows: Iterable[Brought], act: Act) -> Changes:
    """Change and add events as rows say; whoever signed up is told of another time or place.

    New ones are drafts. Call it inside write().
    """
    lock_all(session, Event.series_id == series.id)
    rows = list(rows)
    found = changes_of(session, series, rows)
    venues = {venue.name.casefold(): venue for venue in session.scalars(select(Venue))}
    hosts = {host.name.casefold(): host for host in session.scalars(select(Organisation))}
    for name in found.venues:
        venues[name.casefold()] = _add(session, Venue, name)
    for name in found.hosts:
        hosts[name.casefold()] = _add(session, Organisation, name)
    events = {event.key: event for event in session.scalars(_events(series))}
    for row in rows:
        if row.key in found.strangers:
            continue
        values = dict(row.values)
        if "venue" in values:
            venue = values["venue"]
            values["venue"] = venues[venue.casefold()] if venue else None
        if "hosts" in values:
            values["hosts"] = [hosts[name.casefold()] for name in values["hosts"]]
        event = events.get(row.key) if row.key else None
        if event is None:
            create_event(session, values | {"series": series}, act)
        elif _change(event, row.values).new:
            edit_event(session, event.id, values, act, known=version(event))
    new = sum(change.is_new for change in found.changes)
    session.add(
        LogEntry(
            at=act.now,
            actor=act.by,
            verb="import programme",
            new={"series": series.key, "added": new, "changed": len(found.changes) - new},
        )
    )
    return found


def _add(session: Session, model: type[Any], name: str) -> Any:
    row = model(key=new_key(session, model, name), name=name)
    session.add(row)
    session.flush()
    return row


def forget_uploads(session: Session, *, now: datetime) -> None:
    """Delete the files that nobody has confirmed."""
    session.execute(delete(Upload).where(Upload.created_at < now - KEEP))
