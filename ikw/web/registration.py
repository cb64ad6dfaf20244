"""Signing up, and all that one can do with a registration by its secret link."""

from __future__ import annotations

from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from ikw import clock
from ikw.actions import changing, registering, telling
from ikw.actions.changing import contact_of
from ikw.actions.party import NoSuchCompanion, NotEnoughPlaces, SignUpClosed, TooManyPlaces
from ikw.actions.queue import position
from ikw.db import session, write
from ikw.model import Event, Registration
from ikw.web import limits
from ikw.web.loading import event_for_sign_up_or_404, registration_behind, registration_or_404
from ikw.web.registration_forms import (
    ConfirmForm,
    ContactForm,
    EditPlacesForm,
    LostLinkForm,
    RegistrationForm,
)
from ikw.web.security import keep_private

bp = Blueprint("registration", __name__)
bp.after_request(keep_private)


@bp.get("/veranstaltung/<key:event>/anmelden")
def new(event: str) -> ResponseReturnValue:
    """Answer with the form, or with why there is none."""
    shown = event_for_sign_up_or_404(event)
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
    event_id = shown.id
    link = form.link(
        event_id, form.contact.name, (form.contact.email or "").casefold(), form.contact.phone
    )
    try:
        with write() as current:
            registering.register(
                current,
                event_id,
                form.party,
                link=link,
                may_wait=form.may_wait.data,
                now=clock.now(),
            )
    except NotEnoughPlaces as error:
        form.explain(error)
        return _form(form, shown, 422)
    except (SignUpClosed, TooManyPlaces):
        return render_template("registration/closed.html", event=shown), 422
    return _see(link.token)


def _form(form: RegistrationForm, event: Event, status: int = 200) -> ResponseReturnValue:
    forget_on = event.forget_on(current_app.config["IKW_KEEP_DAYS"])
    page = render_template("registration/new.html", form=form, event=event, forget_on=forget_on)
    # Whoever goes back finds the same form again, and sending it once more makes nothing new.
    return page, status, {"Cache-Control": "private, no-cache"}


@bp.get("/anmeldung/<token:token>/")
def show(token: str) -> str:
    """Answer with the party's ticket."""
    registration = registration_or_404(token)
    event = registration.event
    return render_template(
        "registration/show.html",
        registration=registration,
        event=event,
        token=token,
        form=ConfirmForm(),
        position=position(session(), registration) if registration.missing else None,
        can_change=event.can_be_changed(clock.now()) and not registration.is_cancelled,
        can_claim=(
            registration.missing > 0
            and not event.moves_up(clock.now())
            and event.can_be_changed(clock.now())
            and event.fits(registration.missing)
        ),
        forget_on=event.forget_on(current_app.config["IKW_KEEP_DAYS"]),
    )


@bp.get("/anmeldung/<token:token>/plaetze")
def edit_places(token: str) -> ResponseReturnValue:
    """Answer with the form for places and companions."""
    registration = _changeable_or_404(token)
    return _places(EditPlacesForm.for_registration(registration), registration, token)


@bp.post("/anmeldung/<token:token>/plaetze")
@limits.by_network
@limits.by_link
def update_places(token: str) -> ResponseReturnValue:
    """Change how many come."""
    registration = _changeable_or_404(token)
    form = EditPlacesForm.for_registration(registration)
    if not form.validate():
        return _places(form, registration, token, 422)
    try:
        with write() as current:
            changing.change_places(
                current,
                registration_or_404(token),
                form.places.data or 1,
                form.named,
                may_wait=form.may_wait.data or registration.is_waiting,
                now=clock.now(),
            )
    except NotEnoughPlaces as error:
        form.explain(error)
        return _places(form, registration, token, 422)
    except (SignUpClosed, TooManyPlaces):
        return _see(token)
    return _see(token)


def _places(
    form: EditPlacesForm, registration: Registration, token: str, status: int = 200
) -> ResponseReturnValue:
    return (
        render_template(
            "registration/edit_places.html",
            form=form,
            registration=registration,
            event=registration.event,
            token=token,
        ),
        status,
    )


@bp.post("/anmeldung/<token:token>/begleitung/<int:index>/absage")
@limits.by_network
@limits.by_link
def create_companion_cancellation(token: str, index: int) -> ResponseReturnValue:
    """Take one companion out."""
    _check(ConfirmForm())
    name, number = request.form.get("name", ""), request.form.get("of", type=int)
    try:
        with write() as current:
            changing.remove_companion(
                current, registration_or_404(token), index, name, of=number, now=clock.now()
            )
    except (NoSuchCompanion, SignUpClosed):
        pass
    return _see(token)


