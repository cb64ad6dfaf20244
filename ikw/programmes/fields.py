"""The fields of a programme file: how each is read, checked and written back.

One table serves both directions, so that loading what was dumped changes nothing.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ikw.clock import TOWN, in_town
from ikw.model.times import FIRST_YEAR, LAST_YEAR, is_plausible
from ikw.model.vocabulary import Access, Audience, EventKind, QuestionKind, SeriesKind


class Fault(ValueError):
    """A value that cannot be taken; its message says why in plain words."""


def _same(value: Any) -> Any:
    return value


@dataclass(frozen=True)
class Kind:
    """How a sort of value is read from the file and written to it."""

    read: Callable[[Any], Any]
    write: Callable[[Any], Any] = _same


@dataclass(frozen=True)
class Field:
    """One field of a table in the file; `column` is the attribute that holds it."""

    name: str
    kind: Kind
    required: bool = False
    default: Any = None
    column: str = ""

    @property
    def attribute(self) -> str:
        return self.column or self.name


def _string(limit: int, lines: bool = False) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if not isinstance(value, str):
            raise Fault(f"{value!r} is not a text in quotes")
        text = value.strip()
        if not text:
            raise Fault("the text is empty")
        if len(text) > limit:
            raise Fault(f"the text has {len(text)} characters, {limit} at most are possible")
        if any((ord(c) < 32 and not (lines and c == "\n")) or ord(c) == 127 for c in text):
            raise Fault("the text has line breaks or control characters")
        return text

    return read


def _key(value: Any) -> str:
    text = _string(80)(value)
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", text):
        raise Fault(f"key {text!r} may have small letters a to z, digits and single hyphens only")
    return text


def _date(value: Any) -> dt.date:
    day = value if type(value) is dt.date else _written_date(value)
    if not is_plausible(day):
        raise Fault(f"date {day:%d.%m.%Y} is not from {FIRST_YEAR} to {LAST_YEAR}")
    return day


def _written_date(value: Any) -> dt.date:
    text = str(value).strip()
    match = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text)
    iso = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", text)
    if not match and not iso:
        raise Fault(f"date {text} is not written like 31.12.2023")
    day, month, year = match.groups() if match else reversed(iso.groups() if iso else ())
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        raise Fault(f"date {text} does not exist") from None


def _time(value: Any) -> dt.time:
    if isinstance(value, dt.time):
        return value.replace(second=0, microsecond=0)
    text = str(value).strip()
    if not (match := re.fullmatch(r"(\d{1,2}):(\d{2})", text)):
        raise Fault(f"time {text} is not written like 18:00")
    try:
        return dt.time(int(match[1]), int(match[2]))
    except ValueError:
        raise Fault(f"time {text} does not exist") from None


def _moment(value: Any) -> dt.datetime:
    if isinstance(value, dt.datetime):
        _date(value.date())
        minute = value.replace(second=0, microsecond=0)
        return minute if minute.tzinfo else minute.replace(tzinfo=TOWN)
    day, _, clock = str(value).strip().partition(" ")
    if not clock:
        raise Fault(f"{value} is not written like 31.12.2023 18:00")
    return dt.datetime.combine(_date(day), _time(clock.strip()), TOWN)


def _whole(least: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise Fault(f"{value!r} is not a whole number")
        if not least <= value <= 1_000_000:
            raise Fault(f"{value} is not between {least} and 1000000")
        return value

    return read


def _euros(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 10_000:
        raise Fault(f"price {value!r} is not an amount in euros such as 4.50")
    return round(value * 100)


def _degrees(limit: int) -> Callable[[Any], float]:
    def read(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= limit:
            raise Fault(f"{value!r} is not a number of degrees between -{limit} and {limit}")
        return float(value)

    return read


def _yes_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Fault(f"{value!r} is neither true nor false")
    return value


def _list_of(read_one: Callable[[Any], str]) -> Callable[[Any], list[str]]:
    def read(value: Any) -> list[str]:
        if not isinstance(value, list):
            raise Fault(f"{value!r} is not a list in square brackets")
        items = [read_one(item) for item in value]
        if twice := {item for item in items if items.count(item) > 1}:
            raise Fault(f"{', '.join(sorted(twice))} is named twice")
        return items

    return read


def _one_of(words: Sequence[str]) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in words:
            raise Fault(f"{value!r} is none of {', '.join(words)}")
        return str(value)

    return read


def _language(value: Any) -> str:
    text = str(value)
    if not re.fullmatch(r"[a-z]{2,3}", text):
        raise Fault(f"{text!r} is not the code of a language such as de, uk or kmr")
    return text


def _website(value: Any) -> str:
    text = _string(300)(value)
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Fault(f"{text} is not an address that begins with https://")
    return text


def _email(value: Any) -> str:
    text = _string(254)(value)
    if not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+", text):
        raise Fault(f"{text} is not an address such as verein@example.org")
    return text.lower()


def _rows(fields: list[Field]) -> Callable[[Any], list[dict[str, Any]]]:
    """Read a list of small tables; faults say which one they are in."""

    def read(value: Any) -> list[dict[str, Any]]:
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            raise Fault("is not a list of tables")
        rows = []
        for number, row in enumerate(value, 1):
            values, faults = read_fields(row, fields)
            if faults:
                raise Fault(f"number {number}: {'; '.join(faults)}")
            rows.append({name: item for name, item in values.items() if item not in (None, [])})
        return rows

    return read


def _questions(value: Any) -> list[dict[str, Any]]:
    rows = _rows(QUESTION)(value)
    for row in rows:
        if (row["kind"] == QuestionKind.CHOICE) != bool(row.get("choices")):
            raise Fault(f"{row['key']}: choices belong to the kind choice, and only there")
    if len({row["key"] for row in rows}) < len(rows):
        raise Fault("two questions have the same key")
    return rows


KEY = Kind(_key)
LINE = Kind(_string(200))
TEXT = Kind(_string(20_000, lines=True))
WEBSITE = Kind(_website)
DATE = Kind(_date, lambda value: f"{value:%d.%m.%Y}")
TIME = Kind(_time, lambda value: f"{value:%H:%M}")
MOMENT = Kind(_moment, lambda value: f"{in_town(value):%d.%m.%Y %H:%M}")
COUNT = Kind(_whole(1))
COUNT_OR_NONE = Kind(_whole(0))
EUROS = Kind(_euros, lambda cents: cents // 100 if cents % 100 == 0 else cents / 100)
YES_NO = Kind(_yes_no)
LINES = Kind(_list_of(_string(80)))
KEYS = Kind(_list_of(_key))
LANGUAGES = Kind(_list_of(_language))
ACCESS = Kind(_list_of(_one_of(tuple(Access))))

QUESTION = [
    Field("key", KEY, required=True),
    Field("label", LINE, required=True),
    Field("kind", Kind(_one_of(tuple(QuestionKind))), required=True),
    Field("required", YES_NO, default=False),
    Field("choices", LINES),
]

FIGURE = [Field("value", LINE, required=True), Field("label", LINE, required=True)]

ORGANISATION = [
    Field("key", KEY, required=True),
    Field("name", LINE, required=True),
    Field("email", Kind(_email)),
    Field("website", WEBSITE),
]

VENUE = [
    Field("key", KEY, required=True),
    Field("name", LINE, required=True),
    Field("street", LINE),
    Field("postcode", Kind(_string(10))),
    Field("town", Kind(_string(100))),
    Field("district", Kind(_string(100))),
    Field("latitude", Kind(_degrees(90))),
    Field("longitude", Kind(_degrees(180))),
    Field("way_there", TEXT),
    Field("capacity", COUNT),
    Field("access", ACCESS, default=[]),
]

SERIES = [
    Field("key", KEY, required=True),
    Field("kind", Kind(_one_of(tuple(SeriesKind))), default=SeriesKind.WEEK),
    Field("title", LINE, required=True),
    Field("motto", LINE),
    Field("summary", TEXT),
    Field("description", TEXT),
    Field("easy_text", TEXT),
    Field("easy_checked_by", LINE),
    Field("first_day", DATE, required=True),
    Field("last_day", DATE, required=True),
    Field("call_closes", DATE),
    Field("hosts", KEYS, default=[]),
    Field("figures", Kind(_rows(FIGURE)), default=[]),
]

EVENT = [
    Field("key", KEY, required=True),
    Field("kind", Kind(_one_of(tuple(EventKind))), default=EventKind.EVENT),
    Field("series", KEY, required=True),
    Field("title", LINE, required=True),
    Field("summary", TEXT),
    Field("description", TEXT),
    Field("easy_text", TEXT),
    Field("easy_checked_by", LINE),
    Field("date", DATE, required=True),
    Field("start", TIME),
    Field("end", TIME),
    Field("end_date", DATE),
    Field("hours", LINE),
    Field("venue", KEY),
    Field("room", LINE),
    Field("hosts", KEYS, default=[]),
    Field("topics", LINES, default=[]),
    Field("languages", LANGUAGES, default=[]),
    Field("audiences", Kind(_list_of(_one_of(tuple(Audience)))), default=[]),
    Field("access", ACCESS, default=[]),
    Field("price", EUROS, column="price_cents"),
    Field("price_note", LINE),
    Field("sign_up", YES_NO, default=False, column="takes_sign_up"),
    Field("sign_up_opens", MOMENT),
    Field("sign_up_closes", MOMENT),
    Field("capacity", COUNT),
    Field("reserved", COUNT_OR_NONE, default=0),
    Field("party_max", COUNT, default=5),
    Field("waiting_list", YES_NO, default=False, column="has_waiting_list"),
    Field("called_off", MOMENT, column="called_off_at"),
    Field("postponed", MOMENT, column="postponed_at"),
    Field("reason", TEXT),
    Field("former_date", DATE),
    Field("former_start", TIME),
    Field("former_venue", KEY),
    Field("questions", Kind(_questions), default=[]),
]


def read_fields(table: dict[str, Any], fields: list[Field]) -> tuple[dict[str, Any], list[str]]:
    """Return the values by attribute and the faults found, each in a sentence."""
    values: dict[str, Any] = {}
    faults = [
        f"there is no field {name!r}" for name in table if name not in {f.name for f in fields}
    ]
    for field in fields:
        values[field.attribute] = field.default
        if field.name not in table:
            if field.required:
                faults.append(f"{field.name} is missing")
            continue
        try:
            values[field.attribute] = field.kind.read(table[field.name])
        except Fault as fault:
            text = str(fault)
            faults.append(text if text.startswith(field.name) else f"{field.name}: {text}")
    return values, faults


def write_fields(values: dict[str, Any], fields: list[Field]) -> dict[str, Any]:
    """Return the table for a file: what has its default is left out."""
    table = {}
    for field in fields:
        value = values.get(field.attribute)
        if value is not None and value != field.default:
            table[field.name] = field.kind.write(value)
    return table
