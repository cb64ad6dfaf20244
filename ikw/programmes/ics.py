"""Events out of somebody's calendar file (RFC 5545), to begin with."""

from __future__ import annotations

import datetime as dt
from typing import Any

from icalendar import Calendar

from ikw.clock import TOWN
from ikw.model.fields import EVENT, End, names
from ikw.model.times import is_plausible, is_too_long
from ikw.programmes.rows import Fault, Row, Rows
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


def read_ics(body: bytes) -> Rows:
    """Read the entries of a calendar file: title, time, place and text. Raises NoCalendar.

    Of what repeats the first time is taken. What is read makes drafts, and changes nothing.
    """
    try:
        entries = list(Calendar.from_ical(body).walk("VEVENT"))
    # The library raises whatever its parsers do.
    except Exception as error:
        raise NoCalendar(_("This is not a calendar file (ICS) that can be read.")) from error
    found = Rows()
    for number, entry in enumerate(entries[:MOST], 1):
        place = str(number)
        try:
            values = _values(entry)
            last = values["end_date"] or values["date"]
            if not is_plausible(values["date"]) or is_too_long(values["date"], last):
                raise ValueError(last)
            found.rows.append(Row(place, None, values))
        except (ValueError, TypeError, AttributeError, KeyError, OverflowError):
            title = clean_line(str(entry.get("SUMMARY", "")))[:60]
            found.faults.append(
                Fault(place, _("“%(title)s” has no day that can be read.", title=title))
            )
    if len(entries) > MOST:
        text = _("More than %(most)d entries are not read.", most=MOST)
        found.faults.append(Fault(str(MOST + 1), text))
    if not entries:
        found.faults.append(Fault("1", _("There is no event in it.")))
    return found


def _values(entry: Any) -> dict[str, Any]:
    begins = entry.decoded("DTSTART")
    text = clean_text(str(entry.get("DESCRIPTION", "")))
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
    return clean_line(str(entry.get(name, "")))[: LIMITS[field]]


def _local(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(TOWN) if moment.tzinfo else moment.replace(tzinfo=TOWN)
