"""At the door: who is in since when, how many of them, and who came without a sign-up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import permutations
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import select

from ikw import db
from ikw.actions.registration.cancel import cancel
from ikw.actions.registration.change import change_places
from ikw.actions.registration.check_in import (
    NotSeated,
    check_in,
    count_walk_ins,
    parties_at_the_door,
    undo_check_in,
)
from ikw.actions.registration.register import sign_up_again
from ikw.model import DoorAct, Event, LogEntry, Registration
from tests.actions.cast import ANNA, BEN, CHIARA, DILAN, at, sign_up
from tests.conftest import NOW, MakeApp, make_event

#: How the log names Tom, who stands at the door.
TOM = "organiser 3"

AT_ONCE = 6


@pytest.fixture(autouse=True)
def app(make_app: MakeApp, database_url: str) -> Iterator[Flask]:
    app = make_app(database_url)
    with app.app_context():
        yield app


def minutes(number: int) -> datetime:
    return NOW + timedelta(minutes=number)


def let_in(registration: Registration, arrived: int, minute: int = 0) -> bool:
    with db.write() as session:
        return check_in(session, registration, arrived, at(minutes(minute), by=TOM))


def let_out(registration: Registration, minute: int) -> None:
    with db.write() as session:
        undo_check_in(session, registration, at(minutes(minute), by=TOM))


def walk_in(event: Event, people: int, key: str | None = None) -> int:
    with db.write() as session:
        event = count_walk_ins(session, event.id, people, at(NOW, by=TOM), key=key)
    return event.walked_in


def entries(verb: str) -> list[LogEntry]:
    db.session().rollback()
    mine = select(LogEntry).where(LogEntry.verb == verb).order_by(LogEntry.id)
    return list(db.session().scalars(mine))


def test_anna_is_in_once_however_often_her_ticket_is_shown() -> None:
    anna = sign_up(make_event(), ANNA, 2)
    assert let_in(anna, 2) is True
    assert let_in(anna, 2, minute=5) is False
    assert (anna.checked_in_at, anna.arrived, anna.is_checked_in) == (NOW, 2, True)
    (entry,) = entries("check in")
    assert (entry.actor, entry.old, entry.new) == (TOM, {"arrived": 0}, {"arrived": 2})


@pytest.mark.parametrize("order", list(permutations([4, 7, 12])))
def test_the_earliest_time_counts_whichever_telephone_is_heard_first(
    order: tuple[int, ...],
) -> None:
    anna = sign_up(make_event(), ANNA, 2)
    new = [let_in(anna, 2, minute) for minute in order]
    db.session().expire_all()
    assert anna.checked_in_at == minutes(4)
    assert new == [True, False, False]
    assert len(entries("check in")) == 1


def test_of_five_three_came_and_two_came_later() -> None:
    anna = sign_up(make_event(), ANNA, 5)
    let_in(anna, 3)
    assert anna.arrived == 3
    assert let_in(anna, 5, minute=20) is False
    assert (anna.arrived, anna.checked_in_at) == (5, NOW)
    assert [entry.new["arrived"] for entry in entries("check in")] == [3, 5]


@pytest.mark.parametrize("order", list(permutations([("in", 40), ("out", 41), ("in", 50)])))
def test_an_arrival_taken_back_late_leaves_the_one_at_another_door(
    order: tuple[tuple[str, int], ...],
) -> None:
    """Tom let the wrong party in and out again without a network; Rita let it in for real."""
    anna = sign_up(make_event(), ANNA, 2)
    for what, minute in order:
        if what == "in":
            let_in(anna, 2, minute)
        else:
            let_out(anna, minute)
    db.session().expire_all()
    assert (anna.checked_in_at, anna.arrived) == (minutes(50), 2)


@pytest.mark.parametrize("order", list(permutations([(1, 10), (2, 20), (3, 30)])))
def test_the_last_number_counts_whichever_telephone_is_heard_first(
    order: tuple[tuple[int, int], ...],
) -> None:
    anna = sign_up(make_event(), ANNA, 3)
    for arrived, minute in order:
        let_in(anna, arrived, minute)
    db.session().expire_all()
    assert (anna.checked_in_at, anna.arrived) == (minutes(10), 3)


def test_what_one_telephone_noted_stays_in_its_order() -> None:
    """The arrival took a second to arrive, and so seems later than its being taken back."""
    anna = sign_up(make_event(), ANNA)
    with db.write() as session:
        check_in(session, anna, 1, at(minutes(2), by=TOM), key="tom.1")
        undo_check_in(session, anna, at(minutes(1), by=TOM), key="tom.2")
        undo_check_in(session, anna, at(minutes(1), by=TOM), key="tom.2")
    assert anna.checked_in_at is None
    with db.write() as session:
        check_in(session, anna, 1, at(minutes(0), by=TOM), key="tom.3")
        undo_check_in(session, anna, at(minutes(1), by=TOM), key="rita.1")
    assert anna.checked_in_at is not None, "of another telephone only the time counts"


def test_who_cancels_after_all_has_not_come(app: Flask) -> None:
    event = make_event()
    anna, ben = sign_up(event, ANNA, 2), sign_up(event, BEN, 3)
    let_in(anna, 2)
    let_in(ben, 3)
    with db.write() as session:
        cancel(session, anna, at(NOW))
        change_places(session, ben, 2, [], at(NOW), may_wait=True)
    db.session().expire_all()
    assert (anna.checked_in_at, anna.arrived, ben.arrived) == (None, 0, 2)
    with db.write() as session:
        sign_up_again(session, anna, at(NOW), may_wait=True)
    let_out(anna, minute=5)
    db.session().expire_all()
    assert anna.checked_in_at is None, "what was noted before she cancelled is forgotten"


@pytest.mark.parametrize(("said", "noted"), [(0, 1), (-4, 1), (9, 2)])
def test_nobody_comes_with_more_than_there_are_seats(said: int, noted: int) -> None:
    anna = sign_up(make_event(), ANNA, 2)
    let_in(anna, said)
    assert anna.arrived == noted


def test_the_wrong_party_is_taken_out_and_let_in_again() -> None:
    anna = sign_up(make_event(), ANNA)
    let_in(anna, 1)
    let_out(anna, minute=1)
    assert (anna.checked_in_at, anna.arrived) == (None, 0)
    let_out(anna, minute=2)
    assert len(entries("undo check in")) == 1, "she was out already"
    assert let_in(anna, 1, minute=3) is True
    assert anna.checked_in_at == minutes(3)


def test_what_was_taken_back_before_is_no_answer_to_who_came_later() -> None:
    """Tom's telephone had no network: its undo comes after somebody let Anna in anew."""
    anna = sign_up(make_event(), ANNA)
    let_in(anna, 1, minute=9)
    let_out(anna, minute=5)
    assert anna.checked_in_at == minutes(9)


