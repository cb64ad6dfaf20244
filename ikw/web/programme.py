"""The programme of a series, by day, with filters and search."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ikw import clock
from ikw.db import session
from ikw.model import Event, Series
from ikw.model.public import public_series
from ikw.model.vocabulary import SeriesKind
from ikw.print.card import series_card
from ikw.print.programme import programme as print_programme
from ikw.web.caching import cached, unkept
from ikw.web.filters import (
    CHOICE_NAMES,
    SWITCH_NAMES,
    TICKED,
    Filters,
    by_day,
    going_on,
    options,
    query_of,
)
from ikw.web.loading import published_events, series_or_404, shown_first
from ikw.web.search import search_everywhere
from ikw.web.template_helpers import full_url, site_name

bp = Blueprint("programme", __name__)


@bp.get("/programm/")
@cached
def current() -> Response | str:
    """Search all series for what was typed; else lead to the newest week, if there is one."""
    if query := query_of(request.args):
        found = search_everywhere(query)
        return render_template(
            "programme/search.html", query=query, found=found, days=by_day(found.events)
        )
    if (series := shown_first(SeriesKind.WEEK)) is None:
        return render_template("programme/empty.html")
    return redirect(url_for(".show", series=series.key))  # type: ignore[return-value]


@bp.get("/programm/<key:series>.pdf")
def printed(series: str) -> Response:
    """Answer with the programme to print, as PDF."""
    shown = series_or_404(series)
    events = list(session().scalars(published_events().where(Event.series_id == shown.id)))
    config = current_app.config
    file = print_programme(
        shown,
        by_day(events),
        site=site_name(),
        address=full_url(".show", series=series).partition("://")[2],
        call=config["IKW_CONTACT_PHONE"],
        url_of=lambda event: full_url("event.show", event=event.key),
    )
    response = Response(file, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{series}.pdf"'
    return unkept(response)


@bp.get("/programm/<key:series>/bild.png")
def card(series: str) -> Response:
    """Answer with the picture that messengers show beside the link."""
    return unkept(Response(series_card(series_or_404(series), site_name()), mimetype="image/png"))


@bp.get("/programm/<key:series>/")
@cached
def show(series: str) -> ResponseReturnValue:
    """Answer with the events that pass the filters in the address."""
    shown = series_or_404(series)
    filters = Filters.from_args(request.args)
    if "" in request.args.values():
        # A form sends its empty fields, too; the address one keeps does without them.
        return redirect(filters.url(series))
    events = list(session().scalars(published_events().where(Event.series_id == shown.id)))
    found = filters.select(events, clock.now())
    others = public_series().where(Series.id != shown.id).order_by(Series.first_day.desc())
    return render_template(
        "programme/show.html",
        series=shown,
        filters=filters,
        applied=filters.applied(series, events),
        choices={name: (label, options(events, name)) for name, label in CHOICE_NAMES.items()},
        switches=SWITCH_NAMES,
        ticked=TICKED,
        days=by_day(found, filters.days),
        going_on={} if filters.days else going_on(found),
        found=found,
        all_events=events,
        event_days=sorted({day for event in events for day in event.dates}),
        others=session().scalars(others.limit(6)).all(),
    )
