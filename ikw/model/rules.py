"""What does not go together in the fields of an event or a series, said once.

A rule whose fields are not all known, as in a workbook without their columns, says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from ikw.model.times import MOST_DAYS, end_of, is_too_long
from ikw.model.vocabulary import QuestionKind


class Fault(StrEnum):
    """What is wrong; the value says it in a programme file and on the command line."""

    LAST_DAY_FIRST = "is before the first day"
    TOO_LONG = f"would make it last more than {MOST_DAYS} days"
    END_WITHOUT_START = "needs a start"
    END_BEFORE_START = "is not after the start (an event past midnight needs an end_date)"
    RESERVED_OF_NOTHING = "needs a capacity"
    RESERVED_TOO_MANY = "is more than the capacity"
    LIST_OF_NOTHING = "is missing, and a waiting list needs it"
    CLOSES_FIRST = "is not after sign_up_opens"
    EASY_UNCHECKED = "needs easy_text, and the other way round"
    OFF_TWICE = "cannot be together with called_off"
    FORMER_START_ALONE = "needs a former_date"
    CHOICES_MISPLACED = "has choices where none belong, or fewer than two where some do"
    SAME_QUESTION = "has two questions with the same key"
    HALF_A_POSITION = "needs both latitude and longitude"


Values = Mapping[str, Any]
Faults = list[tuple[str, Fault]]


def faults_of(table: str, values: Values) -> Faults:
    """Return what is wrong with the values of a row, each with the field to be corrected."""
    return [
        (field, fault)
        for known, field, fault, is_wrong in RULES.get(table, ())
        if all(name in values for name in known.split()) and is_wrong(values)
    ]


def _last_day_first(values: Values) -> bool:
    return bool(values["end_date"] and values["date"] and values["end_date"] < values["date"])


def _too_long(values: Values) -> bool:
    return bool(values["date"]) and is_too_long(values["date"], values["end_date"])


def _end_before_start(values: Values) -> bool:
    date, start, end = values["date"], values["start"], values["end"]
    if not (date and start and end) or values.get("end_date") not in (None, date):
        return False
    return end <= start and end_of(date, start, end) is None


def _reserved_of_nothing(values: Values) -> bool:
    return bool(values["reserved"]) and values["capacity"] is None


def _reserved_too_many(values: Values) -> bool:
    return values["capacity"] is not None and (values["reserved"] or 0) > values["capacity"]


def _closes_first(values: Values) -> bool:
    opens, closes = values["sign_up_opens"], values["sign_up_closes"]
    return bool(opens and closes and closes <= opens)


def _unchecked(values: Values) -> bool:
    # DIN SPEC 33429: people who need it have checked it, or it is not Leichte Sprache.
    return bool(values["easy_text"]) != bool(values["easy_checked_by"])


def _choices_misplaced(values: Values) -> bool:
    return any(
        len(question.get("choices", [])) < 2
        if question["kind"] == QuestionKind.CHOICE
        else question.get("choices")
        for question in values["questions"]
    )


def _same_question(values: Values) -> bool:
    keys = [question["key"] for question in values["questions"]]
    return len(set(keys)) < len(keys)


#: Which fields have to be known, which one is to be corrected, and when it is wrong.
Rule = tuple[str, str, Fault, Callable[[Values], Any]]

_EASY: Rule = ("easy_text easy_checked_by", "easy_checked_by", Fault.EASY_UNCHECKED, _unchecked)

RULES: dict[str, tuple[Rule, ...]] = {
    "event": (
        ("date end_date", "end_date", Fault.LAST_DAY_FIRST, _last_day_first),
        ("date end_date", "end_date", Fault.TOO_LONG, _too_long),
        ("start end", "end", Fault.END_WITHOUT_START, lambda v: v["end"] and not v["start"]),
        ("date start end", "end", Fault.END_BEFORE_START, _end_before_start),
        ("capacity reserved", "reserved", Fault.RESERVED_OF_NOTHING, _reserved_of_nothing),
        ("capacity reserved", "reserved", Fault.RESERVED_TOO_MANY, _reserved_too_many),
        (
            "capacity has_waiting_list",
            "capacity",
            Fault.LIST_OF_NOTHING,
            lambda v: v["has_waiting_list"] and v["capacity"] is None,
        ),
        ("sign_up_opens sign_up_closes", "sign_up_closes", Fault.CLOSES_FIRST, _closes_first),
        ("questions", "questions", Fault.CHOICES_MISPLACED, _choices_misplaced),
        ("questions", "questions", Fault.SAME_QUESTION, _same_question),
        _EASY,
        (
            "called_off_at postponed_at",
            "postponed_at",
            Fault.OFF_TWICE,
            lambda v: v["called_off_at"] and v["postponed_at"],
        ),
        (
            "former_date former_start",
            "former_start",
            Fault.FORMER_START_ALONE,
            lambda v: v["former_start"] and not v["former_date"],
        ),
    ),
    "series": (
        (
            "first_day last_day",
            "last_day",
            Fault.LAST_DAY_FIRST,
            lambda v: v["first_day"] and v["last_day"] and v["last_day"] < v["first_day"],
        ),
        _EASY,
    ),
    "call": (
        (
            "opens closes",
            "closes",
            Fault.LAST_DAY_FIRST,
            lambda v: v["opens"] and v["closes"] and v["closes"] < v["opens"],
        ),
    ),
    "venue": (
        (
            "latitude longitude",
            "longitude",
            Fault.HALF_A_POSITION,
            lambda v: (v["latitude"] is None) != (v["longitude"] is None),
        ),
    ),
}
