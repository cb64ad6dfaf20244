"""Several events at once: who hosts them, and taking them out of the programme."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import SelectMultipleField
from wtforms.validators import InputRequired

from ikw.actions.event import edit as event_edit
from ikw.actions.event import publish
from ikw.actions.event.bin import HasSignUps
from ikw.actions.event.edit import EditedMeanwhile
from ikw.db import session, write
from ikw.model import Organisation
from ikw.text.lists import listed
from ikw.text.translate import _, _l, ngettext
from ikw.web.desk.access import only_coordination, say
from ikw.web.desk.acting import act
from ikw.web.desk.event.index import ticked
from ikw.web.desk.fields import boxes
from ikw.web.forms import BaseForm, ConfirmForm

bp = Blueprint("many", __name__)


class HostsForm(BaseForm):
    """Who hosts all of them from now on."""

    hosts: SelectMultipleField = boxes(_l("Hosts"))

    @classmethod
    def filled(cls, *, sent: bool) -> HostsForm:
        form = cls() if sent else cls(formdata=None)
        known = session().scalars(select(Organisation).order_by(Organisation.name))
        form.hosts.choices = [(one.key, one.name) for one in known]
        form.hosts.validators = [InputRequired(_("Please choose one."))]
        return form


@bp.post("/veranstaltungen/veranstalter")
def set_hosts() -> ResponseReturnValue:
    """Ask who hosts those that were ticked, then store it."""
    only_coordination()
    events = ticked()
    if not ConfirmForm().validate() or not events:
        return nothing_ticked()
    sent = bool(request.form.get("confirmed"))
    form = HostsForm.filled(sent=sent)
    if not sent or not form.validate():
        page = render_template("desk/event/hosts.html", events=events, form=form)
        return page, 422 if sent else 200
    chosen = select(Organisation).where(Organisation.key.in_(form.hosts.data or []))
    hosts = list(session().scalars(chosen.order_by(Organisation.name)))
    changed, left = 0, []
    for event in events:
        if {host.key for host in event.hosts} == {host.key for host in hosts}:
            continue
        known = event_edit.version(event)
        try:
            with write() as current:
                event_edit.edit_event(current, event.id, {"hosts": hosts}, act(), known=known)
            changed += 1
        except EditedMeanwhile:
            left.append(event.title)
    say(ngettext("%(num)d event is changed.", "%(num)d events are changed.", changed))
    if left:
        say(_("Somebody was faster with: %(events)s.", events=listed(left)), "warn")
    return redirect(url_for("desk.events.index"), 303)


@bp.post("/veranstaltungen/rueckzug")
def withdraw() -> ResponseReturnValue:
    """Ask first, then take those that were ticked out of the programme."""
    only_coordination()
    events = [event for event in ticked() if event.published_at is not None]
    if not ConfirmForm().validate() or not events:
        return nothing_ticked()
    if not request.form.get("confirmed"):
        return render_template("desk/event/withdraw.html", events=events, form=ConfirmForm())
    done, left = 0, []
    for event in events:
        try:
            with write() as current:
                publish.withdraw(current, event.id, act())
            done += 1
        except HasSignUps:
            left.append(event.title)
    say(ngettext("%(num)d event is a draft again.", "%(num)d events are drafts again.", done))
    if left:
        say(
            _("People have signed up for: %(events)s. Call it off instead.", events=listed(left)),
            "warn",
        )
    return redirect(url_for("desk.events.index"), 303)


def nothing_ticked() -> ResponseReturnValue:
    """Lead back to the list, and say that nothing there could be meant."""
    say(_("Nothing that this could be done with is ticked."), "warn")
    return redirect(url_for("desk.events.index"), 303)
