"""Dates and times as people in the current language write them."""

from __future__ import annotations

from datetime import date, datetime, time

from babel import dates, numbers

from ikw.clock import TOWN
from ikw.model import Event
from ikw.text.content import words
from ikw.text.languages import current
from ikw.text.lists import address, listed
from ikw.text.translate import _


def long_day(day: date) -> str:
    """Return e.g. "Freitag, 10. März 2023"."""
    return dates.format_date(day, "full", locale=current())


def day_and_month(day: date) -> str:
    """Return e.g. "10. März"."""
    return dates.format_skeleton("MMMMd", day, locale=current())


def short_day(day: date) -> str:
    """Return e.g. "Fr., 10. März"."""
    return dates.format_skeleton("MMMEd", day, locale=current())


def weekday(day: date) -> str:
    """Return e.g. "Fr."."""
    return dates.format_skeleton("E", day, locale=current())


def weekday_name(day: date) -> str:
    """Return e.g. "Freitag"."""
    return dates.format_date(day, "cccc", locale=current())


def month_name(day: date) -> str:
    """Return e.g. "März"."""
    return dates.format_date(day, "LLLL", locale=current())


def month(day: date) -> str:
    """Return e.g. "März"."""
    return dates.format_skeleton("MMM", day, locale=current())


def clock(moment: time) -> str:
    """Return e.g. "18:00": on 24 hours in every language, as on all posters and tickets here."""
    return dates.format_time(moment, "HH:mm", locale=current())


def day_and_time(moment: datetime) -> str:
    """Return e.g. "Freitag, 10. März 2023, 18:00 Uhr", in the town's time."""
    local = moment.astimezone(TOWN)
    return listed([long_day(local.date()), _("%(time)s o’clock", time=clock(local.time()))])


def hours(event: Event) -> str:
    """Return at what time of day the event is, or that this is still open."""
    if event.is_postponed:
        return _("The new date will be announced")
    if event.hours:
        return words(event.hours)
    if event.is_called_off and event.start is None:
        return ""
    if event.start is None:
        return _("The time will be announced later")
    if event.end is None:
        return _("%(time)s o’clock", time=clock(event.start))
    if event.lasts_days and not event.ends_overnight:
        return _(
            "%(start)s o’clock until %(day)s, %(end)s o’clock",
            start=clock(event.start),
            day=short_day(event.last_date),
            end=clock(event.end),
        )
    return _("%(start)s to %(end)s o’clock", start=clock(event.start), end=clock(event.end))


def days(event: Event) -> str:
    """Return on which day or days the event is; of a postponed one, on which it is not."""
    planned = _days(event)
    return _("Not on %(day)s", day=planned) if event.is_postponed else planned


def _days(event: Event) -> str:
    if not event.lasts_days or event.ends_overnight:
        return long_day(event.date)
    return _("%(first)s to %(last)s", first=long_day(event.date), last=long_day(event.last_date))


def period(first: date, last: date) -> str:
    """Return e.g. "23. September bis 3. Oktober 2023"."""
    return _(
        "%(first)s to %(last)s",
        first=day_and_month(first),
        last=dates.format_date(last, "long", locale=current()),
    )


def former(event: Event) -> str:
    """Return when and where a moved event was to be."""
    day = long_day(event.former_date) if event.former_date else None
    if day and event.former_start:
        day = listed([day, _("%(time)s o’clock", time=clock(event.former_start))])
    return _("Originally planned: %(plan)s.", plan=listed([day, *address(event.former_venue)]))


def when(event: Event) -> str:
    """Return day and time in one line."""
    if event.is_postponed:
        return f"{hours(event)} ({days(event)})"
    return listed([days(event), hours(event) if event.start or event.hours else None])


def price(cents: int) -> str:
    """Return e.g. "8,50 €"."""
    return numbers.format_currency(cents / 100, "EUR", locale=current())
