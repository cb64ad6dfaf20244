"""What there is to be counted of events, and which of it somebody may read.

Those who plan see every number. Others see none of so few people that one could be meant
(`ikw.model.small_numbers`): not in a table, and not by subtracting either.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import abort
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload

from ikw.actions.keeping.forget import monday_of
from ikw.db import session
from ikw.model import Event, Registration
from ikw.model.roles import Scope
from ikw.model.small_numbers import hidden, is_safe
from ikw.text import dates
from ikw.text.languages import LANGUAGES
from ikw.text.translate import _
from ikw.web.desk.access import me, my_events

#: Stands for a number that is not shown, as in official statistics.
HIDDEN = "·"

#: What is counted of each event.
COLUMNS = ("parties", "people", "waiting", "arrived", "walked_in")

#: Numbers by a name: of people by part of town, say.
Counts = list[tuple[str, int]]


@dataclass(frozen=True)
class Row:
    """The numbers of one event."""

    event: Event
    parties: int
    people: int
    waiting: int
    arrived: int

    @property
    def walked_in(self) -> int:
        return self.event.walked_in

    @property
    def came(self) -> int:
        """How many came, with a sign-up or without."""
        return self.arrived + self.event.walked_in

    @property
    def show_up(self) -> int | None:
        """Of those with a place, how many percent came; None while nobody was counted."""
        return round(100 * self.arrived / self.people) if self.people and self.arrived else None


def events_to_count() -> Any:
    """Select whose numbers somebody may see: of all published events, or of one's own."""
    if not me().counts:
        abort(404)
    if me().scope is Scope.TOWN:
        return select(Event).where(Event.published_at.is_not(None), Event.deleted_at.is_(None))
    return my_events().where(Event.published_at.is_not(None))


def rows_where(condition: ColumnElement[bool]) -> list[Row]:
    """Return the numbers of each of these events, in three queries; also once data is deleted."""
    wanted = (
        events_to_count()
        .where(condition)
        .options(joinedload(Event.series), joinedload(Event.venue))
    )
    events = list(session().scalars(wanted.order_by(Event.date, Event.start, Event.id)))
    waits = Registration.queued_at.is_not(None)
    counted = (
        select(
            Registration.event_id,
            func.count().filter(Registration.seats > 0),
            func.coalesce(func.sum(Registration.seats), 0),
            func.coalesce(func.sum(Registration.places - Registration.seats).filter(waits), 0),
            func.coalesce(func.sum(Registration.arrived), 0),
        )
        .where(Registration.event_id.in_([event.id for event in events]))
        .group_by(Registration.event_id)
    )
    by_event = {row[0]: row[1:] for row in session().execute(counted)}
    rows = []
    for event in events:
        parties, people, waiting, arrived = by_event.get(event.id, (0, 0, 0, 0))
        rows.append(
            Row(
                event,
                parties + (event.parties_counted or 0),
                people + (event.people_counted or 0),
                waiting,
                arrived + (event.arrived_counted or 0),
            )
        )
    return rows


@dataclass(frozen=True)
class Bar:
    """A number with its name, and how long its bar is, in percent."""

    name: str
    number: str
    share: float


