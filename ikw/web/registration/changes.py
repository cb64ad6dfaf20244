"""Changing a registration by its secret link: places, companions, contact, cancelling."""

from __future__ import annotations

from flask import Blueprint, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue

from ikw import clock
from ikw.actions.registration import change
from ikw.actions.registration.cancel import cancel
from ikw.actions.registration.change import contact_of
from ikw.actions.registration.party import (
    NoSuchCompanion,
    NotEnoughPlaces,
    SignUpClosed,
    TooManyPlaces,
)
from ikw.actions.registration.register import sign_up_again
from ikw.db import write
from ikw.model import Registration
from ikw.text.cleaning import clean_line
from ikw.web import limits
from ikw.web.acting import citizen
from ikw.web.forms import BaseForm, ConfirmForm
from ikw.web.links import new_link
from ikw.web.loading import registration_behind, registration_or_404
from ikw.web.registration.forms import ContactForm, EditPlacesForm
from ikw.web.registration.sign_up import see

bp = Blueprint("registration_changes", __name__)


@bp.get("/anmeldung/<token:token>/plaetze")
def edit_places(token: str) -> ResponseReturnValue:
    """Answer with the form for places and companions."""
    registration = _changeable_or_404(token)
    return _form("edit_places", EditPlacesForm.for_registration(registration), registration, token)


@bp.post("/anmeldung/<token:token>/plaetze")
@limits.by_network
@limits.by_link
def update_places(token: str) -> ResponseReturnValue:
    """Change how many come."""
    registration = _changeable_or_404(token)
    form = EditPlacesForm.for_registration(registration)
    if not form.validate():
        return _form("edit_places", form, registration, token, 422)
    try:
        with write() as current:
            change.change_places(
                current,
                registration_or_404(token),
                form.places.data or 1,
                form.named,
                citizen(),
                may_wait=form.may_wait.data or registration.is_waiting,
            )
    except NotEnoughPlaces as error:
        form.explain(error)
        return _form("edit_places", form, registration, token, 422)
    except (SignUpClosed, TooManyPlaces):
        return see(token)
    return see(token, neu="plaetze")


@bp.post("/anmeldung/<token:token>/begleitung")
@limits.by_network
@limits.by_link
def create_companion(token: str) -> ResponseReturnValue:
    """Sign a companion up again who was taken out by mistake, while there is room."""
    _check(ConfirmForm())
    name = clean_line(request.form.get("name"))[:200]
    try:
        with write() as current:
            registration = registration_or_404(token)
            names = [*registration.companions, *([name] if name else [])]
            places = registration.places + 1
            change.change_places(current, registration, places, names, citizen(), may_wait=False)
    except (NotEnoughPlaces, SignUpClosed, TooManyPlaces):
        return see(token, ohne=name)
    return see(token, neu="plaetze")


@bp.post("/anmeldung/<token:token>/begleitung/<int:index>/absage")
@limits.by_network
@limits.by_link
def create_companion_cancellation(token: str, index: int) -> ResponseReturnValue:
    """Take one companion out."""
    _check(ConfirmForm())
    name, number = request.form.get("name", ""), request.form.get("of", type=int)
    try:
        with write() as current:
            change.remove_companion(
                current, registration_or_404(token), index, name, citizen(), of=number
            )
    except (NoSuchCompanion, SignUpClosed):
        return see(token)
    return see(token, ohne=name)


@bp.get("/anmeldung/<token:token>/kontakt")
def edit_contact(token: str) -> ResponseReturnValue:
    """Answer with the form for name, e-mail and telephone."""
    registration = _changeable_or_404(token)
    return _form("edit_contact", ContactForm(obj=registration), registration, token)


@bp.post("/anmeldung/<token:token>/kontakt")
@limits.by_network
@limits.by_link
@limits.by_contact
def update_contact(token: str) -> ResponseReturnValue:
    """Correct name or contact; another e-mail address gets another link."""
    form = ContactForm(obj=registration_behind(token))
    valid = form.validate()
    # The link that this form makes of this one; it is there already when it was sent twice.
    link = form.link(token) if valid else None
    if link and (sent_before := registration_behind(link.token)):
        token = link.token
        if contact_of(sent_before) == form.contact:
            return see(token, neu="kontakt")
        link = form.link(token)
    registration = _changeable_or_404(token)
    if link is None:
        return _form("edit_contact", form, registration, token, 422)
    try:
        with write() as current:
            renewed = change.correct_contact(
                current,
                registration_or_404(token),
                form.contact,
                citizen(),
                link=link,
                calendar_link=new_link(),
            )
    except SignUpClosed:
        return see(token)
    return see(link.token if renewed else token, neu="kontakt")


@bp.get("/anmeldung/<token:token>/absage")
def new_cancellation(token: str) -> ResponseReturnValue:
    """Ask once whether to cancel; nothing is changed by looking."""
    registration = registration_or_404(token)
    if registration.is_cancelled or registration.event.is_called_off:
        return see(token)
    return _form("cancel", ConfirmForm(), registration, token)


@bp.post("/anmeldung/<token:token>/absage")
@limits.by_link
def create_cancellation(token: str) -> ResponseReturnValue:
    """Give all places back."""
    _check(ConfirmForm())
    try:
        with write() as current:
            cancel(current, registration_or_404(token), citizen())
    except SignUpClosed:
        pass
    return see(token)


@bp.post("/anmeldung/<token:token>/erneut")
@limits.by_network
@limits.by_link
def create_again(token: str) -> ResponseReturnValue:
    """Sign up again after a cancellation, at the end of the line."""
    _check(ConfirmForm())
    event = registration_or_404(token).event
    try:
        with write() as current:
            sign_up_again(current, registration_or_404(token), citizen(), may_wait=True)
    except (NotEnoughPlaces, SignUpClosed):
        return render_template("registration/closed.html", event=event), 422
    return see(token)


@bp.post("/anmeldung/<token:token>/platz")
@limits.by_network
@limits.by_link
def create_claim(token: str) -> ResponseReturnValue:
    """Take places that became free when the list no longer moves up by itself."""
    _check(ConfirmForm())
    try:
        with write() as current:
            change.claim(current, registration_or_404(token), citizen())
    except (NotEnoughPlaces, SignUpClosed):
        pass
    return see(token)


def _form(
    name: str, form: BaseForm, registration: Registration, token: str, status: int = 200
) -> ResponseReturnValue:
    page = render_template(
        f"registration/{name}.html",
        form=form,
        registration=registration,
        event=registration.event,
        token=token,
    )
    return page, status


def _changeable_or_404(token: str) -> Registration:
    """Return a registration that can still be changed; else lead to its page, which says why."""
    registration = registration_or_404(token)
    if not registration.can_be_changed(clock.now()):
        abort(make_response(see(token)))
    return registration


def _check(form: ConfirmForm) -> None:
    """Refuse a button that is not ours or too old."""
    if not form.validate():
        abort(422)
