"""The fields of events, venues, hosts and series, written once.

The desk's forms, the workbook, the programme file, calendars that are brought, copying, the log and
translations all read these tables. A new field is a column of its model, a row here, and its label
in ikw.web.desk.labels; where it is to be left out, the row says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto
from typing import Any

from ikw.model.vocabulary import Access, Audience, ContributionKind, EventKind, SeriesKind


class Kind(Enum):
    """What a field holds, and so how it is typed, read and written."""

    KEY = auto()
    #: One line of text.
    LINE = auto()
    #: Several lines, with an empty one between paragraphs.
    TEXT = auto()
    EMAIL = auto()
    WEBSITE = auto()
    #: Several short lines in the organiser's own words, such as topics.
    WORDS = auto()
    #: One member of a closed set, or several.
    CHOICE = auto()
    CODES = auto()
    #: Codes of spoken languages (ISO 639).
    LANGUAGES = auto()
    DATE = auto()
    TIME = auto()
    #: A moment by the clocks of the town, to the minute.
    MOMENT = auto()
    #: A moment in UTC, whole.
    STAMP = auto()
    COUNT = auto()
    #: Euro cents.
    CENTS = auto()
    #: Degrees, WGS 84.
    DEGREES = auto()
    YES_NO = auto()
    #: Another row, or several, by their keys.
    ROW = auto()
    ROWS = auto()
    #: Questions at sign-up; what there is to know in numbers.
    QUESTIONS = auto()
    FIGURES = auto()
    PICTURE = auto()


class Group(Enum):
    """Which fields belong together, in the order of a workbook's columns."""

    WHAT = auto()
    WHEN = auto()
    WHERE = auto()
    FACTS = auto()
    TEXTS = auto()
    SIGN_UP = auto()
    #: What verbs decide upon, and what nobody types: in files only.
    STATE = auto()


class End(StrEnum):
    """Who reads the tables."""

    FORM = "the desk's form"
    FILE = "the programme file"
    WORKBOOK = "the workbook"
    CALENDAR = "a calendar that is brought"
    COPY = "a copy"


#: The most characters of a line, and of an answer to choose from.
LINE, ANSWER = 200, 80


@dataclass(frozen=True)
class Field:
    """One field: `name` is the attribute of its model."""

    name: str
    kind: Kind
    group: Group = Group.WHAT
    #: The most characters of a text or of each word, the largest number or amount.
    limit: int = LINE
    #: The smallest number.
    least: int = 0
    required: bool = False
    #: What stands there when nothing is said.
    default: Any = None
    #: The closed set that it chooses from.
    members: type[StrEnum] | None = None
    #: Which table the rows are of that it names.
    table: str = ""
    #: What it is called in a programme file, where that is another name.
    file: str = ""
    #: The head of its column in the workbook, which is German as workbooks go from hand to hand.
    head: str = ""
    #: Whether whoever signed up is told when it changes.
    is_plan: bool = False
    #: Whether there is a translation of it.
    is_translated: bool = False
    #: Who does without it, and why.
    left_out: Mapping[End, str] = field(default_factory=dict)

    @property
    def in_file(self) -> str:
        """What it is called in a programme file."""
        return self.file or self.name

    def is_in(self, end: End) -> bool:
        """Whether one of those who read this table has it."""
        return end not in self.left_out


#: The most characters of a description, and of what stands in lists and messengers.
LONG, SHORT = 20_000, 2_000

#: More people, euro cents or places than this are a mistyped number.
MANY, DEAR = 1_000_000, 999_999

_ONE_SERIES = "the file is of one series"
_RARE = "set in the form: one event in a year has it"
_CHECKED = "a group has to check it: nothing to bring along with fifty events"
_NESTED = "a cell holds no list of questions with answers"
_WORDED = "calendars have no such field"
_OF_ITS_OWN = "every event has its own"
_FACTS = {End.CALENDAR: _WORDED}
_VERB = {
    End.FORM: "a button decides it, so that everyone is told",
    End.WORKBOOK: "a button decides it, so that everyone is told",
    End.CALENDAR: "what is brought is a draft",
    End.COPY: "a copy is a draft, and on",
}
_INNER = {
    End.FORM: "nobody types it",
    End.WORKBOOK: "nobody types it",
    End.CALENDAR: _OF_ITS_OWN,
    End.COPY: _OF_ITS_OWN,
}

