"""Cells of a workbook as people write them: texts, and words of closed sets.

A cell is read by the sort of its column. It may say more than its column asks for, as a time with
its end or a price with its note; what nobody can tell is asked about, with a proposal. Days and
times are read in `times`, amounts in `numbers`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from typing import Any

from babel import Locale

from ikw.text.cleaning import clean_line, clean_text
from ikw.text.lists import isolated, split
from ikw.text.search import fold
from ikw.text.translate import _


class BadCell(ValueError):
    """A cell that cannot be taken; its message says why.

    `proposal` is what could stand in its place, as one would write it.
    """

    def __init__(self, text: str, proposal: str | None = None) -> None:
        super().__init__(text)
        self.proposal = proposal


@dataclass(frozen=True)
class Cell:
    """What stands in a cell, and how it is shown: 45000 may be a day, 0.25 a time."""

    value: Any
    number_format: str = "General"

    @property
    def text(self) -> str:
        return clean_line(str(self.value))

    @property
    def shows_time(self) -> bool:
        return "h" in self.number_format.lower()


@dataclass(frozen=True)
class Around:
    """What helps to understand a cell: the days of the series, the years written beside it."""

    first_day: dt.date | None = None
    last_day: dt.date | None = None
    years: frozenset[int] = frozenset()
    #: In which year days are that have none, if somebody has said so.
    year: int | None = None


@dataclass(frozen=True)
class Said:
    """What a cell says: the value of its column, and of others that it names as well."""

    value: Any
    more: dict[str, Any] = field(default_factory=dict)


def quoted(text: str) -> str:
    """Return what somebody wrote, cut to what fits into a sentence."""
    return isolated(text[:40])


def simple(text: str) -> str:
    """Return a text without case, accents and sorts of dashes."""
    return re.sub("[‐-―−]", "-", fold(text))


def text(cell: Cell, limit: int, *, lines: bool = False) -> Said:
    """Read a text; a number is its digits."""
    value = cell.value
    if isinstance(value, float) and value == int(value):
        value = int(value)
    found = clean_text(str(value)) if lines else clean_line(str(value))
    if len(found) > limit:
        raise BadCell(_("It has more than %(limit)d characters.", limit=limit))
    return Said(found or None)


def parts(text: str, between: str = ",;\n") -> list[str]:
    """Return the words of a cell, each once."""
    found = [clean_line(part) for part in split(text, between)]
    return list(dict.fromkeys(filter(None, found)))


def words(cell: Cell, limit: int) -> Said:
    """Read several words."""
    found = parts(str(cell.value))
    for word in found:
        if len(word) > limit:
            raise BadCell(
                _(
                    "“%(text)s …” has more than %(limit)d characters.",
                    text=quoted(word),
                    limit=limit,
                )
            )
    return Said(found)


#: What people call the members of closed sets, besides their names.
OTHER_NAMES = {
    "rollstuhlgerecht": "step-free",
    "barrierefrei": "step-free",
    "ebenerdig": "step-free",
    "behinderten-wc": "accessible-toilet",
    "rollstuhl-wc": "accessible-toilet",
    "gebardensprache": "sign-language",
    "induktionsschleife": "hearing-loop",
    "leichte sprache": "plain-language",
    "senioren": "older-people",
    "altere": "older-people",
    "jugend": "young-people",
    "nur frauen": "women",
}
EVERYBODY = {"alle", "fur alle", "jeder", "jede und jeder"}


def codes(cell: Cell, names: dict[str, str]) -> Said:
    """Read members of a closed set by their names; "alle" is none of them in particular."""
    by_name = {fold(code): code for code in names}
    for code, written in names.items():
        name = fold(written)
        by_name |= {name: code, name.removeprefix("fur "): code}
    by_name |= {name: code for name, code in OTHER_NAMES.items() if code in by_name.values()}
    found = []
    for word in parts(str(cell.value)):
        if fold(word) in EVERYBODY:
            continue
        meant = by_name.get(simple(word))
        if meant is None:
            offered = ", ".join(names.values())
            raise BadCell(
                _("“%(text)s” is none of: %(offered)s.", text=quoted(word), offered=offered),
                _spelled(cell, word, by_name),
            )
        found.append(meant)
    return Said(list(dict.fromkeys(found)))


def _spelled(cell: Cell, word: str, known: Iterable[str]) -> str | None:
    """Return a cell with the word that is nearest to one of them in its place."""
    near = get_close_matches(simple(word), list(known), 1, cutoff=0.75)
    return cell.text.replace(word, near[0]) if near else None


@cache
def _languages() -> dict[str, str]:
    """Return the codes of languages by what they are called in German."""
    names = Locale("de").languages
    # Two letters last: they win where two codes have one name.
    return {
        fold(names[code]): code
        for code in sorted(names, key=len, reverse=True)
        if re.fullmatch("[a-z]{2,3}", code)
    }


def languages(cell: Cell) -> Said:
    """Read spoken languages, by their codes or their German names."""
    found = []
    for word in parts(str(cell.value).replace("/", ",").replace(" und ", ",")):
        plain = fold(word)
        code = _languages().get(plain) or (plain if re.fullmatch("[a-z]{2,3}", plain) else None)
        if code is None:
            raise BadCell(
                _(
                    "“%(text)s” is not the code of a language such as de, uk or ar.",
                    text=quoted(word),
                ),
                _spelled(cell, word, _languages()),
            )
        found.append(code)
    return Said(list(dict.fromkeys(found)))
