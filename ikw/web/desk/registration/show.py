"""One party that signed up, and what organisers do for it."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from wtforms import StringField
from wtforms.validators import DataRequired

from ikw import clock
from ikw.actions.registration import cancel as registration_cancel
from ikw.actions.registration import change, seat
from ikw.actions.registration.change import contact_of
from ikw.actions.registration.party import (
    NoSuchCompanion,
    NotEnoughPlaces,
    SignUpClosed,
    TooManyPlaces,
)
from ikw.actions.registration.places import who_would_move_up
from ikw.actions.registration.register import sign_up_again
from ikw.actions.registration.waiting_list import position, queue
from ikw.db import session, write
from ikw.model import Letter, LogEntry, Registration
from ikw.text.cleaning import clean_line
from ikw.text.languages import LANGUAGES
from ikw.text.translate import _, _l, ngettext
from ikw.web.desk import words
from ikw.web.desk.access import my_event_or_404, my_registration_or_404, say
from ikw.web.desk.acting import act
from ikw.web.desk.entries import described
from ikw.web.forms import BaseForm, ConfirmForm, at_most
from ikw.web.links import new_link
from ikw.web.registration.forms import ContactForm, EditPlacesForm

bp = Blueprint("registration", __name__)


class ReasonForm(BaseForm):
    """Why somebody gets a place above the capacity."""

    reason = StringField(
        _l("Reason"),
        filters=[clean_line],
        validators=[DataRequired(_l("Please give a reason.")), at_most(300)],
    )


@bp.get("/veranstaltung/<key:event>/anmeldungen/<int:number>/")
def show(event: str, number: int) -> ResponseReturnValue:
    """Answer with a party, its history and its letters."""
    shown = my_event_or_404(event)
    return _page(my_registration_or_404(shown, number))


def _page(
    party: Registration,
    places: EditPlacesForm | None = None,
    contact: ContactForm | None = None,
    reason: ReasonForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    entries = select(LogEntry).where(LogEntry.registration_id == party.id)
    letters = select(Letter).where(Letter.registration_id == party.id)
    contact = contact or ContactForm(formdata=None, obj=party)
    contact.name.label.text = _("Name")
    line = session().scalar(select(func.count()).select_from(queue(party.event_id).subquery()))
    page = render_template(
        "desk/registration/show.html",
        event=party.event,
        party=party,
        places=places or EditPlacesForm.for_registration(party),
        contact=contact,
        reason=reason or ReasonForm(formdata=None),
        form=ConfirmForm(formdata=None),
        position=position(session(), party) if party.missing else None,
        line=line,
        can_change=party.can_be_changed(clock.now()),
        entries=described(list(session().scalars(entries.order_by(LogEntry.id.desc())))),
        letters=session().scalars(letters.order_by(Letter.id.desc())).all(),
        words=words,
        language=LANGUAGES.get(party.language),
        forget_on=party.event.forget_on(current_app.config["IKW_KEEP_DAYS"]),
    )
    return page, status


@bp.post("/veranstaltung/<key:event>/anmeldungen/<int:number>/plaetze")
def update_places(event: str, number: int) -> ResponseReturnValue:
    """Change how many come, and who."""
    party = my_registration_or_404(my_event_or_404(event), number)
    form = EditPlacesForm.for_registration(party)
    if not form.validate():
        return _page(party, places=form, status=422)
    try:
        with write() as current:
            change.change_places(
                current,
                party,
                form.places.data or 1,
                form.named,
                act(),
                may_wait=form.may_wait.data,
            )
    except NotEnoughPlaces as error:
        form.explain(error)
        return _page(party, places=form, status=422)
    except (SignUpClosed, TooManyPlaces):
        return _too_late(party)
    say(_("The places are changed."))
    return _see(party)


@bp.post("/veranstaltung/<key:event>/anmeldungen/<int:number>/kontakt")
def update_contact(event: str, number: int) -> ResponseReturnValue:
    """Correct name, address and telephone number; letters still to be sent go to the new one."""
    party = my_registration_or_404(my_event_or_404(event), number)
    form = ContactForm(obj=party)
    if not form.validate():
        return _page(party, contact=form, status=422)
    same = form.contact == contact_of(party)
    try:
        with write() as current:
            if not same:
                change.correct_contact(
                    current,
                    party,
                    form.contact,
                    act(),
                    link=new_link(),
                    calendar_link=new_link(),
                    even_late=True,
                )
    except SignUpClosed:
        return _too_late(party)
    say(_("The contact is corrected."))
    return _see(party)


@bp.post("/veranstaltung/<key:event>/anmeldungen/<int:number>/begleitung/<int:index>/absage")
def cancel_companion(event: str, number: int, index: int) -> ResponseReturnValue:
    """Cancel for one person of a party."""
    name = request.form.get("name", "")
    of = request.form.get("of", type=int)
    message = _("%(name)s is taken out.", name=name)
    return _do(
        event,
        number,
        lambda party: change.remove_companion(session(), party, index, name, act(), of=of),
        message,
    )


@bp.get("/veranstaltung/<key:event>/anmeldungen/<int:number>/absage")
def ask_to_cancel(event: str, number: int) -> str:
    """Ask first, and say who gets the places then."""
    party = my_registration_or_404(my_event_or_404(event), number)
    return render_template(
        "desk/registration/cancel.html",
        event=party.event,
        party=party,
        others=who_would_move_up(session(), party, clock.now()),
        form=ConfirmForm(),
    )


@bp.post("/veranstaltung/<key:event>/anmeldungen/<int:number>/absage")
def cancel(event: str, number: int) -> ResponseReturnValue:
    """Cancel for a party; the waiting list moves up."""
    return _do(
        event,
        number,
        lambda party: registration_cancel.cancel(session(), party, act()),
        _("The sign-up is cancelled. Below you can take that back."),
    )


@bp.post("/veranstaltung/<key:event>/anmeldungen/<int:number>/wiederaufnahme")
def restore(event: str, number: int) -> ResponseReturnValue:
    """Take a cancellation back, as far as there is room."""
    return _do(
        event,
        number,
        lambda party: sign_up_again(session(), party, act(), may_wait=True),
        _how_they_are_back,
    )


def _how_they_are_back(party: Registration) -> str:
    """Return what a party has now that its cancellation is taken back."""
    if not party.missing:
        return ngettext(
            "They are signed up again, and have their place.",
            "They are signed up again, and have their %(num)d places.",
            party.seats,
        )
    return _(
        "They are on the waiting list, as number %(position)d: others have their places. "
        "Below you can give them places above the capacity.",
        position=position(session(), party),
    )


@bp.post("/veranstaltung/<key:event>/anmeldungen/<int:number>/frueher")
def move_earlier(event: str, number: int) -> ResponseReturnValue:
    """Let a party move up by one on the waiting list."""
    return _move(event, number, earlier=True)


@bp.post("/veranstaltung/<key:event>/anmeldungen/<int:number>/spaeter")
def move_later(event: str, number: int) -> ResponseReturnValue:
    """Let a party move down by one on the waiting list."""
    return _move(event, number, earlier=False)


def _move(event: str, number: int, *, earlier: bool) -> ResponseReturnValue:
    return _do(
        event,
        number,
        lambda party: seat.move_in_line(session(), party, act(), earlier=earlier),
        _("The order of the waiting list is changed."),
    )


@bp.post("/veranstaltung/<key:event>/anmeldungen/<int:number>/platz")
def give_places(event: str, number: int) -> ResponseReturnValue:
    """Give a waiting party its places, if there is room."""
    return _do(
        event,
        number,
        lambda party: seat.seat_by_hand(session(), party, act(), reason=None),
        _("They have their places, and a letter says so."),
    )


@bp.post("/veranstaltung/<key:event>/anmeldungen/<int:number>/zusatzplatz")
def give_places_above(event: str, number: int) -> ResponseReturnValue:
    """Give a waiting party its places although there are no more, for a reason that is kept."""
    party = my_registration_or_404(my_event_or_404(event), number)
    form = ReasonForm()
    if not form.validate():
        return _page(party, reason=form, status=422)
    return _do(
        event,
        number,
        lambda party: seat.seat_by_hand(session(), party, act(), reason=form.reason.data),
        _("They have their places, and a letter says so."),
    )


def _do(
    event: str,
    number: int,
    verb: Callable[[Registration], None],
    message: str | Callable[[Registration], str],
) -> ResponseReturnValue:
    """Load a party of an event of one's own, change it by one verb, and say so."""
    party = my_registration_or_404(my_event_or_404(event), number)
    if not ConfirmForm().validate():
        say(_("This form was open for too long. Please send it once more."), "warn")
        return _see(party)
    try:
        with write():
            verb(party)
    except NotEnoughPlaces:
        say(_("There is not enough room for them."), "warn")
    except NoSuchCompanion:
        say(_("They are taken out already."), "warn")
    except SignUpClosed:
        return _too_late(party)
    else:
        say(message if isinstance(message, str) else message(party))
    if request.form.get("zurueck") == "liste":
        return redirect(url_for("desk.registrations.index", event=event, nur="waiting"), 303)
    return _see(party)


def _too_late(party: Registration) -> ResponseReturnValue:
    say(
        _("That is not possible any more, or not yet: the event has begun, is over or closed."),
        "warn",
    )
    return _see(party)


def _see(party: Registration) -> ResponseReturnValue:
    return redirect(url_for(".show", event=party.event.key, number=party.id), 303)
