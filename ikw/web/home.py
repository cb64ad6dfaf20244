"""The home page: what is next, and the three strands."""

from __future__ import annotations

from flask import Blueprint, render_template

from ikw import clock
from ikw.db import session
from ikw.model.event import lasts_until
from ikw.model.vocabulary import SeriesKind
from ikw.web.caching import cached
from ikw.web.loading import open_calls, published_events, shown_first, shown_picnic

bp = Blueprint("home", __name__)


@bp.get("/")
@cached
def show() -> str:
    """Answer with what is next."""
    today = clock.today()
    coming = published_events().where(lasts_until(today))
    week = shown_first(SeriesKind.WEEK)
    return render_template(
        "home/show.html",
        coming=session().scalars(coming.limit(5)).all(),
        week=week,
        calls=[call for call in open_calls() if call.series is week],
        workshops=shown_first(SeriesKind.WORKSHOPS),
        picnic=shown_picnic(),
    )
