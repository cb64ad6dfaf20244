"""Keys: what names something in addresses and files, for good."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ikw.model import Programme

#: What letters that are no ASCII become in a key.
SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "o", "ı": "i"})


def new_question_key(label: str, others: list[dict[str, Any]]) -> str:
    """Return a key for a question that none of the others has."""
    return _first_free(stem_of(label), {other["key"] for other in others})


def new_key(session: Session, model: type[Any], text: str) -> str:
    """Return a key for addresses that nothing of this kind has, made of the words of a text."""
    stem = stem_of(text)
    session.flush()
    # One at a time: two who look at once would both find it free.
    session.execute(select(Programme.id).with_for_update())
    taken = set(session.scalars(select(model.key).where(model.key.like(f"{stem}%"))))
    # The address /kalender/alle.ics is that of all events.
    return _first_free(stem, taken | {"alle"})


def letters_of(name: str) -> str:
    """Return a name without case, accents, raised digits, blanks and punctuation."""
    apart = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in apart if c.isalnum())


def stem_of(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold().translate(SPELLED))
    ascii_only = plain.encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:60].strip("-") or "neu"


def _first_free(stem: str, taken: set[str]) -> str:
    key, number = stem, 1
    while key in taken:
        number += 1
        key = f"{stem}-{number}"
    return key
