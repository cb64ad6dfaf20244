"""Prices as people type them."""

from __future__ import annotations

import re


def read_price(text: str) -> int:
    """Return what was typed as a price, such as "4,50" or "4.50 €", in euro cents.

    Raises ValueError.
    """
    number = text.strip().removesuffix("€").strip().replace(",", ".")
    # float() itself takes "NaN" and "1e9" for numbers as well.
    if not re.fullmatch(r"\d{1,4}(\.\d{1,2})?", number):
        raise ValueError(text)
    return round(float(number) * 100)


def write_price(cents: int) -> str:
    """Return an amount as it is typed, e.g. "250" or "12,50"."""
    return f"{cents / 100:.2f}".replace(".", ",").removesuffix(",00")
