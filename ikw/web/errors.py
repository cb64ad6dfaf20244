"""Errors are pages of the site: what happened, and what one can do now."""

from __future__ import annotations

import logging

from flask import Flask, Response, g, make_response, render_template, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import (
    HTTPException,
    InternalServerError,
    SecurityError,
    ServiceUnavailable,
)

from ikw import db
from ikw.config import MAX_REQUEST, MAX_UPLOAD
from ikw.db import session
from ikw.names import Route
from ikw.text.translate import _, _l
from ikw.web.desk.access import find_session
from ikw.web.security import PRIVATE_PATHS
from ikw.web.spam import refused

log = logging.getLogger(__name__)

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
    503: (
        _l("Your details could not be stored just now"),
        _l(
            "They are not lost: they stand in this page. "
            "Please send them once more in a minute, or call us."
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
    app.register_error_handler(OperationalError, _not_now)


#: What SQLite says when it cannot write for now; of PostgreSQL all such errors are of that kind.
FOR_NOW = (
    "database or disk is full",
    "disk I/O error",
    "database is locked",
    "unable to open database file",
    "attempt to write a readonly database",
)


def _not_now(error: OperationalError) -> Response | HTTPException:
    """Answer 503 while the disk is full or the database is away; any other error is a fault."""
    message = str(error.orig)
    if db.engine().dialect.name == "sqlite" and not any(text in message for text in FOR_NOW):
        raise error
    session().rollback()
    log.error("the database is not available: %s", message.splitlines()[0] if message else "")
    return _show(ServiceUnavailable())


def _answers() -> list[tuple[str, str]]:
    """Return what was sent with a form, so that it can be sent once more."""
    try:
        brings_files = any(file.filename for file in request.files.values())
        if request.method != "POST" or brings_files:
            return []
        return list(request.form.items(multi=True))
    except HTTPException:
        # Too large to be read; it was refused for another reason before.
        return []


#: Errors that are a page of the desk for whoever is signed in there.
OF_THE_DESK = {400, 403, 404, 405, 413}


def _is_signed_in() -> bool:
    """Return whether somebody works at the desk: then an error is a page of the desk."""
    # An address that is none has not been asked yet who is there.
    if "desk_session" not in g:
        opened = find_session()
        if opened is None:
            return False
        g.desk_session = opened
    return True


def _desk_page(code: int, title: str, advice: str) -> str:
    if code == 413:
        title = _("That was too much")
        advice = _(
            "A file may have at most %(most)d MB, a form %(text)d kB. Please go back and make it "
            "smaller.",
            most=MAX_UPLOAD // 1024 // 1024 - 1,
            text=MAX_REQUEST // 1024,
        )
    return render_template("desk/error.html", title=title, advice=advice)


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
    at_desk = request.path.startswith(Route.DESK)
    if at_desk and code in OF_THE_DESK and _is_signed_in():
        return make_response(_desk_page(code, title, advice), code)
    old_link = code == 404 and request.path.startswith(PRIVATE_PATHS) and not at_desk
    if old_link:
        title = _("This link is no longer valid")
        advice = _("It was changed, or the sign-up is deleted.")
        if request.path.startswith("/kalender/"):
            advice = _("This calendar has another address. It is in our last e-mail to you.")
    page = render_template(
        "errors/show.html",
        code=code,
        title=title,
        advice=advice,
        old_link=old_link,
        answers=_answers() if code in {429, 503} else [],
    )
    response = make_response(page, code)
    if code == 503:
        response.headers["Retry-After"] = "60"
    if code == 405 and isinstance(allowed := getattr(error, "valid_methods", None), list):
        response.headers["Allow"] = ", ".join(allowed)
    return response
