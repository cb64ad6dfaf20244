"""Writing an event, and changing it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from ikw import clock
from ikw.actions.event import edit as event_edit
from ikw.actions.event.edit import EditedMeanwhile
from ikw.actions.event.plan import BadPlan
from ikw.clock import today
from ikw.db import session, write
from ikw.model import Event, LogEntry, Organisation, Series, Venue
from ikw.model.fields import EDITABLE
from ikw.model.vocabulary import QuestionKind
from ikw.text import dates
from ikw.text.languages import SPOKEN, name_of
from ikw.text.lists import listed
from ikw.text.translate import _
from ikw.text.vocabulary import ACCESS, AUDIENCES
from ikw.web.desk import kept
from ikw.web.desk.access import all_series, me, my_event_or_404, only_planners, say
from ikw.web.desk.acting import act, who_is_told
from ikw.web.desk.doubts import doubts_in_words
from ikw.web.desk.entries import name_of_actor
from ikw.web.desk.event.fields import EventForm
from ikw.web.desk.labels import MEMBERS
from ikw.web.desk.row_form import chosen_hosts, label_of
from ikw.web.event_context import context

bp = Blueprint("event_form", __name__)


#: What can be added from within the form, by the button that leads there.
ADDED = {"ort": "desk.venues.new", "verein": "desk.organisations.new"}


@bp.get("/veranstaltungen/neu")
def new() -> ResponseReturnValue:
    """Answer with an empty form, for the newest series unless the address names another."""
    only_planners()
    form = _form(None)
    wanted = request.args.get("reihe")
    chosen = next((one for one in all_series() if one.key == wanted), None)
    series = chosen or next(iter(all_series()), None)
    if series and not g.get("kept_answers"):
        form.series.data = series.key
        form.date.data = _date_in(request.args.get("tag")) or max(series.first_day, today())
    return _show(form, None)


@bp.post("/veranstaltungen/neu")
def create() -> ResponseReturnValue:
    """Write a new draft."""
    only_planners()
    if elsewhere := kept.add_first(ADDED):
        return elsewhere
    form = _form(None)
    if not form.validate():
        return _show(form, None, 422)
    values = _values(form, None)
    if _only_looks():
        return _preview(lambda current: event_edit.create_event(current, values, act()))
    if form.asks_about(doubts_in_words(values, None)):
        return _show(form, None, 422)
    with write() as current:
        event = event_edit.create_event(current, values, act())
    say(_("The draft is saved. Here you see what is still missing."))
    return redirect(url_for("desk.event.show", event=event.key), 303)


@bp.get("/veranstaltung/<key:event>/bearbeiten")
def edit(event: str) -> ResponseReturnValue:
    """Answer with the form, filled in."""
    shown = my_event_or_404(event)
    form = _form(shown)
    form.show(shown)
    form.version.data = form.version.data or event_edit.version(shown)
    return _show(form, shown)


@bp.post("/veranstaltung/<key:event>/bearbeiten")
def update(event: str) -> ResponseReturnValue:
    """Save what was changed, unless somebody else has changed it meanwhile."""
    shown = my_event_or_404(event)
    if elsewhere := kept.add_first(ADDED):
        return elsewhere
    form = _form(shown)
    if not form.validate():
        return _show(form, shown, 422)
    values = event_edit.with_window(shown, _values(form, shown))
    if not _only_looks() and form.asks_about(doubts_in_words(values, shown)):
        return _show(form, shown, 422)

    def change(current: Session) -> Event:
        return event_edit.edit_event(
            current, shown.id, values, act(), known=form.version.data or ""
        )

    try:
        if _only_looks():
            return _preview(change)
        with write() as current:
            changed = change(current)
    except EditedMeanwhile as error:
        theirs = event_edit.stated(error.event)
        form.show_version(event_edit.version(error.event))
        session().rollback()
        mine = event_edit.stated(_unsaved(shown, values))
        differences = [
            (label_of("event", name), in_words(name, theirs[name]), in_words(name, mine[name]))
            for name in EDITABLE
            if theirs[name] != mine[name]
        ]
        return _show(form, shown, 409, differences=differences, who=_last_editor(shown))
    except BadPlan:
        off = _("It is called off. Let it take place first, then move it.")
        form.date.errors = [off if shown.is_called_off else _("This day is past.")]
        return _show(form, shown, 422)
    message = who_is_told(changed) if changed.published_at else _("Saved.")
    say(message, "warn" if changed.is_overfull else "good")
    return redirect(url_for("desk.event.show", event=event), 303)


def _only_looks() -> bool:
    """Return whether the form was sent to see how the event would look."""
    return request.form.get("was") == "vorschau"


class _Seen(Exception):
    """The page is made: what was written for it is taken back."""


def _preview(write_event: Callable[[Session], Event]) -> str:
    """Answer with the page as citizens would see it, and store nothing.

    The event is written as it would be, so that what the page says is what it will say.
    """
    page = ""
    with suppress(_Seen), write() as current:
        event = write_event(current)
        current.flush()
        page = render_template(
            "desk/event/preview.html", event=event, saved=False, **context(event)
        )
        raise _Seen
    return page


def _show(
    form: EventForm, event: Event | None, status: int = 200, **more: Any
) -> ResponseReturnValue:
    topics = {topic for row in session().scalars(select(Event.topics)) for topic in row}
    page = render_template(
        "desk/event/form.html",
        form=form,
        event=event,
        # A club's first form asks what has to be known; the rest is behind "more".
        is_short=event is None and not me().coordinates,
        topics=sorted(topics, key=str.casefold),
        **more,
    )
    return page, status


def _form(event: Event | None) -> EventForm:
    """Return the form with what can be chosen in it."""
    form = EventForm.with_questions(event.questions if event else [])
    # A club enters nothing into what is over.
    open_series = [
        series
        for series in all_series()
        if me().coordinates or series.last_day >= today() or (event and event.series is series)
    ]
    form.series.choices = [(series.key, series.title) for series in open_series or all_series()]
    venues = session().scalars(select(Venue).order_by(Venue.name)).all()
    form.venue.choices = [("", _("still open")), *[(venue.key, venue.one_line) for venue in venues]]
    if me().coordinates:
        hosts = session().scalars(select(Organisation).order_by(Organisation.name)).all()
        form.hosts.choices = [(host.key, host.name) for host in hosts]
    else:
        # A club hosts what it writes; with whom else, the coordination decides.
        del form.hosts
    spoken = set(event.languages) if event else set()
    codes = [*SPOKEN, *sorted(spoken - set(SPOKEN))]
    form.languages.choices = [(code, name_of(code)) for code in codes]
    form.is_new = event is None
    return form


def _values(form: EventForm, event: Event | None) -> dict[str, Any]:
    """Return columns and rows as the form says them; only what is named here can be set."""
    values = form.values(event)
    find = session().scalar
    values["series"] = find(select(Series).where(Series.key == form.series.data))
    values["venue"] = find(select(Venue).where(Venue.key == form.venue.data))
    if "hosts" in form:
        values["hosts"] = chosen_hosts(form.hosts.data, event.hosts if event else [])
    elif event is None:
        values["hosts"] = [me().organisation]
    return values


def _unsaved(event: Event, values: dict[str, Any]) -> Any:
    """Return something that says what the form says, and is no row."""
    shown = {name: getattr(event, name) for name in EDITABLE} | values
    return type("Unsaved", (), shown)


#: Columns that hold codes, and what these are called.
NAMES: dict[str, Callable[[str], str]] = {
    "languages": name_of,
    "audiences": lambda code: str(AUDIENCES[code]),
    "access": lambda code: str(ACCESS[code]),
}


def in_words(name: str, value: Any) -> str:
    """Return what a column of an event says, as people write it."""
    if value in (None, "", []):
        return "–"
    if name in {"date", "end_date"}:
        return dates.long_day(dt.date.fromisoformat(value))
    if name in {"sign_up_opens", "sign_up_closes"}:
        return dates.day_and_time(dt.datetime.fromisoformat(value))
    if name in {"start", "end"}:
        return str(value)[:5]
    if name == "price_cents":
        return dates.price(value)
    if name in NAMES:
        return listed(NAMES[name](code) for code in value)
    if name == "questions":
        return "; ".join(_question_in_words(question) for question in value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return listed(value) if isinstance(value, list) else str(value)


def _question_in_words(question: dict[str, Any]) -> str:
    """Return a question with how it is answered, e.g. "Essen? (One of several answers: A, B)"."""
    how = [str(MEMBERS[QuestionKind][question["kind"]])]
    if choices := question.get("choices"):
        how = [f"{how[0]}: {', '.join(choices)}"]
    if question.get("required"):
        how.append(_("has to be answered"))
    return f"{question['label']} ({'; '.join(how)})"


def _last_editor(event: Event) -> str:
    last = (
        select(LogEntry)
        .where(LogEntry.event_id == event.id, LogEntry.registration_id.is_(None))
        .order_by(LogEntry.id.desc())
        .limit(1)
    )
    entry = session().scalar(last)
    if entry is None:
        return _("Somebody")
    when = dates.clock(clock.in_town(entry.at).time())
    return _("%(name)s at %(time)s", name=name_of_actor(entry.actor), time=when)


def _date_in(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text or "")
    except ValueError:
        return None
