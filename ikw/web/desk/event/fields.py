"""The fields of an event as a form: what each may hold, and what does not go together."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

from wtforms import (  # type: ignore[attr-defined]  # SelectChoice is newer than the stubs
    BooleanField,
    Field,
    HiddenField,
    SelectChoice,
    SelectField,
    TimeField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Optional

from ikw.actions.event.plan import end_of
from ikw.actions.keys import new_question_key
from ikw.clock import TOWN
from ikw.model import Event
from ikw.model.times import MOST_DAYS, is_too_long
from ikw.model.vocabulary import EventKind, QuestionKind
from ikw.text.translate import _, _l
from ikw.text.vocabulary import ACCESS, AUDIENCES
from ikw.web.desk.fields import (
    CLOCK,
    NO_DAY,
    ReadableOr,
    boxes,
    count,
    day,
    fits_into_capacity,
    line,
    list_has_number,
    moment,
    paragraphs,
)
from ikw.web.forms import BaseForm

#: Languages spoken at events that are offered by themselves.
LANGUAGES = ("de", "en", "uk", "ar", "ro", "ru", "tr", "fa", "pl", "pt", "kmr", "es", "fr", "it")

#: How many questions there can be at sign-up.
QUESTIONS = 6

KINDS: dict[str, str] = {
    QuestionKind.TEXT: _l("Words"),
    QuestionKind.NUMBER: _l("A number"),
    QuestionKind.YES_NO: _l("Yes or no"),
    QuestionKind.CHOICE: _l("One of several answers"),
}

PRICE = _l("Please write the price like 4,50, or 0 if it is free.")


class EventForm(BaseForm):
    """All that an event says; `values` gives it as columns."""

    version = HiddenField()
    series = SelectField(_l("Which series?"))
    kind = SelectField(
        _l("Kind"),
        choices=[
            SelectChoice(EventKind.EVENT, _l("Event")),
            SelectChoice(EventKind.PICNIC, _l("Bürgerpicknick")),
        ],
        default=EventKind.EVENT,
    )
    title = line(_l("Title"), DataRequired(_l("Please enter a title.")))
    summary = paragraphs(_l("In one or two sentences"), 500)
    description = paragraphs(_l("Description"))
    topics = line(_l("Topics"), length=400)

    date = day(_l("Day"), InputRequired(NO_DAY))
    start = TimeField(_l("Begins at"), validators=[ReadableOr(CLOCK), Optional()])
    end = TimeField(_l("Ends at"), validators=[ReadableOr(CLOCK), Optional()])
    end_date = day(_l("Last day"))
    hours = line(_l("Daily hours"))

    venue = SelectField(_l("Venue"))
    room = line(_l("Room"))
    hosts = boxes(_l("Hosts"))

    languages = boxes(_l("Languages spoken there"))
    audiences = boxes(_l("For whom in particular"), AUDIENCES)
    access = boxes(_l("Access, besides what the venue offers"), ACCESS)
    price = line(_l("Price in euros"), length=20)
    price_note = line(_l("About the price"))

    takes_sign_up = BooleanField(_l("People sign up"))
    capacity = count(_l("Places in all"), 1)
    reserved = count(_l("Kept back, e.g. for press or interpreters"), 0, 0, fits_into_capacity)
    party_max = count(_l("Places for one sign-up at most"), 1, 5)
    has_waiting_list = BooleanField(_l("With a waiting list"))
    sign_up_opens = moment(_l("Sign-up opens"))
    sign_up_closes = moment(_l("Sign-up closes"))

    easy_text = paragraphs(_l("The same in Leichte Sprache"))
    easy_checked_by = line(_l("Checked by this group"))

    is_new = True
    #: How many sets of fields for questions there are.
    rows: range

    @classmethod
    def with_questions(cls, questions: list[dict[str, Any]]) -> EventForm:
        """Return the form with fields for the questions at sign-up, and for more."""
        rows = range(max(QUESTIONS, len(questions)))
        fields: dict[str, Any] = {"rows": rows}
        for row in rows:
            fields |= {
                f"frage-{row}-label": line(_l("Question")),
                f"frage-{row}-kind": SelectField(
                    _l("Answer"), choices=[SelectChoice(*kind) for kind in KINDS.items()]
                ),
                f"frage-{row}-choices": paragraphs(_l("Answers to choose from"), 1000),
                f"frage-{row}-required": BooleanField(_l("has to be answered")),
                f"frage-{row}-key": HiddenField(),
            }
        made: EventForm = type("EventForm", (cls,), fields)()
        return made

    @property
    def question_rows(self) -> list[dict[str, Field]]:
        names = ("label", "kind", "choices", "required", "key")
        return [{name: self[f"frage-{row}-{name}"] for name in names} for row in self.rows]

    def show(self, event: Event) -> None:
        """Fill the fields with what an event says."""
        for name in (*PLAIN, "languages", "audiences", "access"):
            self[name].data = getattr(event, name)
        self.series.data = event.series.key
        self.venue.data = event.venue.key if event.venue else ""
        self.topics.data = ", ".join(event.topics)
        self.end_date.data = None if event.ends_overnight else event.end_date
        if "hosts" in self:
            self.hosts.data = [host.key for host in event.hosts]
        if event.price_cents is not None:
            self.price.data = f"{event.price_cents / 100:.2f}".replace(".", ",").removesuffix(",00")
        for name in ("sign_up_opens", "sign_up_closes"):
            value = getattr(event, name)
            self[name].data = value.astimezone(TOWN) if value else None
        for row, question in zip(self.question_rows, event.questions, strict=False):
            row["label"].data, row["kind"].data = question["label"], question["kind"]
            row["choices"].data = "\n".join(question.get("choices", []))
            row["required"].data = question.get("required", False)
            row["key"].data = question["key"]

    def show_version(self, version: str) -> None:
        """Let the next try know the newest version, as both were shown."""
        self.version.data = version
        self.version.raw_data = [version]

    def label_of(self, name: str) -> str:
        """Return what a column is called in the form."""
        if name == "questions":
            return _("Questions at sign-up")
        fields = {"price_cents": "price"}
        wanted = fields.get(name, name)
        return str(self[wanted].label.text) if wanted in self else wanted

    def values(self) -> dict[str, Any]:
        """Return the columns as the form says them; rows are for the view to find."""
        values = {name: self[name].data or None for name in PLAIN}
        values |= {
            "topics": self._topics,
            "languages": self.languages.data or [],
            "audiences": self.audiences.data or [],
            "access": self.access.data or [],
            "price_cents": round(Decimal(self._euros) * 100) if self._euros else None,
            "takes_sign_up": bool(self.takes_sign_up.data),
            "has_waiting_list": bool(self.has_waiting_list.data),
            "reserved": self.reserved.data or 0,
            "party_max": self.party_max.data or 5,
            "sign_up_opens": _in_town(self.sign_up_opens.data),
            "sign_up_closes": _in_town(self.sign_up_closes.data),
            "questions": self._questions(),
        }
        if values["end_date"] == values["date"]:
            values["end_date"] = None
        return values

    @property
    def _topics(self) -> list[str]:
        topics = [topic.strip()[:80] for topic in (self.topics.data or "").split(",")]
        return list(dict.fromkeys(filter(None, topics)))

    @property
    def _euros(self) -> str:
        """What was written as the price, as a number is written in code."""
        return (self.price.data or "").removesuffix("€").strip().replace(",", ".")

    def _questions(self) -> list[dict[str, Any]]:
        questions: list[dict[str, Any]] = []
        for row in self.question_rows:
            if not row["label"].data:
                continue
            known = (
                row["key"].data if re.fullmatch(r"[a-z0-9-]{1,80}", row["key"].data or "") else None
            )
            question = {
                "key": known or new_question_key(row["label"].data, questions),
                "label": row["label"].data,
                "kind": row["kind"].data,
            }
            if row["required"].data:
                question["required"] = True
            if row["kind"].data == QuestionKind.CHOICE:
                question["choices"] = _choices(row)
            questions.append(question)
        return questions

    def validate_price(self, field: Field) -> None:
        # Decimal() itself takes "NaN" and "1e9" for numbers as well.
        if self._euros and not re.fullmatch(r"\d{1,4}(\.\d{1,2})?", self._euros):
            raise ValidationError(str(PRICE))

    def validate_end(self, field: Field) -> None:
        if field.data is None:
            return
        if self.start.data is None:
            raise ValidationError(_("An end needs a beginning."))
        one_day = self.end_date.data in (None, self.date.data)
        night = self.date.data and end_of(self.date.data, self.start.data, field.data)
        if one_day and not night and field.data <= self.start.data:
            raise ValidationError(_("The end is not after the beginning."))

    def validate_end_date(self, field: Field) -> None:
        if not (field.data and self.date.data) or field.errors:
            return
        if field.data < self.date.data:
            raise ValidationError(_("The last day is before the first."))
        if is_too_long(self.date.data, field.data):
            raise ValidationError(_("That would last more than %(days)d days.", days=MOST_DAYS))

    def validate_sign_up_closes(self, field: Field) -> None:
        opens = self.sign_up_opens.data
        if field.data and opens and field.data <= opens:
            raise ValidationError(_("Sign-up would close before it opens."))

    def validate_easy_checked_by(self, field: Field) -> None:
        if bool(field.data) != bool(self.easy_text.data):
            raise ValidationError(
                _(
                    "A text in Leichte Sprache needs a group that has checked it, "
                    "and the other way round."
                )
            )

    def validate(self, extra_validators: Any = None) -> bool:
        valid = bool(super().validate(extra_validators))
        valid = list_has_number(self, bool(self.has_waiting_list.data)) and valid
        for row in self.question_rows:
            is_choice = row["label"].data and row["kind"].data == QuestionKind.CHOICE
            if is_choice and len(_choices(row)) < 2:
                row["choices"].errors = [
                    _("Please give at least two answers, each on a line of its own.")
                ]
                valid = False
        return valid


#: Fields that are the column as it is, and empty for none.
PLAIN = (
    "kind",
    "title",
    "summary",
    "description",
    "easy_text",
    "easy_checked_by",
    "date",
    "start",
    "end_date",
    "end",
    "hours",
    "room",
    "price_note",
    "capacity",
    "reserved",
    "party_max",
    "takes_sign_up",
    "has_waiting_list",
)


def _choices(row: dict[str, Field]) -> list[str]:
    answers = [answer.strip()[:80] for answer in (row["choices"].data or "").splitlines()]
    return list(dict.fromkeys(filter(None, answers)))


def _in_town(value: dt.datetime | None) -> dt.datetime | None:
    return value.replace(tzinfo=TOWN).astimezone(dt.UTC) if value else None
