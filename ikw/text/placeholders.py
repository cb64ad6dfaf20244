"""What organisers can write in braces, and what stands there for each recipient."""

from __future__ import annotations

import re
from collections.abc import Collection

from ikw.model import Event, Registration
from ikw.text import dates
from ikw.text.content import words
from ikw.text.lists import listed, place

#: The names in braces. They are German in every language, as organisers write them.
PLACEHOLDERS = ("name", "veranstaltung", "wann", "wo", "plaetze", "code")

#: The same in a letter to all of a series, or to clubs.
OF_MANY = ("name",)

BRACES = re.compile(r"\{([^{}]*)\}")


def unknown_in(text: str, known: Collection[str] = PLACEHOLDERS) -> list[str]:
    """Return what stands in braces and cannot be filled in."""
    return [f"{{{name}}}" for name in BRACES.findall(text) if name.strip() not in known]


def facts_of(event: Event, registration: Registration) -> dict[str, str]:
    """Return what is filled in for a party of an event."""
    return {
        "name": registration.name,
        "veranstaltung": words(event.title),
        "wann": dates.when(event),
        "wo": listed(place(event)),
        "plaetze": str(registration.seats or registration.places),
        "code": registration.code,
    }


def fill(text: str, facts: dict[str, str]) -> str:
    """Put facts in the place of their names, in one go.

    So what somebody wrote as their name is never taken for a placeholder itself.
    """
    return BRACES.sub(lambda found: str(facts.get(found[1].strip(), found[0])), text)
