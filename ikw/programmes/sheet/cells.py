"""Cells of a workbook as people write them: "So, 22.09.2024", "10.00-12.00 Uhr", "ca. 12", "5,- €".

A cell is read by the sort of its column. It may say more than its column asks for, as a time with
its end or a price with its note; what nobody can tell is asked about, with a proposal.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cache
from typing import Any

from babel import Locale
from openpyxl.utils.datetime import from_excel

from ikw.clock import TOWN
from ikw.model.times import FIRST_YEAR, LAST_YEAR, is_plausible
from ikw.text.cleaning import clean_line, clean_text
from ikw.text.dates import weekday_name
from ikw.text.lists import isolated, split
from ikw.text.prices import read_price
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


def _quoted(text: str) -> str:
    """Return what somebody wrote, cut to what fits into a sentence."""
    return isolated(text[:40])


MONTHS = {
    "jan": 1,
    "feb": 2,
    "mar": 3,
    "apr": 4,
    "mai": 5,
    "jun": 6,
    "jul": 7,
    "aug": 8,
    "sep": 9,
    "okt": 10,
    "nov": 11,
    "dez": 12,
}

WEEKDAYS = ("mo", "di", "mi", "do", "fr", "sa", "so")
WEEKDAY = rf"(?:(?P<weekday>{'|'.join(WEEKDAYS)})(?:\.|[a-z]*)?,?\s+)?(?:den\s+)?"
DAY = re.compile(
    rf"{WEEKDAY}(?P<day>\d{{1,2}})\.\s*(?:(?P<month>\d{{1,2}})\.?|(?P<name>[a-z]{{3,9}})\.?)"
    r"\s*(?P<year>\d{4}|\d{2})?(?=$|[\s,])"
)
ISO_DAY = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})")
TIME = r"(\d{1,2})(?:[:.](\d{2})(?::00)?)?\s*(?:uhr|h)?(\d{2})?"
TIMES = re.compile(rf"(?:ab|von|um|ca\.?)?\s*{TIME}(?:\s*(?:-|bis)\s*{TIME})?")

#: Serial numbers of days of the years with which a town reckons (ECMA-376, 18.17.4).
SERIAL_DAYS = range(36_526, 73_416)


def _simple(text: str) -> str:
    """Return a text without case, accents and sorts of dashes."""
    return re.sub("[‐-―−]", "-", fold(text))


def day(cell: Cell, around: Around) -> Said:
    """Read a day; with a time in the same cell, it is the beginning."""
    value = cell.value
    if isinstance(value, int | float) and not isinstance(value, bool) and int(value) in SERIAL_DAYS:
        value = from_excel(value)
    if isinstance(value, dt.datetime):
        found = _plausible(value.date())
        time = value.time().replace(second=0, microsecond=0)
        return Said(found, {"start": time} if time != dt.time.min else {})
    if isinstance(value, dt.date):
        return Said(_plausible(value))
    found, rest = written_day(cell.text, around)
    rest = rest.strip(" ,")
    if not rest:
        return Said(found)
    said = times(Cell(rest), around)
    return Said(found, {"start": said.value} | said.more)


def written_day(text: str, around: Around) -> tuple[dt.date, str]:
    """Return the day with which a text begins, and the rest of it. Raises BadCell."""
    plain = _simple(text)
    match = ISO_DAY.match(plain) or DAY.match(plain)
    try:
        if match is None:
            raise ValueError
        number, name = match["day"], match.groupdict().get("name")
        month = MONTHS[name[:3]] if name else int(match["month"])
        year = match["year"]
        if year is None:
            found = _in_the_series(int(number), month, text, around)
        else:
            full = int(year) + (2000 if len(year) == 2 else 0)
            found = _plausible(dt.date(full, month, int(number)))
        rest = plain[match.end() :]
        _check_weekday(match.groupdict().get("weekday"), found, text, rest)
        return found, rest
    except BadCell:
        raise
    except (ValueError, KeyError):
        raise BadCell(_("“%(text)s” is not a day like 23.09.2023.", text=_quoted(text))) from None


def _check_weekday(weekday: str | None, day: dt.date, text: str, rest: str) -> None:
    """Raise BadCell when a day is on another weekday than the one before it: one is mistyped."""
    if weekday is None or WEEKDAYS.index(weekday) == day.weekday():
        return
    said = _("“%(text)s” is a %(weekday)s.", text=_quoted(text), weekday=weekday_name(day))
    raise BadCell(said, f"{day:%d.%m.%Y}{rest}")


def _in_the_series(number: int, month: int, text: str, around: Around) -> dt.date:
    """Return a day without a year: the one within the series, if nothing speaks against it."""
    if around.year is not None:
        return dt.date(around.year, month, number)
    first, last = around.first_day, around.last_day
    if first is None or last is None:
        raise BadCell(_("“%(text)s” has no year. Please add it.", text=_quoted(text)))
    years = range(first.year, last.year + 1)
    days = [dt.date(year, month, number) for year in years if _is_day(year, month, number)]
    inside = [one for one in days if first <= one <= last]
    if inside and around.years <= set(years):
        return inside[0]
    guess = max(around.years) if around.years else first.year
    if not _is_day(guess, month, number):
        raise ValueError(text)
    day = f"{dt.date(guess, month, number):%d.%m.%Y}"
    raise BadCell(_("“%(text)s” has no year. Is it %(day)s?", text=_quoted(text), day=day), day)


def _is_day(year: int, month: int, number: int) -> bool:
    try:
        dt.date(year, month, number)
    except ValueError:
        return False
    return True


def _plausible(day: dt.date) -> dt.date:
    if not is_plausible(day):
        raise BadCell(
            _("Please use a year from %(first)d to %(last)d.", first=FIRST_YEAR, last=LAST_YEAR)
        )
    return day


#: What people write where there is no time of day.
ALL_DAY = {"ganztagig", "ganztags", "den ganzen tag", "ganzer tag"}
OPEN = {"offen", "noch offen", "folgt", "tba", "n.n.", "?", "-"}


def times(cell: Cell, _around: Around) -> Said:
    """Read a time, or a time with its end; what lasts all day has hours and no beginning."""
    value = cell.value
    if isinstance(value, dt.timedelta):
        value = value.total_seconds() / 86_400
    if isinstance(value, dt.datetime):
        return Said(value.time().replace(second=0, microsecond=0))
    if isinstance(value, dt.time):
        return Said(value.replace(second=0, microsecond=0))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Said(_time_of_number(value))
    plain = _simple(cell.text)
    if plain in ALL_DAY:
        return Said(None, {"hours": cell.text})
    if plain in OPEN:
        return Said(None)
    if found := TIMES.fullmatch(plain):
        try:
            first = dt.time(int(found[1]), int(found[2] or found[3] or 0))
            if found[4] is None:
                return Said(first)
            return Said(first, {"end": dt.time(int(found[4]), int(found[5] or found[6] or 0))})
        except ValueError:
            pass
    raise BadCell(
        _("“%(text)s” is not a time like 18:00.", text=_quoted(cell.text)), _times_within(plain)
    )


def _times_within(text: str) -> str | None:
    """Return the first two times that stand somewhere in a text, e.g. in "Einlass 18 Uhr"."""
    found = re.findall(r"\b([01]?\d|2[0-3])(?:[:.]([0-5]\d)|\s*uhr)", text)[:2]
    return "-".join(f"{hour}:{minute or '00'}" for hour, minute in found) or None


def _time_of_number(number: float) -> dt.time:
    """Return the time of a part of a day, or of a whole hour. Raises BadCell for what may be both.

    Excel makes a number of "18.30", and then it could be half past six or the third of the month.
    """
    if 0 < number < 1:
        minutes = round(number * 24 * 60)
        return dt.time(minutes // 60 % 24, minutes % 60)
    if number == int(number) and 0 <= number < 24:
        return dt.time(int(number))
    hour, minute = int(number), round(number % 1 * 100)
    text = f"{number:g}".replace(".", ",")
    if 0 <= hour < 24 and minute < 60:
        guess = f"{hour}:{minute:02}"
        raise BadCell(
            _("“%(text)s” is a number. Is it %(time)s?", text=_quoted(text), time=guess), guess
        )
    raise BadCell(_("“%(text)s” is not a time like 18:00.", text=_quoted(text)))


MONTHS_BEFORE = dt.timedelta(days=270)


def moment(cell: Cell, around: Around, *, ends: bool = False) -> Said:
    """Read a moment; a day alone is its beginning, or its last minute where something ends."""
    value = cell.value
    whole = dt.time(23, 59) if ends else dt.time.min
    if around.first_day:
        # One signs up before it begins.
        around = replace(around, first_day=around.first_day - MONTHS_BEFORE)
    if isinstance(value, dt.datetime):
        is_day = value.time() == dt.time.min and not cell.shows_time
        _plausible(value.date())
        if not is_day:
            # Of an hour that there is twice, the end is the later one.
            return Said(value.replace(tzinfo=TOWN, fold=int(ends)).astimezone(dt.UTC))
        value = value.date()
    if not isinstance(value, dt.date):
        value, rest = written_day(re.sub("^bis( zum)? ", "", _simple(cell.text)), around)
        if rest := rest.strip(" ,"):
            whole = times(Cell(rest), around).value or whole
    return Said(dt.datetime.combine(_plausible(value), whole, TOWN).astimezone(dt.UTC))


COUNT = re.compile(
    r"(?:ca\.?|circa|etwa|ungefahr|rund|max\.?|maximal|hochstens|bis zu)?\s*(\d{1,9})(?:[.,]0+)?\s*"
    r"(?:pers\.?|personen|platze?|teilnehme\w*|tn|leute|kinder|erwachsene)?"
)
ENDLESS = {"unbegrenzt", "ohne begrenzung", "keine begrenzung", "offen", "beliebig", "-"}


def whole(cell: Cell, least: int, most: int, nothing: Any) -> Said:
    """Read a number of people, also "ca. 12" and "50 Personen"."""
    plain = _simple(cell.text)
    if plain in ENDLESS and nothing is None:
        return Said(None)
    found = COUNT.fullmatch(plain)
    if found is None or not least <= int(found[1]) <= most:
        numbers = [one for one in re.findall(r"\d{1,6}", plain) if least <= int(one) <= most]
        raise BadCell(
            _(
                "“%(text)s” is not a number from %(least)d on.",
                text=_quoted(cell.text),
                least=least,
            ),
            max(numbers, key=int, default=None),
        )
    return Said(int(found[1]))


FREE = {"frei", "kostenlos", "kostenfrei", "gratis", "umsonst", "eintritt frei", "keine", "-"}
EURO = r"\s*(?:€|eur|euro)?"
AMOUNT = r"(\d{1,4}(?:[.,]\d{1,2})?)(?:,-+|\.-+)?"
PRICE = re.compile(rf"{AMOUNT}{EURO}(?:\s*/\s*{AMOUNT}{EURO})?(?P<rest>(?:$|[\s,;(]).*)?")


def cents(cell: Cell, note_limit: int) -> Said:
    """Read a price in cents, with what is said beside it as a note."""
    plain = _simple(cell.text)
    if plain in FREE:
        return Said(0)
    if not any(c.isdigit() for c in plain):
        if len(cell.text) > note_limit:
            raise BadCell(_("It has more than %(limit)d characters.", limit=note_limit))
        return Said(None, {"price_note": cell.text})
    found = PRICE.fullmatch(plain)
    try:
        if found is None or not re.search(r"€|eur|erm|frei|kind|^\D*$", found["rest"] or ""):
            raise ValueError
        price = read_price(found[1])
        notes = [f"ermäßigt {found[2].replace('.', ',')} €"] if found[2] else []
    except ValueError:
        text = cell.text
        amount = re.search(AMOUNT, plain)
        raise BadCell(
            _("“%(text)s” is not a price like 4,50.", text=_quoted(text)), amount and amount[1]
        ) from None
    # As it was written, with its capitals.
    rest = cell.text[len(cell.text) - len((found["rest"] or "").lstrip()) :].strip(" ,;()")
    notes += [rest] if found["rest"] and rest else []
    return Said(price, {"price_note": ", ".join(notes)} if notes else {})


YES = {"ja", "j", "x", "yes", "true", "1", "erforderlich", "notig", "notwendig", "erwunscht"}
NO = {"nein", "n", "no", "false", "0", "-", "keine", "nicht erforderlich", "nicht notig", "ohne"}
BY = re.compile(r"(?:ja|x|erforderlich)[,;:]?\s+(?:bis|spatestens)\s+(.+)")


def yes(cell: Cell, around: Around) -> Said:
    """Read yes or no; "ja, bis 20.9." is the end of the sign-up as well."""
    plain = _simple(cell.text)
    if plain in YES:
        return Said(True)
    if plain in NO:
        return Said(False)
    if found := BY.fullmatch(plain):
        until = moment(Cell(found[1]), around, ends=True)
        return Said(True, {"sign_up_closes": until.value})
    begins = next((word for word in ("ja", "nein") if re.match(rf"{word}\b", plain)), None)
    raise BadCell(_("“%(text)s” is neither “ja” nor “nein”.", text=_quoted(cell.text)), begins)


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
                    text=_quoted(word),
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
        meant = by_name.get(_simple(word))
        if meant is None:
            offered = ", ".join(names.values())
            raise BadCell(
                _("“%(text)s” is none of: %(offered)s.", text=_quoted(word), offered=offered),
                _spelled(cell, word, by_name),
            )
        found.append(meant)
    return Said(list(dict.fromkeys(found)))


def _spelled(cell: Cell, word: str, known: Iterable[str]) -> str | None:
    """Return a cell with the word that is nearest to one of them in its place."""
    near = get_close_matches(_simple(word), list(known), 1, cutoff=0.75)
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
                    text=_quoted(word),
                ),
                _spelled(cell, word, _languages()),
            )
        found.append(code)
    return Said(list(dict.fromkeys(found)))
