"""What there is to do today, for whoever has signed in."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from ikw import clock
from ikw.actions.event.publish import why_it_came_back
from ikw.actions.feedback import open_feedback
from ikw.actions.letter.calls import calls_to_make
from ikw.actions.organiser.kept_forms import all_kept
from ikw.actions.series.tasks import open_tasks
from ikw.clock import today
from ikw.db import session
from ikw.model import Event, Letter, Registration
from ikw.model.letter import has_failed
from ikw.model.readiness import missing_facts
from ikw.model.roles import Scope
from ikw.web.desk import words
from ikw.web.desk.access import me, my_events
from ikw.web.desk.registration import door

bp = Blueprint("home", __name__)

#: Tasks that are due so soon are shown.
SOON = dt.timedelta(weeks=2)


@bp.get("/")
def show() -> ResponseReturnValue:
    """Answer with what is next and what waits for somebody."""
    if me().scope is Scope.DUTY:
        return door.index()
    if not me().plans:
        return redirect(url_for("desk.numbers.index"), 303)
    now = clock.now()
    coming = func.coalesce(Event.end_date, Event.date) >= today()
    events = list(session().scalars(my_events().where(coming)))
    return render_template(
        "desk/home.html",
        events=[event for event in events if event.published_at][:8],
        drafts=_drafts(events),
        submitted=[event for event in events if event.is_submitted],
        unready=[
            event
            for event in events
            if event.published_at and event.takes_place and missing_facts(event)
        ],
        missing_facts=missing_facts,
        overfull=[event for event in events if event.is_overfull],
        waiting=_waiting([event.id for event in events]),
        unreachable=_unreachable(events),
        tasks=open_tasks(session(), me(), until=today() + SOON),
        kept=all_kept(session(), me().id),
        words=words,
        **_coordination(now) if me().coordinates else {},
    )


def _drafts(events: list[Event]) -> list[tuple[Event, str | None]]:
    """Return what is being written, and to a club why it came back: it is the club's turn."""
    drafts = [event for event in events if event.is_draft]
    if me().coordinates:
        return [(event, None) for event in drafts]
    return [(event, why_it_came_back(session(), event)) for event in drafts]


def _waiting(ids: list[int]) -> dict[int, int]:
    """Return how many places are waited for, by event."""
    missing = func.sum(Registration.places - Registration.seats)
    counted = (
        select(Registration.event_id, missing)
        .where(Registration.event_id.in_(ids), Registration.queued_at.is_not(None))
        .group_by(Registration.event_id)
    )
    return {row[0]: row[1] for row in session().execute(counted)}


def _unreachable(events: list[Event]) -> list[tuple[Event, int]]:
    """Return at which events there are parties whose e-mail address does not exist, how many."""
    counted = dict(
        session()
        .execute(
            select(Registration.event_id, func.count())
            .where(
                Registration.event_id.in_([event.id for event in events]),
                Registration.unreachable_at.is_not(None),
                Registration.cancelled_at.is_(None),
            )
            .group_by(Registration.event_id)
        )
        .all()
    )
    return [(event, counted[event.id]) for event in events if event.id in counted]


def _coordination(now: object) -> dict[str, object]:
    failed = select(func.count()).select_from(Letter).where(has_failed())
    return {
        "calls": len(calls_to_make(session(), now=clock.now(), real=clock.real())),
        "failed": session().scalar(failed) or 0,
        "feedback": open_feedback(session()),
    }