EVENT = (
    Field("key", Kind.KEY, required=True, head="Kennung", limit=80,
          left_out={End.FORM: "made of the title", End.CALENDAR: "made of the title",
                    End.COPY: _OF_ITS_OWN}),
    Field("series", Kind.ROW, required=True, table="series",
          left_out={End.WORKBOOK: _ONE_SERIES, End.CALENDAR: _ONE_SERIES}),
    Field("kind", Kind.CHOICE, default=EventKind.EVENT, members=EventKind,
          left_out={End.WORKBOOK: _RARE, End.CALENDAR: _RARE}),
    Field("title", Kind.LINE, required=True, head="Titel", is_translated=True),
    Field("summary", Kind.TEXT, Group.TEXTS, SHORT, head="Kurztext", is_translated=True,
          left_out={End.CALENDAR: "a calendar has one text, the description"}),
    Field("description", Kind.TEXT, Group.TEXTS, LONG, head="Beschreibung", is_translated=True),
    Field("topics", Kind.WORDS, Group.FACTS, 80, default=[], head="Themen", is_translated=True,
          left_out=_FACTS),
    Field("date", Kind.DATE, Group.WHEN, required=True, head="Datum", is_plan=True),
    Field("start", Kind.TIME, Group.WHEN, head="Beginn", is_plan=True),
    Field("end", Kind.TIME, Group.WHEN, head="Ende", is_plan=True),
    Field("end_date", Kind.DATE, Group.WHEN, head="Letzter Tag", is_plan=True),
    Field("hours", Kind.LINE, Group.WHEN, head="Tägliche Zeiten", is_plan=True, is_translated=True,
          left_out=_FACTS),
    Field("venue", Kind.ROW, Group.WHERE, table="venue", head="Ort", is_plan=True),
    Field("room", Kind.LINE, Group.WHERE, head="Raum", is_plan=True, is_translated=True,
          left_out={End.CALENDAR: "LOCATION is the venue"}),
    Field("hosts", Kind.ROWS, Group.WHERE, table="organisation", default=[], head="Veranstalter",
          left_out={End.CALENDAR: "ORGANIZER is who sent the calendar"}),
    Field("contact", Kind.LINE, Group.WHERE, head="Auskunft",
          left_out={End.CALENDAR: "a person's number, whom nobody asked"}),
    Field("languages", Kind.LANGUAGES, Group.FACTS, default=[], head="Sprachen", left_out=_FACTS),
    Field("audiences", Kind.CODES, Group.FACTS, default=[], members=Audience, head="Zielgruppe",
          left_out=_FACTS),
    Field("access", Kind.CODES, Group.FACTS, default=[], members=Access, head="Barrierefreiheit",
          left_out=_FACTS),
    Field("price_cents", Kind.CENTS, Group.FACTS, DEAR, file="price", head="Preis",
          left_out=_FACTS),
    Field("price_note", Kind.LINE, Group.FACTS, head="Hinweis zum Preis", is_translated=True,
          left_out=_FACTS),
    Field("takes_sign_up", Kind.YES_NO, Group.SIGN_UP, default=False, file="sign_up",
          head="Anmeldung", left_out=_FACTS),
    Field("capacity", Kind.COUNT, Group.SIGN_UP, MANY, head="Plätze", left_out=_FACTS),
    Field("reserved", Kind.COUNT, Group.SIGN_UP, MANY, default=0, head="Zurückgehalten",
          left_out=_FACTS),
    Field("party_max", Kind.COUNT, Group.SIGN_UP, MANY, least=1, default=5,
          head="Höchstens je Anmeldung", left_out=_FACTS),
    Field("has_waiting_list", Kind.YES_NO, Group.SIGN_UP, default=False, file="waiting_list",
          head="Warteliste", left_out=_FACTS),
    Field("sign_up_opens", Kind.MOMENT, Group.SIGN_UP, head="Anmeldung ab", left_out=_FACTS),
    Field("sign_up_closes", Kind.MOMENT, Group.SIGN_UP, head="Anmeldung bis", left_out=_FACTS),
    Field("questions", Kind.QUESTIONS, Group.SIGN_UP, default=[], is_translated=True,
          left_out={End.WORKBOOK: _NESTED, End.CALENDAR: _WORDED}),
    Field("easy_text", Kind.TEXT, Group.TEXTS, LONG,
          left_out={End.WORKBOOK: _CHECKED, End.CALENDAR: _WORDED}),
    Field("easy_checked_by", Kind.LINE, Group.TEXTS,
          left_out={End.WORKBOOK: _CHECKED, End.CALENDAR: _WORDED}),
    Field("picture", Kind.PICTURE, Group.STATE,
          left_out={End.FORM: "on a page of its own", End.WORKBOOK: "a cell holds no picture",
                    End.CALENDAR: _WORDED}),
    Field("called_off_at", Kind.MOMENT, Group.STATE, file="called_off", left_out=_VERB),
    Field("postponed_at", Kind.MOMENT, Group.STATE, file="postponed", left_out=_VERB),
    Field("reason", Kind.TEXT, Group.STATE, SHORT, is_translated=True, left_out=_VERB),
    Field("former_date", Kind.DATE, Group.STATE, left_out=_VERB),
    Field("former_start", Kind.TIME, Group.STATE, left_out=_VERB),
    Field("former_venue", Kind.ROW, Group.STATE, table="venue", left_out=_VERB),
    Field("submitted_at", Kind.STAMP, Group.STATE, file="submitted", left_out=_VERB),
    Field("published_at", Kind.STAMP, Group.STATE, file="published", left_out=_VERB),
    Field("uid", Kind.LINE, Group.STATE, 36, left_out=_INNER),
    Field("sequence", Kind.COUNT, Group.STATE, MANY, default=0, left_out=_INNER),
    Field("created_at", Kind.STAMP, Group.STATE, file="created", left_out=_INNER),
    Field("changed_at", Kind.STAMP, Group.STATE, file="changed", left_out=_INNER),
)  # fmt: skip

