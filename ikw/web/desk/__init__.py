"""The desk, where organisers work: one module a page, all behind a sign-in."""

from __future__ import annotations

from flask import Blueprint, Flask

from ikw.config import BadSetting
from ikw.web.desk import (
    access,
    event,
    feedback,
    home,
    letter,
    log,
    organisation,
    organiser,
    person,
    registration,
    series,
    settings,
    tasks,
    translations,
    venue,
)
from ikw.web.desk.organiser import passkeys, sign_in
from ikw.web.desk.relying_party import RelyingParty

#: Whatever is registered on it needs somebody who has signed in.
bp = Blueprint("desk", __name__, url_prefix="/verwaltung")
bp.before_request(access.require_sign_in)
bp.after_request(access.note_sent)

PAGES = (
    home.bp,
    *event.PAGES,
    *registration.PAGES,
    *letter.PAGES,
    *series.PAGES,
    tasks.bp,
    venue.bp,
    organisation.bp,
    feedback.bp,
    translations.bp,
    *organiser.PAGES,
    log.bp,
    person.bp,
    settings.bp,
)

for page in PAGES:
    bp.register_blueprint(page)


def init_app(app: Flask) -> None:
    """Put the desk in its place. Raises BadSetting for a second factor that nobody can have."""
    base = app.config["IKW_BASE_URL"]
    if app.config["IKW_SECOND_FACTOR"] and RelyingParty.of(base) is None:
        raise BadSetting(
            f"IKW_SECOND_FACTOR needs passkeys, and browsers refuse them at {base}: "
            "set IKW_BASE_URL to a name with https (or http://localhost)"
        )
    access.init_app(app)
    app.register_blueprint(sign_in.bp)
    app.register_blueprint(passkeys.open_bp)
    app.register_blueprint(bp)
