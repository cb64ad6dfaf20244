"""What rows that somebody has brought would change in a series; nothing is changed yet."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from ikw.actions.event.edit import stated, with_window
from ikw.actions.keys import letters_of, stem_of
from ikw.clock import in_town
from ikw.model import Event, Organisation, Series, Venue
from ikw.model.doubts import LOOKED_AT, Doubt, doubts_of
from ikw.model.fields import PLAN


class Brought(Protocol):
    """A row of a file: where it stands, the key of the event that it changes, and what it says.

    `empty` are the columns in which it says nothing, `origin` a digest of what names it where it
    comes from.
    """

    @property
    def place(self) -> str: ...

    @property
    def origin(self) -> str | None: ...

    @property
    def key(self) -> str | None: ...

    @property
    def values(self) -> dict[str, Any]: ...

    @property
    def empty(self) -> Collection[str]: ...


@dataclass(frozen=True)
class Change:
    """What one row would change: an event with its old and new words by column, or a new one."""

    title: str
    #: Where the row stands.
    place: str
    event: Event | None
    #: As they are shown: JSON can hold them, and other rows are their names.
    old: dict[str, Any]
    new: dict[str, Any]
    #: The columns of `new` as they were brought.
    values: dict[str, Any]
    #: The key that a new event is to have, if the file says one.
    key: str | None = None
    origin: str | None = None
    #: What is asked about before it is stored.
    doubts: list[Doubt] = field(default_factory=list)
    #: Whether the file does not say which event it is, and title and day do.
    is_recognised: bool = False

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
    #: Keys of events that are not of this series, or in the bin.
    strangers: list[str] = field(default_factory=list)
    binned: list[str] = field(default_factory=list)
    #: Names that several venues or hosts have: which of them is meant, nobody can tell.
    ambiguous: list[str] = field(default_factory=list)
    #: Titles of events that would move to a day that is past, or that are called off.
    stuck: list[str] = field(default_factory=list)
    #: New names that nearly are those of a venue or a host that there is, with its name.
    nearby: dict[str, str] = field(default_factory=dict)

    @property
    def mark(self) -> str:
        """What tells two lists of changes apart, to see whether this is the one that was shown."""
        shown = [(one.event and one.event.key, one.title, one.old, one.new) for one in self.changes]
        text = json.dumps(shown, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


#: A shorter name is in too many others.
SHORTEST_NAME = 5


class Names:
    """The venues or hosts that there are, by their names."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self.rows: dict[str, list[Any]] = {}
        for row in rows:
            self.rows.setdefault(row.name.casefold(), []).append(row)

    def are_known(self, name: str) -> bool:
        return name.casefold() in self.rows

    def near(self, name: str) -> str | None:
        """Return the one name that holds this one or is held by it: Mitte51 in Haus Mitte⁵¹."""
        wanted = letters_of(name)
        if len(wanted) < SHORTEST_NAME:
            return None
        found = [
            rows[0].name
            for rows in self.rows.values()
            if wanted in (known := letters_of(rows[0].name))
            or (len(known) >= SHORTEST_NAME and known in wanted)
        ]
        return found[0] if len(found) == 1 else None

    def is_ambiguous(self, name: str) -> bool:
        return len(self.rows.get(name.casefold(), [])) > 1

    def add(self, row: Any) -> None:
        self.rows[row.name.casefold()] = [row]

    def __getitem__(self, name: str) -> Any:
        return self.rows[name.casefold()][0]


def changes_of(
    session: Session,
    series: Series,
    rows: Iterable[Brought],
    *,
    now: datetime,
    same: Collection[str] = (),
    new: Collection[str] = (),
) -> Changes:
    """Return what rows would change in a series; nothing is changed.

    `same` are the new names that are those of a venue or host nearby, `new` the places of rows that
    are new events whatever their title and day.
    """
    return Reading(session, series, now, same, new).read(rows)


