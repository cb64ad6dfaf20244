"""Reminders: one, in time, and again when it is moved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from ikw import clock, db
from ikw.actions.event import plan
from ikw.actions.letter.remind import Schedule, due_for_reminder, remind
from ikw.clock import TOWN
from ikw.model import Letter
from tests.actions.cast import ANNA, BEN, DILAN, at, sign_up
from tests.conftest import MakeApp, make_event

SCHEDULE = Schedule(days=1, hour=time(10))
DAY_BEFORE = datetime(2023, 9, 22, 10, tzinfo=TOWN)


@pytest.fixture(autouse=True)
def app(make_app: MakeApp, database_url: str) -> Iterator[Flask]:
    app = make_app(database_url)
    with app.app_context():
        yield app


def remind_all(now: datetime) -> list[str | None]:
    """What delivery does every minute; return whom it has reminded since the beginning."""
    for event_id in due_for_reminder(db.session(), SCHEDULE, now=now, real=clock.real()):
        with db.write() as session:
            remind(session, event_id, SCHEDULE, at(now))
    reminders = select(Letter.to).where(Letter.kind == "reminder").order_by(Letter.id)
    return list(db.session().scalars(reminders))


@pytest.mark.parametrize("start", [time(18), None], ids=["timed", "time open"])
def test_anna_is_reminded_the_day_before_at_ten(start: time | None) -> None:
    event = make_event(start=start, capacity=1, has_waiting_list=True)
    sign_up(event, ANNA)
    sign_up(event, BEN)
    assert remind_all(DAY_BEFORE - timedelta(minutes=1)) == []
    assert remind_all(DAY_BEFORE) == ["anna@example.org"]
    assert remind_all(DAY_BEFORE + timedelta(hours=1)) == ["anna@example.org"]


def test_who_has_no_address_has_the_ticket_on_paper() -> None:
    sign_up(make_event(), DILAN)
    assert remind_all(DAY_BEFORE) == []


def test_nobody_is_reminded_of_what_has_begun_or_is_not_on() -> None:
    event = make_event()
    sign_up(event, ANNA)
    assert remind_all(event.starts_at) == []
    with db.write() as session:
        plan.call_off(session, event.id, None, at(DAY_BEFORE, by="Desk"))
        session.execute(update(Letter).values(next_try_at=None))
    assert remind_all(DAY_BEFORE) == []
    with db.write() as session:
        plan.postpone(session, event.id, None, at(DAY_BEFORE, by="Desk"))
        session.execute(update(Letter).values(next_try_at=None))
    assert remind_all(DAY_BEFORE) == []


def test_moved_after_the_reminder_they_are_reminded_again() -> None:
    event = make_event()
    sign_up(event, ANNA)
    assert len(remind_all(DAY_BEFORE)) == 1
    with db.write() as session:
        plan.move(session, event.id, date(2023, 9, 30), time(18), None, at(DAY_BEFORE, by="Desk"))
    assert len(remind_all(DAY_BEFORE + timedelta(minutes=5))) == 1
    with db.write() as session:
        session.execute(update(Letter).values(sent_at=datetime.now(UTC), tries=1))
    assert len(remind_all(DAY_BEFORE + timedelta(days=7))) == 2
    assert len(remind_all(DAY_BEFORE + timedelta(days=7, minutes=1))) == 2


def test_the_reminder_comes_after_the_news_that_it_repeats() -> None:
    event = make_event()
    sign_up(event, ANNA)
    assert len(remind_all(DAY_BEFORE)) == 1
    noon = DAY_BEFORE + timedelta(hours=2)
    with db.write() as session:
        plan.announce_time(session, event.id, time(19), None, at(noon, by="Desk"))
    assert len(remind_all(noon)) == 1, "the news still wait for more"
    with db.write() as session:
        session.execute(update(Letter).values(sent_at=datetime.now(UTC), tries=1))
    assert len(remind_all(noon + timedelta(minutes=11))) == 2


def test_what_is_moved_while_it_is_found_due_is_not_reminded_of() -> None:
    event = make_event()
    sign_up(event, ANNA)
    (found,) = due_for_reminder(db.session(), SCHEDULE, now=DAY_BEFORE, real=clock.real())
    with db.write() as session:
        plan.move(session, event.id, date(2023, 10, 1), time(18), None, at(DAY_BEFORE, by="Desk"))
    with db.write() as session:
        assert remind(session, found, SCHEDULE, at(DAY_BEFORE)) == 0
    assert event.reminded_at is None


def test_a_reminder_of_the_old_plan_is_taken_back() -> None:
    event = make_event()
    sign_up(event, ANNA)
    remind_all(DAY_BEFORE)
    with db.write() as session:
        plan.move(session, event.id, date(2023, 10, 1), time(18), None, at(DAY_BEFORE, by="Desk"))
    letter = db.session().scalars(select(Letter).where(Letter.kind == "reminder")).one()
    assert letter.withdrawn_at is not None


def test_who_came_before_sign_up_was_closed_for_good_is_reminded() -> None:
    event = make_event()
    sign_up(event, ANNA)
    with db.write():
        event.takes_sign_up = False
    assert remind_all(DAY_BEFORE) == ["anna@example.org"]


def test_a_reminder_that_could_not_be_sent_in_time_is_moot() -> None:
    event = make_event()
    anna = sign_up(event, ANNA)
    remind_all(DAY_BEFORE)
    letter = db.session().scalars(select(Letter).where(Letter.kind == "reminder")).one()
    assert not letter.is_moot(DAY_BEFORE)
    assert letter.is_moot(event.starts_at)
    with db.write():
        anna.cancelled_at, anna.seats = DAY_BEFORE, 0
    assert letter.is_moot(DAY_BEFORE)
