"""The words of the programme in the reader's language, or else in German and marked as such."""

from __future__ import annotations

import re
from threading import Lock
from typing import Any

from babel import numbers
from flask import current_app, g
from markupsafe import Markup, escape
from sqlalchemy import select

from ikw.db import session
from ikw.model import Programme, Translation
from ikw.model.translation import hash_of
from ikw.names import InExtensions
from ikw.text.languages import DEFAULT, LANGUAGES, current, current_language

_lock = Lock()

#: A number as German prints it; elsewhere 1.675 is less than two.
THOUSANDS = re.compile(r"\d{1,3}(\.\d{3})+")


class Words(str):
    """A text that knows whether it is in another language than what is around it."""

    is_german = False

    def __html__(self) -> Markup:
        """Return it for a page; screen readers and right-to-left lines need to know of German."""
        text = escape(str(self))
        return wrap(text, "span") if self.is_german else text


def wrap(german: Markup, element: str) -> Markup:
    """Return German markup in an element that names its language and direction."""
    tag = LANGUAGES[DEFAULT].tag
    return Markup('<{0} lang="{1}" dir="ltr">{2}</{0}>').format(element, tag, german)


def words(german: str | None) -> Words:
    """Return a text of the programme in the current language; German where it has none."""
    return _find(german or "", is_name=False)


def name(german: str | None) -> Words:
    """Return a name as it stands on the door; few are translated, and no translation is missed."""
    return _find(german or "", is_name=True)


def is_incomplete() -> bool:
    """Return whether a text that should be in the reader's language was given in German."""
    return bool(g.get("texts_are_missing"))


def _find(german: str, *, is_name: bool) -> Words:
    language = current_language().code
    if not german or language == DEFAULT:
        return Words(german)
    if THOUSANDS.fullmatch(german):
        return Words(numbers.format_decimal(int(german.replace(".", "")), locale=current()))
    found = catalogue(language).get(hash_of(german))
    if found is not None:
        return Words(found)
    given = Words(german)
    # Numbers and hashtags are the same in all languages.
    given.is_german = any(c.isalpha() for c in german)
    if given.is_german and not is_name and not german.startswith("#"):
        g.texts_are_missing = True
    return given


def catalogue(language: str) -> dict[str, str]:
    """Return all translations into a language by the hash of the German.

    It is read once and kept until other translations are stored.
    """
    if "wording" not in g:
        g.wording = session().scalar(select(Programme.wording).where(Programme.id == 1)) or 0
    kept: dict[str, tuple[int, dict[str, str]]] = current_app.extensions.setdefault(
        InExtensions.WORDS, {}
    )
    known = kept.get(language)
    if known is None or known[0] != g.wording:
        rows: Any = session().execute(
            select(Translation.source_hash, Translation.text).where(
                Translation.language == language
            )
        )
        known = (g.wording, dict(rows.all()))
        with _lock:
            kept[language] = known
    return known[1]
