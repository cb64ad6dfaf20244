"""The page of the Bürgerpicknick."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ikw.web.caching import cached
from ikw.web.loading import open_calls, shown_picnic

bp = Blueprint("picnic", __name__)


@bp.get("/picknick/")
def shortly() -> ResponseReturnValue:
    """Lead to the page from the name that people remember."""
    return redirect(url_for(".show"), 308)


@bp.get("/buergerpicknick/")
@cached
def show() -> str:
    """Answer with the newest picnic."""
    picnic = shown_picnic() or abort(404)
    calls = [call for call in open_calls() if call.event is picnic]
    return render_template("picnic/show.html", event=picnic, series=picnic.series, calls=calls)
