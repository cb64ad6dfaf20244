"""Planning a series anew."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.event.copy import copied, copy_event
from ikw.actions.keys import new_key
from ikw.actions.log import note
from ikw.model import Call, Event, Series
from ikw.model.fields import CALL, SERIES
from ikw.model.readiness import TEXTS
from ikw.model.verbs import Verb

#: Holidays on one date in all of Germany, as month and day: New Year, Labour Day, Day of German
#: Unity (Art. 2 (2) of the Unification Treaty), Christmas.
HOLIDAYS = frozenset({(1, 1), (5, 1), (10, 3), (12, 25), (12, 26)})


@dataclass(frozen=True)
class Days:
    """On which days a series and its events would be, in the year of a new first day."""

    series: Series
    first_day: dt.date

    @property
    def shift(self) -> dt.timedelta:
        """How much later what keeps its weekday is: to the nearest first day of the same."""
        return dt.timedelta(weeks=round((self.first_day - self.series.first_day).days / 7))

    def on_its_weekday(self, event: Event) -> dt.date:
        return event.date + self.shift

    def on_its_date(self, event: Event) -> dt.date:
        """Return the same day of the month in the new year; for 29 February the 28th."""
        return _in_year(event.date, event.date.year + self._years)

    def stays_on_its_date(self, day: dt.date) -> bool:
        """Whether a day is a holiday: it stays on its date unless somebody says otherwise.

        Not where the whole series moves to another time of the year.
        """
        there = _in_year(day, day.year + self._years)
        is_near = abs(there - (day + self.shift)) < dt.timedelta(weeks=1)
        return (day.month, day.day) in HOLIDAYS and is_near

    @property
    def _years(self) -> int:
        return (self.series.first_day + self.shift).year - self.series.first_day.year

    @property
    def title(self) -> str:
        """What the copy is called."""
        old, new = self.series.first_day.year, self.series.first_day.year + self._years
        return self.series.title.replace(str(old), str(new))

    @property
    def first_and_last(self) -> tuple[dt.date, dt.date]:
        """Return the first and the last day of the copy; a holiday stays on its date."""
        days = (self.series.first_day, self.series.last_day)
        first, last = (
            _in_year(day, day.year + self._years)
            if self.stays_on_its_date(day)
            else day + self.shift
            for day in days
        )
        return first, max(first, last)


def _in_year(day: dt.date, year: int) -> dt.date:
    try:
        return day.replace(year=year)
    except ValueError:
        return dt.date(year, 2, 28)


def events_of(session: Session, series: Series) -> list[Event]:
    """Return the events that a copy would have, by their days."""
    events = select(Event).where(Event.series_id == series.id, Event.deleted_at.is_(None))
    return list(session.scalars(events.order_by(Event.date, Event.start, Event.id)))


def copy_series(
    session: Session,
    series: Series,
    first_day: dt.date,
    act: Act,
    *,
    on_their_date: Collection[str] = (),
) -> Series:
    """Plan a series anew from `first_day` on, its events with their pictures as drafts.

    Each is on its weekday, but for those whose keys are named: they are on their date.
    """
    days = Days(series, first_day)
    values = copied(SERIES, series, days.shift)
    values["title"] = days.title
    values["first_day"], values["last_day"] = days.first_and_last
    old, new = str(series.first_day.year), str(values["first_day"].year)
    key = new_key(session, Series, series.key.replace(old, new))
    copy = Series(key=key, list_choice=series.list_choice, **values)
    session.add(copy)
    made = {}
    for event in sorted(events_of(session, series), key=lambda event: event.id):
        stays = event.key in on_their_date
        day = days.on_its_date(event) if stays else days.on_its_weekday(event)
        made[event.id] = copy_event(session, event, copy, day - event.date, act)
    for call in session.scalars(select(Call).where(Call.series_id == series.id)).all():
        _copy_call(session, call, copy, made.get(call.event_id or 0), days.shift)
    note(session, Verb.COPY_SERIES, act, old={"series": series.key}, new={"series": copy.key})
    return copy


def _copy_call(
    session: Session, call: Call, series: Series, event: Event | None, shift: dt.timedelta
) -> None:
    """Ask for the same again, by as many days later; nobody sees it before the series."""
    values = copied(CALL, call, shift)
    copy = Call(key=new_key(session, Call, f"{series.key} {call.kind}"), **values)
    copy.series, copy.event = series, event
    session.add(copy)


def names_old_days(event: Event) -> list[str]:
    """Return what an event's texts say of its year or its days, and a copy should not say."""
    text = " ".join(filter(None, (getattr(event, name) for name in TEXTS)))
    day = event.date
    months = f"0?{day.month}\\b|{MONTHS[day.month - 1]}"
    forms = (rf"\b{day.year}\b", rf"\b0?{day.day}\.\s?(?:{months})")
    return [found[0] for form in forms if (found := re.search(form, text))]


MONTHS = (
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
)
