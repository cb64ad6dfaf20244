"""Amounts of money as people type and read them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from wtforms import Field, StringField, ValidationError

from ikw.text.cleaning import clean_line
from ikw.text.translate import _
from ikw.web.forms import BaseForm

#: "11.000", "11 000,50", "11000.5", with or without the sign.
AMOUNT = re.compile(r"(\d{1,3}(?:[. ]\d{3})+|\d+)(?:[.,](\d{1,2}))?\s*€?")

#: In euro cents: nobody here has more.
MOST = 100_000_000


def euros(label: str, *checks: Any) -> StringField:
    """Return a field for an amount in euros."""
    return StringField(
        label,
        filters=[clean_line],
        validators=[*checks, _is_amount],
        render_kw={"inputmode": "decimal"},
    )


def _is_amount(form: BaseForm, field: Field) -> None:
    if field.data and cents_of(field) is None:
        raise ValidationError(_("Please write the amount like 250 or 12,50."))


def cents_of(field: Field) -> int | None:
    """Return an amount in cents; None for nothing, and for what is no amount."""
    found = AMOUNT.fullmatch(field.data or "")
    if found is None:
        return None
    whole = re.sub(r"[. ]", "", found[1])
    cents = int(Decimal(f"{whole}.{found[2] or 0}") * 100)
    return cents if cents <= MOST else None
