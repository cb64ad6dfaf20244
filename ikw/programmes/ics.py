"""Events out of somebody's calendar file (RFC 5545), to begin with."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterator
from typing import Any

from dateutil.rrule import rrulestr  # type: ignore[import-untyped]
from icalendar import Calendar
from markupsafe import Markup

from ikw.clock import TOWN
from ikw.model.fields import EVENT, End, names
from ikw.model.times import is_plausible, is_too_long
from ikw.programmes.rows import Fault, LeftOut, Row, Rows
from ikw.text.cleaning import clean_line, clean_text
from ikw.text.translate import _

#: More entries than this are another sort of calendar.
MOST = 500


#: What an entry says of an event.
READ = names(EVENT, End.CALENDAR)

#: How long its texts may be.
LIMITS = {field.name: field.limit for field in EVENT}


class NoCalendar(ValueError):
    """The file is no calendar that can be read."""


def read_ics(body: bytes, last_day: dt.date | None = None) -> Rows:
    """Read the entries of a calendar file: title, time, place and text. Raises NoCalendar.

    Of what repeats each time makes an event, until the last day of the series. What is called off
    is named and left out.
    """
    try:
        calendars = Calendar.from_ical(_decoded(body), multiple=True)
        entries = [entry for calendar in calendars for entry in calendar.walk("VEVENT")]
        if not calendars:
            raise ValueError("nothing in it")
    # The library raises whatever its parsers do.
    except Exception as error:
        raise NoCalendar(_("This is not a calendar file (ICS) that can be read.")) from error
    found = Rows()
    moved = _moved(entries)
    seen: set[str] = set()
    for number, entry in enumerate(entries[:MOST], 1):
        place = str(number)
        title = clean_line(str(entry.get("SUMMARY", "")))[:60]
        if str(entry.get("STATUS", "")).upper() == "CANCELLED":
            text = _("“%(title)s” is called off in this calendar.", title=title)
            found.left_out.append(LeftOut(place, text))
            continue
        try:
            for values in _times_of(_values(entry), entry, moved, last_day):
                last = values["end_date"] or values["date"]
                if not is_plausible(values["date"]) or is_too_long(values["date"], last):
                    raise ValueError(last)
                empty = frozenset(name for name, value in values.items() if value is None)
                origin = _origin(entry, values["date"])
                if origin in seen:
                    text = _("“%(title)s” is in it more than once.", title=title)
                    found.left_out.append(LeftOut(place, text))
                    continue
                seen.add(origin)
                of_day = f"{place} ({values['date']:%d.%m.%Y})" if _repeats(entry) else place
                found.rows.append(Row(of_day, None, values, empty, origin))
        except (ValueError, TypeError, AttributeError, KeyError, OverflowError):
            found.faults.append(
                Fault(place, _("“%(title)s” has no day that can be read.", title=title))
            )
    if len(found.rows) > MOST:
        text = _("More than %(most)d entries are not read.", most=MOST)
        found.faults.append(Fault(found.rows[MOST].place, text))
        del found.rows[MOST:]
    if len(entries) > MOST:
        text = _("More than %(most)d entries are not read.", most=MOST)
        found.faults.append(Fault(str(MOST + 1), text))
    if not entries:
        found.faults.append(Fault("1", _("There is no event in it.")))
    return found


def _decoded(body: bytes) -> str:
    """Return the text of a file: UTF-8 (RFC 5545, 3.1.4), else what old programs write."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp1252")


def _moved(entries: list[Any]) -> dict[str, set[dt.date]]:
    """Return by UID the days whose entries stand by themselves (RFC 5545, 3.8.4.4)."""
    days: dict[str, set[dt.date]] = {}
    for entry in entries:
        if "RECURRENCE-ID" in entry:
            days.setdefault(str(entry.get("UID", "")), set()).add(
                _day_of(entry.decoded("RECURRENCE-ID"))
            )
    return days


def _origin(entry: Any, day: dt.date) -> str:
    """Return a digest of what names one time of an entry (RFC 5545, 3.8.4.4 and 3.8.4.7).

    It is kept with the event, so that the same calendar brought again changes nothing. As a digest,
    as the UID of some programs names who has written it.
    """
    uid = str(entry.get("UID", "")) or str(entry.get("SUMMARY", ""))
    if "RECURRENCE-ID" in entry:
        day = _day_of(entry.decoded("RECURRENCE-ID"))
    elif uid and not _repeats(entry):
        return hashlib.sha256(uid.encode()).hexdigest()
    return hashlib.sha256(f"{uid} {day.isoformat()}".encode()).hexdigest()


