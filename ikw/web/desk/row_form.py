"""Forms of events, venues, hosts and series, made of the table of their fields.

Each kind of field is typed, shown and read in one way. What a form says is a dict of columns, ready
for the actions; other rows are for the view to find.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from flask import g
from sqlalchemy import select
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

from ikw.clock import TOWN
from ikw.db import session
from ikw.model import Organisation, fields
from ikw.model.fields import TABLES, End, Group, Kind
from ikw.model.rules import faults_of
from ikw.programmes.faults import describe
from ikw.text.lists import joined, split
from ikw.text.prices import read_price, write_price
from ikw.text.translate import _
from ikw.web.desk.fields import (
    CLOCK,
    NO_DAY,
    TIME_FORMATS,
    ReadableOr,
    boxes,
    count,
    day,
    line,
    moment,
    paragraphs,
)
from ikw.web.desk.labels import LABELS, MEMBERS, REQUIRED
from ikw.web.forms import BaseForm, email_field

Made = TypeVar("Made", bound=type)


@dataclass(frozen=True)
class Way:
    """How a kind of field is typed, shown and read."""

    #: From the field and its label to what WTForms binds.
    make: Callable[[fields.Field, str], Any]
    #: From a column to what stands in the form, and back; None in the form is nothing.
    show: Callable[[Any], Any] = lambda value: value
    read: Callable[[Any], Any] = lambda data: data or None


def in_form(name: str) -> str:
    """Return what a field is called in a form."""
    return name.removesuffix("_cents")


def _must(field: fields.Field) -> list[Any]:
    return [DataRequired(REQUIRED[field.name])] if field.required else []


def _choices(field: fields.Field) -> list[Any]:
    known = MEMBERS[field.members] if field.members else {}
    return [SelectChoice(code, name) for code, name in known.items()]


def _too_long(text: str, limit: int) -> str:
    return _("“%(text)s …” has more than %(limit)d characters.", text=text[:40], limit=limit)


class EachAtMost:
    """Check that no word of a list is longer than this, in characters."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def parts(self, text: str) -> list[str]:
        return split(text, ",")

    def __call__(self, form: BaseForm, field: Field) -> None:
        for word in self.parts(field.data or ""):
            if len(word) > self.limit:
                raise ValidationError(_too_long(word, self.limit))


class EachLine(EachAtMost):
    """The same of texts with one on each line."""

    def parts(self, text: str) -> list[str]:
        return [part.strip() for part in text.splitlines()]


def _is_price(form: BaseForm, field: Field) -> None:
    try:
        read_price(field.data or "0")
    except ValueError:
        raise ValidationError(_("Please write the price like 4,50, or 0 if it is free.")) from None


