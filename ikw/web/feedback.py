"""Telling us of a barrier, or of a mistake in a translation (BGG NRW § 10b (2) 2)."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import (  # type: ignore[attr-defined]  # SelectChoice is newer than the stubs
    Field,
    RadioField,
    SelectChoice,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired

from ikw import clock
from ikw.actions import feedback
from ikw.db import write
from ikw.model.feedback import KEEP
from ikw.model.verbs import Actor
from ikw.text.cleaning import clean_line, clean_text
from ikw.text.languages import current_language
from ikw.text.translate import _l
from ikw.web import limits
from ikw.web.acting import citizen
from ikw.web.caching import cached
from ikw.web.forms import (
    AsksBack,
    at_most,
    email_field,
    name_field,
    phone_field,
    trap_field,
)

bp = Blueprint("feedback", __name__)


class FeedbackForm(AsksBack):
    """What somebody wants to tell us about the site."""

    about = RadioField(
        _l("What is it about?"),
        choices=[
            SelectChoice("accessibility", _l("A barrier: something is hard or impossible to use")),
            SelectChoice("translation", _l("A mistake in a translation")),
        ],
        default="accessibility",
        validators=[InputRequired(_l("Please choose one."))],
    )
    page = StringField(
        _l("On which page?"),
        filters=[clean_line],
        validators=[at_most(300)],
        render_kw={"dir": "ltr", "autocomplete": "off"},
    )
    message = TextAreaField(
        _l("Your message"),
        filters=[clean_text],
        validators=[DataRequired(_l("Please write what it is about.")), at_most(5000)],
    )
    name = name_field()
    email = email_field()
    phone = phone_field()
    website = trap_field()

    def validate_email(self, field: Field) -> None:
        self.ask_back(field)

    @property
    def told(self) -> feedback.Message:
        return feedback.Message(
            about=self.about.data,
            text=self.message.data or "",
            page=self.page.data or None,
            name=self.name.data or None,
            email=self.email.data or None,
            phone=self.phone.data or None,
            language=current_language().code,
        )


@bp.get("/rueckmeldung")
def new() -> ResponseReturnValue:
    """Answer with the form; the address may say which page it is about, and what."""
    form = FeedbackForm()
    form.page.data = clean_line(request.args.get("seite"))[:300]
    if request.args.get("thema") == "translation":
        form.about.data = "translation"
    return _form(form)


@bp.post("/rueckmeldung")
@limits.by_network
@limits.by_contact_if_given
def create() -> ResponseReturnValue:
    """Keep the message and confirm it."""
    form = FeedbackForm()
    if not form.validate():
        return _form(form, 422)
    with write() as session:
        # Going back and correcting what one wrote is another message, and both are kept.
        link, office = form.link(form.told), current_app.config["IKW_CONTACT_EMAIL"] or None
        feedback.give(session, form.told, citizen(Actor.READER), link=link, office=office)
    return redirect(url_for(".thanks"), 303)


@bp.get("/rueckmeldung/danke")
@cached
def thanks() -> str:
    """Say that the message has arrived, and when there is an answer."""
    return render_template("feedback/thanks.html")


def _form(form: FeedbackForm, status: int = 200) -> ResponseReturnValue:
    today = clock.today()
    page = render_template("feedback/new.html", form=form, forget_on=today + KEEP)
    return page, status
