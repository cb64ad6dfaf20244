"""Who calls to sign up, and is entered by an organiser."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Field, SelectField, StringField, ValidationError

from ikw.actions.registration.party import NotEnoughPlaces, Party, SignUpClosed, TooManyPlaces
from ikw.actions.registration.register import register
from ikw.db import write
from ikw.model import Event
from ikw.text.cleaning import clean_line
from ikw.text.languages import LANGUAGES, current_language
from ikw.text.translate import _, _l
from ikw.web.desk.access import my_event_or_404, say
from ikw.web.desk.acting import act
from ikw.web.forms import at_most
from ikw.web.links import new_link
from ikw.web.registration.forms import RegistrationForm

bp = Blueprint("callers", __name__)


class CallerForm(RegistrationForm):
    """Somebody who calls: the form of the site, and in which language we write to them."""

    language = SelectField(_l("Language of the letters"))
    reason = StringField(_l("Reason"), filters=[clean_line], validators=[at_most(300)])

    @classmethod
    def for_event(cls, event: Event) -> CallerForm:
        """Return the form with a field for each question of the event."""
        made: CallerForm = super().for_event(event)
        made.language.choices = [(code, language.name) for code, language in LANGUAGES.items()]
        made.name.label.text = _("Name")
        return made

    @property
    def party(self) -> Party:
        return replace(super().party, language=self.language.data)

    @property
    def above(self) -> str | None:
        """Why they get places although it is full, if that was asked for."""
        return self.reason.data or None if self._asks_above else None

    @property
    def _asks_above(self) -> bool:
        return request.form.get("was") == "zusatzplatz"

    def validate_reason(self, field: Field) -> None:
        if self._asks_above and not field.data:
            raise ValidationError(_("Please give a reason."))


@bp.get("/veranstaltung/<key:event>/anmeldungen/neu")
def new(event: str) -> ResponseReturnValue:
    """Answer with the form to enter somebody who calls."""
    shown = my_event_or_404(event)
    form = CallerForm.for_event(shown)
    form.language.data = current_language().code
    return _new(shown, form)


@bp.post("/veranstaltung/<key:event>/anmeldungen/neu")
def create(event: str) -> ResponseReturnValue:
    """Sign somebody up who called: by everyone's rules, or above the capacity for a reason."""
    shown = my_event_or_404(event)
    form = CallerForm.for_event(shown)
    if not form.validate():
        return _new(shown, form, 422)
    link = form.link(shown.id, form.contact.name, form.contact.email or "", form.contact.phone)
    try:
        with write() as current:
            registration = register(
                current,
                shown.id,
                form.party,
                act(),
                link=link,
                calendar_link=new_link(),
                may_wait=form.may_wait.data,
                above=form.above,
            )
    except NotEnoughPlaces as error:
        form.explain(error)
        return _new(shown, form, 422)
    except (SignUpClosed, TooManyPlaces):
        say(_("Sign-up is not open. Reopen it on the page of the event, then enter them."), "warn")
        return _new(shown, form, 422)
    say(_("They are signed up. Their code is %(code)s.", code=registration.code))
    if request.form.get("was") == "naechste":
        return redirect(url_for(".new", event=event), 303)
    return redirect(url_for("desk.registration.show", event=event, number=registration.id), 303)


def _new(event: Event, form: CallerForm, status: int = 200) -> ResponseReturnValue:
    return render_template("desk/registration/caller.html", event=event, form=form), status
