"""The page of the Bürgerpicknick."""

from __future__ import annotations

from flask import Blueprint, abort, render_template

from ikw.db import session
from ikw.model import Event
from ikw.web.caching import cached
from ikw.web.loading import published_events

bp = Blueprint("picnic", __name__)


@bp.get("/buergerpicknick/")
@cached
def show() -> str:
    """Answer with the newest picnic."""
    newest = published_events().where(Event.kind == "picnic").order_by(None)
    picnic = session().scalar(newest.order_by(Event.date.desc()).limit(1)) or abort(404)
    return render_template("picnic/show.html", event=picnic, series=picnic.series)
