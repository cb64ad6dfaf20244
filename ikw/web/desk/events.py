"""The events that somebody plans: the list, each of them, and the verbs that change its state."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from wtforms import HiddenField, TextAreaField

from ikw import clock
from ikw.actions import editing, planning
from ikw.actions.announcing import Act
from ikw.actions.editing import HasSignUps
from ikw.actions.planning import NothingToChange
from ikw.db import session, write
from ikw.model import Event, Letter, LogEntry, Mailing, Registration
from ikw.model.letter import still_open
from ikw.model.readiness import clashes, missing_facts
from ikw.text.cleaning import clean_text
from ikw.text.folding import finds, searchable
from ikw.text.translate import _, _l, ngettext
from ikw.web.desk import words
from ikw.web.desk.access import (
    all_series,
    asked,
    me,
    my_event_or_404,
    my_events,
    only_coordination,
    only_planners,
    say,
)
from ikw.web.desk.event_fields import count, fits_into_capacity, list_has_number
from ikw.web.desk.log import described
from ikw.web.event import context
from ikw.web.forms import BaseForm, at_most
from ikw.web.registration_forms import ConfirmForm
from ikw.web.security import KEY

bp = Blueprint("events", __name__)


class CapacityForm(BaseForm):
    """How many places there are."""

    capacity = count(_l("Places in all"), 0)
    reserved = count(_l("Kept back"), 0, 0, fits_into_capacity)
    known = HiddenField()

    event: Event

    @classmethod
    def for_event(cls, event: Event, *, sent: bool = False) -> CapacityForm:
        """Return the form with the places of an event, and what they were when it was shown."""
        form = cls() if sent else cls(formdata=None, obj=event)
        form.event = event
        if not sent:
            form.known.data = places_of(event)
        return form

    def validate(self, extra_validators: Any = None) -> bool:
        valid = bool(super().validate(extra_validators))
        if not list_has_number(self, self.event.has_waiting_list):
            return False
        if self.known.data != places_of(self.event):
            self.capacity.errors = [
                _(
                    "Somebody has changed this meanwhile: %(places)s places, %(reserved)d of them "
                    "kept back.",
                    places="∞" if self.event.capacity is None else self.event.capacity,
                    reserved=self.event.reserved,
                )
            ]
            self.known.data, self.known.raw_data = places_of(self.event), None
            return False
        return valid


def places_of(event: Event) -> str:
    """Return what tells two states of an event's places apart."""
    return f"{event.capacity} {event.reserved}"


class ReasonForm(BaseForm):
    """Why it is not on."""

    reason = TextAreaField(
        _l("Why? (everyone reads this)"), filters=[clean_text], validators=[at_most(1000)]
    )


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
        "desk/events/index.html",
        events=events,
        all_series=all_series(),
        series=series,
        state=state,
        query=query,
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
    events = ticked_drafts()
    if not form.validate() or not events:
        return redirect(url_for(".index"), 303)
    if not request.form.get("confirmed"):
        return render_template(
            "desk/events/publish.html",
            events=events,
            words=words,
            missing_facts=missing_facts,
            form=form,
        )
    with write() as current:
        for event in sorted(events, key=lambda event: event.id):
            editing.publish(current, event.id, act())
    say(ngettext("%(num)d event is published.", "%(num)d events are published.", len(events)))
    return redirect(url_for(".index"), 303)


def ticked_drafts() -> list[Event]:
    """Return the events that were ticked and nobody sees yet."""
    keys = [key for key in request.form.getlist("key")[:500] if re.fullmatch(KEY, key)]
    wanted = my_events().where(Event.key.in_(keys))
    return [event for event in session().scalars(wanted) if event.published_at is None]


@bp.get("/veranstaltung/<key:event>/")
def show(event: str) -> str:
    """Answer with all about an event that who plans it wants to know."""
    shown = my_event_or_404(event)
    return _page(shown, CapacityForm.for_event(shown), ReasonForm())


