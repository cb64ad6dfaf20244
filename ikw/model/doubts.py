"""What can be meant, and is more often a slip: it is asked about before it is stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Protocol

from ikw.clock import TOWN
from ikw.model.times import end_of


class Doubt(StrEnum):
    """What is asked about."""

    OUTSIDE = "outside"
    PAST = "past"
    CLOSES_LATE = "closes-late"


#: The fields of an event that are looked at.
LOOKED_AT = ("date", "start", "end", "end_date", "sign_up_closes")
#: The field that is to be corrected.
FIELD = {Doubt.OUTSIDE: "date", Doubt.PAST: "date", Doubt.CLOSES_LATE: "sign_up_closes"}


class Run(Protocol):
    """The days of a series."""

    @property
    def first_day(self) -> dt.date: ...

    @property
    def last_day(self) -> dt.date: ...


def doubts_of(values: Mapping[str, Any], series: Run, today: dt.date | None = None) -> list[Doubt]:
    """Return what is doubtful about an event's values, on a day in the town or on any."""
    day = values["date"]
    doubtful = {
        Doubt.OUTSIDE: not series.first_day <= day <= series.last_day,
        Doubt.PAST: today is not None and day < today,
        Doubt.CLOSES_LATE: _closes_late(values),
    }
    return [doubt for doubt, is_so in doubtful.items() if is_so]


def _closes_late(values: Mapping[str, Any]) -> bool:
    """Whether one could still sign up once it has begun; of several days, once they are over."""
    closes, start = values.get("sign_up_closes"), values.get("start")
    last = values.get("end_date") or values["date"]
    if closes is None:
        return False
    lasts = last > values["date"] and last != end_of(values["date"], start, values.get("end"))
    day, at = (last, None) if lasts else (values["date"], start)
    # Without a time, until the end of the day.
    return bool(closes > dt.datetime.combine(day, at or dt.time.max, TOWN))
