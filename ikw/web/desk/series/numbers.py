"""Numbers without names: how many signed up and came, from where, in which languages."""

from __future__ import annotations

import csv
import datetime as dt
import io

from flask import Blueprint, Response, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement
from wtforms import IntegerField

from ikw.actions.registration import check_in
from ikw.clock import today
from ikw.db import session, write
from ikw.model import Event, Series
from ikw.print.report import report
from ikw.text import dates
from ikw.text.translate import _, _l, ngettext
from ikw.web.desk.access import all_series, me, my_events, only_planners, say, series_or_404
from ikw.web.desk.acting import act
from ikw.web.desk.fields import count
from ikw.web.desk.files import file_of, inert
from ikw.web.desk.series.counted import (
    Bar,
    Row,
    Table,
    by_district,
    by_language,
    by_series,
    by_week,
    events_to_count,
    rows_where,
)
from ikw.web.forms import BaseForm
from ikw.web.template_helpers import site_name

bp = Blueprint("numbers", __name__)

#: Which years there may be in an address.
YEAR = "int(min=2000, max=2999)"


@bp.get("/zahlen/")
def index() -> str:
    """Answer with the series and years of which there are numbers."""
    days = session().scalars(events_to_count().with_only_columns(Event.date))
    return render_template(
        "desk/series/numbers/index.html",
        all_series=all_series(),
        years=sorted({day.year for day in days}, reverse=True),
    )


@bp.get("/zahlen/<key:series>/")
def show(series: str) -> str:
    """Answer with the numbers of a series, as tables and drawings."""
    shown = _series_or_404(series)
    table = Table(rows_where(Event.series_id == shown.id))
    return _page(shown, None, table, table.rows)


@bp.get("/zahlen/<key:series>/<key:event>/")
def show_event(series: str, event: str) -> str:
    """Answer with the numbers of one event, hidden as in the table of its series."""
    shown = _series_or_404(series)
    table = Table(rows_where(Event.series_id == shown.id))
    rows = [row for row in table.rows if row.event.key == event]
    return _page(shown, rows[0].event, table, rows) if rows else abort(404)


def _page(series: Series, event: Event | None, table: Table, rows: list[Row]) -> str:
    # Of one event others could be subtracted from what is shown of all.
    parts = Table(rows) if event and not table.hides else table
    return render_template(
        "desk/series/numbers/show.html",
        series=series,
        event=event,
        table=table,
        rows=rows,
        parts=[] if event and table.hides else _parts(parts),
        can_note=me().plans and any(_can_be_noted(row.event) for row in rows),
    )


def _parts(table: Table) -> list[tuple[str, list[Bar]]]:
    """Return what is counted by something, with its headings."""
    parts = [
        (_("Places asked for, by week"), table.bars(by_week)),
        (_("People by part of town of the venue"), table.bars(by_district)),
        (_("Language of the sign-ups"), table.bars(by_language)),
    ]
    return [(name, bars) for name, bars in parts if bars]


class VisitsForm(BaseForm):
    """How many came to each event without having signed up."""

    events: list[Event]

    @classmethod
    def of(cls, events: list[Event]) -> VisitsForm:
        """Return the form for events, filled in with what was noted before."""
        fields = {f"visits-{n}": count(_l("Came without"), 0) for n in range(len(events))}
        data = {f"visits-{n}": event.walked_in or None for n, event in enumerate(events)}
        form: VisitsForm = type("VisitsForm", (cls,), fields | {"events": events})(data=data)
        return form

    @property
    def rows(self) -> list[tuple[Event, IntegerField]]:
        """Each event with its field."""
        return [(event, self[f"visits-{n}"]) for n, event in enumerate(self.events)]


@bp.get("/zahlen/<key:series>/besuche")
def edit_visits(series: str) -> ResponseReturnValue:
    """Answer with the form to note how many came to open events."""
    shown = _series_or_404(series)
    return _visits_page(shown, VisitsForm.of(_to_note(shown)))