def _page(shown: Event, capacity: CapacityForm, reason: ReasonForm) -> str:
    at_that_time = my_events().where(
        Event.date <= shown.last_date, func.coalesce(Event.end_date, Event.date) >= shown.date
    )
    entries = (
        select(LogEntry)
        .where(LogEntry.event_id == shown.id)
        .order_by(LogEntry.at.desc(), LogEntry.id.desc())
        .limit(12)
    )
    mailings = select(Mailing).where(Mailing.event_id == shown.id).order_by(Mailing.id.desc())
    return render_template(
        "desk/events/show.html",
        event=shown,
        counts=counts_of(shown),
        missing=missing_facts(shown),
        clashes=[
            c for c in clashes(list(session().scalars(at_that_time))) if shown in (c.one, c.other)
        ],
        entries=described(list(session().scalars(entries))),
        mailings=session().scalars(mailings.limit(5)).all(),
        words=words,
        capacity=capacity,
        reason=reason,
        form=ConfirmForm(),
    )


def counts_of(event: Event) -> dict[str, int]:
    """Return how many parties and people have seats, wait, have cancelled and have come."""
    has_seats, waits = Registration.seats > 0, Registration.queued_at.is_not(None)
    came = Registration.checked_in_at.is_not(None)
    counted = select(
        func.count().filter(has_seats),
        func.coalesce(func.sum(Registration.seats), 0),
        func.count().filter(waits),
        func.coalesce(func.sum(Registration.places - Registration.seats).filter(waits), 0),
        func.count().filter(Registration.cancelled_at.is_not(None)),
        func.count().filter(came),
        func.coalesce(func.sum(Registration.arrived).filter(came), 0),
    ).where(Registration.event_id == event.id)
    names = ("parties", "people", "waiting", "waited_for", "cancelled", "came", "arrived")
    return dict(zip(names, session().execute(counted).one(), strict=True))


@bp.get("/veranstaltung/<key:event>/vorschau")
def preview(event: str) -> str:
    """Answer with the page as citizens see it, or will."""
    shown = my_event_or_404(event)
    return render_template("desk/events/preview.html", event=shown, saved=True, **context(shown))


@bp.post("/veranstaltung/<key:event>/platzzahl")
def set_places(event: str) -> ResponseReturnValue:
    """Change how many places there are; nobody is dropped."""
    shown = my_event_or_404(event)
    form = CapacityForm.for_event(shown, sent=True)
    if not form.validate():
        return _page(shown, form, ReasonForm()), 422
    with write() as current:
        shown = editing.set_places(
            current, shown.id, form.capacity.data, form.reserved.data or 0, act()
        )
    if shown.is_overfull:
        people = (shown.capacity or 0) - shown.reserved
        say(
            _(
                "More people have places (%(taken)d) than there are (%(people)d). "
                "Nobody was dropped: cancel for some of them, or find more room.",
                taken=shown.taken,
                people=max(0, people),
            ),
            "warn",
        )
    else:
        say(_("The number of places is changed."))
    return redirect(url_for(".show", event=event), 303)


@bp.post("/veranstaltung/<key:event>/anmeldeschluss")
def close_sign_up(event: str) -> ResponseReturnValue:
    """Close sign-up now."""
    return do(
        event,
        lambda id_: editing.set_sign_up_end(session(), id_, clock.now(), act()),
        _("Sign-up is closed."),
    )


@bp.post("/veranstaltung/<key:event>/anmeldung-oeffnen")
def reopen_sign_up(event: str) -> ResponseReturnValue:
    """Let people sign up again, until the event begins."""
    return do(
        event,
        lambda id_: editing.set_sign_up_end(session(), id_, None, act()),
        _("Sign-up is open until the event begins."),
    )


@bp.post("/veranstaltung/<key:event>/einreichung")
def submit(event: str) -> ResponseReturnValue:
    """Hand it in."""
    said = _("It is handed in. The coordination looks at it and publishes it.")
    return do(event, lambda id_: editing.submit(session(), id_, act()), said)


@bp.post("/veranstaltung/<key:event>/rueckgabe")
def hand_back(event: str) -> ResponseReturnValue:
    """Give it back for more work."""
    only_coordination()
    said = _("It is a draft again.")
    return do(event, lambda id_: editing.hand_back(session(), id_, act()), said)


