"""Writing to those who signed up for an event."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import (  # type: ignore[attr-defined]  # SelectChoice is newer than the stubs
    RadioField,
    SelectChoice,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired

from ikw.actions.letter import mailing as letter_mailing
from ikw.actions.letter.mailing import NobodyToWriteTo, Text
from ikw.db import session, write
from ikw.model import Event, Letter, Mailing, Registration
from ikw.model.letter import LetterState
from ikw.model.vocabulary import OF_AN_EVENT, Recipients
from ikw.text.cleaning import clean_line, clean_text
from ikw.text.languages import DEFAULT, LANGUAGES, speaking
from ikw.text.placeholders import PLACEHOLDERS, facts_of, fill, unknown_in
from ikw.text.translate import _, _l, ngettext
from ikw.web.desk import words
from ikw.web.desk.access import me, my_event_or_404, say
from ikw.web.desk.acting import act
from ikw.web.forms import BaseForm, ConfirmForm, at_most

bp = Blueprint("mailing", __name__)


class MailingForm(BaseForm):
    """To whom, and what: in German, and in the languages that some of them read."""

    recipients = RadioField(_l("To whom?"), validators=[InputRequired(_l("Please choose one."))])

    #: Codes of the languages that there are fields for, and what can be filled in.
    languages: list[str]
    placeholders: tuple[str, ...]

    @classmethod
    def for_event(cls, event: Event) -> MailingForm:
        """Return the form with fields for each language that a party of this event reads."""
        spoken = letter_mailing.languages_of(session(), event)
        return cls.of(spoken, OF_AN_EVENT, PLACEHOLDERS)

    @classmethod
    def of(
        cls,
        spoken: Counter[str],
        recipients: tuple[Recipients, ...],
        placeholders: tuple[str, ...],
    ) -> MailingForm:
        """Return the form for these recipients, with fields for each language that they read."""
        codes = [DEFAULT, *[code for code, _n in spoken.most_common() if code != DEFAULT]]
        fields: dict[str, Any] = {"languages": codes, "placeholders": placeholders}
        for code in codes:
            fields[f"subject-{code}"] = StringField(
                _l("Subject"), filters=[clean_line], validators=[at_most(200)]
            )
            fields[f"text-{code}"] = TextAreaField(
                _l("Text"), filters=[clean_text], validators=[at_most(10_000)]
            )
        made: MailingForm = type("MailingForm", (cls,), fields)()
        made.recipients.choices = [
            SelectChoice(code, str(words.RECIPIENTS[code])) for code in recipients
        ]
        if made.recipients.data is None:
            made.recipients.data = (
                Recipients.SEATED if Recipients.SEATED in recipients else recipients[0]
            )
        return made

    def validate(self, extra_validators: Any = None) -> bool:
        valid = bool(super().validate(extra_validators))
        for code in self.languages:
            valid = self._check(code) and valid
        return valid

    def _check(self, code: str) -> bool:
        subject, text = self[f"subject-{code}"], self[f"text-{code}"]
        needed = code == DEFAULT or bool(subject.data or text.data)
        if needed and not subject.data:
            subject.errors = [_("Please enter a subject.")]
        if needed and not text.data:
            text.errors = [_("Please write what they are to know.")]
        for field in (subject, text):
            if strange := unknown_in(field.data or "", self.placeholders):
                field.errors = [
                    _("There is nothing called %(names)s to fill in.", names=", ".join(strange))
                ]
        return not (subject.errors or text.errors)

    @property
    def written(self) -> Text:
        texts = {
            code: {"subject": self[f"subject-{code}"].data, "text": self[f"text-{code}"].data}
            for code in self.languages
            if self[f"text-{code}"].data
        }
        return Text(Recipients(self.recipients.data), texts, None)


@bp.get("/veranstaltung/<key:event>/nachricht")
def new(event: str) -> ResponseReturnValue:
    """Answer with the form."""
    shown = my_event_or_404(event)
    return _form(shown, MailingForm.for_event(shown))


@bp.post("/veranstaltung/<key:event>/nachricht")
def create(event: str) -> ResponseReturnValue:
    """Show how it will look, send a test to oneself, or send it to everyone."""
    shown = my_event_or_404(event)
    form = MailingForm.for_event(shown)
    if not form.validate():
        return _form(shown, form, 422)
    what = request.form.get("was")
    if what == "zurueck":
        return _form(shown, form)
    if what == "test":
        send_trial(_filled_in(shown, form.written))
    if what != "senden":
        return _preview(shown, form)
    try:
        with write() as current:
            letter = Text(form.written.recipients, form.written.texts, _answers_go_to(shown))
            # Sent once for each event, recipients and text, however often the button is pressed.
            link = form.link(shown.id, letter.recipients, repr(letter.texts))
            mailing = letter_mailing.write(current, shown, letter, me(), act(), link=link)
    except NobodyToWriteTo:
        form.recipients.errors = [_("Nobody is there to write to.")]
        return _form(shown, form, 422)
    say(_("The letters leave in two minutes. Until then you can stop them."))
    return redirect(url_for(".show", event=event, number=mailing.id), 303)


@bp.get("/veranstaltung/<key:event>/nachricht/<int:number>/")
def show(event: str, number: int) -> str:
    """Answer with how far the letters of a text are."""
    shown = my_event_or_404(event)
    mailing = _mailing_or_404(shown, number)
    return progress_page(mailing, event=shown)


def progress_page(mailing: Mailing, **about: Any) -> str:
    """Return the page that says how far the letters of a text are."""
    progress: dict[LetterState, int] = dict.fromkeys(words.LETTER_STATES, 0)
    for letter in session().scalars(select(Letter).where(Letter.mailing_id == mailing.id)):
        progress[letter.state] += 1
    return render_template(
        "desk/letter/mailing/show.html",
        mailing=mailing,
        progress={state: number for state, number in progress.items() if number},
        words=words,
        form=ConfirmForm(),
        language_names={code: LANGUAGES[code].name for code in mailing.texts if code in LANGUAGES},
        **about,
    )


@bp.post("/veranstaltung/<key:event>/nachricht/<int:number>/stopp")
def stop(event: str, number: int) -> ResponseReturnValue:
    """Take back what nobody has tried to send yet."""
    shown = my_event_or_404(event)
    mailing = _mailing_or_404(shown, number)
    stop_letters(mailing)
    return redirect(url_for(".show", event=event, number=number), 303)


def send_trial(filled: dict[str, tuple[str, str]]) -> None:
    """Send subject and text of each language to oneself, and say so."""
    with write() as current:
        for code, (subject, text) in filled.items():
            letter_mailing.write_trial(current, me(), code, subject, text, act())
    say(_("The test is on its way to %(email)s.", email=me().email))


def stop_letters(mailing: Mailing) -> None:
    """Take back what nobody has tried to send yet, and say how many that were."""
    if ConfirmForm().validate():
        with write() as current:
            count = letter_mailing.stop(current, mailing, act())
        say(ngettext("%(num)d letter is stopped.", "%(num)d letters are stopped.", count))


def _mailing_or_404(event: Event, number: int) -> Mailing:
    found = session().get(Mailing, number)
    return found if found is not None and found.event_id == event.id else abort(404)


def _answers_go_to(event: Event) -> str:
    """Return the address of the first host that has one, else of who writes."""
    addresses = [host.email for host in event.hosts if host.email]
    return addresses[0] if addresses else me().email


def _form(event: Event, form: MailingForm, status: int = 200) -> ResponseReturnValue:
    counts = {code: letter_mailing.count_recipients(session(), event, code) for code in OF_AN_EVENT}
    page = render_template(
        "desk/letter/mailing/new.html",
        event=event,
        form=form,
        counts=counts,
        known_languages=LANGUAGES,
        spoken=letter_mailing.languages_of(session(), event),
    )
    return page, status


def _preview(event: Event, form: MailingForm) -> ResponseReturnValue:
    text = form.written
    letters, calls = letter_mailing.count_recipients(session(), event, text.recipients)
    return render_template(
        "desk/letter/mailing/preview.html",
        event=event,
        form=form,
        letters=letters,
        calls=calls,
        reply_to=_answers_go_to(event),
        known_languages=LANGUAGES,
        previews=_filled_in(event, text),
    )


def _filled_in(event: Event, text: Text) -> dict[str, tuple[str, str]]:
    """Return subject and text by language as one of the recipients gets them."""
    someone = session().scalar(letter_mailing.recipients_of(event, text.recipients).limit(1))
    example = someone or _example(event)
    filled = {}
    for code, written in text.texts.items():
        with speaking(code):
            facts = facts_of(event, example)
            filled[code] = fill(written["subject"], facts), fill(written["text"], facts)
    return filled


def _example(event: Event) -> Registration:
    """Return a party that is never stored, to show a text with when nobody has signed up."""
    return Registration(name=me().name, code="ABC-123", places=2, seats=2, event_id=event.id)
