"""When something is: a day or several, with hours or without."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from ikw.clock import TOWN

#: An end before the start is one on the next day, if it is not later than this.
NIGHT_ENDS = dt.time(6)

#: Years with which a town reckons. Beyond them is a mistyped one, and where dates end, sums of them
#: do as well.
FIRST_YEAR, LAST_YEAR = 2000, 2099

#: So many days something may last.
MOST_DAYS = 100


def is_plausible(day: dt.date) -> bool:
    """Return whether a day or a moment is one with which a town reckons."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


def is_too_long(first: dt.date, last: dt.date | None) -> bool:
    """Return whether something would last longer than anything in a programme does."""
    return last is not None and (last - first).days >= MOST_DAYS


def end_of(date: dt.date, start: dt.time | None, end: dt.time | None) -> dt.date | None:
    """Return the next day for what goes on past midnight, else nothing."""
    is_night = start and end and end < start and end <= NIGHT_ENDS
    return date + dt.timedelta(days=1) if is_night else None


class Times:
    """The columns that say when an event is, and the sentences about them alone."""

    #: Date and times of day as the clocks in the town show them.
    date: Mapped[dt.date] = mapped_column(index=True)
    start: Mapped[dt.time | None]
    end_date: Mapped[dt.date | None]
    end: Mapped[dt.time | None]
    #: Such as "täglich 10 bis 17 Uhr", for what is open on several days.
    hours: Mapped[str | None] = mapped_column(String(200))

    @property
    def time_is_open(self) -> bool:
        """Whether the date is fixed and the time is still to be announced."""
        return self.start is None and self.hours is None

    @property
    def last_date(self) -> dt.date:
        return self.end_date or self.date

    @property
    def dates(self) -> list[dt.date]:
        """Every day on which it is, the next morning of a long night left out."""
        days = 0 if self.ends_overnight else (self.last_date - self.date).days
        return [self.date + dt.timedelta(days=n) for n in range(days + 1)]

    @property
    def lasts_days(self) -> bool:
        return self.last_date > self.date

    @property
    def ends_overnight(self) -> bool:
        """Whether it goes on past midnight, and is an event of its first day all the same."""
        return (
            self.start is not None
            and self.end is not None
            and self.last_date == self.date + dt.timedelta(days=1)
            and self.end < self.start
            and self.end <= NIGHT_ENDS
        )

    @property
    def starts_at(self) -> dt.datetime:
        """The start, or the beginning of the day while the time is open."""
        return dt.datetime.combine(self.date, self.start or dt.time.min, TOWN)

    @property
    def ends_at(self) -> dt.datetime:
        """The end; without one, two hours after the start or the end of the last day."""
        if self.end is not None:
            return dt.datetime.combine(self.last_date, self.end, TOWN)
        if self.start is not None and not self.lasts_days:
            return self.starts_at + dt.timedelta(hours=2)
        return dt.datetime.combine(self.last_date + dt.timedelta(days=1), dt.time.min, TOWN)

    @property
    def _begun_at(self) -> dt.datetime:
        """From when on it is too late: the start, or the end of what is open for several days."""
        return self.ends_at if self.hours and self.lasts_days else self.starts_at

    def is_on(self, day: dt.date) -> bool:
        last = self.date if self.ends_overnight else self.last_date
        return self.date <= day <= last
