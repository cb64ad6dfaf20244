"""The programme in other languages, as PO files that translators know (GNU gettext, 12.2).

A text is found by its German words. When they change, the translation is a suggestion only: the
file marks it as fuzzy, and the site shows German until somebody has looked at it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po, write_po
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ikw.model import Event, Organisation, Programme, Series, Translation, Venue
from ikw.model.translation import hash_of
from ikw.text.languages import DEFAULT, LANGUAGES, Language

#: What of each table is to be translated. Names stand on doors: they may be, and are not missed.
TEXTS: dict[type[Any], tuple[str, ...]] = {
    Series: ("title", "summary", "description"),
    Event: ("title", "summary", "description", "hours", "room", "price_note", "reason"),
    Venue: ("district", "way_there"),
}
NAMES: tuple[type[Any], ...] = (Venue, Organisation)


class FaultyTranslation(ValueError):
    """A PO file that cannot be taken; its message says why."""


@dataclass(frozen=True)
class Place:
    """Where a German text stands, e.g. the title of the event infoabend."""

    table: str
    key: str
    field: str

    def __str__(self) -> str:
        return f"{self.table} {self.key}: {self.field}"

    @property
    def is_name(self) -> bool:
        return self.field == "name"


def texts(session: Session) -> dict[str, list[Place]]:
    """Return every German text of the programme with the places where it stands."""
    found: dict[str, list[Place]] = {}
    for model in (Series, Event, Venue, Organisation):
        rows: Any = session.scalars(select(model).order_by(model.id))
        for row in rows:
            for field, text in _said_by(row):
                if text and any(c.isalpha() for c in text) and not text.startswith("#"):
                    place = Place(model.__tablename__, row.key, field)
                    found.setdefault(text, []).append(place)
    return found


def _said_by(row: Any) -> Iterator[tuple[str, str | None]]:
    for field in TEXTS.get(type(row), ()):
        yield field, getattr(row, field)
    if isinstance(row, NAMES):
        yield "name", row.name
    if isinstance(row, Series):
        yield "motto", row.motto
        for figure in row.figures:
            yield from (("figure", figure["value"]), ("figure", figure["label"]))
    if isinstance(row, Event):
        yield from (("topic", topic) for topic in row.topics)
        for question in row.questions:
            yield "question", question["label"]
            yield from (("question", choice) for choice in question.get("choices", []))


def missing(session: Session) -> dict[str, list[tuple[str, Place]]]:
    """Return by language which German texts are not translated, each with its first place."""
    known: dict[str, set[str]] = {code: set() for code in LANGUAGES if code != DEFAULT}
    for language, source_hash in session.execute(
        select(Translation.language, Translation.source_hash)
    ):
        known.setdefault(language, set()).add(source_hash)
    wanted = [
        (text, places[0])
        for text, places in texts(session).items()
        if not all(place.is_name for place in places)
    ]
    return {
        language: [(text, place) for text, place in wanted if hash_of(text) not in hashes]
        for language, hashes in known.items()
    }


def dump(session: Session, language: Language) -> str:
    """Return a PO file with every text of the programme, translated or to be translated.

    What was translated from other words than those of today is marked as fuzzy.
    """
    kept = _empty(language)
    for row in session.scalars(select(Translation).where(Translation.language == language.code)):
        kept.add(row.source, row.text)
    template = _empty(language)
    for text, places in texts(session).items():
        comments = [str(place) for place in places[:3]]
        if all(place.is_name for place in places):
            comments.append("A name: leave it empty to keep it as it stands on the door.")
        template.add(text, auto_comments=comments)
    kept.update(template, update_header_comment=False)
    file = BytesIO()
    write_po(file, kept, width=0, omit_header=False, ignore_obsolete=True)
    return file.getvalue().decode()


def _empty(language: Language) -> Catalog:
    return Catalog(
        locale=language.locale,
        project="Programme of an Interkulturelle Woche",
        header_comment=f"# The programme in this language: {language.name}.{_review(language)}",
        fuzzy=False,
        version="",
        msgid_bugs_address="",
        last_translator="",
        language_team="",
    )


def _review(language: Language) -> str:
    return "\n# A native speaker's review is pending." if language.awaits_review else ""


@dataclass(frozen=True)
class Stored:
    """What came of a PO file."""

    language: Language
    translated: int
    #: Left out as somebody has still to look at them.
    fuzzy: int


def load(session: Session, file: bytes) -> Stored:
    """Store the translations of a PO file; call it inside write().

    What it does not name stays; an empty text takes a translation away. Raises FaultyTranslation.
    """
    try:
        catalog = read_po(BytesIO(file), abort_invalid=True)
    except (PoFileError, ValueError) as error:
        raise FaultyTranslation(f"this is not a PO file: {error}") from error
    language = _language_of(catalog)
    messages = [m for m in catalog if m.id and isinstance(m.id, str)]
    given = {str(m.id): str(m.string or "").strip() for m in messages if not m.fuzzy}
    hashes = {hash_of(source): source for source in given}
    session.execute(
        delete(Translation).where(
            Translation.language == language.code, Translation.source_hash.in_(hashes)
        )
    )
    session.add_all(
        Translation(language=language.code, source_hash=hash_, source=source, text=given[source])
        for hash_, source in hashes.items()
        if given[source]
    )
    session.execute(update(Programme).values(wording=Programme.wording + 1))
    done = sum(bool(text) for text in given.values())
    return Stored(language, done, sum(m.fuzzy for m in messages))


def _language_of(catalog: Catalog) -> Language:
    named = str(catalog.locale_identifier or "").lower()
    for language in LANGUAGES.values():
        if named in {language.locale.lower(), language.code} and language.code != DEFAULT:
            return language
    known = ", ".join(code for code in LANGUAGES if code != DEFAULT)
    raise FaultyTranslation(f"Language: {named!r} in its header is none of {known}")