class Reading:
    """Rows held against the programme as it is."""

    def __init__(
        self,
        session: Session,
        series: Series,
        now: datetime,
        same: Collection[str] = (),
        new: Collection[str] = (),
    ) -> None:
        self.session = session
        self.series = series
        self.same = set(same)
        self.new = set(new)
        #: Events that a row has been found for.
        self.met: set[str] = set()
        self.today = in_town(now).date()
        events = select(Event).where(Event.series_id == series.id, Event.deleted_at.is_(None))
        self.events = {event.key: event for event in session.scalars(events)}
        self.by_origin = {event.origin: event for event in self.events.values() if event.origin}
        self.venues = Names(session.scalars(select(Venue).order_by(Venue.id)))
        self.hosts = Names(session.scalars(select(Organisation).order_by(Organisation.id)))
        self.found = Changes()

    def read(self, rows: Iterable[Brought]) -> Changes:
        rows = list(rows)
        # First those that say which event they are: what is left is looked for by title and day.
        self.met = {event.key for row in rows if (event := self._named_by(row))}
        for row in rows:
            event, said = self._named_by(row), row.values
            if row.key and event is None and self._is_elsewhere(row.key):
                continue
            is_recognised = False
            if event is None and row.place not in self.new:
                event = self._by_title_and_day(said)
                is_recognised = event is not None
            if is_recognised or (row.origin and event):
                # A list that does not know of the event empties nothing that was entered since.
                said = {name: said[name] for name in said if name not in row.empty}
            values = self._clear(event, self._named(said))
            if event is not None:
                values = with_window(event, values)
            change = _change(event, values, row, is_recognised=is_recognised)
            if self._is_stuck(change):
                self.found.stuck.append(change.title)
            elif event is not None and not change.new:
                self.found.unchanged += 1
            else:
                self.found.changes.append(change)
                self._note_names(change.new)
                change.doubts.extend(self._doubts(change))
        return self.found

    def _named_by(self, row: Brought) -> Event | None:
        """Return the event that a row names by its key, or that its entry was brought as before."""
        if known := self._known_key(row.key):
            return self.events[known]
        return self.by_origin.get(row.origin) if row.origin else None

    def _known_key(self, key: str | None) -> str | None:
        """Return the key of an event of the series, however it is written."""
        if key is None:
            return None
        return next((one for one in (key, stem_of(key)) if one in self.events), None)

    def _by_title_and_day(self, values: dict[str, Any]) -> Event | None:
        """Return the event of this title on this day, so that a list brought twice is one."""
        alike = [
            event
            for event in self.events.values()
            if event.key not in self.met
            and event.date == values["date"]
            and letters_of(event.title) == letters_of(values["title"])
        ]
        start = values.get("start")
        alike.sort(key=lambda event: (event.start != start, event.id))
        if not alike:
            return None
        self.met.add(alike[0].key)
        return alike[0]

    def _named(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return values with the names that there are in the place of those that mean the same."""

        def known(name: str, names: Names) -> str:
            is_same = name in self.same and not names.are_known(name)
            return (names.near(name) or name) if is_same else name

        named = dict(values)
        if venue := values.get("venue"):
            named["venue"] = known(venue, self.venues)
        if hosts := values.get("hosts"):
            named["hosts"] = list(dict.fromkeys(known(host, self.hosts) for host in hosts))
        return named

    def _doubts(self, change: Change) -> list[Doubt]:
        """Return what the row makes doubtful, and was not before."""
        event = change.event
        before = {name: getattr(event, name) for name in LOOKED_AT} if event else {}
        said = {name: change.values[name] for name in LOOKED_AT if name in change.values}
        known = doubts_of(before, self.series, self.today) if event else []
        found = doubts_of(before | said, self.series, self.today)
        return [doubt for doubt in found if doubt not in known]

    def _is_elsewhere(self, key: str) -> bool:
        """Return whether a key is that of an event of another series or in the bin, and note it."""
        taken = self.session.scalar(select(Event).where(Event.key == key))
        if taken is None:
            return False
        is_ours = taken.series_id == self.series.id
        (self.found.binned if is_ours else self.found.strangers).append(key)
        return True

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
        venues = [venue] if (venue := new.get("venue")) else []
        for brought, names, added in (
            (venues, self.venues, self.found.venues),
            (new.get("hosts") or [], self.hosts, self.found.hosts),
        ):
            for name in brought:
                if not names.are_known(name):
                    _note(added, name)
                    if near := names.near(name):
                        self.found.nearby[name] = near


def _note(names: list[str], name: str) -> None:
    """Add a name to a list, unless it is there in other capitals."""
    if name.casefold() not in {known.casefold() for known in names}:
        names.append(name)


def _change(
    event: Event | None, values: dict[str, Any], row: Brought, *, is_recognised: bool
) -> Change:
    brought = {name: _plain(value) for name, value in values.items()}
    if event is None:
        said = {name: value for name, value in brought.items() if value not in (None, "", [])}
        title, key, origin = values["title"], row.key, row.origin
        return Change(title, row.place, None, {}, said, values, key, origin)
    now = _current(event)
    new = {name: value for name, value in brought.items() if not _same(now[name], value)}
    old = {name: now[name] for name in new}
    changed = {name: values[name] for name in new}
    return Change(
        event.title,
        row.place,
        event,
        old,
        new,
        changed,
        origin=row.origin,
        is_recognised=is_recognised,
    )


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
