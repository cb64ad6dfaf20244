"""Several things in one line."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import escape

from ikw.text.languages import current_language

#: CLDR has no pattern for a list without "and"; these two are all that our languages need.
COMMAS = {"ltr": ", ", "rtl": "، "}


def comma() -> str:
    """Return what stands between two parts of a list."""
    return COMMAS[current_language().direction]


def listed(parts: Iterable[str | None]) -> str:
    """Return the parts that there are with commas between, as the current language writes them.

    What knows its language, or is markup, makes markup of the whole.
    """
    present = [part for part in parts if part]
    if any(hasattr(part, "__html__") for part in present):
        return escape(comma()).join(present)
    return comma().join(str(part) for part in present)
