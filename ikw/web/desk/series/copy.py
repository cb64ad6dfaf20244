"""Planning a series anew: which events stay on their weekday, and which on their date."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms.validators import InputRequired

from ikw.actions.series.copy import Days, copy_series, events_of, names_old_days
from ikw.db import session, write
from ikw.model import Series
from ikw.text.dates import long_day
from ikw.text.translate import _, _l
from ikw.web.desk.access import only_coordination, say, series_or_404
from ikw.web.desk.acting import act
from ikw.web.desk.doubts import alike_in_words
from ikw.web.desk.fields import NO_DAY, day
from ikw.web.forms import BaseForm

bp = Blueprint("copies", __name__)


class CopyForm(BaseForm):
    """When it begins next time."""

    new_first_day = day(_l("The new first day"), InputRequired(NO_DAY))


@bp.get("/reihen/<key:series>/kopie")
def new(series: str) -> str:
    """Answer with the question when it begins; once that is said, with the days of its events."""
    only_coordination()
    shown = series_or_404(series)
    return _page(shown, CopyForm(), _day(request.args.get("erster")))


def _day(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text or "")
    except ValueError:
        return None


def _page(series: Series, form: CopyForm, first_day: dt.date | None) -> str:
    days = Days(series, first_day) if first_day else None
    values = {"title": days.title, "first_day": days.first_and_last[0]} if days else {}
    return render_template(
        "desk/series/copy.html",
        series=series,
        form=form,
        days=days,
        events=[(event, names_old_days(event)) for event in events_of(session(), series)],
        doubts=alike_in_words(Series, values) if values else {},
    )


@bp.post("/reihen/<key:series>/kopie")
def create(series: str) -> ResponseReturnValue:
    """Show on which days everything would be, and copy it once that was seen."""
    only_coordination()
    shown = series_or_404(series)
    form = CopyForm()
    if not form.validate():
        return _page(shown, form, None), 422
    first_day = form.new_first_day.data or shown.first_day
    if request.form.get("was") != "kopieren":
        return redirect(url_for(".new", series=series, erster=first_day.isoformat()), 303)
    stays = [
        event.key
        for event in events_of(session(), shown)
        if request.form.get(f"tag-{event.key}") == "datum"
    ]
    with write() as current:
        copied = copy_series(current, shown, first_day, act(), on_their_date=stays)
    say(
        _(
            "The copy begins on %(day)s. Nobody sees it yet, and all its events are drafts.",
            day=long_day(copied.first_day),
        )
    )
    return redirect(url_for("desk.events.index", reihe=copied.key), 303)
