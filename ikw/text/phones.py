"""Telephone numbers: read as people write them, kept as E.164, shown as people read them.

A number is kept as "+49597112345", with what somebody wrote beside it in brackets:
"+49597112345 (abends)". One that nobody can read is kept as it was typed.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

from flask import current_app

#: A number as it is kept, and the note beside it.
KEPT = re.compile(r"(?P<number>\+[1-9]\d{3,14})(?: \((?P<note>[^()]*)\))?")

#: What stands before a number: "Tel.:", "Handy", "mobil".
LABEL = re.compile(r"^[^\d+(]*")

#: The number itself: signs and digits, as far as it goes. "(0)" is part of it, "(abends)" is not.
SIGNS = re.compile(r"[+\d(][\d\s()/.,+*-]*")

#: Digits of a number that works without an area code; "110" is not where anybody lives.
SHORTEST = 4

#: What is left between a number and its note.
BETWEEN = " \t,;:.()[]/-"


def read_phone(typed: str) -> str | None:
    """Return a typed number as it is kept; None if nobody could call it.

    Without a country code it is one of the town's country (ITU-T E.164), and without an area code
    one of the town.
    """
    text = _plain(typed)
    text = text[LABEL.match(text).end() :]  # type: ignore[union-attr]
    found = SIGNS.match(text)
    if found is None:
        return None
    number, note = found[0], text[found.end() :].strip(BETWEEN)
    if sum(c.isdigit() for c in note) > 4:
        # Two numbers: which one to call is not for us to say.
        return None
    read = _e164(number)
    return _join(read, note) if read else None


def _join(number: str, note: str) -> str:
    note = note.translate(str.maketrans("()", "  ")).strip()
    return f"{number} ({note})" if note else number


def as_kept(wanted: str) -> list[str]:
    """Return how a number may stand in the database: as it is kept, and as somebody typed it.

    What nobody could read stays as it was typed. An e-mail address is no number.
    """
    return [] if "@" in wanted else [dialled(read_phone(wanted) or wanted), wanted]


def dialled(kept: str) -> str:
    """Return what to dial: E.164, or the digits of what nobody could read."""
    if known := KEPT.fullmatch(kept):
        return known["number"]
    return "".join(c for c in _plain(kept) if c.isdigit() or c == "+")


def write_phone(kept: str | None) -> str:
    """Return a kept number as people of the town read it: "05971 12345 (abends)"."""
    known = KEPT.fullmatch(kept or "")
    if known is None:
        return kept or ""
    phonenumbers = _library()
    number = phonenumbers.parse(known["number"])
    # Only of numbers that it knows does the library know where the area code ends.
    is_near = phonenumbers.is_valid_number_for_region(number, _country())
    kind = phonenumbers.PhoneNumberFormat
    written = phonenumbers.format_number(number, kind.NATIONAL if is_near else kind.INTERNATIONAL)
    return f"{written} ({known['note']})" if known["note"] else str(written)


def _country() -> str:
    return str(current_app.config["IKW_COUNTRY"])


def _library() -> Any:
    # Numbers of the whole world: only for those that somebody types.
    import phonenumbers

    return phonenumbers


def _plain(typed: str) -> str:
    """Return a text with one kind of digits, dashes and blanks."""
    plain = []
    for c in unicodedata.normalize("NFKC", typed):
        digit = unicodedata.decimal(c, None)
        if digit is not None:
            plain.append(str(digit))
        elif unicodedata.category(c) == "Pd" or c == "\N{MINUS SIGN}":
            plain.append("-")
        else:
            plain.append(" " if c.isspace() else c)
    return "".join(plain).strip()


def _e164(number: str) -> str | None:
    phonenumbers = _library()
    bare = re.sub(r"[^\d+]", "", number.replace("(0)", ""))
    possible = None
    for candidate in _readings(bare):
        try:
            read = phonenumbers.parse(candidate, _country())
        except phonenumbers.NumberParseException:
            continue
        written = str(phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.E164))
        if phonenumbers.is_valid_number(read):
            return written
        # Lists of numbers are never complete; but one as short as this is none.
        if phonenumbers.is_possible_number(read) and read.national_number >= 100_000:
            possible = written
    return possible


def _readings(bare: str) -> list[str]:
    """Return what a number may mean, the likeliest first; the last one needs no proof."""
    if bare.startswith("00"):
        return [bare, bare[1:]]
    if bare.startswith(("0", "+")):
        return [bare]
    country = str(_library().country_code_for_region(_country()))
    with_code = [f"+{bare}"] if bare.startswith(country) else []
    area = _area_code(_country(), current_app.config["IKW_CONTACT_PHONE"])
    in_town = [f"{area}{bare}"] if len(bare) >= SHORTEST else []
    return [*with_code, bare, *in_town]


@lru_cache(maxsize=8)
def _area_code(country: str, office: str) -> str:
    """Return the area code of the town, from the number of its office: "05971"."""
    phonenumbers = _library()
    try:
        read = phonenumbers.parse(office, country)
    except phonenumbers.NumberParseException:
        return ""
    digits = phonenumbers.national_significant_number(read)
    length = phonenumbers.length_of_geographical_area_code(read)
    prefix = phonenumbers.ndd_prefix_for_region(country, True) or ""
    return f"{prefix}{digits[:length]}" if length else ""
