"""Numbers without names: how many signed up and came, from where, in which languages."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, render_template
from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import joinedload

from ikw.actions.keeping.forget import monday_of
from ikw.db import session
from ikw.model import Event, Registration, Series
from ikw.model.roles import Scope
from ikw.print.report import report
from ikw.text import dates
from ikw.text.languages import LANGUAGES
from ikw.text.translate import _
from ikw.web.desk.access import all_series, me, my_events
from ikw.web.desk.files import file_of, inert
from ikw.web.template_helpers import site_name

bp = Blueprint("numbers", __name__)

#: Which years there may be in an address.
YEAR = "int(min=2000, max=2999)"


@dataclass(frozen=True)
class Row:
    """The numbers of one event."""

    event: Event
    parties: int
    people: int
    waiting: int
    arrived: int

    @property
    def came(self) -> int:
        """How many came, with a sign-up or without."""
        return self.arrived + self.event.walked_in

    @property
    def show_up(self) -> int | None:
        """Of those with a place, how many percent came; None while nobody was counted."""
        return round(100 * self.arrived / self.people) if self.people and self.arrived else None


def _events_to_count() -> Any:
    """Select whose numbers somebody may see: of all published events, or of one's own."""
    if not me().counts:
        abort(404)
    if me().scope is Scope.TOWN:
        return select(Event).where(Event.published_at.is_not(None), Event.deleted_at.is_(None))
    return my_events().where(Event.published_at.is_not(None))


