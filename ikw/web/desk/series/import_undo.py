"""Undoing what a file has made and changed."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ikw.actions.series import undo_import
from ikw.clock import today
from ikw.db import session, write
from ikw.model import Import, Series
from ikw.text.translate import _
from ikw.web.desk import words
from ikw.web.desk.access import only_coordination, say, series_or_404
from ikw.web.desk.acting import act
from ikw.web.desk.row_form import label_of
from ikw.web.forms import ConfirmForm

bp = Blueprint("imports", __name__)


@bp.get("/reihen/<key:series>/uebernahmen/<int:number>")
def show(series: str, number: int) -> str:
    """Answer with what would be undone, and what would be left."""
    only_coordination()
    shown = series_or_404(series)
    done = _import_or_404(shown, number)
    return render_template(
        "desk/series/import_file/undo.html",
        series=shown,
        done=done,
        found=undo_import.undo_of(session(), done, today()),
        words=words,
        label_of=label_of,
        form=ConfirmForm(),
    )


@bp.post("/reihen/<key:series>/uebernahmen/<int:number>")
def undo(series: str, number: int) -> ResponseReturnValue:
    """Undo it."""
    only_coordination()
    shown = series_or_404(series)
    done = _import_or_404(shown, number)
    if not ConfirmForm().validate():
        return redirect(url_for(".show", series=series, number=number), 303)
    with write() as current:
        undo_import.undo(current, done, act(), today())
    say(_("It is undone."))
    return redirect(url_for("desk.sheets.show", series=series), 303)


def _import_or_404(series: Series, number: int) -> Import:
    found = session().get(Import, number)
    if found is None or found.series_id != series.id:
        abort(404)
    return found