def test_who_waits_or_has_cancelled_is_not_let_in() -> None:
    event = make_event(capacity=1, has_waiting_list=True)
    anna, ben = sign_up(event, ANNA), sign_up(event, BEN)
    with pytest.raises(NotSeated):
        let_in(ben, 1)
    let_in(anna, 1)
    chiara = sign_up(make_event("tanz"), CHIARA)
    with db.write() as session:
        cancel(session, chiara, at(NOW))
    with pytest.raises(NotSeated):
        let_in(chiara, 1)
    db.session().rollback()
    came = select(Registration.name).where(Registration.checked_in_at.is_not(None))
    assert db.session().scalars(came).all() == ["Anna"]


def test_those_without_a_sign_up_are_counted_without_names() -> None:
    event = make_event()
    assert [walk_in(event, people) for people in (1, 1, 3, -1)] == [1, 2, 5, 4]
    assert walk_in(event, -99) == 0
    assert [entry.new["walked_in"] for entry in entries("count walk-ins")] == [1, 2, 5, 4, 0]
    assert db.session().scalars(select(Registration)).all() == []


def test_what_a_telephone_sends_twice_counts_once() -> None:
    event, other = make_event(), make_event("tanz")
    for key, total in (("a", 1), ("a", 1), ("b", 2), ("b", 2)):
        assert walk_in(event, 1, key) == total
    assert walk_in(other, 1, "c") == 1
    assert len(db.session().scalars(select(DoorAct)).all()) == 3
    assert len(entries("count walk-ins")) == 3


def test_two_doors_at_once_count_everyone_once(app: Flask) -> None:
    """Each telephone sends its own guest, and one that all of them were given to send."""
    event = make_event()
    anna = sign_up(event, ANNA, 2)
    start = Barrier(AT_ONCE)
    failures: list[BaseException] = []
    new: list[bool] = []

    def door(number: int) -> None:
        try:
            with app.app_context():
                mine = db.session().get_one(Registration, anna.id)
                start.wait()
                new.append(let_in(mine, 2, minute=number))
                walk_in(mine.event, 1, f"door-{number}")
                walk_in(mine.event, 1, "the same")
        except BaseException as error:
            failures.append(error)

    threads = [Thread(target=door, args=(number,)) for number in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    db.session().rollback()
    db.session().expire_all()
    assert sorted(new) == [*[False] * (AT_ONCE - 1), True]
    assert (anna.checked_in_at, anna.arrived) == (NOW, 2)
    assert event.walked_in == AT_ONCE + 1


def test_the_list_for_the_door_has_all_who_may_come_by_name() -> None:
    event = make_event(capacity=2, has_waiting_list=True)
    for contact in (DILAN, BEN, ANNA):
        sign_up(event, contact)
    gone = sign_up(event, CHIARA)
    with db.write() as session:
        cancel(session, gone, at(NOW))
    found = parties_at_the_door(db.session(), event)
    assert [(party.name, party.seats) for party in found] == [
        ("Anna", 0),
        ("Ben", 1),
        ("Dilan", 1),
    ]