def _repeats(entry: Any) -> bool:
    return "RRULE" in entry or "RDATE" in entry


def _day_of(moment: dt.date) -> dt.date:
    return _local(moment).date() if isinstance(moment, dt.datetime) else moment


def _times_of(
    values: dict[str, Any],
    entry: Any,
    moved: dict[str, set[dt.date]],
    last_day: dt.date | None,
) -> Iterator[dict[str, Any]]:
    """Give an entry for each of its days (RFC 5545, 3.8.5), the first one in any case."""
    first = values["date"]
    days = {first}
    if "RECURRENCE-ID" not in entry:
        # By the days in the town: the time of day stays when the clocks change.
        start = dt.datetime.combine(first, dt.time.min)
        end = dt.datetime.combine(last_day or first + A_YEAR, dt.time.max)
        for rule in _several(entry, "RRULE"):
            written = re.sub(r"UNTIL=(\d{8})(T\d{6}Z?)?", r"UNTIL=\1", rule.to_ical().decode())
            for number, moment in enumerate(rrulestr(written, dtstart=start)):
                if moment > end or number > MOST:
                    break
                days.add(moment.date())
        days |= set(_listed(entry, "RDATE"))
        days -= set(_listed(entry, "EXDATE")) | moved.get(str(entry.get("UID", "")), set())
    length = values["end_date"] - first if values["end_date"] else None
    for day in sorted(days):
        yield values | {"date": day, "end_date": day + length if length else None}


#: What repeats for ever and has no series to end with ends after this.
A_YEAR = dt.timedelta(days=366)


def _several(entry: Any, name: str) -> list[Any]:
    found = entry.get(name, [])
    return found if isinstance(found, list) else [found]


def _listed(entry: Any, name: str) -> Iterator[dt.date]:
    for dates in _several(entry, name):
        for one in dates.dts:
            moment = one.dt[0] if isinstance(one.dt, tuple) else one.dt
            yield _day_of(moment)


def _plain_text(text: str) -> str:
    """Return a text without the tags and entities that some programs write into it."""
    if not re.search(
        r"<(?:p|br|b|i|a|div|span|ul|li|html)\b[^>]*>|&(?:amp|nbsp|lt|quot|#\d+);", text
    ):
        return text
    blocks = re.sub(r"(?i)</(?:p|div|li|ul|h\d)>|<br\s*/?>", "\n", text)
    return "\n".join(Markup(line).striptags() for line in blocks.split("\n"))  # noqa: S704 (tags go)


def _values(entry: Any) -> dict[str, Any]:
    begins = entry.decoded("DTSTART")
    text = clean_text(_plain_text(str(entry.get("DESCRIPTION", ""))))
    values: dict[str, Any] = {
        "title": _line(entry, "SUMMARY", "title") or _("Without a title"),
        "description": text[: LIMITS["description"]] or None,
        "venue": _line(entry, "LOCATION", "venue") or None,
        "start": None,
        "end": None,
        "end_date": None,
    }
    ends = entry.decoded("DTEND") if "DTEND" in entry else None
    if ends is None and "DURATION" in entry:
        ends = begins + entry.decoded("DURATION")
    if isinstance(begins, dt.datetime):
        begins, ends = _local(begins), _local(ends) if ends else None
        values |= {"date": begins.date(), "start": begins.time().replace(second=0)}
        if ends and ends > begins:
            values["end"] = ends.time().replace(second=0)
            last = ends.date()
            values["end_date"] = last if last > begins.date() else None
        return values
    values["date"] = begins
    if ends:
        # The end of whole days is the day after (RFC 5545, 3.6.1).
        last = ends - dt.timedelta(days=1)
        values["end_date"] = last if last > begins else None
    return values


def _line(entry: Any, name: str, field: str) -> str:
    return clean_line(_plain_text(str(entry.get(name, ""))))[: LIMITS[field]]


def _local(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(TOWN) if moment.tzinfo else moment.replace(tzinfo=TOWN)
