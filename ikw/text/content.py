"""The words of the programme in the reader's language, or else in German and marked as such."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
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

#: Translations by the hash of the German, with when they were changed last.
Catalogue = dict[str, tuple[str, datetime]]

_lock = Lock()

#: Where `noting_changes` collects, while it does.
_watched: ContextVar[list[datetime] | None] = ContextVar("watched", default=None)

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
    text, changed_at = catalogue(language).get(hash_of(german), ("", None))
    if changed_at and (watched := _watched.get()) is not None:
        watched.append(changed_at)
    if text:
        return Words(text)
    given = Words(german)
    # Numbers and hashtags are the same in all languages.
    given.is_german = any(c.isalpha() for c in german)
    if given.is_german and not is_name and not german.startswith("#"):
        g.texts_are_missing = True
    return given


@contextmanager
def noting_changes() -> Iterator[list[datetime]]:
    """Collect when the translations that are looked up meanwhile were changed last."""
    changes: list[datetime] = []
    before = _watched.set(changes)
    try:
        yield changes
    finally:
        _watched.reset(before)


def catalogue(language: str) -> Catalogue:
    """Return all translations into a language by the hash of the German, with their last change.

    It is read once and kept until other translations are stored.
    """
    if "wording" not in g:
        g.wording = session().scalar(select(Programme.wording).where(Programme.id == 1)) or 0
    kept: dict[str, tuple[int, dict[str, tuple[str, datetime]]]] = (
        current_app.extensions.setdefault(InExtensions.WORDS, {})
    )
    known = kept.get(language)
    if known is None or known[0] != g.wording:
        rows: Any = session().execute(
            select(Translation.source_hash, Translation.text, Translation.changed_at).where(
                Translation.language == language
            )
        )
        known = (g.wording, {hash_: (text, changed_at) for hash_, text, changed_at in rows})
        with _lock:
            kept[language] = known
    return known[1]
