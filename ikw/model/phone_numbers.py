"""What is told of a telephone number by the form in which it is kept, or typed."""

from __future__ import annotations


def digits_of(number: str) -> str:
    """Return the digits of a number, without the note that stands beside it in brackets."""
    return "".join(filter(str.isdigit, number.partition(" (")[0]))
