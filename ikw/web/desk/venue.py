"""Venues: where events can be."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from ikw.actions.series import rows
from ikw.db import session, write
from ikw.model import Event, Venue
from ikw.text.translate import _
from ikw.web.desk import kept, removal
from ikw.web.desk.access import only_coordination, only_planners, say
from ikw.web.desk.acting import act
from ikw.web.desk.doubts import alike_in_words
from ikw.web.desk.row_form import RowForm, holds
from ikw.web.forms import ConfirmForm

bp = Blueprint("venues", __name__)


@holds("venue")
class VenueForm(RowForm):
    """What one has to know of a venue."""


@bp.get("/orte/")
def index() -> str:
    """Answer with all venues, and how many events each has."""
    only_planners()
    number = select(func.count()).where(Event.venue_id == Venue.id).correlate(Venue)
    found = session().execute(select(Venue, number.scalar_subquery()).order_by(Venue.name))
    return render_template("desk/venue/index.html", venues=found.all())


@bp.get("/orte/neu")
def new() -> ResponseReturnValue:
    """Answer with an empty form."""
    only_planners()
    return _show(VenueForm(), None)


@bp.post("/orte/neu")
def create() -> ResponseReturnValue:
    """Add a venue."""
    only_planners()
    form = VenueForm()
    if not form.validate() or form.asks_about(alike_in_words(Venue, form.values())):
        return _show(form, None, 422)
    with write() as current:
        made = rows.add(current, Venue, form.values(), act())
    say(_("The venue is saved."))
    return kept.back(url_for(".index"), "venue", made.key)


@bp.get("/orte/<key:venue>/")
def edit(venue: str) -> ResponseReturnValue:
    """Answer with the form, filled in."""
    only_coordination()
    shown = _venue_or_404(venue)
    form = VenueForm()
    form.show(shown)
    return _show(form, shown)


@bp.post("/orte/<key:venue>/")
def update(venue: str) -> ResponseReturnValue:
    """Change a venue; its events show it at once."""
    only_coordination()
    shown = _venue_or_404(venue)
    form = VenueForm()
    if not form.validate() or form.asks_about(alike_in_words(Venue, form.values(shown), shown)):
        return _show(form, shown, 422)
    with write() as current:
        rows.change(current, shown, form.values(shown), act())
    say(_("The venue is saved."))
    return redirect(url_for(".index"), 303)


@bp.post("/orte/<key:venue>/loeschung")
def remove(venue: str) -> ResponseReturnValue:
    """Delete what nothing names."""
    only_coordination()
    removal.remove(_venue_or_404(venue), _("The venue is deleted."))
    return redirect(url_for(".index"), 303)


def _show(form: VenueForm, venue: Venue | None, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "desk/venue/form.html",
        form=form,
        venue=venue,
        is_used=venue is not None and rows.is_used(session(), venue),
        confirm=ConfirmForm(formdata=None),
    )
    return page, status


def _venue_or_404(key: str) -> Venue:
    return session().scalar(select(Venue).where(Venue.key == key)) or abort(404)
