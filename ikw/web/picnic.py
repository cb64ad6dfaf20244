"""The page of the Bürgerpicknick."""

from __future__ import annotations

from flask import Blueprint, abort, render_template

from ikw.web.caching import cached
from ikw.web.loading import shown_picnic

bp = Blueprint("picnic", __name__)


@bp.get("/buergerpicknick/")
@cached
def show() -> str:
    """Answer with the newest picnic."""
    picnic = shown_picnic() or abort(404)
    return render_template("picnic/show.html", event=picnic, series=picnic.series)
