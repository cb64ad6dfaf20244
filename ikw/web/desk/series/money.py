"""The money of a series: its sources, what is taken from each, and every event's costs."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms.validators import DataRequired

from ikw.actions.act import Act
from ikw.actions.series import money
from ikw.actions.series.money import SourceInUse
from ikw.db import session, write
from ikw.model import Event, Series, Source
from ikw.text.prices import write_price
from ikw.text.translate import _, _l
from ikw.web.desk.access import only_coordination, say, series_or_404
from ikw.web.desk.acting import act
from ikw.web.desk.fields import line
from ikw.web.desk.money_fields import cents_of, euros
from ikw.web.forms import BaseForm, ConfirmForm

bp = Blueprint("money", __name__)


class SourceForm(BaseForm):
    """Where money comes from."""

    name = line(_l("Source"), DataRequired(_l("Please enter a name.")))
    amount = euros(_l("Amount in euros"), DataRequired(_l("Please enter an amount.")))


@bp.get("/reihen/<key:series>/geld")
def show(series: str) -> ResponseReturnValue:
    """Answer with the sources and the sums."""
    only_coordination()
    return _page(series_or_404(series), SourceForm())


def _page(
    series: Series, form: SourceForm, edited: Source | None = None, status: int = 200
) -> ResponseReturnValue:
    sums = money.sums_by_event(session(), series)
    events = select(Event).where(Event.id.in_(sums)).order_by(Event.date, Event.id)
    page = render_template(
        "desk/series/money.html",
        series=series,
        balances=money.balances(session(), series),
        events=[(event, sums[event.id]) for event in session().scalars(events)],
        total=money.Sum(
            sum(one.planned for one in sums.values()),
            sum(one.granted for one in sums.values()),
            sum(one.spent for one in sums.values()),
        ),
        form=form,
        edited=edited,
        confirm=ConfirmForm(formdata=None),
    )
    return page, status


@bp.post("/reihen/<key:series>/geld")
def create(series: str) -> ResponseReturnValue:
    """Add a source, blocked at first."""
    only_coordination()
    shown = series_or_404(series)
    form = SourceForm()
    if not form.validate():
        return _page(shown, form, status=422)
    with write() as current:
        cents = cents_of(form.amount) or 0
        money.add_source(current, shown, form.name.data or "", cents, act())
    return redirect(url_for(".show", series=series), 303)


@bp.get("/reihen/<key:series>/geld/<int:number>")
def edit(series: str, number: int) -> ResponseReturnValue:
    """Answer with the page, the source in the form."""
    shown, source = _source_or_404(series, number)
    form = SourceForm(data={"name": source.name, "amount": write_price(source.cents)})
    return _page(shown, form, source)


@bp.post("/reihen/<key:series>/geld/<int:number>")
def update(series: str, number: int) -> ResponseReturnValue:
    """Correct a source."""
    shown, source = _source_or_404(series, number)
    form = SourceForm()
    if not form.validate():
        return _page(shown, form, source, 422)
    with write() as current:
        cents = cents_of(form.amount) or 0
        money.change_source(current, source, form.name.data or "", cents, act())
    say(_("Saved."))
    return redirect(url_for(".show", series=series), 303)


@bp.post("/reihen/<key:series>/geld/<int:number>/loeschung")
def remove(series: str, number: int) -> ResponseReturnValue:
    """Take a source out, unless something is paid from it."""
    return _do(series, number, lambda source, by: money.remove_source(session(), source, by))


@bp.post("/reihen/<key:series>/geld/<int:number>/freigabe")
def release(series: str, number: int) -> ResponseReturnValue:
    """Let a source be spent."""
    return _do(series, number, lambda source, by: money.release(session(), source, by))


@bp.post("/reihen/<key:series>/geld/<int:number>/sperre")
def block(series: str, number: int) -> ResponseReturnValue:
    """Block a source again."""
    return _do(series, number, lambda source, by: money.block(session(), source, by))


def _do(series: str, number: int, verb: Callable[[Source, Act], None]) -> ResponseReturnValue:
    _shown, source = _source_or_404(series, number)
    if ConfirmForm().validate():
        try:
            with write():
                verb(source, act())
        except SourceInUse as error:
            say(_("Costs are paid from “%(name)s”: it stays.", name=str(error)), "warn")
    return redirect(url_for(".show", series=series), 303)


def _source_or_404(key: str, number: int) -> tuple[Series, Source]:
    only_coordination()
    series = series_or_404(key)
    source = session().get(Source, number)
    if source is None or source.series_id != series.id:
        abort(404)
    return series, source
