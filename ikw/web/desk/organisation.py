"""Hosts: the clubs, churches and offices that bring events."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from ikw.actions.series import rows
from ikw.db import session, write
from ikw.model import EventHost, Organisation
from ikw.text.translate import _
from ikw.web.desk import kept, removal
from ikw.web.desk.access import only_coordination, say
from ikw.web.desk.acting import act
from ikw.web.desk.doubts import alike_in_words
from ikw.web.desk.row_form import RowForm, holds
from ikw.web.forms import ConfirmForm

bp = Blueprint("organisations", __name__)


@holds("organisation")
class OrganisationForm(RowForm):
    """Who hosts, and how participants reach them."""


@bp.get("/veranstalter/")
def index() -> str:
    """Answer with all hosts, and how many events each has."""
    only_coordination()
    number = select(func.count()).where(EventHost.organisation_id == Organisation.id)
    counted = number.correlate(Organisation).scalar_subquery()
    found = session().execute(select(Organisation, counted).order_by(Organisation.name))
    return render_template("desk/organisation/index.html", organisations=found.all())


@bp.get("/veranstalter/neu")
def new() -> ResponseReturnValue:
    """Answer with an empty form."""
    only_coordination()
    return _show(OrganisationForm(), None)


@bp.post("/veranstalter/neu")
def create() -> ResponseReturnValue:
    """Add a host."""
    only_coordination()
    form = OrganisationForm()
    if not form.validate() or form.asks_about(alike_in_words(Organisation, form.values())):
        return _show(form, None, 422)
    with write() as current:
        made = rows.add(current, Organisation, form.values(), act())
    say(_("The host is saved."))
    return kept.back(url_for(".index"), "hosts", made.key, several=True)


@bp.get("/veranstalter/<key:organisation>/")
def edit(organisation: str) -> ResponseReturnValue:
    """Answer with the form, filled in."""
    only_coordination()
    shown = _organisation_or_404(organisation)
    form = OrganisationForm()
    form.show(shown)
    return _show(form, shown)


@bp.post("/veranstalter/<key:organisation>/")
def update(organisation: str) -> ResponseReturnValue:
    """Change a host."""
    only_coordination()
    shown = _organisation_or_404(organisation)
    form = OrganisationForm()
    doubts = alike_in_words(Organisation, form.values(shown), shown) if form.validate() else {}
    if form.errors or form.asks_about(doubts):
        return _show(form, shown, 422)
    with write() as current:
        rows.change(current, shown, form.values(shown), act())
    say(_("The host is saved."))
    return redirect(url_for(".index"), 303)


@bp.post("/veranstalter/<key:organisation>/loeschung")
def remove(organisation: str) -> ResponseReturnValue:
    """Delete what nothing names."""
    only_coordination()
    removal.remove(_organisation_or_404(organisation), _("The host is deleted."))
    return redirect(url_for(".index"), 303)


def _show(
    form: OrganisationForm, organisation: Organisation | None, status: int = 200
) -> ResponseReturnValue:
    page = render_template(
        "desk/organisation/form.html",
        form=form,
        organisation=organisation,
        is_used=organisation is not None and rows.is_used(session(), organisation),
        confirm=ConfirmForm(formdata=None),
    )
    return page, status


def _organisation_or_404(key: str) -> Organisation:
    wanted = select(Organisation).where(Organisation.key == key)
    return session().scalar(wanted) or abort(404)
