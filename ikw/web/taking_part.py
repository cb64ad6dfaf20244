"""Mitmachen: what is asked for just now, until when, and how to propose something."""

from __future__ import annotations

from itertools import groupby

from flask import Blueprint, render_template

from ikw.web.caching import cached
from ikw.web.loading import next_call, open_calls

bp = Blueprint("taking_part", __name__)


@bp.get("/mitmachen/")
@cached
def index() -> str:
    """Answer with the open calls of each series."""
    calls = open_calls()
    by_series = [(series, list(own)) for series, own in groupby(calls, lambda call: call.series)]
    return render_template(
        "taking_part/index.html", by_series=by_series, coming=None if calls else next_call()
    )