@bp.post("/zahlen/<key:series>/besuche")
def update_visits(series: str) -> ResponseReturnValue:
    """Note how many came."""
    shown = _series_or_404(series)
    form = VisitsForm.of(_to_note(shown))
    if not form.validate():
        return _visits_page(shown, form, 422)
    noted = 0
    with write() as current:
        for event, field in sorted(form.rows, key=lambda row: row[0].id):
            if (people := (field.data or 0) - event.walked_in) != 0:
                check_in.count_walk_ins(current, event.id, people, act())
                noted += 1
    say(ngettext("%(num)d event is changed.", "%(num)d events are changed.", noted))
    return redirect(url_for(".show", series=series), 303)


def _visits_page(series: Series, form: VisitsForm, status: int = 200) -> ResponseReturnValue:
    return render_template("desk/series/numbers/visits.html", series=series, form=form), status


def _to_note(series: Series) -> list[Event]:
    """Return one's own events of a series that have begun."""
    only_planners()
    mine = my_events().where(Event.series_id == series.id, Event.published_at.is_not(None))
    return [event for event in session().scalars(mine) if _can_be_noted(event)]


def _can_be_noted(event: Event) -> bool:
    return event.date <= today() and event.takes_place


@bp.get("/zahlen/<key:series>.csv")
def as_csv(series: str) -> Response:
    """Answer with the numbers of a series for a spreadsheet."""
    shown = _series_or_404(series)
    return _csv(Table(rows_where(Event.series_id == shown.id)), series)


@bp.get("/zahlen/<key:series>.pdf")
def as_report(series: str) -> Response:
    """Answer with the report on a series for the committee."""
    shown = _series_or_404(series)
    period = dates.period(shown.first_day, shown.last_day)
    return _report(shown.title, period, Table(rows_where(Event.series_id == shown.id)), series)


@bp.get(f"/zahlen/jahr/<{YEAR}:year>.csv")
def year_as_csv(year: int) -> Response:
    """Answer with the numbers of all that took place in a year for a spreadsheet."""
    return _csv(Table(rows_where(_in(year))), str(year))


@bp.get(f"/zahlen/jahr/<{YEAR}:year>.pdf")
def year_as_report(year: int) -> Response:
    """Answer with the report on a whole year for the committee."""
    table = Table(rows_where(_in(year)))
    return _report(_("The year %(year)d", year=year), site_name(), table, str(year))


def _in(year: int) -> ColumnElement[bool]:
    return Event.date.between(dt.date(year, 1, 1), dt.date(year, 12, 31))


def _csv(table: Table, name: str) -> Response:
    buffer = io.StringIO()
    buffer.write("\ufeff")
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerow([*heads(), _("State"), _("Series")])
    for row in table.rows:
        state = _("called off") if row.event.is_called_off else ""
        more = (*cells(table, row), state, row.event.series.title)
        writer.writerow([inert(cell) for cell in more])
    return file_of(buffer.getvalue(), "text/csv; charset=utf-8", f"{name}.csv")


def _report(title: str, period: str, table: Table, name: str) -> Response:
    total = table.total
    file = report(
        title,
        period,
        site=site_name(),
        summary=[(label, total[key]) for key, label in sums_in_words().items()],
        heads=heads(),
        rows=[cells(table, row) for row in table.rows],
        called_off=[row.event.is_called_off for row in table.rows],
        parts=[
            (heading, [(bar.name, bar.number) for bar in bars])
            for heading, bars in (
                (_("People by series"), table.bars(by_series)),
                (_("People by part of town of the venue"), table.bars(by_district)),
                (_("Language of the sign-ups"), table.bars(by_language)),
            )
        ],
        hides=table.hides,
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


def cells(table: Table, row: Row) -> list[str]:
    """Return the numbers of one event in the order of the columns."""
    event = row.event
    return [
        f"{event.date:%d.%m.%Y}",
        event.title,
        str(event.capacity) if event.capacity is not None else "–",
        table.number(row, "parties"),
        table.number(row, "people"),
        table.number(row, "waiting"),
        table.number(row, "arrived"),
        table.number(row, "walked_in"),
        table.number(row, "show_up"),
    ]


def sums_in_words() -> dict[str, str]:
    """Return what the sums are called."""
    return {
        "events": _("events"),
        "called_off": _("called off"),
        "parties": _("sign-ups"),
        "people": _("people with a place"),
        "waiting": _("still waiting"),
        "came": _("people came"),
    }


def _series_or_404(key: str) -> Series:
    events_to_count()
    return series_or_404(key)
