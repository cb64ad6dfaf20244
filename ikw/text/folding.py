"""Folding: what people type and what the programme says come to the same letters."""

from __future__ import annotations

import unicodedata

_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


def fold(text: str) -> str:
    """Return the text without case, accents and raised digits: "Mitte⁵¹" and "mitte51" are one.

    "ß" becomes "ss" (full case folding, Unicode Standard 3.13); NFKD takes the digits down.
    """
    apart = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in apart if not unicodedata.combining(c))
    return " ".join(plain.split())


def searchable(*texts: str | None) -> str:
    """Return what a search looks through: each text folded, umlauts also as "ae", "oe", "ue"."""
    whole = " ".join(filter(None, texts))
    folded = fold(whole)
    spelled_out = fold(unicodedata.normalize("NFC", whole).lower().translate(_GERMAN))
    return folded if folded == spelled_out else f"{folded} {spelled_out}"


def finds(query: str, text: str) -> bool:
    """Return whether every word of the query is somewhere in a searchable text."""
    return all(word in text for word in fold(query).split())
