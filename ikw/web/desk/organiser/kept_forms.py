"""What an organiser has begun and not sent: shown in its form again, or thrown away."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ikw.actions.organiser import kept_forms
from ikw.db import session, write
from ikw.model import KeptForm
from ikw.text.translate import _
from ikw.web.desk.access import me, say
from ikw.web.desk.kept import KEPT, has_page
from ikw.web.forms import ConfirmForm

bp = Blueprint("kept_forms", __name__)


@bp.get("/angefangen/<int:number>/")
def show(number: int) -> ResponseReturnValue:
    """Lead to the page of the form, with everything in it; where it has none, to a button."""
    kept = _mine_or_404(number)
    if has_page(kept.path):
        return redirect(f"{request.script_root}{kept.path}?{KEPT}={kept.id}", 303)
    return render_template(
        "desk/organiser/kept_form.html",
        kept=kept,
        there=f"{request.script_root}{kept.path}",
        answers=kept_forms.answers_of(kept),
        form=ConfirmForm(),
    )


@bp.post("/angefangen/<int:number>/verwerfen")
def discard(number: int) -> ResponseReturnValue:
    """Throw it away."""
    kept = _mine_or_404(number)
    if ConfirmForm().validate():
        with write() as current:
            current.delete(kept)
        say(_("It is thrown away."))
    return redirect(url_for("desk.home.show"), 303)


def _mine_or_404(number: int) -> KeptForm:
    return kept_forms.kept_of(session(), me().id, number) or abort(404)
