"""The page of the Quartiersworkshops: why they are held, their dates and places."""

from __future__ import annotations

from flask import Blueprint, abort, render_template

from ikw.db import session
from ikw.model import Event
from ikw.model.vocabulary import SeriesKind
from ikw.web.caching import cached
from ikw.web.loading import published_events, shown_first

bp = Blueprint("workshops", __name__)


@bp.get("/workshops/")
@cached
def show() -> str:
    """Answer with the newest workshops; those without sign-up are dates beside them."""
    series = shown_first(SeriesKind.WORKSHOPS) or abort(404)
    events = session().scalars(published_events().where(Event.series_id == series.id)).all()
    return render_template(
        "workshops/show.html",
        series=series,
        workshops=[event for event in events if event.takes_sign_up],
        dates_beside=[event for event in events if not event.takes_sign_up],
    )
