"""The week is planned again: what stays on its weekday, and what on its date."""

from __future__ import annotations

from datetime import date, datetime

from flask import Flask
from sqlalchemy import select

from ikw import db
from ikw.actions.series.copy import Days, copy_series, names_old_days
from ikw.clock import TOWN
from ikw.model import Event, Picture, Series
from ikw.model.readiness import missing_facts, old_years_in
from tests.actions.cast import at
from tests.conftest import NOW, make_event

KARLA = at(NOW, by="organiser 1")
NEXT = date(2024, 9, 21)


def copied(**choice: list[str]) -> dict[str, Event]:
    with db.write() as session:
        series = session.scalars(select(Series)).one()
        copy = copy_series(session, series, NEXT, KARLA, **choice)
    events = db.session().scalars(select(Event).where(Event.series_id == copy.id))
    return {event.title: event for event in events}


def test_the_picnic_stays_on_the_holiday_and_the_evening_on_its_weekday(app: Flask) -> None:
    make_event("picknick", title="Picknick", date=date(2023, 10, 3))
    closes = datetime(2023, 9, 28, 18, tzinfo=TOWN)
    make_event("abend", title="Abend", date=date(2023, 9, 29), sign_up_closes=closes)
    days = Days(db.session().scalars(select(Series)).one(), NEXT)
    assert days.stays_on_its_date(date(2023, 10, 3))
    assert not days.stays_on_its_date(date(2023, 9, 29))
    assert days.first_and_last == (NEXT, date(2024, 10, 3)), "the picnic is within the series"
    events = copied(on_their_date=["picknick"])
    assert events["Picknick"].date == date(2024, 10, 3)
    assert events["Abend"].date == date(2024, 9, 27)
    assert events["Abend"].sign_up_closes == datetime(2024, 9, 26, 18, tzinfo=TOWN)


def test_pictures_come_along(app: Flask) -> None:
    event = make_event()
    with db.write() as session:
        session.add(
            Picture(event_id=event.id, body=b"x", width=9, height=9, digest="d", alt="Ein Tisch")
        )
    picture = copied()["Fest der Räume"].picture
    assert picture is not None
    assert (picture.body, picture.alt) == (b"x", "Ein Tisch")
    assert event.picture is not None, "and the first one keeps its own"


def test_texts_that_name_the_old_year_or_day_are_marked(app: Flask) -> None:
    told = "Wir treffen uns am 23.09., nicht erst am 24. Oktober. Seit 1998 feiert Rheine."
    event = make_event(title="Eröffnung der IKW 2023", summary=told)
    assert names_old_days(event) == ["2023", "23.09"]
    copy = copied()["Eröffnung der IKW 2023"]
    assert old_years_in(copy) == ["2023"]
    assert "old-year" in missing_facts(copy), "it is not ready"
    assert "old-year" not in missing_facts(event)
