"""The fields of a programme file: how each kind is read, checked and written back.

One codec a kind serves both directions and all tables, so that loading what was dumped changes
nothing. Which fields there are stands in ikw.model.fields.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from ikw.clock import TOWN, in_town
from ikw.model.fields import ANSWER, LINE, TABLES, End, Field, Kind
from ikw.model.times import FIRST_YEAR, LAST_YEAR, is_plausible
from ikw.model.vocabulary import QuestionKind
from ikw.text.cleaning import clean_line, clean_text


class Fault(ValueError):
    """A value that cannot be taken; its message says why in plain words."""


@dataclass(frozen=True)
class Codec:
    """How a sort of value is read from the file and written to it."""

    read: Callable[[Any], Any]
    write: Callable[[Any], Any] = lambda value: value


def _string(limit: int, lines: bool = False) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if not isinstance(value, str):
            raise Fault(f"{value!r} is not a text in quotes")
        given = value.strip()
        if any((ord(c) < 32 and not (lines and c in "\r\n")) or ord(c) == 127 for c in given):
            raise Fault("the text has line breaks or control characters")
        # What nobody sees, such as soft hyphens, goes as it does in the forms.
        text = clean_text(given) if lines else clean_line(given)
        if not text:
            raise Fault("the text is empty")
        if len(text) > limit:
            raise Fault(f"the text has {len(text)} characters, {limit} at most are possible")
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


def _whole(least: int, most: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise Fault(f"{value!r} is not a whole number")
        if not least <= value <= most:
            raise Fault(f"{value} is not between {least} and {most}")
        return int(value)

    return read


def _euros(most: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not 0 <= value <= most / 100:
            raise Fault(f"price {value!r} is not an amount in euros such as 4.50")
        cents = round(value * 100)
        if abs(cents - value * 100) > 1e-6:
            raise Fault(f"price {value!r} has parts of a cent")
        return int(cents)

    return read


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


def _one_of(members: type[StrEnum] | None) -> Callable[[Any], str]:
    words = tuple(members or ())

    def read(value: Any) -> str:
        if value not in words:
            raise Fault(f"{value!r} is none of {', '.join(words)}")
        return members(value) if members else str(value)

    return read


def _language(value: Any) -> str:
    text = str(value)
    if not re.fullmatch(r"[a-z]{2,3}", text):
        raise Fault(f"{text!r} is not the code of a language such as de, uk or kmr")
    return text


def _website(limit: int) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        text = _string(limit)(value)
        parts = urlsplit(text)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise Fault(f"{text} is not an address that begins with https://")
        return text

    return read


def _email(limit: int) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        text = _string(limit)(value)
        if not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+", text):
            raise Fault(f"{text} is not an address such as verein@example.org")
        return text.lower()

    return read


def _rows(codecs: dict[str, Codec], optional: set[str]) -> Callable[[Any], list[dict[str, Any]]]:
    """Read a list of small tables; faults say which one they are in."""

    def read(value: Any) -> list[dict[str, Any]]:
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            raise Fault("is not a list of tables")
        return [_row(number, row, codecs, optional) for number, row in enumerate(value, 1)]

    return read


def _row(
    number: int, row: dict[str, Any], codecs: dict[str, Codec], optional: set[str]
) -> dict[str, Any]:
    faults = [f"there is no field {name!r}" for name in row if name not in codecs]
    faults += [f"{name} is missing" for name in codecs if name not in row and name not in optional]
    values = {}
    for name, codec in codecs.items():
        if name in row:
            try:
                values[name] = codec.read(row[name])
            except Fault as fault:
                faults.append(f"{name}: {fault}")
    if faults:
        raise Fault(f"number {number}: {'; '.join(faults)}")
    # What is not so, or has nothing in it, is left out: it says the same either way.
    return {name: value for name, value in values.items() if value or name not in optional}


def _stamp(value: Any) -> dt.datetime:
    if not isinstance(value, dt.datetime) or value.tzinfo is None:
        raise Fault(f"{value} is not a moment like 2023-01-20T11:00:00Z")
    _date(value.date())
    return value.astimezone(dt.UTC)


def _write_moment(value: dt.datetime) -> str | dt.datetime:
    """Write a moment as people do, or with its offset in the hour that there is twice."""
    text = f"{in_town(value):%d.%m.%Y %H:%M}"
    return text if _moment(text) == value else value.astimezone(TOWN)


#: Bytes of a picture, and its sides in pixels: what the desk makes is smaller.
MOST_BYTES, MOST_SIDE = 2_000_000, 4_000


def _picture(value: Any) -> dict[str, Any]:
    """Read a picture as the desk has made it, with its words."""
    codecs = {"webp": Codec(_bytes), "alt": Codec(_string(300)), "credit": Codec(_string(200))}
    if not isinstance(value, dict):
        raise Fault("is not a table")
    row = _row(1, value, codecs, {"credit"})
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(BytesIO(row["webp"]), formats=("WEBP",)) as opened:
            width, height = opened.size
            opened.load()
    except (UnidentifiedImageError, OSError, ValueError) as error:
        raise Fault("webp is not a picture that can be read") from error
    if max(width, height) > MOST_SIDE:
        raise Fault(f"webp is larger than {MOST_SIDE} pixels")
    return {
        "body": row["webp"],
        "width": width,
        "height": height,
        "digest": hashlib.sha256(row["webp"]).hexdigest()[:16],
        "alt": row["alt"],
        "credit": row.get("credit"),
    }


def _bytes(value: Any) -> bytes:
    try:
        body = base64.b64decode("".join(str(value).split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Fault("is not base64") from error
    if len(body) > MOST_BYTES:
        raise Fault(f"is larger than {MOST_BYTES} bytes")
    return body


def _write_picture(picture: dict[str, Any]) -> dict[str, Any]:
    words = {name: picture[name] for name in ("alt", "credit") if picture[name]}
    return {**words, "webp": base64.b64encode(picture["body"]).decode()}


_LINE = Codec(_string(LINE))

#: What a question and a figure consist of.
QUESTION = {
    "key": Codec(_key),
    "label": _LINE,
    "kind": Codec(_one_of(QuestionKind)),
    "required": Codec(_yes_no),
    "choices": Codec(_list_of(_string(ANSWER))),
}
FIGURE = {"value": _LINE, "label": _LINE}

#: How a field is read and written, by its kind.
CODECS: dict[Kind, Callable[[Field], Codec]] = {
    Kind.KEY: lambda field: Codec(_key),
    Kind.LINE: lambda field: Codec(_string(field.limit)),
    Kind.TEXT: lambda field: Codec(_string(field.limit, lines=True)),
    Kind.EMAIL: lambda field: Codec(_email(field.limit)),
    Kind.WEBSITE: lambda field: Codec(_website(field.limit)),
    Kind.WORDS: lambda field: Codec(_list_of(_string(field.limit))),
    Kind.CHOICE: lambda field: Codec(_one_of(field.members)),
    Kind.CODES: lambda field: Codec(_list_of(_one_of(field.members))),
    Kind.LANGUAGES: lambda field: Codec(_list_of(_language)),
    Kind.DATE: lambda field: Codec(_date, lambda value: f"{value:%d.%m.%Y}"),
    Kind.TIME: lambda field: Codec(_time, lambda value: f"{value:%H:%M}"),
    Kind.MOMENT: lambda field: Codec(_moment, _write_moment),
    Kind.STAMP: lambda field: Codec(_stamp),
    Kind.COUNT: lambda field: Codec(_whole(field.least, field.limit)),
    Kind.CENTS: lambda field: Codec(
        _euros(field.limit), lambda cents: cents // 100 if cents % 100 == 0 else cents / 100
    ),
    Kind.DEGREES: lambda field: Codec(_degrees(field.limit)),
    Kind.YES_NO: lambda field: Codec(_yes_no),
    Kind.ROW: lambda field: Codec(_key),
    Kind.ROWS: lambda field: Codec(_list_of(_key)),
    Kind.QUESTIONS: lambda field: Codec(_rows(QUESTION, {"required", "choices"})),
    Kind.FIGURES: lambda field: Codec(_rows(FIGURE, set())),
    Kind.PICTURE: lambda field: Codec(_picture, _write_picture),
}

#: The fields of each table that a file has, with how they are read and written.
IN_FILE: dict[str, tuple[tuple[Field, Codec], ...]] = {
    table: tuple((field, CODECS[field.kind](field)) for field in fields if field.is_in(End.FILE))
    for table, fields in TABLES.items()
}


def read_fields(given: dict[str, Any], table: str) -> tuple[dict[str, Any], list[str]]:
    """Return the values by attribute and the faults found, each in a sentence."""
    values: dict[str, Any] = {}
    known = {field.in_file for field, _codec in IN_FILE[table]}
    faults = [f"there is no field {name!r}" for name in given if name not in known]
    for field, codec in IN_FILE[table]:
        values[field.name] = field.default
        if field.in_file not in given:
            if field.required:
                faults.append(f"{field.in_file} is missing")
            continue
        try:
            values[field.name] = codec.read(given[field.in_file])
        except Fault as fault:
            text = str(fault)
            is_named = text.startswith(field.in_file)
            faults.append(text if is_named else f"{field.in_file}: {text}")
    return values, faults


def write_fields(values: dict[str, Any], table: str) -> dict[str, Any]:
    """Return the table for a file: what has its default is left out."""
    return {
        field.in_file: codec.write(values[field.name])
        for field, codec in IN_FILE[table]
        if values.get(field.name) is not None and values[field.name] != field.default
    }
