"""The site as an app on the telephone: its manifest, its worker, its page for no network."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify, render_template, url_for

from ikw import clock, colours
from ikw.db import session
from ikw.model.event import lasts_until
from ikw.model.vocabulary import SeriesKind
from ikw.text.languages import current_language
from ikw.text.translate import _
from ikw.web.caching import cached
from ikw.web.loading import published_events, shown_first
from ikw.web.static import asset_url, read
from ikw.web.template_helpers import site_name

bp = Blueprint("app", __name__)

#: What a kept page needs to look like one.
ASSETS = ("site.css", "site.js", "motifs.svg", "icon.svg")

#: Of the events to come, so many are kept; see MOST_PAGES in static/sw.js.
MOST_EVENTS = 200


@bp.get("/app.webmanifest")
@cached
def manifest() -> Response:
    """Answer with what a telephone needs to know to install the site (W3C Web App Manifest)."""
    language = current_language()
    icons = [
        {"src": asset_url(f"icon-{size}.png"), "sizes": f"{size}x{size}", "purpose": "any maskable"}
        for size in (192, 512)
    ]
    response = jsonify(
        id="/",
        name=site_name(),
        short_name=current_app.config["IKW_TOWN"],
        description=_("Intercultural Week"),
        start_url=url_for("home.show"),
        scope="/",
        display="minimal-ui",
        lang=language.tag,
        dir=language.direction,
        background_color=colours.LIGHT["paper"],
        theme_color=colours.LIGHT["poster"],
        icons=icons,
    )
    response.mimetype = "application/manifest+json"
    return response


@bp.get("/sw.js")
def worker() -> Response:
    """Answer with the worker; it serves all pages, so it stands at the top of the site."""
    response = Response(read("sw.js"), mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response


@bp.get("/offline.json")
@cached
def kept() -> Response:
    """Answer with the addresses of all that can be read without a network, in this language."""
    today = clock.today()
    week = shown_first(SeriesKind.WEEK)
    endpoints = ["home.show", "programme.current", "workshops.show", "picnic.show", "app.offline"]
    pages = [url_for(endpoint) for endpoint in endpoints]
    if week:
        pages.append(url_for("programme.show", series=week.key))
    coming = session().scalars(published_events().where(lasts_until(today)).limit(MOST_EVENTS))
    pages += [url_for("event.show", event=event.key) for event in coming]
    return jsonify([asset_url(name) for name in ASSETS] + pages)


@bp.get("/offline")
@cached
def offline() -> str:
    """Answer with the page that is kept for pages that were not."""
    return render_template("app/offline.html")