@bp.post("/veranstaltung/<key:event>/veroeffentlichung")
def publish(event: str) -> ResponseReturnValue:
    """Show it to everyone."""
    only_coordination()
    said = _("It is published. Everyone can see it now.")
    return do(event, lambda id_: editing.publish(session(), id_, act()), said)


@bp.post("/veranstaltung/<key:event>/zuruecknahme")
def withdraw(event: str) -> ResponseReturnValue:
    """Take it out of the programme again."""
    only_coordination()
    said = _("It is no longer in the programme.")
    return do(event, lambda id_: editing.withdraw(session(), id_, act()), said)


@bp.post("/veranstaltung/<key:event>/absage")
def call_off(event: str) -> ResponseReturnValue:
    """Call it off and tell everyone."""
    return _tell(event, planning.call_off)


@bp.post("/veranstaltung/<key:event>/verschiebung")
def postpone(event: str) -> ResponseReturnValue:
    """Postpone it to a day that is not known yet, and tell everyone."""
    return _tell(event, planning.postpone)


@bp.post("/veranstaltung/<key:event>/wiederaufnahme")
def reinstate(event: str) -> ResponseReturnValue:
    """Hold it after all, and tell everyone."""
    return _tell(event, lambda current, id_, _reason, by: planning.reinstate(current, id_, by))


def _tell(key: str, verb: Callable[..., Event]) -> ResponseReturnValue:
    shown = my_event_or_404(key)
    form = ReasonForm()
    if not form.validate():
        return _page(shown, CapacityForm.for_event(shown), form), 422
    try:
        with write() as current:
            changed = verb(current, shown.id, form.reason.data or None, act())
    except NothingToChange:
        say(_("It is so already; nobody was told."), "warn")
    else:
        say(who_is_told(changed))
    return redirect(url_for(".show", event=key), 303)


@bp.post("/veranstaltung/<key:event>/kopie")
def duplicate(event: str) -> ResponseReturnValue:
    """Make a draft that says the same."""
    shown = my_event_or_404(event)
    if not ConfirmForm().validate():
        return redirect(url_for(".show", event=event), 303)
    with write() as current:
        copy = editing.duplicate(current, shown, act())
    say(_("This is the copy. Change what is different."))
    return redirect(url_for("desk.event_form.edit", event=copy.key), 303)


def do(
    key: str, verb: Callable[[int], Event], said: str, there: str | None = None
) -> ResponseReturnValue:
    """Load an event of one's own, change it by one verb, and say so."""
    shown = my_event_or_404(key)
    here = redirect(url_for("desk.events.show", event=key), 303)
    if not ConfirmForm().validate():
        say(_("This form was open for too long. Please send it once more."), "warn")
        return here
    try:
        with write():
            verb(shown.id)
    except HasSignUps:
        say(_("People have signed up. Call it off instead, so that they are told."), "warn")
        return here
    say(said)
    return redirect(there, 303) if there else here


def act() -> Act:
    """Return who changes something now, and how long letters about it wait for more."""
    quiet = dt.timedelta(minutes=current_app.config["IKW_QUIET_MINUTES"])
    return Act(by=me().actor, now=clock.now(), quiet=quiet)


def who_is_told(event: Event) -> str:
    """Return how many letters and calls a change has made."""
    waiting = (
        select(func.count(Letter.to), func.count())
        .join(Registration)
        .where(Registration.event_id == event.id, Letter.kind == "event_changed", still_open())
    )
    letters, all_told = session().execute(waiting).one()
    if not all_told:
        return _("Saved. Nobody has to be told; pages and calendars show it.")
    sentences = [_("Saved.")]
    if letters:
        minutes = current_app.config["IKW_QUIET_MINUTES"]
        sentences.append(
            ngettext(
                "%(num)d letter leaves in %(minutes)s minutes; "
                "change it back until then, and nobody is told.",
                "%(num)d letters leave in %(minutes)s minutes; "
                "change it back until then, and nobody is told.",
                letters,
                minutes=minutes,
            )
        )
    if calls := all_told - letters:
        sentences.append(
            ngettext("%(num)d party has to be called.", "%(num)d parties have to be called.", calls)
        )
    return " ".join(sentences)
