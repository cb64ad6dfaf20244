"""Accounts: who works at the desk; and one's own, with the browsers one is signed in with."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from wtforms import (  # type: ignore[attr-defined]  # SelectChoice is newer than the stubs
    Field,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    ValidationError,
)
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput

from ikw import clock
from ikw.actions.organiser import accounts, sign_in
from ikw.actions.organiser.accounts import AddressInUse
from ikw.actions.organiser.invite import invite
from ikw.actions.organiser.passkeys import passkeys_of
from ikw.clock import today
from ikw.db import session, write
from ikw.model import DeskSession, DoorDuty, Event, Organisation, Organiser
from ikw.model.roles import Role
from ikw.text.dates import short_day
from ikw.text.languages import LANGUAGES, current_language
from ikw.text.translate import _, _l
from ikw.web.desk import words
from ikw.web.desk.access import me, my_events, only_coordination, say
from ikw.web.desk.acting import act
from ikw.web.desk.fields import line
from ikw.web.forms import BaseForm, ConfirmForm, email_field
from ikw.web.links import new_link

bp = Blueprint("accounts", __name__)


class AccountForm(BaseForm):
    """Who may do what at the desk."""

    name = line(_l("Name"), InputRequired(_l("Please enter a name.")))
    email = email_field(InputRequired(_l("Please enter an e-mail address.")))
    role = RadioField(
        _l("Role"),
        choices=[SelectChoice(code, name) for code, name in words.ROLES.items()],
        default=Role.CLUB,
        validators=[InputRequired(_l("Please choose one."))],
    )
    organisation = SelectField(_l("Club"))
    events = SelectMultipleField(_l("Events at the door"), option_widget=CheckboxInput())

    def validate_organisation(self, field: Field) -> None:
        if self.role.data == Role.CLUB and not field.data:
            raise ValidationError(_("Please choose the club whose events these are."))

    def validate_events(self, field: Field) -> None:
        if self.role.data == Role.DOOR and not field.data:
            raise ValidationError(_("Please choose at which events they check people in."))


@bp.get("/konten/")
def index() -> str:
    """Answer with all accounts."""
    only_coordination()
    organisers = session().scalars(
        select(Organiser)
        .options(joinedload(Organiser.organisation))
        .order_by(Organiser.disabled_at.is_not(None), Organiser.name)
    )
    return render_template("desk/organiser/index.html", organisers=organisers.all(), words=words)


@bp.get("/konten/neu")
def new() -> ResponseReturnValue:
    """Answer with the form for a new account."""
    only_coordination()
    return _show(_form(None), None)


@bp.post("/konten/neu")
def create() -> ResponseReturnValue:
    """Open an account and send its owner a link."""
    only_coordination()
    form = _form(None)
    if not form.validate():
        return _show(form, None, 422)
    try:
        with write() as current:
            organiser = accounts.add_organiser(
                current,
                form.name.data or "",
                form.email.data or "",
                Role(form.role.data),
                act(),
                organisation=_organisation(form),
            )
            organiser.duties = _duties(form)
            invite(current, organiser, new_link(), act(), by=me().name)
    except AddressInUse:
        form.email.errors = [_("Somebody has an account with this address already.")]
        return _show(form, None, 422)
    say(
        _(
            "The account is open, and an invitation is on its way to %(email)s.",
            email=organiser.email,
        )
    )
    return redirect(url_for(".index"), 303)


@bp.get("/konten/<int:number>/")
def edit(number: int) -> ResponseReturnValue:
    """Answer with an account."""
    only_coordination()
    organiser = _organiser_or_404(number)
    form = _form(organiser)
    form.name.data, form.email.data = organiser.name, organiser.email
    form.role.data = organiser.role
    form.organisation.data = organiser.organisation.key if organiser.organisation else ""
    form.events.data = [duty.event.key for duty in organiser.duties if duty.day >= today()]
    return _show(form, organiser)


@bp.post("/konten/<int:number>/")
def update(number: int) -> ResponseReturnValue:
    """Change an account."""
    only_coordination()
    organiser = _organiser_or_404(number)
    form = _form(organiser)
    if not form.validate():
        return _show(form, organiser, 422)
    if organiser.id == me().id and form.role.data != organiser.role:
        form.role.errors = [_("Nobody takes the coordination from themselves.")]
        return _show(form, organiser, 422)
    try:
        with write() as current:
            accounts.change_organiser(
                current,
                organiser,
                form.name.data or "",
                form.email.data or "",
                Role(form.role.data),
                act(),
                organisation=_organisation(form),
                duties=_duties(form),
            )
    except AddressInUse:
        form.email.errors = [_("Somebody has an account with this address already.")]
        return _show(form, organiser, 422)
    say(_("The account is changed."))
    return redirect(url_for(".index"), 303)


@bp.post("/konten/<int:number>/einladung")
def send_invitation(number: int) -> ResponseReturnValue:
    """Invite the owner of an account once more; the invitation before opens nothing any more."""
    only_coordination()
    organiser = _organiser_or_404(number)
    if organiser.disabled_at is None and ConfirmForm().validate():
        with write() as current:
            invite(current, organiser, new_link(), act(), by=me().name)
        say(_("An invitation is on its way to %(email)s.", email=organiser.email))
    return redirect(url_for(".edit", number=number), 303)


@bp.post("/konten/<int:number>/schliessung")
def close(number: int) -> ResponseReturnValue:
    """Close an account; it is dead at once, in every browser."""
    only_coordination()
    organiser = _organiser_or_404(number)
    if organiser.id == me().id:
        say(_("Nobody closes their own account. Ask somebody else of the coordination."), "warn")
    elif ConfirmForm().validate():
        with write() as current:
            accounts.disable(current, organiser, act())
        say(_("The account is closed."))
    return redirect(url_for(".index"), 303)


@bp.post("/konten/<int:number>/oeffnung")
def reopen(number: int) -> ResponseReturnValue:
    """Open a closed account again."""
    only_coordination()
    organiser = _organiser_or_404(number)
    if ConfirmForm().validate():
        with write() as current:
            accounts.enable(current, organiser, act())
        say(_("The account is open again."))
    return redirect(url_for(".index"), 303)


class LanguageForm(BaseForm):
    """In which language somebody works."""

    language = SelectField(
        _l("Language"), choices=[SelectChoice(one.code, one.name) for one in LANGUAGES.values()]
    )


@bp.get("/konto/")
def mine() -> str:
    """Answer with one's own account: language, passkeys, and where one is signed in."""
    return render_template(
        "desk/organiser/mine.html",
        sessions=sign_in.open_sessions(session(), me(), now=clock.real()),
        here=g.desk_session,
        keys=passkeys_of(session(), me()),
        words=words,
        form=ConfirmForm(),
        language_form=LanguageForm(data={"language": me().language}),
    )


