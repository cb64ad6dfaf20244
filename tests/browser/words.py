"""The German texts of the desk by their English ones, as the catalogues have them."""

from __future__ import annotations

import gettext
from io import BytesIO
from pathlib import Path
from typing import Any

FOLDER = Path("ikw/text/translations/de/LC_MESSAGES")

CATALOGUES = [
    gettext.GNUTranslations(BytesIO((FOLDER / f"{domain}.mo").read_bytes()))
    for domain in ("messages", "desk")
]


def D(text: str, **values: Any) -> str:
    """Return a text in German. Raises KeyError for one that is not translated."""
    for catalogue in CATALOGUES:
        known: dict[str, str] = catalogue._catalog  # type: ignore[attr-defined]
        if text in known:
            return known[text] % values if values else known[text]
    raise KeyError(text)
