"""What is stored of a party, behind its own link: read, taken along, erased (Art. 15 to 20)."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ikw import clock
from ikw.web import limits
from ikw.web.acting import citizen
from ikw.web.disclosure import as_json, as_pdf, erase_for_good, sections
from ikw.web.forms import ConfirmForm
from ikw.web.loading import registration_or_404

bp = Blueprint("registration_data", __name__)


@bp.get("/anmeldung/<token:token>/daten")
def show(token: str) -> str:
    """Answer with what is stored."""
    registration = registration_or_404(token)
    return render_template(
        "registration/data.html",
        token=token,
        section=sections([registration])[0],
        can_change=registration.can_be_changed(clock.now()),
    )


@bp.get("/anmeldung/<token:token>/daten.<any(json, pdf):form>")
def file(token: str, form: str) -> Response:
    """Answer with the same as a file."""
    rows = [registration_or_404(token)]
    return as_json(rows) if form == "json" else as_pdf(rows)


@bp.get("/anmeldung/<token:token>/loeschung")
def new_erasure(token: str) -> str:
    """Ask once; nothing is erased by looking."""
    registration = registration_or_404(token)
    return render_template(
        "registration/erase.html",
        token=token,
        registration=registration,
        is_to_come=not registration.is_cancelled and not registration.event.is_over(clock.now()),
        form=ConfirmForm(),
    )


@bp.post("/anmeldung/<token:token>/loeschung")
@limits.by_network
@limits.by_link
def create_erasure(token: str) -> ResponseReturnValue:
    """Erase the sign-up, and all that hangs on it, for good."""
    if not ConfirmForm().validate():
        return redirect(url_for(".new_erasure", token=token), 303)
    erase_for_good([registration_or_404(token)], citizen())
    return redirect(url_for(".erased"), 303)


@bp.get("/anmeldung/geloescht")
def erased() -> str:
    """Say that it is done."""
    return render_template("registration/erased.html")
