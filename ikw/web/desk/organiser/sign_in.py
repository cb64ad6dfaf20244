"""Signing in at the desk by a link, and signing out."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from flask import Blueprint, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms.validators import InputRequired

from ikw import clock
from ikw.actions.organiser.sign_in import LinkIsOver, end_session, link_behind, send_link, sign_in
from ikw.db import session, write
from ikw.text.translate import _l
from ikw.web import limits
from ikw.web.desk.access import cookie_name, end_former_session, find_session, keep_secret
from ikw.web.forms import BaseForm, ConfirmForm, email_field
from ikw.web.links import new_link
from ikw.web.security import is_https
from ikw.web.timing import evenly_timed

bp = Blueprint("sign_in", __name__, url_prefix="/verwaltung")


#: Characters of an address within the desk that is remembered.
LONGEST = 300


class SignInForm(BaseForm):
    """Asking for a link."""

    email = email_field(InputRequired(_l("Please enter your e-mail address.")))


@bp.get("/anmelden")
def new() -> ResponseReturnValue:
    """Answer with the form that asks for the address."""
    if find_session() is not None:
        return redirect(page_of(wanted()), 303)
    return _page(SignInForm())


def _page(form: SignInForm) -> str:
    return render_template("desk/organiser/sign_in/new.html", form=form, weiter=wanted())


@bp.post("/anmelden")
@limits.sign_in_by_network
@evenly_timed
def create() -> ResponseReturnValue:
    """Send a link; the answer is the same whoever has an account."""
    form = SignInForm()
    if not form.validate():
        return _page(form), 422
    with write() as current:
        send_link(current, form.email.data or "", new_link(), now=clock.real(), onward=wanted())
    return redirect(url_for(".sent"), 303)


@bp.get("/anmelden/unterwegs")
def sent() -> str:
    """Say that the letter is on its way, if there is one."""
    return render_template("desk/organiser/sign_in/sent.html")


@bp.get("/link/<token:token>/")
def confirm(token: str) -> ResponseReturnValue:
    """Answer with the button; programs that look into mails follow the link and press none."""
    try:
        link = link_behind(session(), token, now=clock.real())
    except LinkIsOver:
        return render_template("desk/organiser/sign_in/over.html"), 410
    return render_template(
        "desk/organiser/sign_in/confirm.html",
        form=ConfirmForm(),
        name=link.organiser.name,
        invited=link.is_invitation,
    )


@bp.post("/link/<token:token>/")
def open_desk(token: str) -> ResponseReturnValue:
    """Use the link up, and open the desk in this browser."""
    form = ConfirmForm()
    if not form.validate():
        return render_template("desk/organiser/sign_in/confirm.html", form=form, name=""), 422
    secret = secrets.token_urlsafe(32)
    browser = request.user_agent.string
    try:
        onward = link_behind(session(), token, now=clock.real()).onward
        with write() as current:
            sign_in(current, token, secret, browser=browser, now=clock.real())
    except LinkIsOver:
        return render_template("desk/organiser/sign_in/over.html"), 410
    end_former_session()
    response = make_response(redirect(page_of(onward), 303))
    keep_secret(response, secret)
    return response


@bp.post("/abmelden")
def sign_out() -> ResponseReturnValue:
    """Close the desk in this browser."""
    response = make_response(redirect(url_for(".new"), 303))
    response.delete_cookie(cookie_name(), secure=is_https())
    opened = find_session()
    if opened is None:
        # The session was over: what a telephone noted at the door since waits for the next one.
        return response
    g.desk_session = opened
    if not ConfirmForm().validate():
        return redirect(url_for("desk.home.show"), 303)
    with write() as current:
        end_session(current, opened, now=clock.real())
    # What the page for the door kept on the telephone goes as well (W3C Clear Site Data).
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def wanted() -> str | None:
    """Return which page of the desk somebody wanted before signing in, without the language."""
    there = request.args.get("weiter", "")
    parts = urlsplit(there)
    inside = not parts.scheme and not parts.netloc and parts.path.startswith("/verwaltung/")
    return there if inside and "\\" not in there and len(there) <= LONGEST else None


def page_of(there: str | None) -> str:
    """Return the address of a page of the desk in this language, that of today if none is named."""
    return f"{request.script_root}{there}" if there else url_for("desk.home.show")
