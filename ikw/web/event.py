"""The page of one event."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template

from ikw.print.card import card as draw_card
from ikw.web.caching import cached, unkept
from ikw.web.event_context import context
from ikw.web.loading import published_event_or_404
from ikw.web.template_helpers import site_name

bp = Blueprint("event", __name__)


@bp.get("/veranstaltung/<key:event>/")
@cached
def show(event: str) -> str:
    """Answer with everything there is to know before coming."""
    shown = published_event_or_404(event)
    return render_template("event/show.html", event=shown, **context(shown))


@bp.get("/veranstaltung/<key:event>/aushang")
@cached
def notice(event: str) -> str:
    """Answer with a notice to print and hang at the door."""
    return render_template("event/notice.html", event=published_event_or_404(event))


@bp.get("/veranstaltung/<key:event>/foto-<digest>.webp")
def picture(event: str, digest: str) -> Response:
    """Answer with the picture that the organisers gave the event; its address has its content."""
    shown = published_event_or_404(event).picture
    if shown is None or shown.digest != digest:
        abort(404)
    response = Response(shown.body, mimetype="image/webp")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@bp.get("/veranstaltung/<key:event>/bild.png")
def card(event: str) -> Response:
    """Answer with the picture that messengers show beside the link."""
    shown = published_event_or_404(event)
    return unkept(Response(draw_card(shown, site_name()), mimetype="image/png"))
