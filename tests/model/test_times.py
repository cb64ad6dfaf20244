"""On which days something is."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from ikw.model import Event
from ikw.model.times import MOST_DAYS, is_plausible, is_too_long

SATURDAY = date(2023, 9, 23)
SUNDAY = date(2023, 9, 24)


def test_a_long_night_is_part_of_the_day_on_which_it_began() -> None:
    night = Event(date=SATURDAY, start=time(20), end_date=SUNDAY, end=time(1, 30))
    assert night.ends_overnight
    assert night.dates == [SATURDAY]
    assert not night.is_on(SUNDAY)


def test_a_weekend_that_ends_at_noon_has_two_days() -> None:
    weekend = Event(date=SATURDAY, start=time(14), end_date=SUNDAY, end=time(12))
    assert not weekend.ends_overnight
    assert weekend.dates == [SATURDAY, SUNDAY]
    assert weekend.is_on(SUNDAY)
    assert not weekend.is_on(SUNDAY + timedelta(days=1))


@pytest.mark.parametrize(
    ("day", "yes"),
    [
        (date(1999, 12, 31), False),
        (date(2000, 1, 1), True),
        (date(2099, 12, 31), True),
        (date(2100, 1, 1), False),
    ],
)
def test_years_that_were_mistyped_are_known(day: date, yes: bool) -> None:
    assert is_plausible(day) is yes


def test_what_lasts_for_months_is_a_mistake() -> None:
    assert not is_too_long(SATURDAY, None)
    assert not is_too_long(SATURDAY, SATURDAY + timedelta(days=MOST_DAYS - 1))
    assert is_too_long(SATURDAY, SATURDAY + timedelta(days=MOST_DAYS))
