"""Several things in one line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby

from markupsafe import Markup, escape

from ikw.model import Event, Venue
from ikw.text.content import Words, name, words, wrap
from ikw.text.languages import current_language

#: CLDR has no pattern for a list without "and"; these two are all that our languages need.
COMMAS = {"ltr": ", ", "rtl": "، "}


#: Around words from left to right within others (Unicode Standard Annex 9, 2.4).
LRI, PDI = "\u2066", "\u2069"


def comma() -> str:
    """Return what stands between two parts of a list."""
    return COMMAS[current_language().direction]


def listed(parts: Iterable[str | None]) -> str:
    """Return the parts that there are with commas between, as the current language writes them.

    Among words from right to left, German ones stay together in their own order: a street and its
    town are one address (Unicode Standard Annex 9, isolates).
    """
    return comma().join(
        f"{LRI}{COMMAS['ltr'].join(run)}{PDI}" if is_foreign else comma().join(run)
        for is_foreign, run in _runs(parts)
    )


def isolated(german: str | None) -> str:
    """Return German words so that they keep their order among words from right to left."""
    if current_language().direction == "rtl" and german:
        return f"{LRI}{german}{PDI}"
    return german or ""


def listed_alone(parts: Iterable[str | None]) -> str:
    """Return the same for a line of its own: what is German as a whole needs no isolates."""
    line = listed(parts)
    return line.strip(LRI + PDI) if line.count(LRI) == 1 and line.endswith(PDI) else line


def marked(parts: Iterable[str | None]) -> Markup:
    """Return the same for a page, where each part keeps the mark of its language."""
    return escape(comma()).join(
        wrap(escape(COMMAS["ltr"]).join(map(str, run)), "span")
        if is_foreign
        else escape(comma()).join(run)
        for is_foreign, run in _runs(parts)
    )


def _runs(parts: Iterable[str | None]) -> list[tuple[bool, list[str]]]:
    """Return neighbours together that are German in a language from right to left."""
    is_rtl = current_language().direction == "rtl"
    there = [part for part in parts if part]
    runs = groupby(there, lambda part: is_rtl and isinstance(part, Words) and part.is_german)
    return [(is_foreign, list(run)) for is_foreign, run in runs]


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
    return [part for part in [*address(event.venue), words(event.room)] if part]


def address(venue: Venue | None) -> list[str]:
    """Return name and address of a venue, in parts to be listed."""
    parts = [name(venue.name), name(venue.address)] if venue else []
    return [part for part in parts if part]
