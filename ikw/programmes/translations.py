"""The programme in other languages, as PO files that translators know (GNU gettext, 12.2).

A text is found by its German words. When they change, the translation is a suggestion only: the
file marks it as fuzzy, and the site shows German until somebody has looked at it.
"""

from __future__ import annotations

import difflib
import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po, write_po
from sqlalchemy import select
from sqlalchemy.orm import Session

from ikw import clock
from ikw.model import Call, Event, Organisation, Programme, Series, Translation, Venue
from ikw.model.fields import TABLES, Field, Kind
from ikw.model.programme import next_stamp
from ikw.model.translation import hash_of
from ikw.text.cleaning import without_controls
from ikw.text.languages import DEFAULT, LANGUAGES, Language

#: The tables whose texts are translated. Names stand on doors: they may be, and are not missed.
MODELS: dict[str, type[Any]] = {
    "series": Series,
    "event": Event,
    "venue": Venue,
    "organisation": Organisation,
    "call": Call,
}

#: What the places of texts in lists are called, and the motto, which is a name.
IN_LISTS = {"topics": "topic", "questions": "question", "figures": "figure"}

#: How alike two German texts are, from 0 to 1, for the translation of one to help with the other.
CLOSE = 0.6


class FaultyTranslation(ValueError):
    """A PO file that cannot be taken; its message says why."""


class FaultyLines(FaultyTranslation):
    """Lines of a PO file that cannot be read."""

    def __init__(self, lines: list[tuple[int, str]]) -> None:
        named = "; ".join(f"line {number}: {line!r}" for number, line in lines[:5])
        super().__init__(f"this is not a PO file: {named}")
        #: Each with its number, from 1 on.
        self.lines = lines


#: A line of a PO file: a comment, nothing, or words in quotes, after a keyword or alone. What is
#: not in quotes Babel takes all the same, and without its first and last letter.
PO_LINE = re.compile(
    r"""\s*(\#.*|(?:(?:msgctxt|msgid|msgid_plural|msgstr(?:\[\d\])?)\s*)?"(?:[^"\\]|\\.)*"\s*)?"""
)


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
    for table, model in MODELS.items():
        rows: Any = session.scalars(select(model).order_by(model.id))
        for row in rows:
            if getattr(row, "deleted_at", None):
                # In the bin.
                continue
            for field, text in _said_by(table, row):
                if text and any(c.isalpha() for c in text) and not text.startswith("#"):
                    place = Place(table, row.key, field)
                    found.setdefault(text, []).append(place)
    return found


def _said_by(table: str, row: Any) -> Iterator[tuple[str, str | None]]:
    """Return the German texts of a row, each with what its field is called."""
    for field in TABLES[table]:
        if field.is_translated:
            value = getattr(row, field.name)
            for text in _texts_in(field, value):
                yield IN_LISTS.get(field.name, field.name), text


def _texts_in(field: Field, value: Any) -> Iterator[str | None]:
    if field.kind is Kind.QUESTIONS:
        for question in value:
            yield question["label"]
            yield from question.get("choices", [])
    elif field.kind is Kind.FIGURES:
        for figure in value:
            yield from (figure["value"], figure["label"])
    elif field.kind is Kind.WORDS:
        yield from value
    else:
        yield value


