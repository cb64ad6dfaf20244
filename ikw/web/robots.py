"""What search engines ask for first: what they may read, and which pages there are."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Blueprint, Response, current_app, render_template, url_for

from ikw import clock
from ikw.db import session
from ikw.model import Event, Series
from ikw.model.public import public_events, public_series
from ikw.text.languages import LANGUAGES
from ikw.web.caching import cached

bp = Blueprint("robots", __name__)

#: Public pages without a part of their own in the address; what else is found there is not meant to
#: be found by a search: files, forms, and what is made for one's own device.
PAGES = (
    "home.show",
    "workshops.show",
    "picnic.show",
    "taking_part.index",
    "calendar.index",
    "pages.accessibility",
    "pages.easy",
    "pages.sign_language",
    "pages.privacy",
    "pages.imprint",
    "feedback.new",
)

#: So long after its end a page is still named.
LASTS = timedelta(days=366)

#: Of events the newest; a sitemap may have 50,000 addresses.
MOST_EVENTS = 2_000


@bp.get("/robots.txt")
@cached
def rules() -> Response:
    """Answer with what programs may read (RFC 9309); private pages say so themselves as well."""
    base = current_app.config["IKW_BASE_URL"]
    maps = [f"Sitemap: {base}{language.prefix}/sitemap.xml" for language in LANGUAGES.values()]
    lines = ["User-agent: *", "Disallow: /anmeldung/", "Disallow: /verwaltung/", "", *maps, ""]
    return Response("\n".join(lines), mimetype="text/plain")


@bp.get("/sitemap.xml")
@cached
def sitemap() -> Response:
    """Answer with the pages in the language of the address, each with its twins in the others."""
    since = clock.today() - LASTS
    shown = public_series().where(Series.last_day >= since).order_by(Series.first_day.desc())
    series = session().scalars(shown.with_only_columns(Series.key)).all()
    recent = public_events().where(Event.date >= since).order_by(Event.date.desc(), Event.id)
    events = session().execute(
        recent.with_only_columns(Event.key, Event.changed_at).limit(MOST_EVENTS)
    )
    # As the root of the site is mounted where the language stands, paths are made without it.
    own = len(url_for("home.show")) - 1
    pages: list[tuple[str, datetime | None]] = [
        (url_for(endpoint)[own:], None) for endpoint in PAGES
    ]
    pages += [(url_for("programme.show", series=key)[own:], None) for key in series]
    pages += [(url_for("event.show", event=key)[own:], changed) for key, changed in events]
    page = render_template("app/sitemap.xml", pages=pages)
    return Response(page, mimetype="application/xml")
