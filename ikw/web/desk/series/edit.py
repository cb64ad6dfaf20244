"""Series: the weeks and workshops that events belong to."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from wtforms import (  # type: ignore[attr-defined]  # SelectChoice is newer than the stubs
    SelectChoice,
)

from ikw.actions.event.bin import HasSignUps
from ikw.actions.series import publish as series_publish
from ikw.actions.series import rows
from ikw.db import session, write
from ikw.model import Event, Organisation, Series
from ikw.text.translate import _
from ikw.web.desk import removal
from ikw.web.desk.access import only_coordination, say, series_or_404
from ikw.web.desk.acting import act
from ikw.web.desk.doubts import alike_in_words
from ikw.web.desk.row_form import RowForm, chosen_hosts, holds
from ikw.web.forms import ConfirmForm

bp = Blueprint("series", __name__)


@holds("series")
class SeriesForm(RowForm):
    """What a series is called and from when to when it is."""


@bp.get("/reihen/")
def index() -> str:
    """Answer with all series, and how many events each has."""
    only_coordination()
    number = select(func.count()).where(Event.series_id == Series.id, Event.deleted_at.is_(None))
    counted = number.correlate(Series).scalar_subquery()
    found = session().execute(select(Series, counted).order_by(Series.last_day.desc()))
    return render_template("desk/series/index.html", all_series=found.all())


@bp.get("/reihen/neu")
def new() -> ResponseReturnValue:
    """Answer with an empty form."""
    only_coordination()
    return _show(_form(), None)


@bp.post("/reihen/neu")
def create() -> ResponseReturnValue:
    """Add a series."""
    only_coordination()
    form = _form()
    if not form.validate():
        return _show(form, None, 422)
    values = _values(form, None)
    if form.asks_about(alike_in_words(Series, values)):
        return _show(form, None, 422)
    with write() as current:
        made = rows.add(current, Series, values, act())
    say(_("The series is saved, and nobody sees it yet. Now add its events."))
    return redirect(url_for("desk.events.index", reihe=made.key), 303)


@bp.get("/reihen/<key:series>/")
def edit(series: str) -> ResponseReturnValue:
    """Answer with the form, filled in, and the one to copy it."""
    only_coordination()
    shown = series_or_404(series)
    form = _form()
    form.show(shown)
    return _show(form, shown)


@bp.post("/reihen/<key:series>/")
def update(series: str) -> ResponseReturnValue:
    """Change a series."""
    only_coordination()
    shown = series_or_404(series)
    form = _form()
    if not form.validate():
        return _show(form, shown, 422)
    values = _values(form, shown)
    if form.asks_about(alike_in_words(Series, values, shown)):
        return _show(form, shown, 422)
    with write() as current:
        rows.change(current, shown, values, act())
    say(_("The series is saved."))
    return redirect(url_for(".index"), 303)


@bp.post("/reihen/<key:series>/veroeffentlichung")
def publish(series: str) -> ResponseReturnValue:
    """Show it to everyone."""
    only_coordination()
    shown = series_or_404(series)
    if ConfirmForm().validate():
        with write() as current:
            series_publish.publish(current, shown, act())
        say(_("The series is published. Everyone can see it now, with its published events."))
    return redirect(url_for(".edit", series=series), 303)


@bp.post("/reihen/<key:series>/zuruecknahme")
def withdraw(series: str) -> ResponseReturnValue:
    """Plan it on, unseen."""
    only_coordination()
    shown = series_or_404(series)
    if ConfirmForm().validate():
        try:
            with write() as current:
                series_publish.withdraw(current, shown, act())
            say(_("The series is no longer in the programme."))
        except HasSignUps:
            say(_("People have signed up for its events: it stays in the programme."), "warn")
    return redirect(url_for(".edit", series=series), 303)


@bp.post("/reihen/<key:series>/loeschung")
def remove(series: str) -> ResponseReturnValue:
    """Delete a series without events."""
    only_coordination()
    removal.remove(series_or_404(series), _("The series is deleted."))
    return redirect(url_for(".index"), 303)


def _form() -> SeriesForm:
    form = SeriesForm()
    hosts = session().scalars(select(Organisation).order_by(Organisation.name))
    form.hosts.choices = [SelectChoice(host.key, host.name) for host in hosts]
    return form


def _values(form: SeriesForm, series: Series | None) -> dict[str, object]:
    hosts = chosen_hosts(form.hosts.data, series.hosts if series else [])
    return form.values(series) | {"hosts": hosts}


def _show(form: SeriesForm, series: Series | None, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "desk/series/form.html",
        form=form,
        series=series,
        is_used=series is not None and rows.is_used(session(), series),
        binned=_binned(series) if series else 0,
        confirm=ConfirmForm(formdata=None),
    )
    return page, status


def _binned(series: Series) -> int:
    """Return how many events of a series are in the bin."""
    mine = Event.series_id == series.id, Event.deleted_at.is_not(None)
    return session().scalar(select(func.count()).where(*mine)) or 0
