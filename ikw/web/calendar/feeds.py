"""The calendars that programs subscribe to, and the news that feed readers do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, current_app, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from ikw import clock
from ikw.calendar.entry import Facts, Organizer, facts_of
from ikw.calendar.feed import CONTENT_TYPE, Feed, feed_bytes
from ikw.calendar.personal import personal_entries
from ikw.db import session
from ikw.model import Event, Letter, Programme, Registration, Series
from ikw.model.vocabulary import SERIES_FACTS, SeriesKind
from ikw.text.content import words
from ikw.text.translate import _
from ikw.web.caching import cached, finish
from ikw.web.calendar.news import latest_news
from ikw.web.filters import Filters
from ikw.web.loading import (
    events_in_sight,
    owner_of_calendar_or_404,
    published_event_or_404,
    published_events,
    series_or_404,
)
from ikw.web.template_helpers import full_url, site_name

bp = Blueprint("feeds", __name__, url_prefix="/kalender")

#: Hours before an event at which a personal calendar may ring.
ALARMS = ("2", "24")

#: Seconds for which a subscriber may keep what it has without asking.
MAX_AGE = 900


@dataclass(frozen=True)
class Selection:
    """What one subscribes to: some events under a name, with the address of their calendar."""

    name: str
    events: list[Event]
    address: str
    color: str = SERIES_FACTS[SeriesKind.WEEK].color


def select_events(series: Series | None, filters: Filters) -> Selection:
    """Return all events of a series, or those in sight of all series, that pass the filters.

    But for that of free places: nobody wants an event to leave their calendar when it is full.
    """
    filters = replace(filters, switches=filters.switches - {"frei"})
    if series is None:
        wanted = events_in_sight()
    else:
        wanted = published_events().where(Event.series_id == series.id)
    events = list(session().scalars(wanted.options(joinedload(Event.picture))))
    title = words(series.title) if series else site_name()
    name = ": ".join(filter(None, [title, ", ".join(filters.names(events).values())]))
    found = filters.select(events, clock.now()) if filters.active else events
    if series is None:
        return Selection(name, found, full_url("feeds.everything", **filters.args))
    address = full_url("feeds.of_series", series=series.key, **filters.args)
    return Selection(name, found, address, SERIES_FACTS[series.kind].color)


def select_event(event: Event) -> Selection:
    """Return one event alone."""
    address = full_url("feeds.of_event", event=event.key)
    return Selection(words(event.title), [event], address, SERIES_FACTS[event.series.kind].color)


@bp.get("/alle.ics")
@cached
def everything() -> ResponseReturnValue:
    """Answer with all events, or those that pass the filters in the address."""
    return _public(select_events(None, Filters.from_args(request.args)))


@bp.get("/<key:series>.ics")
@cached
def of_series(series: str) -> ResponseReturnValue:
    """Answer with the events of one series, or those that pass the filters in the address."""
    return _public(select_events(series_or_404(series), Filters.from_args(request.args)))


@bp.get("/alle.ics/")
@bp.get("/<key:series>.ics/")
@bp.get("/veranstaltung/<key:event>.ics/")
@bp.get("/meine/<token:token>.ics/")
def without_slash(**_parts: str) -> ResponseReturnValue:
    """Lead to a calendar whose address got a slash at its end on the way."""
    return redirect(f"{request.script_root}{request.path.rstrip('/')}", 308)


@bp.get("/veranstaltung/<key:event>.ics")
@cached
def of_event(event: str) -> ResponseReturnValue:
    """Answer with one event."""
    return _public(select_event(published_event_or_404(event)))


def _public(selection: Selection) -> Response:
    feed = Feed(selection.name, selection.address, selection.color)
    response = _calendar(feed, [_facts(event) for event in selection.events])
    g.cache_control = f"public, max-age={MAX_AGE}"
    response.last_modified = _programme_changed_at()
    return response


@bp.get("/meine/<token:token>.ics")
def mine(token: str) -> ResponseReturnValue:
    """Answer with all that somebody signed up for."""
    email = owner_of_calendar_or_404(token)
    registrations = session().scalars(
        select(Registration)
        .where(Registration.email == email, Registration.cancelled_at.is_(None))
        .options(joinedload(Registration.event).joinedload(Event.venue))
        .options(joinedload(Registration.event).joinedload(Event.picture))
        .options(joinedload(Registration.event).joinedload(Event.series))
        .options(joinedload(Registration.event).selectinload(Event.host_rows))
    )
    alarm, hours = alarm_asked_for()
    entries = personal_entries(registrations, _told(email), _page_of, _organizer(), alarm)
    feed = Feed(_("My sign-ups"), full_url(".mine", token=token, erinnerung=hours), "darkorange")
    response = finish(_calendar(feed, entries))
    response.headers["Cache-Control"] = f"private, max-age={MAX_AGE // 3}"
    return response


def alarm_asked_for() -> tuple[timedelta | None, str | None]:
    """Return how long before an event the calendar is to ring, and the hours in the address."""
    hours = request.args.get("erinnerung", "")
    if hours not in ALARMS:
        return None, None
    return timedelta(hours=int(hours)), hours


def _told(email: str) -> dict[int, tuple[int, datetime]]:
    """Return the last SEQUENCE sent to an address and the time of its last letter, by event."""
    last: Any = func.max(Letter.sequence)
    letters = (
        select(Registration.event_id, last, func.max(Letter.created_at))
        .join(Registration, Letter.registration_id == Registration.id)
        .where(Letter.to == email, Letter.sequence.is_not(None))
        .group_by(Registration.event_id)
    )
    return {event_id: (number, at) for event_id, number, at in session().execute(letters)}


def _calendar(feed: Feed, entries: list[Facts]) -> Response:
    response = Response(feed_bytes(feed, entries), content_type=CONTENT_TYPE)
    response.headers["Content-Disposition"] = "inline"
    return response


@bp.get("/neues.atom")
@cached
def news() -> ResponseReturnValue:
    """Answer with what is new and what changed, for feed readers (RFC 4287)."""
    page = render_template(
        "calendar/news.xml", news=latest_news(), changed_at=_programme_changed_at()
    )
    response = Response(page, content_type="application/atom+xml; charset=utf-8")
    response.last_modified = _programme_changed_at()
    g.cache_control = f"public, max-age={MAX_AGE}"
    return response


def _programme_changed_at() -> datetime:
    return session().get_one(Programme, 1).changed_at


def _facts(event: Event) -> Facts:
    return facts_of(event, _page_of(event), _organizer())


def _page_of(event: Event) -> str:
    return full_url("event.show", event=event.key)


def _organizer() -> Organizer:
    return Organizer.from_settings(current_app.config)


@bp.after_request
def _let_other_sites_read(response: Response) -> Response:
    """Let web calendars read what is public (Fetch Standard, 3.2), with conditions, too."""
    if request.endpoint != "feeds.mine":
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = "ETag, Last-Modified"
        if request.method == "OPTIONS":
            response.headers["Access-Control-Allow-Methods"] = "GET, HEAD"
            response.headers["Access-Control-Allow-Headers"] = "If-None-Match, If-Modified-Since"
    return response
