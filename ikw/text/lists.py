"""Several things in one line."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

from ikw.model import Event
from ikw.text.content import name, words
from ikw.text.languages import current_language

#: CLDR has no pattern for a list without "and"; these two are all that our languages need.
COMMAS = {"ltr": ", ", "rtl": "، "}


def comma() -> str:
    """Return what stands between two parts of a list."""
    return COMMAS[current_language().direction]


def listed(parts: Iterable[str | None]) -> str:
    """Return the parts that there are with commas between, as the current language writes them."""
    return comma().join(str(part) for part in parts if part)


def marked(parts: Iterable[str | None]) -> Markup:
    """Return the same for a page, where each part keeps the mark of its language."""
    return escape(comma()).join(part for part in parts if part)


def place(event: Event) -> list[str]:
    """Return where an event is, in parts to be listed: name, address and room."""
    venue = event.venue
    parts = [name(venue.name), name(venue.address)] if venue else []
    return [part for part in [*parts, words(event.room)] if part]