@bp.post("/konto/sprache")
def choose_language() -> ResponseReturnValue:
    """Go on in another language, and get letters in it."""
    form = LanguageForm()
    if not form.validate():
        return redirect(url_for(".mine"), 303)
    with write() as current:
        accounts.choose_language(current, me(), form.language.data)
    here = url_for(".mine").removeprefix(current_language().prefix)
    return redirect(f"{LANGUAGES[form.language.data].prefix}{here}", 303)


@bp.post("/konto/sitzungen/<int:number>/ende")
def end_session(number: int) -> ResponseReturnValue:
    """End the session in one of one's browsers."""
    found = session().get(DeskSession, number)
    if found is None or found.organiser_id != me().id:
        abort(404)
    if ConfirmForm().validate():
        with write() as current:
            sign_in.end_session(current, found, now=clock.real())
        say(_("That browser is signed out."))
    return redirect(url_for(".mine"), 303)


def _show(form: AccountForm, organiser: Organiser | None, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "desk/organiser/form.html",
        form=form,
        organiser=organiser,
        confirm=ConfirmForm(formdata=None),
    )
    return page, status


def _form(organiser: Organiser | None) -> AccountForm:
    form = AccountForm()
    clubs = session().scalars(select(Organisation).order_by(Organisation.name))
    form.organisation.choices = [("", "–"), *[(club.key, club.name) for club in clubs]]
    on_duty = {duty.event_id for duty in organiser.duties} if organiser else set()
    coming = session().scalars(my_events().where(Event.published_at.is_not(None)))
    form.events.choices = [
        SelectChoice(event.key, f"{short_day(event.date)}: {event.title}")
        for event in coming
        if event.last_date >= today() or event.id in on_duty
    ]
    return form


def _organisation(form: AccountForm) -> Organisation | None:
    if form.role.data != Role.CLUB:
        return None
    return session().scalar(select(Organisation).where(Organisation.key == form.organisation.data))


def _duties(form: AccountForm) -> list[DoorDuty]:
    """Return a duty for each day of each event that was ticked."""
    if form.role.data != Role.DOOR:
        return []
    chosen: Any = my_events().where(Event.key.in_(form.events.data or []))
    return [
        DoorDuty(event=event, day=day) for event in session().scalars(chosen) for day in event.dates
    ]


def _organiser_or_404(number: int) -> Organiser:
    return session().get(Organiser, number) or abort(404)
