"""The events that somebody plans: the list, and publishing many."""

from __future__ import annotations

import re

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ikw import clock
from ikw.actions.event import publish
from ikw.db import session, write
from ikw.model import Event
from ikw.model.readiness import missing_facts
from ikw.text.lists import listed
from ikw.text.search import finds, searchable
from ikw.text.translate import _, ngettext
from ikw.web.desk import words
from ikw.web.desk.access import (
    all_series,
    asked,
    my_events,
    only_coordination,
    only_planners,
    say,
)
from ikw.web.desk.acting import act
from ikw.web.forms import ConfirmForm
from ikw.web.security import KEY

bp = Blueprint("events", __name__)


@bp.get("/veranstaltungen/")
def index() -> str:
    """Answer with the events, by series, state and words."""
    only_planners()
    series = request.args.get("reihe", "")
    state = request.args.get("stand", "")
    query = asked("q")
    now = clock.now()
    events = [
        event
        for event in session().scalars(my_events())
        if (not series or event.series.key == series)
        and (not state or words.state_of(event, now) == state)
        and (not query or finds(query, _text_of(event)))
    ]
    return render_template(
        "desk/event/index.html",
        events=events,
        all_series=all_series(),
        series=series,
        state=state,
        query=query,
        all_ticked="alle" in request.args,
        words=words,
        missing_facts=missing_facts,
        form=ConfirmForm(),
    )


def _text_of(event: Event) -> str:
    hosts = [row.organisation.name for row in event.host_rows]
    venue = event.venue.one_line if event.venue else None
    return searchable(event.title, event.summary, event.key, venue, *hosts, *event.topics)


@bp.post("/veranstaltungen/freigabe")
def publish_many() -> ResponseReturnValue:
    """Show what is not ready of those that were ticked, then publish them."""
    only_coordination()
    form = ConfirmForm()
    events, seen = ticked_drafts(), len([one for one in ticked() if one.published_at])
    if not form.validate() or not events:
        say(_("Nothing that could be published is ticked."), "warn")
        return redirect(url_for(".index"), 303)
    if not request.form.get("confirmed"):
        return render_template(
            "desk/event/publish.html",
            events=events,
            words=words,
            missing_facts=missing_facts,
            seen=seen,
            form=form,
        )
    with write() as current:
        for event in sorted(events, key=lambda event: event.id):
            publish.publish(current, event.id, act())
    say(ngettext("%(num)d event is published.", "%(num)d events are published.", len(events)))
    unseen = sorted({one.series.title for one in events if one.series.published_at is None})
    if unseen:
        said = _(
            "They are seen as soon as their series is published: %(series)s.", series=listed(unseen)
        )
        say(said, "warn")
    return redirect(url_for(".index"), 303)


def ticked() -> list[Event]:
    """Return the events that were ticked."""
    keys = [key for key in request.form.getlist("key")[:500] if re.fullmatch(KEY, key)]
    return list(session().scalars(my_events().where(Event.key.in_(keys))))


def ticked_drafts() -> list[Event]:
    """Return those of them that nobody sees yet."""
    return [event for event in ticked() if event.published_at is None]