def rows_where(condition: ColumnElement[bool]) -> list[Row]:
    """Return the numbers of each of these events, in three queries; also once data is deleted."""
    wanted = (
        _events_to_count()
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


@bp.get("/zahlen/")
def index() -> str:
    """Answer with the series and years of which there are numbers."""
    days = session().scalars(_events_to_count().with_only_columns(Event.date))
    return render_template(
        "desk/series/numbers/index.html",
        all_series=all_series(),
        years=sorted({day.year for day in days}, reverse=True),
    )


@bp.get("/zahlen/<key:series>/")
def show(series: str) -> str:
    """Answer with the numbers of a series, as tables and drawings."""
    shown = _series_or_404(series)
    return _page(shown, None, rows_where(Event.series_id == shown.id))


@bp.get("/zahlen/<key:series>/<key:event>/")
def show_event(series: str, event: str) -> str:
    """Answer with the numbers of one event."""
    shown = _series_or_404(series)
    rows = rows_where(and_(Event.series_id == shown.id, Event.key == event))
    return _page(shown, rows[0].event, rows) if rows else abort(404)


def _page(series: Series, event: Event | None, rows: list[Row]) -> str:
    return render_template(
        "desk/series/numbers/show.html",
        series=series,
        event=event,
        rows=rows,
        total=total_of(rows),
        by_week=_by_week(rows),
        by_language=_by_language(rows),
        districts=_by_district(rows),
    )


@bp.get("/zahlen/<key:series>.csv")
def as_csv(series: str) -> Response:
    """Answer with the numbers of a series for a spreadsheet."""
    shown = _series_or_404(series)
    return _csv(rows_where(Event.series_id == shown.id), series)


@bp.get("/zahlen/<key:series>.pdf")
def as_report(series: str) -> Response:
    """Answer with the report on a series for the committee."""
    shown = _series_or_404(series)
    period = dates.period(shown.first_day, shown.last_day)
    return _report(shown.title, period, rows_where(Event.series_id == shown.id), series)


@bp.get(f"/zahlen/jahr/<{YEAR}:year>.csv")
def year_as_csv(year: int) -> Response:
    """Answer with the numbers of all that took place in a year for a spreadsheet."""
    return _csv(rows_where(_in(year)), str(year))


@bp.get(f"/zahlen/jahr/<{YEAR}:year>.pdf")
def year_as_report(year: int) -> Response:
    """Answer with the report on a whole year for the committee."""
    return _report(_("The year %(year)d", year=year), site_name(), rows_where(_in(year)), str(year))


def _in(year: int) -> ColumnElement[bool]:
    return Event.date.between(dt.date(year, 1, 1), dt.date(year, 12, 31))


def _csv(rows: list[Row], name: str) -> Response:
    buffer = io.StringIO()
    buffer.write("\ufeff")
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerow([*heads(), _("Series")])
    writer.writerows(
        [inert(cell) for cell in (*cells(row), row.event.series.title)] for row in rows
    )
    return file_of(buffer.getvalue(), "text/csv; charset=utf-8", f"{name}.csv")


def _report(title: str, period: str, rows: list[Row], name: str) -> Response:
    total = total_of(rows)
    file = report(
        title,
        period,
        site=site_name(),
        summary=[(name, str(value)) for name, value in in_words(total)],
        heads=heads(),
        rows=[[str(cell) for cell in cells(row)] for row in rows],
        parts=[
            (heading, [(label, str(number)) for label, number in counts])
            for heading, counts in (
                (_("People by series"), _by_series(rows)),
                (_("Part of town"), _by_district(rows)),
                (_("Language of the sign-ups"), _by_language(rows)),
            )
        ],
    )
    return file_of(file, "application/pdf", f"{name}-bericht.pdf", inline=True)


def heads() -> list[str]:
    """Return the names of the columns."""
    return [
        _("Day"),
        _("Event"),
        _("Places in all"),
        _("Sign-ups"),
        _("People with a place"),
        _("Waiting"),
        _("Came with a sign-up"),
        _("Came without"),
        _("Show-up rate"),
    ]


def cells(row: Row) -> list[Any]:
    """Return the numbers of one event in the order of the columns."""
    event = row.event
    return [
        f"{event.date:%d.%m.%Y}",
        event.title,
        event.capacity if event.capacity is not None else "–",
        row.parties,
        row.people,
        row.waiting,
        row.arrived,
        event.walked_in,
        f"{row.show_up} %" if row.show_up is not None else "–",
    ]


def total_of(rows: list[Row]) -> dict[str, int]:
    """Return the sums of a series."""
    return {
        "events": len([row for row in rows if not row.event.is_called_off]),
        "called_off": len([row for row in rows if row.event.is_called_off]),
        "parties": sum(row.parties for row in rows),
        "people": sum(row.people for row in rows),
        "waiting": sum(row.waiting for row in rows),
        "came": sum(row.came for row in rows),
    }


def in_words(total: dict[str, int]) -> list[tuple[str, int]]:
    """Return the sums with their names."""
    names = {
        "events": _("events"),
        "called_off": _("called off"),
        "parties": _("sign-ups"),
        "people": _("people with a place"),
        "waiting": _("still waiting"),
        "came": _("people came"),
    }
    return [(names[name], number) for name, number in total.items()]


def _by_week(rows: list[Row]) -> list[tuple[str, int]]:
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


def _by_language(rows: list[Row]) -> list[tuple[str, int]]:
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


def _by_series(rows: list[Row]) -> list[tuple[str, int]]:
    """Return how many people have places in which series, where there are several."""
    series: Counter[str] = Counter()
    for row in rows:
        series[row.event.series.title] += row.people
    return series.most_common() if len(series) > 1 else []


def _of(rows: list[Row]) -> ColumnElement[bool]:
    return Registration.event_id.in_([row.event.id for row in rows])


def _by_district(rows: list[Row]) -> list[tuple[str, int]]:
    """Return how many people have places by the part of town where they go to."""
    districts: Counter[str] = Counter()
    for row in rows:
        venue = row.event.venue
        districts[(venue and venue.district) or _("not stated")] += row.people
    return [(name, number) for name, number in districts.most_common() if number]


def _series_or_404(key: str) -> Series:
    _events_to_count()
    found = session().scalar(select(Series).where(Series.key == key))
    return found or abort(404)