class Table:
    """The numbers of events as whoever is signed in may read them."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows
        #: Those that took place: what was called off is shown, and in no sum.
        self.counted = [row for row in rows if not row.event.is_called_off]
        self.hides = not me().plans
        self._gone = {column: self._small(column) for column in COLUMNS}

    def _small(self, column: str) -> set[int]:
        """Return the events whose number is not shown in a column, by their ids."""
        if not self.hides:
            return set()
        gone: set[int] = set()
        # In each series by itself, as its own page shows it: what is shown there hides nothing in
        # a sum over several. That sum is left out where it would give one away (`_sum`).
        for rows in _by_series_of(self.counted):
            here = hidden([getattr(row, column) for row in rows])
            gone |= {rows[n].event.id for n in here}
        off = [row for row in self.rows if row.event.is_called_off]
        return gone | {off[n].event.id for n in hidden([getattr(row, column) for row in off])}

    def number(self, row: Row, column: str) -> str:
        """Return a number of an event; "came" and "show_up" are made of others."""
        made_of = {"came": ("arrived", "walked_in"), "show_up": ("arrived", "people")}
        if any(row.event.id in self._gone[one] for one in made_of.get(column, (column,))):
            return HIDDEN
        value = getattr(row, column)
        if column == "show_up":
            return f"{value} %" if value is not None else "–"
        return str(value)

    @property
    def total(self) -> dict[str, str]:
        """The sums by their names."""
        held, off = len(self.counted), len(self.rows) - len(self.counted)
        sums = {"events": str(held), "called_off": str(off)}
        for name, columns in {
            "parties": ("parties",),
            "people": ("people",),
            "waiting": ("waiting",),
            "came": ("arrived", "walked_in"),
        }.items():
            sums[name] = self._sum(columns)
        return sums

    def _sum(self, columns: tuple[str, ...]) -> str:
        for column in columns:
            gone = [
                getattr(row, column) for row in self.counted if row.event.id in self._gone[column]
            ]
            if not is_safe(gone):
                return HIDDEN
        return str(sum(getattr(row, column) for row in self.counted for column in columns))

    def bars(self, count: Callable[[list[Row]], Counts]) -> list[Bar]:
        """Return what was counted by something, with what may not be read left out."""
        counts = count(self.counted)
        gone = self._gone_of(counts, count) if self.hides else set()
        most = max((number for n, (_name, number) in enumerate(counts) if n not in gone), default=1)
        return [
            Bar(name, HIDDEN, 0)
            if n in gone
            else Bar(name, str(number), round(100 * number / (most or 1), 1))
            for n, (name, number) in enumerate(counts)
        ]

    def _gone_of(self, counts: Counts, count: Callable[[list[Row]], Counts]) -> set[int]:
        """Return the positions of what is not shown: what is not shown of one of the series.

        All of it, where that could be found by subtracting.
        """
        small: set[str] = set()
        for rows in _by_series_of(self.counted):
            part = count(rows)
            small |= {part[n][0] for n in hidden([number for _name, number in part])}
        gone = {n for n, (name, _number) in enumerate(counts) if name in small}
        return gone if is_safe([counts[n][1] for n in gone]) else set(range(len(counts)))


def _by_series_of(rows: list[Row]) -> list[list[Row]]:
    by_series: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        by_series[row.event.series_id].append(row)
    return list(by_series.values())


def by_week(rows: list[Row]) -> Counts:
    """Return how many places were asked for in each week, by its Monday."""
    made = select(Registration.created_at, Registration.places).where(_of(rows))
    weeks: Counter[dt.date] = Counter()
    for row in rows:
        for monday, number in row.event.counted.get("weeks", {}).items():
            weeks[dt.date.fromisoformat(monday)] += number
    for created_at, places in session().execute(made):
        weeks[monday_of(created_at)] += places
    if not weeks:
        return []
    first, last = min(weeks), max(weeks)
    mondays = [first + dt.timedelta(weeks=n) for n in range((last - first).days // 7 + 1)]
    return [(dates.short_day(monday), weeks[monday]) for monday in mondays]


def by_language(rows: list[Row]) -> Counts:
    """Return how many places were asked for in which language."""
    counted = (
        select(Registration.language, func.sum(Registration.places))
        .where(_of(rows))
        .group_by(Registration.language)
    )
    by_code = Counter({row[0]: row[1] for row in session().execute(counted)})
    for row in rows:
        by_code.update(row.event.counted.get("languages", {}))
    return [
        (LANGUAGES[code].name if code in LANGUAGES else code, number)
        for code, number in by_code.most_common()
    ]


def by_series(rows: list[Row]) -> Counts:
    """Return how many people have places in which series, where there are several."""
    series: Counter[str] = Counter()
    for row in rows:
        series[row.event.series.title] += row.people
    return series.most_common() if len(series) > 1 else []


def _of(rows: list[Row]) -> ColumnElement[bool]:
    return Registration.event_id.in_([row.event.id for row in rows])


def by_district(rows: list[Row]) -> Counts:
    """Return how many people have places by the part of town where they go to."""
    districts: Counter[str] = Counter()
    for row in rows:
        venue = row.event.venue
        districts[(venue and venue.district) or _("not stated")] += row.people
    return [(name, number) for name, number in districts.most_common() if number]
