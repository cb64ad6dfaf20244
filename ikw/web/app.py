"""The site as an app on the telephone: its manifest, its worker, its page for no network."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify, render_template, url_for

from ikw.text.languages import current_language
from ikw.text.translate import _
from ikw.web.caching import cached
from ikw.web.static import asset_url, read
from ikw.web.template_helpers import site_name

bp = Blueprint("app", __name__)


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
        background_color="#fdf7ee",
        theme_color="#f7c65d",
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


@bp.get("/offline")
@cached
def offline() -> str:
    """Answer with the page that is kept for pages that were not."""
    return render_template("app/offline.html")