class IsDegrees:
    """Check that a text is a number of degrees."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def __call__(self, form: BaseForm, field: Field) -> None:
        if not field.data:
            return
        is_number = re.fullmatch(r"-?\d{1,3}([.,]\d{1,15})?", field.data)
        if not is_number or abs(_degrees(field.data)) > self.limit:
            raise ValidationError(
                _("Please write degrees like 52.2784, at most %(limit)d.", limit=self.limit)
            )


def _degrees(text: str) -> float:
    return float(text.replace(",", "."))


class IsWebsite:
    """Check that an address can be followed."""

    def __call__(self, form: BaseForm, field: Field) -> None:
        if field.data and not field.data.startswith(("https://", "http://")):
            raise ValidationError(_("Please write the whole address, with https:// in front."))


def _in_town(value: dt.datetime | None) -> dt.datetime | None:
    return value.replace(tzinfo=TOWN).astimezone(dt.UTC) if value else None


#: What stands between the number and what it means, on a line of figures.
BETWEEN = ":"


def _parted(text: str) -> tuple[str, str]:
    """Return the number on a line and what it means."""
    value, *label = split(text, BETWEEN) or [""]
    return value, f"{BETWEEN} ".join(label)


class AreFigures:
    """Check that each line has a number and what it means."""

    def __call__(self, form: BaseForm, field: Field) -> None:
        for text in (field.data or "").splitlines():
            value, label = _parted(text)
            if text.strip() and not (value and label):
                raise ValidationError(
                    _("Please write “%(text)s” like “1.675: answers on paper”.", text=text[:40])
                )
            if max(len(value), len(label)) > fields.LINE:
                raise ValidationError(_too_long(text, fields.LINE))


def _show_figures(figures: list[dict[str, Any]]) -> str:
    return "\n".join(
        joined((one["value"], one["label"]), f"{BETWEEN} ", BETWEEN) for one in figures
    )


def _read_figures(text: str | None) -> list[dict[str, Any]]:
    parts = [_parted(one) for one in (text or "").splitlines() if one.strip()]
    return [{"value": value, "label": label} for value, label in parts]


def _ticked(data: Any) -> list[Any]:
    # A form can name the same twice, and a file that does is refused.
    return list(dict.fromkeys(data or []))


WAYS: dict[Kind, Way] = {
    Kind.LINE: Way(lambda field, label: line(label, *_must(field), length=field.limit)),
    Kind.TEXT: Way(lambda field, label: paragraphs(label, field.limit)),
    Kind.EMAIL: Way(lambda field, label: email_field()),
    Kind.WEBSITE: Way(lambda field, label: line(label, IsWebsite(), length=field.limit)),
    Kind.WORDS: Way(
        lambda field, label: line(label, EachAtMost(field.limit), length=2_000),
        lambda words: joined(words, ", ", ","),
        lambda text: list(dict.fromkeys(split(text or "", ","))),
    ),
    Kind.CHOICE: Way(
        lambda field, label: SelectField(label, choices=_choices(field), default=field.default)
    ),
    Kind.CODES: Way(
        lambda field, label: boxes(label, MEMBERS[field.members] if field.members else None),
        read=_ticked,
    ),
    Kind.LANGUAGES: Way(lambda field, label: boxes(label), read=_ticked),
    Kind.DATE: Way(
        lambda field, label: day(label, InputRequired(NO_DAY) if field.required else None)
    ),
    Kind.TIME: Way(
        lambda field, label: TimeField(
            label, format=TIME_FORMATS, validators=[ReadableOr(CLOCK), Optional()]
        )
    ),
    Kind.MOMENT: Way(
        lambda field, label: moment(label),
        lambda value: value.astimezone(TOWN) if value else None,
        _in_town,
    ),
    Kind.COUNT: Way(
        lambda field, label: count(label, field.least, field.default, most=field.limit),
        read=lambda data: data,
    ),
    Kind.CENTS: Way(
        lambda field, label: line(label, _is_price, length=20),
        lambda cents: None if cents is None else write_price(cents),
        lambda text: read_price(text) if text else None,
    ),
    Kind.DEGREES: Way(
        lambda field, label: line(label, IsDegrees(field.limit), length=20),
        lambda value: None if value is None else str(value),
        lambda text: _degrees(text) if text else None,
    ),
    Kind.YES_NO: Way(lambda field, label: BooleanField(label), read=bool),
    Kind.FIGURES: Way(
        lambda field, label: paragraphs(label, 5_000, AreFigures()), _show_figures, _read_figures
    ),
    Kind.ROW: Way(lambda field, label: SelectField(label), lambda row: row.key if row else ""),
    Kind.ROWS: Way(
        lambda field, label: boxes(label), lambda rows: [row.key for row in rows], _ticked
    ),
}

#: Kinds of fields with boxes, which say nothing of the order.
TICKED = {Kind.CODES, Kind.LANGUAGES}

#: Kinds of fields whose rows the view has to find.
OF_OTHER_ROWS = {Kind.ROW, Kind.ROWS}


def holds(table: str) -> Callable[[Made], Made]:
    """Give a form a field for each of a table that is written at the desk."""

    def decorate(form: Made) -> Made:
        form.table = table  # type: ignore[attr-defined]
        for field in TABLES[table]:
            if field.is_in(End.FORM) and field.kind in WAYS:
                setattr(
                    form,
                    in_form(field.name),
                    WAYS[field.kind].make(field, LABELS[table][field.name]),
                )
        return form

    return decorate


class RowForm(BaseForm):
    """A form of one row of a table."""

    table: ClassVar[str]

    #: What was asked about already, as codes.
    asked = HiddenField()
    #: What the page asks about: stored all the same when the form is sent once more.
    doubts: tuple[str, ...] = ()

    def asks_about(self, doubts: dict[str, str]) -> bool:
        """Whether anything is doubtful that was not asked about yet: codes with their sentences."""
        if doubts.keys() <= set((self.asked.data or "").split()):
            return False
        self.doubts = tuple(doubts.values())
        self.asked.data = " ".join(doubts)
        self.asked.raw_data = [self.asked.data]
        return True

    @property
    def row_fields(self) -> Iterator[tuple[fields.Field, Field]]:
        """The fields of the table that this form has, each with that of the form."""
        for field in TABLES[self.table]:
            if field.is_in(End.FORM) and in_form(field.name) in self and field.kind in WAYS:
                yield field, self[in_form(field.name)]

    def show(self, row: Any) -> None:
        """Fill the fields with what a row says, unless they hold what was kept of them."""
        if g.get("kept_answers"):
            return
        for field, shown in self.row_fields:
            shown.data = WAYS[field.kind].show(getattr(row, field.name))

    def values(self, row: Any = None) -> dict[str, Any]:
        """Return the columns as the form says them, without other rows.

        Of a `row` that is changed, a moment in the hour that there is twice stays what it is, and
        what is ticked keeps its order.
        """
        values = {}
        for field, shown in self.row_fields:
            if field.kind in OF_OTHER_ROWS:
                continue
            value = WAYS[field.kind].read(shown.data)
            if field.kind is Kind.MOMENT and row is not None:
                value = _as_it_was(value, getattr(row, field.name))
            if field.kind in TICKED and row is not None:
                value = in_order(getattr(row, field.name), value)
            values[field.name] = field.default if value is None else value
        return values

    def not_shown(self, *groups: str) -> list[Field]:
        """Return the fields that the page has not shown yet, of these groups or of all."""
        wanted = [Group[name] for name in groups] or list(Group)
        already: set[str] = getattr(self.meta, "shown", set())
        return [
            shown
            for field, shown in self.row_fields
            if field.group in wanted and shown.name not in already
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        valid = bool(super().validate(extra_validators))
        sound = {
            field.name: WAYS[field.kind].read(shown.data)
            for field, shown in self.row_fields
            if not shown.errors and field.kind not in OF_OTHER_ROWS
        }
        for name, fault in faults_of(self.table, sound | self.more_to_check()):
            field = self[in_form(name)]
            if not field.errors:
                field.errors = [describe(fault)]
            valid = False
        return valid

    def more_to_check(self) -> dict[str, Any]:
        """Return what the rules need besides the fields."""
        return {}


def chosen_hosts(keys: list[str] | None, before: Iterable[Organisation]) -> list[Organisation]:
    """Return the hosts that were ticked, in the order in which they were named, new ones last."""
    chosen = select(Organisation).where(Organisation.key.in_(keys or []))
    return in_order(list(before), list(session().scalars(chosen.order_by(Organisation.id))))


def in_order(before: list[Any], chosen: list[Any]) -> list[Any]:
    """Return what was chosen in the order in which it was named, new ones last."""
    return [
        *(one for one in before if one in chosen),
        *(one for one in chosen if one not in before),
    ]


def _as_it_was(value: dt.datetime | None, before: dt.datetime | None) -> dt.datetime | None:
    if value is None or before is None:
        return value
    same = value.astimezone(TOWN).replace(tzinfo=None) == before.astimezone(TOWN).replace(
        tzinfo=None
    )
    return before if same else value


def label_of(table: str, name: str) -> str:
    """Return what a column is called at the desk."""
    return str(LABELS[table].get(name, name))
