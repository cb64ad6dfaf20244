"""Calendars: the feeds, and the page that tells how to subscribe to them."""

from __future__ import annotations

from flask import Blueprint, Response, g, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from ikw.calendar.feed import CONTENT_TYPE, feed
from ikw.db import session
from ikw.model import Event, Series
from ikw.web.caching import cached
from ikw.web.loading import published_event_or_404, published_events, series_or_404
from ikw.web.template_helpers import full_url

bp = Blueprint("calendar", __name__, url_prefix="/kalender")


@bp.get("/")
@cached
def index() -> str:
    """Answer with all calendars and how to subscribe."""
    series = session().scalars(select(Series).order_by(Series.first_day.desc())).all()
    return render_template("calendar/show.html", all_series=series)


@bp.get("/alle.ics")
@cached
def everything() -> ResponseReturnValue:
    """Answer with all events."""
    events = session().scalars(published_events()).all()
    return _answer("IKW", list(events), full_url(".everything"))


@bp.get("/<key:series>.ics")
@cached
def of_series(series: str) -> ResponseReturnValue:
    """Answer with the events of one series."""
    shown = series_or_404(series)
    events = session().scalars(published_events().where(Event.series_id == shown.id)).all()
    return _answer(shown.title, list(events), full_url(".of_series", series=series))


@bp.get("/veranstaltung/<key:event>.ics")
@cached
def of_event(event: str) -> ResponseReturnValue:
    """Answer with one event."""
    shown = published_event_or_404(event)
    return _answer(shown.title, [shown], full_url(".of_event", event=event))


def _answer(name: str, events: list[Event], address: str) -> Response:
    body = feed(
        events,
        name=name,
        address=address,
        url_of=lambda event: full_url("event.show", event=event.key),
    )
    response = Response(body, content_type=CONTENT_TYPE)
    g.cache_control = "public, max-age=900"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Content-Disposition"] = "inline"
    return response