_ROWS_OF_FORM = {End.WORKBOOK: "the workbook is of events", End.CALENDAR: _WORDED}
_KEY = {**_ROWS_OF_FORM, End.FORM: "made of the name", End.COPY: _OF_ITS_OWN}
_STAYS = {**_ROWS_OF_FORM, End.COPY: "a copy of a series names the same rows"}

VENUE = (
    Field("key", Kind.KEY, required=True, limit=80, left_out=_KEY),
    Field("name", Kind.LINE, required=True, is_translated=True, left_out=_STAYS),
    Field("street", Kind.LINE, Group.WHERE, left_out=_STAYS),
    Field("postcode", Kind.LINE, Group.WHERE, 10, left_out=_STAYS),
    Field("town", Kind.LINE, Group.WHERE, 100, left_out=_STAYS),
    Field("district", Kind.LINE, Group.WHERE, 100, is_translated=True, left_out=_STAYS),
    Field("capacity", Kind.COUNT, Group.FACTS, MANY, left_out=_STAYS),
    Field("latitude", Kind.DEGREES, Group.WHERE, 90, left_out=_STAYS),
    Field("longitude", Kind.DEGREES, Group.WHERE, 180, left_out=_STAYS),
    Field("way_there", Kind.TEXT, Group.TEXTS, LONG, is_translated=True, left_out=_STAYS),
    Field("access", Kind.CODES, Group.FACTS, default=[], members=Access, left_out=_STAYS),
)

ORGANISATION = (
    Field("key", Kind.KEY, required=True, limit=80, left_out=_KEY),
    Field("name", Kind.LINE, required=True, is_translated=True, left_out=_STAYS),
    Field("email", Kind.EMAIL, Group.FACTS, 254, left_out=_STAYS),
    Field("website", Kind.WEBSITE, Group.FACTS, 300, left_out=_STAYS),
)

SERIES = (
    Field("key", Kind.KEY, required=True, limit=80, left_out=_KEY),
    Field("title", Kind.LINE, required=True, is_translated=True, left_out=_ROWS_OF_FORM),
    Field("kind", Kind.CHOICE, default=SeriesKind.WEEK, members=SeriesKind,
          left_out=_ROWS_OF_FORM),
    Field("motto", Kind.LINE, is_translated=True,
          left_out={**_ROWS_OF_FORM, End.COPY: "next year has another one"}),
    Field("first_day", Kind.DATE, Group.WHEN, required=True, left_out=_ROWS_OF_FORM),
    Field("last_day", Kind.DATE, Group.WHEN, required=True, left_out=_ROWS_OF_FORM),
    Field("summary", Kind.TEXT, Group.TEXTS, SHORT, is_translated=True, left_out=_ROWS_OF_FORM),
    Field("description", Kind.TEXT, Group.TEXTS, LONG, is_translated=True,
          left_out=_ROWS_OF_FORM),
    Field("easy_text", Kind.TEXT, Group.TEXTS, LONG, left_out=_ROWS_OF_FORM),
    Field("easy_checked_by", Kind.LINE, Group.TEXTS, left_out=_ROWS_OF_FORM),
    Field("figures", Kind.FIGURES, Group.FACTS, default=[], is_translated=True,
          left_out=_ROWS_OF_FORM),
    Field("hosts", Kind.ROWS, Group.WHERE, table="organisation", default=[],
          left_out=_ROWS_OF_FORM),
    Field("published_at", Kind.STAMP, Group.STATE, file="published",
          left_out={**_ROWS_OF_FORM, End.FORM: "a button decides it", End.COPY: "planned first"}),
)  # fmt: skip

CALL = (
    Field("key", Kind.KEY, required=True, limit=80, left_out=_KEY),
    Field("series", Kind.ROW, required=True, table="series",
          left_out={**_ROWS_OF_FORM, End.FORM: "its page is one of the series"}),
    Field("kind", Kind.CHOICE, required=True, members=ContributionKind, left_out=_ROWS_OF_FORM),
    Field("event", Kind.ROW, table="event", left_out=_ROWS_OF_FORM),
    Field("opens", Kind.DATE, Group.WHEN, left_out=_ROWS_OF_FORM),
    Field("closes", Kind.DATE, Group.WHEN, left_out=_ROWS_OF_FORM),
    Field("text", Kind.TEXT, Group.TEXTS, SHORT, is_translated=True, left_out=_ROWS_OF_FORM),
)  # fmt: skip

TABLES: dict[str, tuple[Field, ...]] = {
    "series": SERIES,
    "organisation": ORGANISATION,
    "venue": VENUE,
    "event": EVENT,
    "call": CALL,
}


def names(table: tuple[Field, ...], end: End) -> tuple[str, ...]:
    """Return the names of the fields that somebody has, in the order of the table."""
    return tuple(field.name for field in table if field.is_in(end))


#: What of an event is written at the desk, and of that what whoever signed up is told.
EDITABLE = names(EVENT, End.FORM)
PLAN = tuple(field.name for field in EVENT if field.is_plan)
