"""The forms around a registration."""

from __future__ import annotations

from typing import Any

from flask import current_app
from wtforms import (  # type: ignore[attr-defined]  # SelectChoice is newer than the stubs
    BooleanField,
    Field,
    FieldList,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import InputRequired, NumberRange, Optional
from wtforms.widgets import CheckboxInput

from ikw.actions.registration.party import Contact, NotEnoughPlaces, Party
from ikw.model import Event, Registration
from ikw.model.vocabulary import QuestionKind
from ikw.text.cleaning import clean_line, clean_text
from ikw.text.content import words
from ikw.text.languages import current_language
from ikw.text.translate import _, _l, ngettext
from ikw.text.vocabulary import NEEDS
from ikw.web.forms import (
    AsksBack,
    BaseForm,
    at_most,
    email_field,
    name_field,
    phone_field,
    trap_field,
    whole_number,
)

#: More names than this are not asked for, however many places one may take.
MOST_COMPANIONS = 19


class ContactForm(AsksBack):
    """Who signs up."""

    name = name_field(InputRequired(_l("Please enter your name.")))
    email = email_field()
    phone = phone_field()

    def validate_name(self, field: Field) -> None:
        if not any(c.isalpha() for c in field.data):
            raise ValidationError(_("Please enter your name."))

    def validate_email(self, field: Field) -> None:
        if not field.data and not self.phone.data:
            raise ValidationError(
                _("Please give an e-mail address or a telephone number, so that we can reach you.")
            )
        self.ask_back(field)

    @property
    def contact(self) -> Contact:
        return Contact(self.name.data or "", self.email.data or None, self.phone.data or None)


class PlacesForm(BaseForm):
    """For how many, and who comes along; `for_event` sets the limits."""

    places = IntegerField(
        _l("Number of places"),
        default=1,
        validators=[
            whole_number,
            NumberRange(min=1, message=_l("Please choose at least one place.")),
        ],
    )
    companions = FieldList(
        StringField(
            _l("Name"),
            filters=[clean_line],
            validators=[at_most(200)],
            render_kw={"autocomplete": "off"},
        ),
        label=_l("Who is coming along?"),
        max_entries=MOST_COMPANIONS,
    )
    may_wait = BooleanField(_l("Yes, put us on the waiting list"))

    #: Set by `for_event`.
    party_max = 1
    #: Set by `explain`: whether to offer the waiting list.
    offers_waiting = False

    def limit(self, event: Event) -> None:
        """Offer as many fields for names as the event allows companions."""
        self.party_max = event.party_max
        while len(self.companions) < min(event.party_max - 1, MOST_COMPANIONS):
            self.companions.append_entry()

    def validate_places(self, field: Field) -> None:
        if field.data > self.party_max:
            office = current_app.config["IKW_CONTACT_PHONE"]
            raise ValidationError(
                ngettext(
                    "You can book %(num)d place at most.",
                    "You can book up to %(num)d places at once.",
                    self.party_max,
                )
                + " "
                + _("Are you more? Call us: %(phone)s.", phone=office)
            )
        if len(self.named) > max(field.data, 1) - 1:
            raise ValidationError(
                ngettext(
                    "With %(num)d companion you need %(places)d places. "
                    "Please change the number of places.",
                    "With %(num)d companions you need %(places)d places. "
                    "Please change the number of places.",
                    len(self.named),
                    places=len(self.named) + 1,
                )
            )

    @property
    def named(self) -> list[str]:
        """The companions whose names were given."""
        return [entry.data for entry in self.companions if entry.data]

    def explain(self, error: NotEnoughPlaces) -> None:
        """Say beside the field that the wish does not fit, and offer the waiting list."""
        if error.free:
            text = ngettext(
                "There is only %(num)d place left.",
                "There are only %(num)d places left.",
                error.free,
            )
        else:
            text = _("All places are taken in the meantime.")
        if error.may_wait:
            self.offers_waiting = True
            text += " " + _("You can go on the waiting list: tick the box below.")
        self.places.errors = [text]


class RegistrationForm(ContactForm, PlacesForm):
    """Signing up for an event, with the questions that it asks."""

    needed = SelectMultipleField(
        _l("What do you need to take part?"),
        choices=[SelectChoice(code, label) for code, label in NEEDS.items()],
        option_widget=CheckboxInput(),
    )
    needs = TextAreaField(
        _l("Anything else you need"),
        filters=[clean_text],
        validators=[at_most(2000)],
    )
    website = trap_field()

    event: Event

    @classmethod
    def for_event(cls, event: Event) -> RegistrationForm:
        """Return the form with a field for each question of the event."""
        fields = {question_name(question): _field(question) for question in event.questions}
        made: RegistrationForm = type("RegistrationForm", (cls,), fields)()
        made.event = event
        made.limit(event)
        return made

    @property
    def question_fields(self) -> list[Field]:
        return [self[question_name(question)] for question in self.event.questions]

    @property
    def party(self) -> Party:
        return Party(
            contact=self.contact,
            places=self.places.data or 1,
            companions=self.named,
            needed=self.needed.data or [],
            needs=self.needs.data or None,
            answers=self._answers(),
            language=current_language().code,
        )

    def _answers(self) -> dict[str, Any]:
        answers = {q["key"]: self[question_name(q)].data for q in self.event.questions}
        return {key: answer for key, answer in answers.items() if answer not in (None, "")}


class EditPlacesForm(PlacesForm):
    """Changing how many come, and who."""

    @classmethod
    def for_registration(cls, registration: Registration) -> EditPlacesForm:
        form = cls(data={"places": registration.places, "companions": registration.companions})
        form.limit(registration.event)
        # A party that came in when more people were allowed may keep them.
        form.party_max = max(form.party_max, registration.places)
        return form


class LostLinkForm(BaseForm):
    """Asking for the link again."""

    email = email_field(InputRequired(_l("Please enter your e-mail address.")))


def question_name(question: dict[str, Any]) -> str:
    return f"frage-{question['key']}"


def _field(question: dict[str, Any]) -> Any:
    """Return the field for a question, with its words as they stand in the programme."""
    label, kind = words(question["label"]), question["kind"]
    required = question.get("required", False)
    must = (
        InputRequired(_("Please answer: %(question)s", question=label)) if required else Optional()
    )
    if kind == QuestionKind.NUMBER:
        limits = NumberRange(0, 1_000_000, _l("Please enter a number from 0 on."))
        return IntegerField(label, validators=[must, whole_number, limits])
    if kind in {QuestionKind.CHOICE, QuestionKind.YES_NO}:
        choices = (
            [SelectChoice(choice, words(choice)) for choice in question["choices"]]
            if kind == QuestionKind.CHOICE
            else [SelectChoice("yes", _l("Yes")), SelectChoice("no", _l("No"))]
        )
        return RadioField(label, choices=choices, validators=[must])
    return StringField(label, filters=[clean_line], validators=[must, at_most(1000)])
