"""The desk, where organisers work: one module a page, all behind a sign-in."""

from __future__ import annotations

from flask import Blueprint, Flask

from ikw.config import BadSetting
from ikw.web.desk import (
    access,
    accounts,
    bin,
    callers,
    calls,
    door,
    event_form,
    events,
    home,
    inbox,
    log,
    mailing,
    money,
    numbers,
    organisations,
    outbox,
    passkeys,
    picture,
    planner,
    printing,
    registration,
    registrations,
    series,
    sheets,
    sign_in,
    tasks,
    venues,
)
from ikw.web.desk.relying_party import RelyingParty

#: Whatever is registered on it needs somebody who has signed in.
bp = Blueprint("desk", __name__, url_prefix="/verwaltung")
bp.before_request(access.require_sign_in)

for module in (
    home,
    planner,
    events,
    bin,
    event_form,
    picture,
    tasks,
    series,
    money,
    sheets,
    venues,
    organisations,
    registrations,
    registration,
    callers,
    mailing,
    printing,
    door,
    outbox,
    calls,
    inbox,
    numbers,
    accounts,
    passkeys,
    log,
):
    bp.register_blueprint(module.bp)


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