def missing(session: Session) -> dict[str, list[tuple[str, Place]]]:
    """Return by language which German texts are not translated, each with its first place."""
    known: dict[str, set[str]] = {code: set() for code in LANGUAGES if code != DEFAULT}
    for language, source_hash in session.execute(
        select(Translation.language, Translation.source_hash).where(Translation.text != "")
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


@dataclass(frozen=True)
class Text:
    """A German text with what it is in a language, and where it stands."""

    german: str
    translated: str
    places: list[Place]

    @property
    def hash(self) -> str:
        return hash_of(self.german)

    @property
    def is_name(self) -> bool:
        """Whether it is a name: it may stay as it stands on the door."""
        return all(place.is_name for place in self.places)

    @property
    def is_missing(self) -> bool:
        return not self.translated and not self.is_name


def texts_in(session: Session, language: Language) -> list[Text]:
    """Return every German text with its translation into a language, if there is one."""
    mine = select(Translation).where(Translation.language == language.code)
    known = {row.source: row.text for row in session.scalars(mine)}
    return [Text(text, known.get(text, ""), places) for text, places in texts(session).items()]


def dump(session: Session, language: Language) -> str:
    """Return a PO file with every text of the programme, translated or to be translated.

    What was translated from other words than those of today is a suggestion, marked as fuzzy.
    """
    mine = select(Translation).where(Translation.language == language.code)
    known = {row.source: row.text for row in session.scalars(mine) if row.text}
    wanted = texts(session)
    unused = [source for source in known if source not in wanted]
    catalog = _empty(language)
    for text, places in wanted.items():
        comments = [str(place) for place in places[:3]]
        if all(place.is_name for place in places):
            comments.append("A name: leave it empty to keep it as it stands on the door.")
        before = [] if text in known else difflib.get_close_matches(text, unused, 1, CLOSE)
        suggestion = known[before[0]] if before else None
        message = catalog.add(
            text,
            known.get(text) or suggestion,
            auto_comments=comments,
            flags={"fuzzy"} if before else (),
            previous_id=before,
        )
        # A price of "50 % auf alles" is no format.
        message.flags.discard("python-format")
    file = BytesIO()
    write_po(file, catalog, width=0, include_previous=True)
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


def parse(file: bytes) -> Catalog:
    """Read a PO file. Raises FaultyTranslation, also when its language is none of ours."""
    body = file.removeprefix(BOM_UTF8)
    try:
        catalog = read_po(BytesIO(body), abort_invalid=True)
        lines = body.decode(catalog.charset or "utf-8").splitlines()
    except (PoFileError, ValueError, LookupError) as error:
        lines = body.decode(errors="replace").splitlines()
        if not (faulty := _faulty(lines)):
            raise FaultyTranslation(f"this is not a PO file: {error}") from error
        raise FaultyLines(faulty) from error
    if faulty := _faulty(lines):
        raise FaultyLines(faulty)
    language_of(catalog)
    return catalog


def _faulty(lines: list[str]) -> list[tuple[int, str]]:
    return [(n, line[:80]) for n, line in enumerate(lines, 1) if not PO_LINE.fullmatch(line)]


def is_translated_into(session: Session, language: Language) -> bool:
    """Return whether there is any translation into this language."""
    found = select(Translation.language).where(
        Translation.language == language.code, Translation.text != ""
    )
    return session.scalar(found.limit(1)) is not None


def store(session: Session, catalog: Catalog) -> Stored:
    """Store the translations of a PO file; call it inside write().

    What it does not name stays. An empty text takes a translation away, and so does a mark that
    somebody has still to look at it.
    """
    language = language_of(catalog)
    messages = [m for m in catalog if m.id and isinstance(m.id, str)]
    given = {str(m.id): "" if m.fuzzy else without_controls(str(m.string or "")) for m in messages}
    put(session, language, given)
    return Stored(language, sum(map(bool, given.values())), sum(m.fuzzy for m in messages))


def put(session: Session, language: Language, given: dict[str, str]) -> int:
    """Store what German texts are in a language; return how many changed. Empty takes one away."""
    mine = select(Translation).where(Translation.language == language.code)
    known = {row.source: row for row in session.scalars(mine)}
    changed = {
        source: text
        for source, text in given.items()
        if (known[source].text if source in known else "") != text
    }
    if changed:
        programme = session.get_one(Programme, 1, with_for_update=True, populate_existing=True)
        programme.wording += 1
        # Later than whatever calendars have shown until now.
        stamp = next_stamp(programme.changed_at, clock.now())
        for source, text in changed.items():
            row = known.get(source) or Translation(
                language=language.code, source_hash=hash_of(source), source=source
            )
            row.text, row.changed_at = text, stamp
            session.add(row)
    return len(changed)


def language_of(catalog: Catalog) -> Language:
    """Return the language that a PO file is for, by its header. Raises FaultyTranslation."""
    named = str(catalog.locale_identifier or "").lower()
    # Programs add the country where they know it: uk_UA.
    for wanted in (named, named.partition("_")[0]):
        for language in LANGUAGES.values():
            names = {language.locale.lower(), language.code, language.primary}
            if wanted in names and language.code != DEFAULT and wanted != DEFAULT:
                return language
    known = ", ".join(code for code in LANGUAGES if code != DEFAULT)
    raise FaultyTranslation(f"Language: {named!r} in its header is none of {known}")
