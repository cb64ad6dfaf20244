"""Fields of the desk's forms."""

from __future__ import annotations

from typing import Any

from babel.numbers import format_decimal
from wtforms import (  # type: ignore[attr-defined]  # SelectChoice is newer than the stubs
    DateField,
    DateTimeLocalField,
    Field,
    IntegerField,
    SelectChoice,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput

from ikw.model.times import FIRST_YEAR, LAST_YEAR, is_plausible
from ikw.text.cleaning import clean_line, clean_text
from ikw.text.languages import current
from ikw.text.translate import _, _l
from ikw.web.forms import BaseForm, at_most, whole_number


def line(label: str, *checks: Any, length: int = 200) -> StringField:
    """Return a field for one line of text."""
    return StringField(label, filters=[clean_line], validators=[*checks, at_most(length)])


def paragraphs(label: str, length: int = 20_000, *checks: Any) -> TextAreaField:
    """Return a field for a longer text."""
    return TextAreaField(label, filters=[clean_text], validators=[*checks, at_most(length)])


def count(
    label: str, least: int, default: int | None = None, *, most: int = 100_000
) -> IntegerField:
    """Return a field for a number that may be left out."""
    validators = [Optional(), whole_number, Between(least, most)]
    return IntegerField(label, default=default, validators=validators)


class Between:
    """Say from which to which number, as people write numbers."""

    def __init__(self, least: int, most: int) -> None:
        self.least, self.most = least, most
        self.field_flags = {"min": least, "max": most}

    def __call__(self, form: BaseForm, field: Field) -> None:
        if field.data is None or self.least <= field.data <= self.most:
            return
        raise ValidationError(
            _(
                "Please use a number from %(least)s to %(most)s.",
                least=format_decimal(self.least, locale=current()),
                most=format_decimal(self.most, locale=current()),
            )
        )


def boxes(label: str, choices: dict[str, str] | None = None) -> SelectMultipleField:
    """Return a field of boxes to tick."""
    offered = [SelectChoice(code, name) for code, name in (choices or {}).items()]
    return SelectMultipleField(label, choices=offered, option_widget=CheckboxInput())


def moment(label: str) -> DateTimeLocalField:
    """Return a field for day and time in the town."""
    return DateTimeLocalField(
        label,
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M", "%d.%m.%Y, %H:%M"],
        validators=[
            ReadableOr(_l("Please write day and time like 2023-09-23 18:00.")),
            Optional(),
            _is_plausible,
        ],
    )


def day(label: str, first: Any = None) -> DateField:
    """Return a field for a day, with what is to be checked first; it may be left out otherwise."""
    # Without a browser's own field for days people write them as they always do.
    return DateField(
        label, format=DAY_FORMATS, validators=[ReadableOr(DAY), first or Optional(), _is_plausible]
    )


def _is_plausible(form: BaseForm, field: Field) -> None:
    """Check that the year is none that was mistyped."""
    if field.data and not is_plausible(field.data):
        raise ValidationError(
            _(
                "Please use a year from %(first)d to %(last)d.",
                first=FIRST_YEAR,
                last=LAST_YEAR,
            )
        )


class ReadableOr:
    """Say in our words what is expected, where what was written cannot be read."""

    def __init__(self, message: str) -> None:
        self.message = message
        self.field_flags: dict[str, Any] = {}

    def __call__(self, form: BaseForm, field: Field) -> None:
        if field.data is None and field.raw_data and field.raw_data[0].strip():
            field.errors = []
            raise ValidationError(str(self.message))


DAY = _l("Please write the day like 2023-09-23.")

#: How a day can be written; a browser sends the first.
DAY_FORMATS = ["%Y-%m-%d", "%d.%m.%Y"]

#: How a time can be written.
TIME_FORMATS = ["%H:%M", "%H.%M", "%H"]

CLOCK = _l("Please write the time like 18:00.")

NO_DAY = _l("Please enter a day.")
