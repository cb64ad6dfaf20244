"""Several things in one line."""

from __future__ import annotations

import re
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


def joined(parts: Iterable[str], glue: str, separators: str) -> str:
    """Return parts in one line that `split` takes apart again: in quotes where they hold one."""
    return glue.join(
        '"{}"'.format(part.replace('"', '""'))
        if part.startswith('"') or set(separators) & set(part)
        else part
        for part in parts
    )


def split(text: str, separators: str) -> list[str]:
    """Return the parts of a line, however people separate them; what is in quotes stays whole."""
    within = f"[^{re.escape(separators)}]"
    found = re.finditer(rf'\s*(?:"((?:[^"]|"")*)"(?={within}*)|({within}+))', text)
    parts = [one[1].replace('""', '"') if one[1] is not None else one[2].strip() for one in found]
    return [part for part in parts if part]


def place(event: Event) -> list[str]:
    """Return where an event is, in parts to be listed: name, address and room."""
    venue = event.venue
    parts = [name(venue.name), name(venue.address)] if venue else []
    return [part for part in [*parts, words(event.room)] if part]
