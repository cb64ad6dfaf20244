"""Names of people in lists: sorted by family name, and short where few should read them."""

from __future__ import annotations

from ikw.text.search import fold

#: What belongs to a family name and does not sort it: "van Dijk" is under D.
PARTICLES = {"van", "von", "vom", "zu", "zur", "de", "da", "dos", "der", "den", "di", "el", "al"}


def family_name(name: str) -> str:
    """Return the last name: what is before a comma, else the last word."""
    before, comma, _after = name.partition(",")
    words = before.split() if comma else name.split()
    if comma:
        words = [word for word in words if word.casefold() not in PARTICLES] or words
        return " ".join(words)
    return words[-1] if words else ""


def sort_key(name: str) -> tuple[str, str]:
    """Return by what a list of people is sorted."""
    return fold(family_name(name)), fold(name)


def short(name: str) -> str:
    """Return "Anna K." for "Anna Kowalska": enough to find each other at a door."""
    family = family_name(name)
    given = name.partition(",")[2].split() if "," in name else name.split()[:-1]
    if not given:
        return family
    return f"{given[0]} {family[:1]}."
