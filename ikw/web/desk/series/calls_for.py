"""Calls for contributions to a series: which kinds are asked for, from when until when."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from wtforms.validators import DataRequired

from ikw.actions.series import rows
from ikw.db import session, write
from ikw.model import Call, Event, Series
from ikw.model.vocabulary import ContributionKind, EventKind
from ikw.text.translate import _, _l
from ikw.web.desk import removal
from ikw.web.desk.access import only_coordination, say, series_or_404
from ikw.web.desk.acting import act
from ikw.web.desk.fields import NO_DAY, day
from ikw.web.desk.row_form import RowForm, holds
from ikw.web.forms import BaseForm, ConfirmForm

bp = Blueprint("calls_for", __name__)

#: What belongs to the picnic.
OF_PICNIC = (
    ContributionKind.STALL,
    ContributionKind.ACT,
    ContributionKind.DISH,
    ContributionKind.HELP,
)


@holds("call")
class CallForm(RowForm):
    """What is asked for, and until when."""


class AllKindsForm(BaseForm):
    """Until when everything can be proposed."""

    until = day(_l("Contributions can be proposed until"), DataRequired(NO_DAY))


@bp.get("/reihen/<key:series>/aufrufe")
def index(series: str) -> ResponseReturnValue:
    """Answer with the calls of a series."""
    only_coordination()
    return _index(series_or_404(series), AllKindsForm(formdata=None))


def _index(series: Series, form: AllKindsForm, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "desk/series/calls/index.html",
        series=series,
        calls=_calls_of(series),
        picnic=_picnic(series),
        form=form,
    )
    return page, status


@bp.post("/reihen/<key:series>/aufrufe")
def open_all(series: str) -> ResponseReturnValue:
    """Ask for everything at once: events, and for the picnic stalls, acts, dishes and help."""
    only_coordination()
    shown = series_or_404(series)
    form = AllKindsForm()
    if not form.validate():
        return _index(shown, form, 422)
    picnic, known = _picnic(shown), {call.kind for call in _calls_of(shown)}
    kinds = [ContributionKind.EVENT, *(OF_PICNIC if picnic else ())]
    with write() as current:
        for kind in kinds:
            if kind not in known:
                values = {"series": shown, "kind": kind, "closes": form.until.data}
                event = picnic if kind in OF_PICNIC else None
                rows.add(current, Call, values | {"event": event}, act())
    say(_("The calls are open. Everyone finds them under “Take part”."))
    return redirect(url_for(".index", series=series), 303)


@bp.get("/reihen/<key:series>/aufrufe/neu")
def new(series: str) -> ResponseReturnValue:
    """Answer with an empty form."""
    only_coordination()
    shown = series_or_404(series)
    return _show(_form(shown, None), shown, None)


@bp.post("/reihen/<key:series>/aufrufe/neu")
def create(series: str) -> ResponseReturnValue:
    """Ask for one kind."""
    only_coordination()
    shown = series_or_404(series)
    form = _form(shown, None)
    if not form.validate():
        return _show(form, shown, None, 422)
    with write() as current:
        rows.add(current, Call, _values(form, shown, None) | {"series": shown}, act())
    say(_("The call is saved."))
    return redirect(url_for(".index", series=series), 303)


@bp.get("/aufruf/<key:call>/")
def edit(call: str) -> ResponseReturnValue:
    """Answer with a call in its form."""
    shown = _call_or_404(call)
    form = _form(shown.series, shown)
    form.show(shown)
    form.event.data = shown.event.key if shown.event else ""
    return _show(form, shown.series, shown)


@bp.post("/aufruf/<key:call>/")
def update(call: str) -> ResponseReturnValue:
    """Change a call; its page shows it at once."""
    shown = _call_or_404(call)
    form = _form(shown.series, shown)
    if not form.validate():
        return _show(form, shown.series, shown, 422)
    with write() as current:
        rows.change(current, shown, _values(form, shown.series, shown), act())
    say(_("The call is saved."))
    return redirect(url_for(".index", series=shown.series.key), 303)


@bp.post("/aufruf/<key:call>/loeschung")
def remove(call: str) -> ResponseReturnValue:
    """Ask no longer for this kind."""
    shown = _call_or_404(call)
    series = shown.series.key
    removal.remove(shown, _("The call is closed."))
    return redirect(url_for(".index", series=series), 303)


def _form(series: Series, call: Call | None) -> CallForm:
    form = CallForm()
    taken = {one.kind for one in _calls_of(series) if one is not call}
    form.kind.choices = [choice for choice in form.kind.choices if choice.value not in taken]
    form.event.choices = [("", "–"), *((one.key, one.title) for one in _events_of(series))]
    return form


def _values(form: CallForm, series: Series, call: Call | None) -> dict[str, Any]:
    chosen = [one for one in _events_of(series) if one.key == form.event.data]
    return form.values(call) | {"event": chosen[0] if chosen else None}


def _show(
    form: CallForm, series: Series, call: Call | None, status: int = 200
) -> ResponseReturnValue:
    page = render_template(
        "desk/series/calls/form.html",
        form=form,
        series=series,
        call=call,
        confirm=ConfirmForm(formdata=None),
    )
    return page, status


def _calls_of(series: Series) -> list[Call]:
    mine = select(Call).where(Call.series_id == series.id).options(joinedload(Call.event))
    return sorted(session().scalars(mine), key=lambda call: call.rank)


def _events_of(series: Series) -> list[Event]:
    mine = select(Event).where(Event.series_id == series.id, Event.deleted_at.is_(None))
    return list(session().scalars(mine.order_by(Event.date, Event.id)))


def _picnic(series: Series) -> Event | None:
    return next((one for one in _events_of(series) if one.kind == EventKind.PICNIC), None)


def _call_or_404(key: str) -> Call:
    only_coordination()
    return session().scalar(select(Call).where(Call.key == key)) or abort(404)
