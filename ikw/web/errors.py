"""Errors are pages of the site: what happened, and what one can do now."""

from __future__ import annotations

from flask import Flask, Response, make_response, render_template, request
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError

from ikw.db import session
from ikw.text.translate import _, _l
from ikw.web.security import PRIVATE_PATHS
from ikw.web.spam import refused

MESSAGES: dict[int, tuple[str, str]] = {
    400: (
        _l("This request could not be understood"),
        _l("Please go back and try again, or start from the home page."),
    ),
    403: (
        _l("This form was sent from another page"),
        _l("For your safety we take forms from this site only. Please open the page again here."),
    ),
    404: (
        _l("This page does not exist"),
        _l(
            "There is no room behind this door: the address is mistyped, "
            "or what stood here is gone."
        ),
    ),
    405: (
        _l("This page cannot be used that way"),
        _l("Please go back and use the buttons on the page."),
    ),
    413: (
        _l("That was too much text"),
        _l("Please go back and shorten what you wrote. Your answers are still there."),
    ),
    422: (
        _l("Something does not fit"),
        _l("Please go back and check what you entered."),
    ),
    429: (
        _l("That was very often"),
        _l(
            "From your connection or with this address there were many sign-ups in a short time. "
            "Please go back and try again later, or call us. Your answers are still there."
        ),
    ),
    500: (
        _l("Something is broken on our side"),
        _l("Nothing you did is wrong. Please try again in a few minutes, or call us."),
    ),
}


def init_app(app: Flask) -> None:
    """Give every error the face of the site."""
    app.register_error_handler(HTTPException, _show)


def _show(error: HTTPException) -> Response | HTTPException:
    code = error.code or 500
    if code < 400:
        return error
    if isinstance(error, SecurityError):
        # Asked for under a name that is not ours: no page, for its links would carry that name.
        return Response("This site has another address.\n", 400, mimetype="text/plain")
    if isinstance(error, InternalServerError):
        session().rollback()
    title, advice = MESSAGES.get(code, MESSAGES[500 if code >= 500 else 400])
    if code == 429:
        refused("limit")
    at_desk = request.path.startswith("/verwaltung/")
    old_link = code == 404 and request.path.startswith(PRIVATE_PATHS) and not at_desk
    if old_link:
        title = _("This link is no longer valid")
        advice = _("It was changed, or the sign-up is deleted.")
        if request.path.startswith("/kalender/"):
            advice = _("This calendar has another address. It is in our last e-mail to you.")
    page = render_template(
        "errors/show.html", code=code, title=title, advice=advice, old_link=old_link
    )
    response = make_response(page, code)
    if code == 405 and isinstance(allowed := getattr(error, "valid_methods", None), list):
        response.headers["Allow"] = ", ".join(allowed)
    return response
