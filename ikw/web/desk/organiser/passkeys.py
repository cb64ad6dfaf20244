"""Signing in by passkey, and passkeys as the second factor; all of it needs JavaScript."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

from flask import (
    Blueprint,
    Response,
    abort,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from ikw import clock
from ikw.actions.organiser import passkeys
from ikw.actions.organiser.passkeys import ChallengeIsOver, PasskeyNotTaken
from ikw.db import session, write
from ikw.model import DeskSession, Passkey
from ikw.text.cleaning import clean_line
from ikw.text.translate import _
from ikw.web import limits
from ikw.web.desk.access import end_former_session, keep_secret, me, say
from ikw.web.desk.organiser.sign_in import page_of, wanted
from ikw.web.desk.relying_party import RelyingParty, relying_party
from ikw.web.forms import ConfirmForm

if TYPE_CHECKING:
    from ikw.web.desk.organiser.authenticators import Asked

#: For those who are not signed in yet.
open_bp = Blueprint("passkey_sign_in", __name__, url_prefix="/verwaltung")

bp = Blueprint("passkeys", __name__)


@open_bp.post("/passkey/frage")
@limits.passkeys_by_network
def ask() -> ResponseReturnValue:
    """Answer with what the browser needs to sign somebody in."""
    from ikw.web.desk.organiser import authenticators

    return _ask(authenticators.ask_to_sign_in(_party_or_404()), None)


@open_bp.post("/passkey")
@limits.passkeys_by_network
def sign_in() -> ResponseReturnValue:
    """Open the desk for the owner of the passkey that has proved itself."""
    from ikw.web.desk.organiser import authenticators

    here = _party_or_404()
    if not ConfirmForm().validate():
        return _refuse()
    secret, now = secrets.token_urlsafe(32), clock.real()
    try:
        _use_up(None)
        with write() as current:
            found = _proved(here)
            browser = request.user_agent.string
            passkeys.sign_in_by(current, found, secret, browser=browser, now=now)
    except (ChallengeIsOver, authenticators.NotVerified, PasskeyNotTaken):
        return _refuse()
    end_former_session()
    response = jsonify(there=page_of(wanted()))
    keep_secret(response, secret)
    return response


@bp.post("/konto/passkeys/frage")
def ask_to_register() -> ResponseReturnValue:
    """Answer with what the browser needs to make a passkey."""
    from ikw.web.desk.organiser import authenticators

    if _is_unconfirmed():
        # Whoever has the mailbox alone must not add the second factor to the first.
        abort(404)
    known = passkeys.passkeys_of(session(), me())
    return _ask(authenticators.ask_to_register(_party_or_404(), me(), known), g.desk_session)


@bp.post("/konto/passkeys")
def create() -> ResponseReturnValue:
    """Keep the passkey that the browser has made."""
    from ikw.web.desk.organiser import authenticators

    here = _party_or_404()
    if _is_unconfirmed():
        abort(404)
    if not ConfirmForm().validate():
        return _refuse()
    name = clean_line(request.form.get("name"))[:100] or _("Passkey")
    try:
        challenge = _use_up(g.desk_session)
        made = authenticators.made(here, request.form.get("answer", ""), challenge)
        with write() as current:
            passkeys.add_passkey(current, made, name, g.desk_session, now=clock.real())
    except (ChallengeIsOver, authenticators.NotVerified, PasskeyNotTaken):
        return _refuse()
    say(_("The passkey is set up. Next time you can sign in with it."))
    return jsonify(there=url_for("desk.accounts.mine"))


@bp.post("/konto/passkeys/<int:number>/loeschung")
def remove(number: int) -> ResponseReturnValue:
    """Forget a passkey."""
    found = session().get(Passkey, number)
    if found is None or found.organiser_id != me().id or _is_unconfirmed():
        # As above: else whoever has the mailbox would make room for a passkey of their own.
        abort(404)
    if ConfirmForm().validate():
        with write() as current:
            passkeys.remove_passkey(current, found, now=clock.real())
        say(_("The passkey opens nothing any more. You can delete it on your device, too."))
    return redirect(url_for("desk.accounts.mine"), 303)


@bp.get("/konto/bestaetigung")
def confirm() -> ResponseReturnValue:
    """Answer with the page on which the second factor is asked for, or set up."""
    _party_or_404()
    if g.desk_session.confirmed_at is not None:
        return redirect(url_for("desk.home.show"), 303)
    return render_template(
        "desk/organiser/confirm.html",
        has_passkey=bool(passkeys.passkeys_of(session(), me())),
        form=ConfirmForm(),
    )


@bp.post("/konto/bestaetigung/frage")
def ask_to_confirm() -> ResponseReturnValue:
    """Answer with what the browser needs to confirm who is there."""
    from ikw.web.desk.organiser import authenticators

    return _ask(authenticators.ask_to_sign_in(_party_or_404()), g.desk_session)


@bp.post("/konto/bestaetigung")
def create_confirmation() -> ResponseReturnValue:
    """Confirm this session by a passkey of who is signed in."""
    from ikw.web.desk.organiser import authenticators

    here = _party_or_404()
    if not ConfirmForm().validate():
        return _refuse()
    try:
        _use_up(g.desk_session)
        with write():
            found = _proved(here)
            if found.organiser_id != me().id:
                raise authenticators.NotVerified
            g.desk_session.confirmed_at = clock.real()
    except (ChallengeIsOver, authenticators.NotVerified, PasskeyNotTaken):
        return _refuse()
    return jsonify(there=url_for("desk.home.show"))


def _is_unconfirmed() -> bool:
    """Return whether somebody has a passkey, and has not shown it in this session."""
    has_one = bool(passkeys.passkeys_of(session(), me()))
    return has_one and g.desk_session.confirmed_at is None


def _ask(asked: Asked, asker: DeskSession | None) -> ResponseReturnValue:
    if not ConfirmForm().validate():
        return _refuse()
    with write() as current:
        passkeys.ask(current, asked.challenge, asker, now=clock.real())
    return Response(asked.options, mimetype="application/json")


def _use_up(asker: DeskSession | None) -> str:
    """Use the challenge of an answer up, whatever that is worth, and return it."""
    challenge = _challenge()
    with write() as current:
        passkeys.answered(current, challenge, asker, now=clock.real())
    return challenge


def _challenge() -> str:
    """Return the challenge in a form, which is base64url or none of ours."""
    sent = request.form.get("challenge", "")
    return sent if re.fullmatch(r"[\w-]{1,100}", sent, re.ASCII) else ""


def _proved(here: RelyingParty) -> Passkey:
    """Return the passkey that an answer proves, and note its use; call it inside write()."""
    from ikw.web.desk.organiser import authenticators

    answer, challenge = request.form.get("answer", ""), _challenge()
    found = passkeys.passkey_behind(session(), authenticators.credential_id_in(answer))
    if found is None:
        raise authenticators.NotVerified
    passkeys.use_passkey(
        session(), found, authenticators.proved(here, found, answer, challenge), now=clock.real()
    )
    return found


def _refuse() -> ResponseReturnValue:
    return jsonify(error=_("That did not work. Please try again, or use the link by e-mail.")), 422


def _party_or_404() -> RelyingParty:
    return relying_party() or abort(404)
