"""The form of an event: its fields, and the questions at sign-up."""

from __future__ import annotations

import re
from typing import Any

from wtforms import (  # type: ignore[attr-defined]  # SelectChoice is newer than the stubs
    BooleanField,
    Field,
    HiddenField,
    SelectChoice,
    SelectField,
)

from ikw.actions.keys import new_question_key
from ikw.model import Event
from ikw.model.fields import ANSWER
from ikw.model.rules import Fault
from ikw.model.vocabulary import QuestionKind
from ikw.programmes.faults import describe
from ikw.text.translate import _l
from ikw.web.desk.fields import line, paragraphs
from ikw.web.desk.labels import MEMBERS
from ikw.web.desk.row_form import EachLine, RowForm, holds

#: How many questions there can be at sign-up.
QUESTIONS = 6


@holds("event")
class EventForm(RowForm):
    """All that an event says; `values` gives it as columns."""

    version = HiddenField()

    is_new = True
    #: How many sets of fields for questions there are.
    rows: range

    @classmethod
    def with_questions(cls, questions: list[dict[str, Any]]) -> EventForm:
        """Return the form with fields for the questions at sign-up, and for more."""
        rows = range(max(QUESTIONS, len(questions)))
        fields: dict[str, Any] = {"rows": rows}
        kinds = [SelectChoice(*kind) for kind in MEMBERS[QuestionKind].items()]
        for row in rows:
            fields |= {
                f"frage-{row}-label": line(_l("Question")),
                f"frage-{row}-kind": SelectField(_l("Answer"), choices=kinds),
                f"frage-{row}-choices": paragraphs(
                    _l("Answers to choose from"), 5_000, EachLine(ANSWER)
                ),
                f"frage-{row}-required": BooleanField(_l("has to be answered")),
                f"frage-{row}-key": HiddenField(),
            }
        made: EventForm = type("EventForm", (cls,), fields)()
        return made

    @property
    def question_rows(self) -> list[dict[str, Field]]:
        names = ("label", "kind", "choices", "required", "key")
        return [{name: self[f"frage-{row}-{name}"] for name in names} for row in self.rows]

    def show(self, row: Event) -> None:
        """Fill the fields with what an event says."""
        super().show(row)
        if row.ends_overnight:
            self["end_date"].data = None
        for shown, question in zip(self.question_rows, row.questions, strict=False):
            shown["label"].data, shown["kind"].data = question["label"], question["kind"]
            shown["choices"].data = "\n".join(question.get("choices", []))
            shown["required"].data = question.get("required", False)
            shown["key"].data = question["key"]

    def show_version(self, version: str) -> None:
        """Let the next try know the newest version, as both were shown."""
        self.version.data = version
        self.version.raw_data = [version]

    def values(self, row: Any = None) -> dict[str, Any]:
        """Return the columns as the form says them; rows are for the view to find."""
        values = super().values(row) | {"questions": self._questions()}
        if values["end_date"] == values["date"]:
            values["end_date"] = None
        return values

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

    def validate(self, extra_validators: Any = None) -> bool:
        valid = bool(super().validate(extra_validators))
        for row in self.question_rows:
            is_choice = row["label"].data and row["kind"].data == QuestionKind.CHOICE
            if is_choice and len(_choices(row)) < 2:
                row["choices"].errors = [describe(Fault.CHOICES_MISPLACED)]
                valid = False
        return valid


def _choices(row: dict[str, Field]) -> list[str]:
    answers = [answer.strip() for answer in (row["choices"].data or "").splitlines()]
    return list(dict.fromkeys(filter(None, answers)))
