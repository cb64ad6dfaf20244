"""Days and times as people write them: "So, 22.09.2024", "10.00-12.00 Uhr", "ja, bis 20.9."."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

from openpyxl.utils.datetime import from_excel

from ikw.clock import TOWN
from ikw.model.times import FIRST_YEAR, LAST_YEAR, is_plausible
from ikw.programmes.sheet.cells import Around, BadCell, Cell, Said, quoted, simple
from ikw.text.dates import weekday_name
from ikw.text.translate import _

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
    plain = simple(text)
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
        raise BadCell(_("“%(text)s” is not a day like 23.09.2023.", text=quoted(text))) from None


def _check_weekday(weekday: str | None, day: dt.date, text: str, rest: str) -> None:
    """Raise BadCell when a day is on another weekday than the one before it: one is mistyped."""
    if weekday is None or WEEKDAYS.index(weekday) == day.weekday():
        return
    said = _("“%(text)s” is a %(weekday)s.", text=quoted(text), weekday=weekday_name(day))
    raise BadCell(said, f"{day:%d.%m.%Y}{rest}")


def _in_the_series(number: int, month: int, text: str, around: Around) -> dt.date:
    """Return a day without a year: the one within the series, if nothing speaks against it."""
    if around.year is not None:
        return dt.date(around.year, month, number)
    first, last = around.first_day, around.last_day
    if first is None or last is None:
        raise BadCell(_("“%(text)s” has no year. Please add it.", text=quoted(text)))
    years = range(first.year, last.year + 1)
    days = [dt.date(year, month, number) for year in years if _is_day(year, month, number)]
    inside = [one for one in days if first <= one <= last]
    if inside and around.years <= set(years):
        return inside[0]
    guess = max(around.years) if around.years else first.year
    if not _is_day(guess, month, number):
        raise ValueError(text)
    day = f"{dt.date(guess, month, number):%d.%m.%Y}"
    raise BadCell(_("“%(text)s” has no year. Is it %(day)s?", text=quoted(text), day=day), day)


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
    plain = simple(cell.text)
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
        _("“%(text)s” is not a time like 18:00.", text=quoted(cell.text)), _times_within(plain)
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
            _("“%(text)s” is a number. Is it %(time)s?", text=quoted(text), time=guess), guess
        )
    raise BadCell(_("“%(text)s” is not a time like 18:00.", text=quoted(text)))


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
        value, rest = written_day(re.sub("^bis( zum)? ", "", simple(cell.text)), around)
        if rest := rest.strip(" ,"):
            whole = times(Cell(rest), around).value or whole
    return Said(dt.datetime.combine(_plausible(value), whole, TOWN).astimezone(dt.UTC))
