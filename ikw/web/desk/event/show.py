"""An event at the desk, and the verbs that change its state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from wtforms import HiddenField, TextAreaField, TimeField
from wtforms.validators import Optional as MayBeEmpty

from ikw import clock
from ikw.actions.act import Act
from ikw.actions.event import copy as event_copy
from ikw.actions.event import plan, sign_up
from ikw.actions.event import publish as event_publish
from ikw.actions.event.plan import BadPlan, NothingToChange
from ikw.db import session, write
from ikw.model import Event, LogEntry, Mailing
from ikw.model.readiness import clashes, missing_facts
from ikw.model.rules import faults_of
from ikw.programmes.faults import describe
from ikw.text.cleaning import clean_text
from ikw.text.translate import _, _l
from ikw.web.desk import words
from ikw.web.desk.access import (
    my_event_or_404,
    my_events,
    only_coordination,
    say,
)
from ikw.web.desk.acting import act, do, who_is_told
from ikw.web.desk.counts import counts_of
from ikw.web.desk.entries import described
from ikw.web.desk.fields import CLOCK, TIME_FORMATS, ReadableOr, count, day
from ikw.web.event_context import context
from ikw.web.forms import BaseForm, ConfirmForm, at_most

bp = Blueprint("event", __name__)


class CapacityForm(BaseForm):
    """How many places there are."""

    capacity = count(_l("Places in all"), 0)
    reserved = count(_l("Kept back"), 0, 0)
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
        if valid:
            places = {"capacity": self.capacity.data, "reserved": self.reserved.data}
            places["has_waiting_list"] = self.event.has_waiting_list
            for name, fault in faults_of("event", places):
                self[name].errors = [describe(fault)]
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
    #: On which day it is instead, as far as that is known.
    day = day(_l("New day"))
    start = TimeField(
        _l("Begins at"), format=TIME_FORMATS, validators=[ReadableOr(CLOCK), MayBeEmpty()]
    )


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
        "desk/event/show.html",
        event=shown,
        counts=counts_of(shown),
        came_back=event_publish.why_it_came_back(session(), shown) if shown.is_draft else None,
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


@bp.get("/veranstaltung/<key:event>/vorschau")
def preview(event: str) -> str:
    """Answer with the page as citizens see it, or will."""
    shown = my_event_or_404(event)
    return render_template("desk/event/preview.html", event=shown, saved=True, **context(shown))


@bp.post("/veranstaltung/<key:event>/platzzahl")
def set_places(event: str) -> ResponseReturnValue:
    """Change how many places there are; nobody is dropped."""
    shown = my_event_or_404(event)
    form = CapacityForm.for_event(shown, sent=True)
    if not form.validate():
        return _page(shown, form, ReasonForm()), 422
    with write() as current:
        shown = sign_up.set_places(
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
        lambda id_: sign_up.set_sign_up_end(session(), id_, clock.now(), act()),
        _("Sign-up is closed."),
    )


@bp.post("/veranstaltung/<key:event>/anmeldung-oeffnen")
def reopen_sign_up(event: str) -> ResponseReturnValue:
    """Let people sign up again, until the event begins."""
    return do(
        event,
        lambda id_: sign_up.set_sign_up_end(session(), id_, None, act()),
        _("Sign-up is open until the event begins."),
    )


@bp.post("/veranstaltung/<key:event>/einreichung")
def submit(event: str) -> ResponseReturnValue:
    """Hand it in."""
    message = _("It is handed in. The coordination looks at it and publishes it.")
    return do(event, lambda id_: event_publish.submit(session(), id_, act()), message)


@bp.post("/veranstaltung/<key:event>/rueckgabe")
def hand_back(event: str) -> ResponseReturnValue:
    """Give it back for more work."""
    only_coordination()
    form = ReasonForm()
    if not form.validate():
        return _page(
            my_event_or_404(event), CapacityForm.for_event(my_event_or_404(event)), form
        ), 422
    reason = form.reason.data or None
    message = _("It is a draft again, and its club is told.")
    return do(
        event, lambda id_: event_publish.hand_back(session(), id_, act(), reason=reason), message
    )


@bp.post("/veranstaltung/<key:event>/veroeffentlichung")
def publish(event: str) -> ResponseReturnValue:
    """Show it to everyone."""
    only_coordination()
    message = _("It is published. Everyone can see it now.")
    if my_event_or_404(event).series.published_at is None:
        message = _("It is published, and seen as soon as its series is.")
    return do(event, lambda id_: event_publish.publish(session(), id_, act()), message)


@bp.post("/veranstaltung/<key:event>/zuruecknahme")
def withdraw(event: str) -> ResponseReturnValue:
    """Take it out of the programme again."""
    only_coordination()
    message = _("It is no longer in the programme.")
    return do(event, lambda id_: event_publish.withdraw(session(), id_, act()), message)


@bp.post("/veranstaltung/<key:event>/absage")
def call_off(event: str) -> ResponseReturnValue:
    """Call it off and tell everyone."""
    return _tell(event, plan.call_off)


@bp.post("/veranstaltung/<key:event>/verschiebung")
def postpone(event: str) -> ResponseReturnValue:
    """Hold it on another day, be it one that is not known yet, and tell everyone."""
    form = ReasonForm()
    if form.day.data is None:
        return _tell(event, plan.postpone)
    return _tell(event, partial(_move, form.day.data, form.start.data))


def _move(
    day: dt.date, start: dt.time | None, current: Session, id_: int, reason: str | None, by: Act
) -> Event:
    """Move it to a day that is chosen; it lasts as long as before."""
    event = current.get_one(Event, id_)
    end = event.end
    if start is None:
        start = event.start
    elif event.start and event.end:
        end = _as_long(event, start)
    return plan.move(current, id_, day, start, end if start else None, by, reason=reason)


def _as_long(event: Event, start: dt.time) -> dt.time:
    day = dt.date(2000, 1, 1)
    lasts = event.ends_at - event.starts_at
    return (dt.datetime.combine(day, start) + lasts).time()


@bp.post("/veranstaltung/<key:event>/wiederaufnahme")
def reinstate(event: str) -> ResponseReturnValue:
    """Hold it after all, and tell everyone."""
    return _tell(event, lambda current, id_, _reason, by: plan.reinstate(current, id_, by))


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
    except BadPlan:
        form.day.errors = [_("This day is past.")]
        return _page(shown, CapacityForm.for_event(shown), form), 422
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
        copy = event_copy.duplicate(current, shown, act())
    say(_("This is the copy. Change what is different."))
    return redirect(url_for("desk.event_form.edit", event=copy.key), 303)
