"""Texts of the programme that lack a translation."""

from __future__ import annotations

from collections import Counter

from flask import Blueprint, Response, abort, render_template
from sqlalchemy import literal, select

from ikw.db import session
from ikw.model import Event, Organisation, Series, Venue
from ikw.programmes import translations
from ikw.text.languages import DEFAULT, LANGUAGES
from ikw.web.desk.access import only_coordination, today

bp = Blueprint("translations", __name__)

#: Where the texts of each table are written: the page, and what its address holds.
PAGES = {
    "event": ("desk.event_form.edit", "event"),
    "series": ("desk.series.edit", "series"),
    "venue": ("desk.venues.edit", "venue"),
    "organisation": ("desk.organisations.edit", "organisation"),
}


@bp.get("/uebersetzungen/")
def index() -> str:
    """Answer with which texts of which event still lack a translation."""
    only_coordination()
    named = select(literal("event"), Event.key, Event.title).union_all(
        select(literal("series"), Series.key, Series.title),
        select(literal("venue"), Venue.key, Venue.name),
        select(literal("organisation"), Organisation.key, Organisation.name),
    )
    return render_template(
        "desk/translations.html",
        missing={
            LANGUAGES[code]: (len(texts), Counter((p.table, p.key) for _text, p in texts))
            for code, texts in translations.missing(session()).items()
        },
        named={(table, key): name for table, key, name in session().execute(named)},
        pages=PAGES,
    )


@bp.get("/uebersetzungen/<key:language>.po")
def file(language: str) -> Response:
    """Answer with the file that a translator fills in."""
    only_coordination()
    if language == DEFAULT or language not in LANGUAGES:
        abort(404)
    response = Response(
        translations.dump(session(), LANGUAGES[language]), mimetype="text/x-gettext-translation"
    )
    name = f"{today().isoformat()}-{language}.po"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
