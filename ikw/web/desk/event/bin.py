"""The bin: events that were thrown away, and can be taken out again for a while."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from ikw.actions.event import bin
from ikw.db import session, write
from ikw.model import Event
from ikw.text.translate import _, ngettext
from ikw.web.desk.access import me, my_event_or_404, only_coordination, say
from ikw.web.desk.acting import act, do
from ikw.web.desk.counts import counts_of
from ikw.web.desk.event.index import ticked_drafts
from ikw.web.forms import ConfirmForm

bp = Blueprint("bin", __name__)


@bp.post("/veranstaltungen/papierkorb")
def put_many() -> ResponseReturnValue:
    """Ask, then put those that were ticked into the bin; what is published stays."""
    only_coordination()
    form = ConfirmForm()
    events = ticked_drafts()
    if not form.validate() or not events:
        return redirect(url_for("desk.events.index"), 303)
    if not request.form.get("confirmed"):
        return render_template(
            "desk/event/bin/many.html", events=events, days=bin.BIN_KEEPS.days, form=form
        )
    with write() as current:
        for event in sorted(events, key=lambda event: event.id):
            bin.put_into_bin(current, event.id, act())
    say(ngettext("%(num)d event is in the bin.", "%(num)d events are in the bin.", len(events)))
    return redirect(url_for(".index"), 303)


@bp.get("/veranstaltung/<key:event>/papierkorb")
def confirm(event: str) -> str:
    """Ask before it goes into the bin, and say what is lost."""
    shown = my_event_or_404(event)
    return render_template(
        "desk/event/bin/confirm.html",
        event=shown,
        counts=counts_of(shown),
        days=bin.BIN_KEEPS.days,
        form=ConfirmForm(),
    )


@bp.post("/veranstaltung/<key:event>/papierkorb")
def put(event: str) -> ResponseReturnValue:
    """Put it into the bin."""
    shown = my_event_or_404(event)
    message = _("“%(title)s” is in the bin.", title=shown.title)
    return do(
        event,
        lambda id_: bin.put_into_bin(session(), id_, act()),
        message,
        there=url_for(".index" if me().coordinates else "desk.events.index"),
    )


@bp.get("/papierkorb/")
def index() -> str:
    """Answer with what is in the bin."""
    only_coordination()
    binned = select(Event).where(Event.deleted_at.is_not(None)).order_by(Event.deleted_at.desc())
    return render_template(
        "desk/event/bin/index.html",
        events=session().scalars(binned).all(),
        keeps=bin.BIN_KEEPS,
        form=ConfirmForm(),
    )


@bp.post("/papierkorb/<key:event>/zurueck")
def restore(event: str) -> ResponseReturnValue:
    """Take it out of the bin."""
    only_coordination()
    binned = session().scalar(
        select(Event).where(Event.key == event, Event.deleted_at.is_not(None))
    )
    if binned is None:
        abort(404)
    if ConfirmForm().validate():
        with write() as current:
            bin.restore(current, binned.id, act())
        say(_("It is back, as a draft."))
    return redirect(url_for("desk.event.show", event=event), 303)
