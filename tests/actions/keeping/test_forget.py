"""Personal data ends on the day that was told, and a headcount remains."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from ikw import db
from ikw.actions.keeping.forget import forget
from ikw.actions.letter import mailing
from ikw.actions.letter.mailing import Text
from ikw.actions.registration.check_in import check_in, count_walk_ins
from ikw.actions.registration.seat import seat_by_hand
from ikw.model import DoorAct, Event, Letter, LogEntry, Organiser, Registration
from ikw.model.keeping import End
from ikw.model.vocabulary import Recipients
from ikw.text.placeholders import facts_of, fill
from tests.actions.cast import ANNA, BEN, CHIARA, DILAN, at, new_link, sign_up
from tests.conftest import NOW, MakeApp, make_event

#: How the log names Tom, who stands at the door.
TOM = "organiser 3"


@pytest.fixture(autouse=True)
def app(make_app: MakeApp, database_url: str) -> Iterator[Flask]:
    app = make_app(database_url)
    with app.app_context():
        yield app


def test_anna_s_details_are_gone_on_the_day_she_was_told() -> None:
    event = make_event(capacity=3)
    sign_up(event, ANNA, 3)
    last = event.starts_at + timedelta(days=27)
    with db.write() as session:
        assert forget(session, at(last), keep_days=28)[End.EVENT] == 0
    assert event.forget_on(28) == (last + timedelta(days=1)).date()
    with db.write() as session:
        assert forget(session, at(last + timedelta(days=1)), keep_days=28)[End.EVENT] == 1
    session = db.session()
    session.rollback()
    assert session.scalars(select(Registration)).all() == []
    assert session.scalars(select(Letter)).all() == []
    assert (event.people_counted, event.parties_counted) == (3, 1)
    assert {entry.registration_id for entry in session.scalars(select(LogEntry))} == {None}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_deleted_is_not_in_the_file_either(app: Flask, database_url: str) -> None:
    """PostgreSQL overwrites what is deleted when it cleans up."""
    event = make_event()
    sign_up(event, ANNA)
    sign_up(make_event("tanz", date=event.date + timedelta(days=99)), BEN)
    with db.write() as session:
        forget(session, at(event.starts_at + timedelta(days=40)), keep_days=28)
    db.session().rollback()
    with app.extensions["ikw.engine"].connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    content = Path(database_url.removeprefix("sqlite:///")).read_bytes()
    assert b"ben@example.org" in content
    assert b"anna@example.org" not in content


def test_what_anna_needs_goes_first_and_she_is_still_expected_to_have_come() -> None:
    """Her need tells of her health; the morning after, nobody has to know of it any more."""
    event, later = make_event(), make_event("tanz", date=date(2023, 10, 1))
    postponed = make_event("film", postponed_at=NOW)
    needs: dict[str, Any] = {"needed": ["wheelchair"], "needs": "Rampe"}
    for one in (event, later):
        sign_up(one, ANNA, 2, **needs)
    waits = sign_up(make_event("chor", date=date(2023, 9, 25)), BEN, **needs)
    with db.write() as session:
        session.get_one(Registration, waits.id).event_id = postponed.id
    for days, left in ((0, {"fest", "tanz", "film"}), (1, {"tanz", "film"})):
        with db.write() as session:
            assert (
                forget(session, at(event.starts_at + timedelta(days=days)), keep_days=28)[End.EVENT]
                == 0
            )
        rows = (
            db.session()
            .scalars(select(Registration).execution_options(populate_existing=True))
            .all()
        )
        told = {row.event.key for row in rows if row.needed or row.needs}
        assert told == left
    assert {(row.name, row.email) for row in rows} == {
        ("Anna", "anna@example.org"),
        ("Ben", "ben@example.org"),
    }


def test_how_many_came_stays_and_what_the_door_noted_goes() -> None:
    event = make_event(capacity=3, has_waiting_list=True)
    anna, ben = sign_up(event, ANNA, 2), sign_up(event, BEN)
    sign_up(event, CHIARA)
    sign_up(event, DILAN)
    with db.write() as session:
        check_in(session, anna, 1, at(event.starts_at, by=TOM))
        for key in ("a", "b"):
            count_walk_ins(session, event.id, 1, at(NOW, by=TOM), key=key)
    assert ben.is_seated
    with db.write() as session:
        assert (
            forget(session, at(event.starts_at + timedelta(days=28)), keep_days=28)[End.EVENT] == 6
        )
    db.session().rollback()
    db.session().expire_all()
    assert (event.parties_counted, event.people_counted) == (2, 3)
    assert (event.arrived_counted, event.walked_in, event.taken) == (1, 2, 0)
    assert db.session().scalars(select(DoorAct)).all() == []


def test_a_second_deletion_adds_to_the_headcount() -> None:
    event = make_event()
    anna = sign_up(event, ANNA, 2)
    over = event.starts_at + timedelta(days=28)
    with db.write() as session:
        check_in(session, anna, 2, at(event.starts_at, by=TOM))
        forget(session, at(over), keep_days=28)
    sign_up(event, BEN)
    with db.write() as session:
        forget(session, at(over), keep_days=28)
    db.session().rollback()
    db.session().expire_all()
    assert (event.parties_counted, event.people_counted, event.arrived_counted) == (2, 3, 2)


def test_what_was_written_to_anna_goes_with_her(karla: Organiser) -> None:
    event = make_event()
    sign_up(event, ANNA)
    text = Text(Recipients.ALL, {"de": {"subject": "Zu {name}", "text": "Guten Tag"}}, None)
    with db.write() as session:
        mailing.write(session, event, text, karla, at(NOW), link=new_link())
    with db.write() as session:
        forget(session, at(event.starts_at + timedelta(days=28)), keep_days=28)
    db.session().rollback()
    assert db.session().scalars(select(Letter)).all() == []


def test_a_trial_that_shows_anna_s_name_goes_with_her(karla: Organiser) -> None:
    """Organisers see their letter as one of the recipients will, and send it to themselves."""
    event = make_event()
    anna = sign_up(event, ANNA)
    with db.write() as session:
        text = fill("Liebe {name}, Ihr Code ist {code}.", facts_of(event, anna))
        mailing.write_trial(session, karla, "de", "Probe", text, at(NOW))
        session.execute(update(Letter).values(sent_at=NOW, created_at=NOW))
    with db.write() as session:
        forget(session, at(event.starts_at + timedelta(days=28)), keep_days=28)
    db.session().rollback()
    kept = str([letter.facts for letter in db.session().scalars(select(Letter))])
    assert anna.code not in kept


def test_the_reason_for_a_place_above_the_capacity_names_nobody_for_longer() -> None:
    event = make_event(capacity=1, has_waiting_list=True)
    sign_up(event, ANNA)
    ben = sign_up(event, BEN)
    with db.write() as session:
        reason = "Ben sitzt im Rollstuhl"
        seat_by_hand(session, ben, at(NOW, by="organiser 1"), reason=reason)
    with db.write() as session:
        forget(session, at(event.starts_at + timedelta(days=28)), keep_days=28)
    db.session().rollback()
    log = db.session().scalars(select(LogEntry)).all()
    assert "seat above capacity" in {entry.verb for entry in log}
    assert "Rollstuhl" not in str([(entry.old, entry.new) for entry in log])


def test_an_event_in_the_bin_is_no_hindrance() -> None:
    event = make_event()
    sign_up(event, ANNA)
    binned = make_event("weg", deleted_at=NOW, published_at=None)
    with db.write() as session:
        assert (
            forget(session, at(event.starts_at + timedelta(days=28)), keep_days=28)[End.EVENT] == 1
        )
    db.session().rollback()
    assert db.session().get(Event, binned.id, populate_existing=True) is None
