"""The columns of a workbook: which field each holds, how it is read and written, what it is called.

Columns that are brought are known by their heads, in any order and in the words of a town.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from ikw.clock import in_town
from ikw.model.fields import EVENT, End, Field, Group, Kind
from ikw.programmes.sheet import cells, numbers, times
from ikw.programmes.sheet.cells import Around, Cell, Said
from ikw.text import vocabulary
from ikw.text.languages import speaking
from ikw.text.lists import joined
from ikw.text.search import fold

Read = Callable[[Cell, Around], Said]


@dataclass(frozen=True)
class Codec:
    """How a sort of value is read from a cell and written to it."""

    read: Read
    write: Callable[[Any], Any] = lambda value: value
    #: Of the column, in letters.
    width: int = 14


@dataclass(frozen=True)
class Column:
    """One column of the workbook, and the field of the event that it holds."""

    field: Field
    codec: Codec

    @property
    def head(self) -> str:
        """Its head, which is German in every language."""
        return self.field.head

    @property
    def name(self) -> str:
        return self.field.name


def _moment_of(value: dt.datetime | None) -> dt.datetime | None:
    return in_town(value).replace(tzinfo=None) if value else None


def _alone(read: Callable[..., Said], *args: Any, **kwargs: Any) -> Read:
    """Return how a cell is read that needs nothing around it."""
    return lambda cell, _around: read(cell, *args, **kwargs)


def _named(field: Field) -> Codec:
    """Return how members of a closed set are read and written: by their German names."""
    known: dict[str, dict[str, str]] = {
        "audiences": vocabulary.AUDIENCES,
        "access": vocabulary.ACCESS,
    }
    names = known[field.name]

    def in_german() -> dict[str, str]:
        with speaking("de"):
            return {code: str(names[code]) for code in field.members or ()}

    return Codec(
        lambda cell, _around: cells.codes(cell, in_german()),
        lambda codes: ", ".join(in_german()[code] for code in codes),
        22,
    )


def _hosts(cell: Cell) -> Said:
    # Names of clubs have commas in them.
    return Said(cells.parts(str(cell.value), ";\n"))


NOTE_LIMIT = next(field.limit for field in EVENT if field.name == "price_note")

#: How a field is read and written, by its kind.
CODECS: dict[Kind, Callable[[Field], Codec]] = {
    Kind.KEY: lambda field: Codec(_alone(cells.text, field.limit), width=20),
    Kind.LINE: lambda field: Codec(
        _alone(cells.text, field.limit), width=36 if field.required else 14
    ),
    Kind.TEXT: lambda field: Codec(_alone(cells.text, field.limit, lines=True), width=50),
    Kind.WORDS: lambda field: Codec(
        _alone(cells.words, field.limit), lambda words: joined(words, ", ", ",;\n"), 24
    ),
    Kind.CODES: _named,
    Kind.LANGUAGES: lambda field: Codec(_alone(cells.languages), ", ".join),
    Kind.DATE: lambda field: Codec(times.day, width=12),
    Kind.TIME: lambda field: Codec(times.times, width=9),
    Kind.MOMENT: lambda field: Codec(
        partial(times.moment, ends=field.name.endswith("closes")), _moment_of, 17
    ),
    Kind.COUNT: lambda field: Codec(
        _alone(numbers.whole, field.least, field.limit, field.default), width=9
    ),
    Kind.CENTS: lambda field: Codec(
        _alone(numbers.cents, NOTE_LIMIT),
        lambda cents: cents / 100 if cents is not None else None,
        9,
    ),
    Kind.YES_NO: lambda field: Codec(numbers.yes, lambda yes: "ja" if yes else "nein", 11),
    Kind.ROW: lambda field: Codec(
        _alone(cells.text, field.limit), lambda row: row.name if row else None, 28
    ),
    Kind.ROWS: lambda field: Codec(
        _alone(_hosts), lambda rows: joined([row.name for row in rows], "; ", ";\n"), 32
    ),
}

#: In the order of the groups.
COLUMNS = [
    Column(field, CODECS[field.kind](field))
    for group in Group
    for field in EVENT
    if field.group is group and field.is_in(End.WORKBOOK)
]
BY_NAME = {column.name: column for column in COLUMNS}

#: What towns call a column, besides its own head; without case, accents and punctuation.
SYNONYMS = {
    "title": "titel der veranstaltung, veranstaltung, veranstaltungstitel, bezeichnung, was,"
    " name der veranstaltung, programmpunkt, angebot",
    "date": "tag, wann, termin, datum der veranstaltung, veranstaltungsdatum, veranstaltungstag",
    "start": "uhrzeit, zeit, von, anfang, start, startzeit, beginn uhrzeit, uhrzeit beginn",
    "end": "bis, endzeit, schluss, ende uhrzeit, uhrzeit ende",
    "end_date": "enddatum, datum bis, bis datum, letzter veranstaltungstag",
    "hours": "offnungszeiten",
    "venue": "veranstaltungsort, ort der veranstaltung, wo, location, treffpunkt",
    "room": "saal, raum saal",
    "hosts": "veranstalter in, veranstalterin, veranstalter innen, veranstaltende, verein, wer,"
    " organisation, trager, ausrichter, anbieter, einrichtung",
    "contact": "ansprechpartner, ansprechpartnerin, ansprechpartner in, ansprechperson, kontakt,"
    " kontaktperson, info bei, infos bei",
    "topics": "thema, kategorie, kategorien, rubrik, bereich",
    "languages": "sprache",
    "audiences": "zielgruppen, fur wen",
    "access": "barrierefrei, zuganglichkeit",
    "price_cents": "kosten, eintritt, gebuhr, teilnahmegebuhr, kostenbeitrag, eintrittspreis",
    "summary": "kurzbeschreibung, untertitel, teaser",
    "description": "text, inhalt, programmtext, beschreibung der veranstaltung",
    "takes_sign_up": "anmeldung erforderlich, anmeldung notig, anmeldung notwendig",
    "capacity": "max teilnehmer, max teilnehmerzahl, teilnehmerzahl, anzahl platze, kapazitat,"
    " maximale teilnehmerzahl, max personen, personenzahl, teilnehmer max, platzzahl, plaetze",
    "sign_up_closes": "anmeldeschluss, anmeldefrist",
    "sign_up_opens": "anmeldebeginn",
}


def plain_head(text: object) -> str:
    """Return the words of a head without case, accents and punctuation."""
    return " ".join(re.sub(r"[^a-z0-9]+", " ", fold(str(text))).split())


BY_HEAD = {plain_head(column.head): column for column in COLUMNS} | {
    word.strip(): BY_NAME[name] for name, words in SYNONYMS.items() for word in words.split(",")
}
