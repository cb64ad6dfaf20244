"""The planning calendar: a week or a day of all venues, with what gets in each other's way."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Blueprint, render_template, request, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from ikw.clock import today
from ikw.db import session
from ikw.model import Event
from ikw.model.readiness import clashes, missing_facts
from ikw.model.times import is_plausible
from ikw.text import dates
from ikw.web.desk import words
from ikw.web.desk.access import all_series, me, only_planners

bp = Blueprint("planner", __name__)


@bp.get("/kalender/")
def show() -> str:
    """Answer with a week, or a day by venue; clubs see what others plan, but not who comes."""
    only_planners()
    day = _day()
    is_day = request.args.get("ansicht") == "tag"
    first = day if is_day else day - dt.timedelta(days=day.weekday())
    last = first if is_day else first + dt.timedelta(days=6)
    events = _planned(first, last)
    found = clashes(events)
    in_the_way = {event.id for clash in found for event in (clash.one, clash.other)}
    step = dt.timedelta(days=1 if is_day else 7)
    columns: list[tuple[str, str | None, list[Event]]] = (
        _by_venue(events)
        if is_day
        else [
            (
                dates.short_day(at),
                url_for(".show", ansicht="tag", tag=at.isoformat()),
                sorted((e for e in events if e.is_on(at)), key=lambda e: e.sort_key),
            )
            for at in (first + dt.timedelta(days=n) for n in range(7))
        ]
    )
    return render_template(
        "desk/event/planner.html",
        is_day=is_day,
        first=first,
        last=last,
        columns=columns,
        clashes=found,
        in_the_way=in_the_way,
        earlier=_url(first - step, is_day),
        later=_url(first + step, is_day),
        other=_url(day, not is_day),
        mine=_mine(events),
        missing_facts=missing_facts,
        words=words,
    )


def _planned(first: dt.date, last: dt.date) -> list[Event]:
    """Return what anybody plans on these days: seeing others, clubs can avoid each other."""
    wanted = (
        select(Event)
        .where(
            Event.deleted_at.is_(None),
            Event.date <= last,
            func.coalesce(Event.end_date, Event.date) >= first,
        )
        .options(joinedload(Event.venue), joinedload(Event.series), selectinload(Event.host_rows))
        .order_by(Event.date, Event.start.is_(None), Event.start, Event.id)
    )
    return list(session().scalars(wanted))


def _by_venue(events: list[Event]) -> list[tuple[str, str | None, list[Event]]]:
    venues: dict[str, list[Event]] = {}
    for event in sorted(events, key=lambda event: event.sort_key):
        venues.setdefault(event.venue.name if event.venue else "–", []).append(event)
    return [(name, None, there) for name, there in sorted(venues.items())]


def _mine(events: list[Event]) -> set[int]:
    if me().coordinates:
        return {event.id for event in events}
    host = me().organisation_id
    return {e.id for e in events if any(row.organisation_id == host for row in e.host_rows)}


def _day() -> dt.date:
    """Return the day that is asked for, else the next one of the newest series, else today."""
    try:
        asked = dt.date.fromisoformat(request.args.get("tag", ""))
        if is_plausible(asked):
            return asked
    except ValueError:
        pass
    newest = next(iter(all_series()), None)
    return max(today(), newest.first_day) if newest and newest.last_day >= today() else today()


def _url(day: dt.date, is_day: bool) -> str:
    args: dict[str, Any] = {"tag": day.isoformat()}
    if is_day:
        args["ansicht"] = "tag"
    return url_for(".show", **args)
