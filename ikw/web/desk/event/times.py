"""Times and places of several events at once, with one look at who is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from wtforms import HiddenField, SelectField, TimeField
from wtforms.validators import Optional

from ikw.actions.event import edit as event_edit
from ikw.actions.event.edit import EditedMeanwhile
from ikw.actions.event.plan import BadPlan
from ikw.clock import today
from ikw.db import session, write
from ikw.model import Event, Registration, Venue
from ikw.model.rules import faults_of
from ikw.programmes.faults import describe
from ikw.text.translate import _, _l, ngettext
from ikw.web.desk.access import all_series, my_events, only_planners, say
from ikw.web.desk.acting import act
from ikw.web.desk.event.form import in_words
from ikw.web.desk.fields import CLOCK, TIME_FORMATS, ReadableOr
from ikw.web.desk.row_form import label_of
from ikw.web.forms import BaseForm

bp = Blueprint("times", __name__)

#: So many events are on one page: names of fields end in two digits at most.
MOST = 60


class TimesForm(BaseForm):
    """Beginning, end and venue of each of several events."""

    events: list[Event]

    @classmethod
    def of(cls, events: list[Event], *, sent: bool) -> TimesForm:
        """Return the form for events, filled in with how they are unless it was sent."""
        fields: dict[str, Any] = {"events": events}
        for n in range(len(events)):
            checks = [ReadableOr(CLOCK), Optional()]
            fields[f"start-{n}"] = TimeField(
                _l("Begins at"), format=TIME_FORMATS, validators=checks
            )
            fields[f"end-{n}"] = TimeField(_l("Ends at"), format=TIME_FORMATS, validators=checks)
            fields[f"venue-{n}"] = SelectField(_l("Venue"))
            fields[f"version-{n}"] = HiddenField()
        form: TimesForm = type("TimesForm", (cls,), fields)()
        venues = session().scalars(select(Venue).order_by(Venue.name)).all()
        for n, event in enumerate(events):
            form[f"venue-{n}"].choices = [("", _("still open")), *((v.key, v.name) for v in venues)]
            if not sent:
                form[f"start-{n}"].data, form[f"end-{n}"].data = event.start, event.end
                form[f"venue-{n}"].data = event.venue.key if event.venue else ""
                form[f"version-{n}"].data = event_edit.version(event)
        return form

    @property
    def rows(self) -> list[tuple[Event, dict[str, Any]]]:
        """Each event with its fields."""
        names = ("start", "end", "venue", "version")
        return [
            (event, {name: self[f"{name}-{n}"] for name in names})
            for n, event in enumerate(self.events)
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        valid = bool(super().validate(extra_validators))
        for event, row in self.rows:
            values = {"start": row["start"].data, "end": row["end"].data, "date": event.date}
            for name, fault in faults_of("event", values):
                row[name].errors = [describe(fault)]
                valid = False
        return valid


@dataclass
class Change:
    """What changes of one event, and how many parties are told."""

    event: Event
    version: str
    values: dict[str, Any]
    letters: int = 0
    calls: int = 0
    words: list[tuple[str, str, str]] = field(default_factory=list)


@bp.get("/veranstaltungen/zeiten")
def edit() -> str:
    """Answer with the times and venues of a series' coming events."""
    only_planners()
    series = request.args.get("reihe", "")
    coming = func.coalesce(Event.end_date, Event.date) >= today()
    wanted = my_events().where(coming, Event.called_off_at.is_(None))
    events = [one for one in session().scalars(wanted) if not series or one.series.key == series]
    return _page(TimesForm.of(events[:MOST], sent=False), series)


def _page(form: TimesForm, series: str, changes: list[Change] | None = None) -> str:
    return render_template(
        "desk/event/times.html",
        form=form,
        series=series,
        all_series=all_series(),
        changes=changes,
    )


@bp.post("/veranstaltungen/zeiten")
def update() -> ResponseReturnValue:
    """Show what would change and who is told; save it once that was seen."""
    only_planners()
    series = request.args.get("reihe", "")
    keys = request.form.getlist("key")[:MOST]
    found = {one.key: one for one in session().scalars(my_events().where(Event.key.in_(keys)))}
    form = TimesForm.of([found[key] for key in keys if key in found], sent=True)
    if not form.validate():
        return _page(form, series), 422
    changes = _changes(form)
    if request.form.get("was") != "speichern" or not changes:
        return _page(form, series, changes)
    try:
        with write() as current:
            for change in sorted(changes, key=lambda change: change.event.id):
                event_edit.edit_event(
                    current, change.event.id, change.values, act(), known=change.version
                )
    except (EditedMeanwhile, BadPlan):
        say(_("Somebody has changed an event meanwhile. Please look at the list again."), "warn")
        return redirect(url_for(".edit", reihe=series or None), 303)
    say(ngettext("%(num)d event is changed.", "%(num)d events are changed.", len(changes)))
    return redirect(url_for("desk.events.index", reihe=series or None), 303)


def _changes(form: TimesForm) -> list[Change]:
    venues = {one.key: one for one in session().scalars(select(Venue))}
    changes = []
    for event, row in form.rows:
        new = {
            "start": row["start"].data,
            "end": row["end"].data,
            "venue": venues.get(row["venue"].data),
        }
        values = {name: value for name, value in new.items() if getattr(event, name) != value}
        if not values:
            continue
        change = Change(event, row["version"].data or "", values)
        if event.published_at:
            change.letters, change.calls = _told(event)
        change.words = [
            (label_of("event", name), _said(name, getattr(event, name)), _said(name, value))
            for name, value in values.items()
        ]
        changes.append(change)
    return changes


def _said(name: str, value: Any) -> str:
    if value is None:
        return in_words(name, None)
    return value.name if isinstance(value, Venue) else in_words(name, value.isoformat())


def _told(event: Event) -> tuple[int, int]:
    """Return how many parties a change is written to, and how many are to be called."""
    active = select(func.count(Registration.email), func.count()).where(
        Registration.event_id == event.id, Registration.cancelled_at.is_(None)
    )
    letters, parties = session().execute(active).one()
    return letters, parties - letters
