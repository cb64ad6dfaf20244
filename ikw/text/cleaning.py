"""What people type or paste, without what nobody sees."""

from __future__ import annotations

import re
import unicodedata

#: They join and part letters in Persian and Kurdish, and make one picture of several emoji. All
#: other characters without a picture go, those that turn a line round among them.
JOINERS = "\u200c\u200d"


def is_visible(character: str) -> bool:
    """Return whether a character is to be seen, or changes how its neighbours look."""
    return character.isprintable() or character in JOINERS


def clean_line(value: str | None) -> str:
    """Return one line without control characters, composed (NFC), single spaces."""
    visible = "".join(
        " " if c.isspace() else c for c in (value or "") if c.isspace() or is_visible(c)
    )
    return unicodedata.normalize("NFC", " ".join(visible.split()))


def clean_text(value: str | None) -> str:
    """Return lines without control characters, composed (NFC)."""
    lines = [clean_line(line) for line in re.split(r"\r\n|\r|\n", value or "")]
    return "\n".join(lines).strip()


def without_controls(text: str) -> str:
    """Return a text as it is, with its line breaks and narrow spaces, but without controls."""
    kept = (c for c in text if is_visible(c) or c == "\n" or unicodedata.category(c) == "Zs")
    return "".join(kept).strip()