@bp.get("/anmeldung/<token:token>/kontakt")
def edit_contact(token: str) -> ResponseReturnValue:
    """Answer with the form for name, e-mail and telephone."""
    registration = _changeable_or_404(token)
    return _contact(ContactForm(obj=registration), registration, token)


@bp.post("/anmeldung/<token:token>/kontakt")
@limits.by_network
@limits.by_link
@limits.by_contact
def update_contact(token: str) -> ResponseReturnValue:
    """Correct name or contact; another e-mail address gets another link."""
    form = ContactForm()
    valid = form.validate()
    # The link that this form makes of this one; it is there already when it was sent twice.
    link = form.link(token) if valid else None
    if link and (sent_before := registration_behind(link.token)):
        token = link.token
        if contact_of(sent_before) == form.contact:
            return _see(token)
        link = form.link(token)
    registration = _changeable_or_404(token)
    if link is None:
        return _contact(form, registration, token, 422)
    try:
        with write() as current:
            renewed = changing.correct_contact(
                current,
                registration_or_404(token),
                form.contact,
                link=link,
                now=clock.now(),
            )
    except SignUpClosed:
        return _see(token)
    return _see(link.token if renewed else token)


def _contact(
    form: ContactForm, registration: Registration, token: str, status: int = 200
) -> ResponseReturnValue:
    return (
        render_template(
            "registration/edit_contact.html",
            form=form,
            registration=registration,
            event=registration.event,
            token=token,
        ),
        status,
    )


@bp.get("/anmeldung/<token:token>/absage")
def new_cancellation(token: str) -> ResponseReturnValue:
    """Ask once whether to cancel; nothing is changed by looking."""
    registration = registration_or_404(token)
    if registration.is_cancelled:
        return _see(token)
    return render_template(
        "registration/cancel.html",
        registration=registration,
        event=registration.event,
        token=token,
        form=ConfirmForm(),
    )


@bp.post("/anmeldung/<token:token>/absage")
@limits.by_link
def create_cancellation(token: str) -> ResponseReturnValue:
    """Give all places back."""
    _check(ConfirmForm())
    try:
        with write() as current:
            changing.cancel(current, registration_or_404(token), now=clock.now())
    except SignUpClosed:
        pass
    return _see(token)


@bp.post("/anmeldung/<token:token>/erneut")
@limits.by_network
@limits.by_link
def create_again(token: str) -> ResponseReturnValue:
    """Sign up again after a cancellation, at the end of the line."""
    _check(ConfirmForm())
    event = registration_or_404(token).event
    try:
        with write() as current:
            registering.sign_up_again(
                current, registration_or_404(token), may_wait=True, now=clock.now()
            )
    except (NotEnoughPlaces, SignUpClosed):
        return render_template("registration/closed.html", event=event), 422
    return _see(token)


@bp.post("/anmeldung/<token:token>/platz")
@limits.by_network
@limits.by_link
def create_claim(token: str) -> ResponseReturnValue:
    """Take places that became free when the list no longer moves up by itself."""
    _check(ConfirmForm())
    try:
        with write() as current:
            changing.claim(current, registration_or_404(token), now=clock.now())
    except (NotEnoughPlaces, SignUpClosed):
        pass
    return _see(token)


@bp.get("/anmeldung/link")
def lost_link() -> str:
    """Answer with the form to ask for the link again."""
    return render_template("registration/lost_link.html", form=LostLinkForm())


@bp.post("/anmeldung/link")
@limits.by_network
@limits.by_contact
def create_link_letter() -> ResponseReturnValue:
    """Send the links of an address to it; the answer is the same whether there are any."""
    form = LostLinkForm()
    if not form.validate():
        return render_template("registration/lost_link.html", form=form), 422
    with write() as current:
        telling.send_links(current, form.email.data or "", now=clock.now())
    return redirect(url_for(".link_sent"), 303)


@bp.get("/anmeldung/link/unterwegs")
def link_sent() -> str:
    """Say that the letter is on its way, if there is one."""
    return render_template("registration/link_sent.html")


def _changeable_or_404(token: str) -> Registration:
    """Return a registration that can still be changed; else lead to its page, which says why."""
    registration = registration_or_404(token)
    if registration.is_cancelled or not registration.event.can_be_changed(clock.now()):
        abort(make_response(_see(token)))
    return registration


def _check(form: ConfirmForm) -> None:
    """Refuse a button that is not ours or too old."""
    if not form.validate():
        abort(422)


def _see(token: str) -> Response:
    answer: Any = redirect(url_for(".show", token=token), 303)
    return answer  # type: ignore[no-any-return]
