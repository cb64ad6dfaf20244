"""What a file has made and changed can be undone, as far as nobody has touched it since."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from ikw import db
from ikw.actions.event.edit import edit_event, version
from ikw.actions.event.publish import publish
from ikw.actions.keeping.forget import forget
from ikw.actions.series import import_changes, import_file
from ikw.actions.series.import_file import ChangedMeanwhile
from ikw.actions.series.undo_import import Undo, Why, undo
from ikw.model import Event, Import, Letter, Series, Venue
from ikw.programmes import store
from ikw.programmes.file import render
from ikw.programmes.rows import Rows
from ikw.programmes.sheet import read_sheet
from tests.actions.cast import ANNA, at, sign_up
from tests.conftest import NOW, make_event
from tests.programmes.test_sheet import sheet

KARLA = at(NOW, by="organiser 1")
HEADS = ("Titel", "Datum", "Beginn", "Ort", "Veranstalter", "Plätze")


def the_series() -> Series:
    return db.session().scalars(select(Series)).one()


def bring(*rows: list[Any]) -> Import:
    read: Rows = read_sheet(sheet(*rows, heads=HEADS))
    assert read.faults == []
    with db.write() as session:
        found = import_changes.changes_of(session, the_series(), read.rows, now=NOW)
        return import_file.take_over(session, the_series(), read.rows, KARLA, shown=found.mark)


def take_back(done: Import) -> Undo:
    with db.write() as session:
        return undo(session, done, KARLA, NOW.date())


def dumped() -> str:
    db.session().rollback()
    return render(store.dump(db.session()))


def event(key: str) -> Event:
    return db.session().scalars(select(Event).where(Event.key == key)).one()


ROWS = (
    ["Fest der Räume", "23.09.2023", "19:00", "Haus am Ufer", "Chor e. V.", 60],
    ["Tanz", "24.09.2023", "18:00", "Haus am Ufer", "Chor e. V.", 20],
)


def test_the_dump_is_what_it_was_before(app: Flask) -> None:
    make_event(published_at=None)
    before = dumped()
    done = bring(*ROWS)
    assert dumped() != before
    found = take_back(done)
    assert [one.title for one in found.removed] == ["Tanz"]
    assert dumped() == before
    assert db.session().scalars(select(Import)).all() == []
    assert bring(*ROWS).made["event"].keys() == {"tanz"}, "and it can be brought once more"


def test_whoever_signed_up_is_told_that_it_is_as_before(app: Flask) -> None:
    sign_up(make_event(), ANNA)
    done = bring(ROWS[0])
    sequence = event("fest").sequence
    take_back(done)
    fest = event("fest")
    assert (fest.start, fest.venue, fest.capacity) == (dt.time(18), None, None)
    assert fest.sequence > sequence, "calendars have seen what was in between"
    told = db.session().scalars(select(Letter).where(Letter.kind == "event_changed")).all()
    assert [letter.withdrawn_at is None for letter in told] in ([], [False]), "back to the same"


def test_what_somebody_touched_since_is_named_and_left(app: Flask) -> None:
    make_event(capacity=50, published_at=None)
    rows = [[title, "25.09.2023", "18:00", "Park", None, 9] for title in ("A1", "B2", "C3")]
    done = bring(ROWS[0], *rows)
    with db.write() as session:
        publish(session, event("a1").id, KARLA)
        for key, value in (("b2", 12), ("fest", 70)):
            one = event(key)
            edit_event(session, one.id, {"capacity": value}, KARLA, known=version(one))
    found = take_back(done)
    assert dict(found.left) == {
        "A1": Why.PUBLISHED,
        "B2": Why.EDITED,
        "Fest der Räume": Why.EDITED,
    }
    keys = set(db.session().scalars(select(Event.key)))
    assert keys == {"fest", "a1", "b2"}, "nobody had touched the third"
    fest = event("fest")
    assert (fest.start, fest.capacity) == (dt.time(18), 70), "the rest is as before"
    venues = set(db.session().scalars(select(Venue.name)))
    assert venues == {"Park"}, "what something names stays, and the other venue goes"


def test_after_thirty_days_nothing_is_undone(app: Flask) -> None:
    make_event()
    bring(*ROWS)
    with db.write() as session:
        forget(session, at(NOW, real=KARLA.real + dt.timedelta(days=30)), keep_days=28)
    assert db.session().scalars(select(Import)).one()
    with db.write() as session:
        forget(session, at(NOW, real=KARLA.real + dt.timedelta(days=32)), keep_days=28)
    assert db.session().scalars(select(Import)).all() == []


def test_two_who_take_over_the_same_file_at_once_make_it_once(app: Flask) -> None:
    """The series has no event yet: there is nothing else that they could wait for."""
    with db.write() as session:
        first, last = dt.date(2023, 9, 23), dt.date(2023, 10, 3)
        session.add(Series(key="woche", title="Woche", first_day=first, last_day=last))
    rows = read_sheet(sheet(*ROWS, heads=HEADS)).rows
    shown = import_changes.changes_of(db.session(), the_series(), rows, now=NOW).mark
    db.session().rollback()

    def take_over(_number: int) -> bool:
        with app.app_context():
            try:
                with db.write() as session:
                    import_file.take_over(session, the_series(), rows, KARLA, shown=shown)
            except ChangedMeanwhile:
                return False
            return True

    with ThreadPoolExecutor(4) as people:
        assert sorted(people.map(take_over, range(4))) == [False, False, False, True]
    assert sorted(db.session().scalars(select(Event.title))) == ["Fest der Räume", "Tanz"]


@pytest.mark.parametrize("column", ["date", "venue"])
def test_a_calendar_that_is_brought_again_moves_its_event(app: Flask, column: str) -> None:
    from ikw.programmes.ics import read_ics

    make_event()
    body = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:tanz@verein\r\n"
        "SUMMARY:Tanz\r\nDTSTART;TZID=Europe/Berlin:20230924T180000\r\nLOCATION:Park\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    for text in (body, body.replace("0924", "0926") if column == "date" else body + "\r\n"):
        rows = read_ics(text.encode()).rows
        with db.write() as session:
            found = import_changes.changes_of(session, the_series(), rows, now=NOW)
            if found.changes:
                import_file.take_over(session, the_series(), rows, KARLA, shown=found.mark)
    (tanz,) = db.session().scalars(select(Event).where(Event.title == "Tanz")).all()
    assert tanz.date.day == (26 if column == "date" else 24)
    assert tanz.origin
    assert "tanz@verein" not in dumped()
    assert tanz.origin not in dumped(), "it is never written out"
