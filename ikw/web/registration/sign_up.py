"""Signing up, the party's ticket, and the link for those who lost it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ikw import clock
from ikw.actions.letter.cap import is_withheld
from ikw.actions.registration.calendar import open_calendar
from ikw.actions.registration.links import send_links
from ikw.actions.registration.party import NotEnoughPlaces, SignUpClosed, TooManyPlaces
from ikw.actions.registration.register import register
from ikw.actions.registration.waiting_list import position
from ikw.db import session, write
from ikw.model import Event, Registration
from ikw.text.cleaning import clean_line
from ikw.text.phones import write_phone
from ikw.text.translate import _, ngettext
from ikw.web import limits
from ikw.web.acting import citizen
from ikw.web.caching import cached, compressed
from ikw.web.forms import ConfirmForm
from ikw.web.frames import render_in_frame
from ikw.web.gaps import stands_on_fullness
from ikw.web.links import new_link
from ikw.web.loading import event_for_sign_up_or_404, registration_or_404
from ikw.web.registration.forms import LostLinkForm, RegistrationForm
from ikw.web.timing import evenly_timed

bp = Blueprint("registration", __name__)


@bp.get("/veranstaltung/<key:event>/anmelden")
@cached
def new(event: str) -> ResponseReturnValue:
    """Answer with the form, or with why there is none."""
    shown = event_for_sign_up_or_404(event)
    stands_on_fullness(shown)
    if not shown.takes_registrations(clock.now()):
        return render_template("registration/closed.html", event=shown)
    form = RegistrationForm.for_event(shown)
    form.may_wait.data = shown.is_full
    return _form(form, shown)


@bp.post("/veranstaltung/<key:event>/anmelden")
@limits.by_network
@limits.by_contact
def create(event: str) -> ResponseReturnValue:
    """Sign a party up and lead to its page."""
    shown = event_for_sign_up_or_404(event)
    form = RegistrationForm.for_event(shown)
    if not form.validate():
        return _form(form, shown, 422)
    # Going back and signing up someone else is another sign-up, so the link is the contact's, too.
    event_id, party = shown.id, form.party
    link = form.link(event_id, form.contact.name, form.contact.email or "", form.contact.phone)
    try:
        with write() as current:
            register(
                current,
                event_id,
                party,
                citizen(),
                link=link,
                calendar_link=new_link(),
                may_wait=form.may_wait.data,
                network=limits.household(),
            )
    except NotEnoughPlaces as error:
        form.explain(error)
        return _form(form, shown, 422)
    except (SignUpClosed, TooManyPlaces):
        return render_template("registration/closed.html", event=shown), 422
    return see(link.token)


def _form(form: RegistrationForm, event: Event, status: int = 200) -> ResponseReturnValue:
    forget_on = event.forget_on(current_app.config["IKW_KEEP_DAYS"])
    page = render_template("registration/new.html", form=form, event=event, forget_on=forget_on)
    # Whoever goes back finds the same form again, and sending it once more makes nothing new.
    g.cache_control = "private, no-cache"
    return page, status, {"Cache-Control": g.cache_control}


@bp.get("/anmeldung/<token:token>/")
def show(token: str) -> ResponseReturnValue:
    """Answer with the party's ticket, and with what has just been changed."""
    registration = registration_or_404(token)
    event = registration.event
    page = render_in_frame(
        "registration/show.html",
        done=_what_is_done(registration),
        gone=_who_is_gone(registration),
        registration=registration,
        event=event,
        token=token,
        form=ConfirmForm(),
        position=position(session(), registration) if registration.missing else None,
        is_withheld=is_withheld(session(), registration),
        can_change=registration.can_be_changed(clock.now()),
        can_claim=registration.can_take_places(clock.now()),
        forget_on=event.forget_on(current_app.config["IKW_KEEP_DAYS"]),
    )
    return compressed(page)


@bp.get("/anmeldung/link")
def lost_link() -> str:
    """Answer with the form to ask for the link again."""
    return render_template("registration/lost_link.html", form=LostLinkForm())


@bp.post("/anmeldung/link")
@limits.by_network
@limits.by_contact
@evenly_timed
def create_link_letter() -> ResponseReturnValue:
    """Send the links of an address to it; the answer is the same whether there are any."""
    form = LostLinkForm()
    if not form.validate():
        return render_template("registration/lost_link.html", form=form), 422
    with write() as current:
        email = form.email.data or ""
        if send_links(current, email, citizen()):
            open_calendar(current, email, new_link())
    return redirect(url_for(".link_sent"), 303)


@bp.get("/anmeldung/link/unterwegs")
def link_sent() -> str:
    """Say that the letter is on its way, if there is one."""
    return render_template("registration/link_sent.html")


def _what_is_done(registration: Registration) -> str:
    """Return a sentence on what was changed, by the address to which that has led."""
    if registration.is_cancelled:
        return ""
    seats, done = registration.seats, request.args.get("neu")
    if done == "kontakt":
        if registration.email:
            return _("Your details are changed. We write to %(email)s.", email=registration.email)
        phone = write_phone(registration.phone)
        return _("Your details are changed. We call you: %(phone)s.", phone=phone)
    if done == "plaetze" and registration.is_waiting:
        waits = registration.missing
        return ngettext(
            "Now you wait for %(num)d place.", "Now you wait for %(num)d places.", waits
        )
    if done == "plaetze":
        return ngettext("Now %(num)d place.", "Now %(num)d places.", seats)
    return ""


def _who_is_gone(registration: Registration) -> str:
    """Return the name of a companion who was just taken out and may still come back."""
    name = clean_line(request.args.get("ohne"))[:200]
    is_changed = registration.is_cancelled or name in registration.companions
    return "" if is_changed or registration.places >= registration.event.party_max else name


def see(token: str, **done: Any) -> Response:
    """Lead to the ticket behind a link, which says what was done."""
    answer: Any = redirect(url_for("registration.show", token=token, **done), 303)
    return answer  # type: ignore[no-any-return]
