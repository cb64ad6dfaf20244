"""The waiting list by hand: who is next, and who gets a place all the same."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from ikw import db
from ikw.actions.event.sign_up import set_places
from ikw.actions.registration.cancel import cancel
from ikw.actions.registration.change import change_places
from ikw.actions.registration.party import Contact, NotEnoughPlaces, SignUpClosed
from ikw.actions.registration.places import let_others_move_up
from ikw.actions.registration.seat import move_in_line, seat_by_hand
from ikw.actions.registration.waiting_list import queue
from ikw.model import Event, Letter, LogEntry, Registration
from tests.actions.cast import ANNA, BEN, CHIARA, DILAN, at, sign_up
from tests.conftest import NOW, MakeApp, make_event

KARLA = "organiser 1"


@pytest.fixture(autouse=True)
def app(make_app: MakeApp, database_url: str) -> Iterator[Flask]:
    app = make_app(database_url)
    with app.app_context():
        yield app


def move(registration: Registration, *, earlier: bool) -> None:
    with db.write() as session:
        move_in_line(session, registration, at(NOW, by=KARLA), earlier=earlier)


def seat(registration: Registration, reason: str | None = None) -> None:
    with db.write() as session:
        seat_by_hand(session, registration, at(NOW, by=KARLA), reason=reason)


def line(event: Event) -> list[str]:
    db.session().rollback()
    return [party.name for party in db.session().scalars(queue(event.id))]


def letters_to(contact: Contact) -> list[str]:
    mine = select(Letter.kind).where(Letter.to == contact.email).order_by(Letter.id)
    return list(db.session().scalars(mine))


def entries(verb: str) -> list[LogEntry]:
    db.session().rollback()
    return list(db.session().scalars(select(LogEntry).where(LogEntry.verb == verb)))


def check(event: Event) -> None:
    """What must be true of places, whoever gave them."""
    db.session().rollback()
    db.session().expire_all()
    parties = db.session().scalars(select(Registration)).all()
    assert event.taken == sum(party.seats for party in parties)
    for party in parties:
        assert 0 <= party.seats <= party.places
        assert (party.queued_at is not None) == (party.missing > 0)
        if party.is_cancelled:
            assert party.seats == 0


def test_chiara_is_put_before_ben_and_moves_up_first() -> None:
    event = make_event(capacity=1, has_waiting_list=True)
    anna = sign_up(event, ANNA)
    sign_up(event, BEN)
    # All at the same moment: then the order is that of the numbers.
    chiara = sign_up(event, CHIARA)
    dilan = sign_up(event, DILAN)
    assert line(event) == ["Ben", "Chiara", "Dilan"]
    move(chiara, earlier=True)
    assert line(event) == ["Chiara", "Ben", "Dilan"]
    move(chiara, earlier=True)
    move(dilan, earlier=False)
    assert line(event) == ["Chiara", "Ben", "Dilan"], "there is nothing before or after"
    move(chiara, earlier=False)
    move(chiara, earlier=False)
    assert line(event) == ["Ben", "Dilan", "Chiara"]
    old, new = entries("move in line")[0].old, entries("move in line")[0].new
    assert (old, new) == ({"position": 2}, {"position": 1})
    assert {entry.actor for entry in entries("move in line")} == {KARLA}
    with db.write() as session:
        cancel(session, anna, at(NOW))
    assert line(event) == ["Dilan", "Chiara"]
    check(event)


def test_who_comes_later_still_stands_behind() -> None:
    event = make_event(capacity=1, has_waiting_list=True)
    sign_up(event, ANNA)
    sign_up(event, BEN)
    chiara = sign_up(event, CHIARA, now=NOW + timedelta(minutes=1))
    move(chiara, earlier=True)
    sign_up(event, DILAN, now=NOW + timedelta(minutes=2))
    assert line(event) == ["Chiara", "Ben", "Dilan"]


def test_who_does_not_wait_is_not_moved() -> None:
    event = make_event(capacity=1, has_waiting_list=True)
    anna = sign_up(event, ANNA)
    sign_up(event, BEN)
    move(anna, earlier=False)
    assert line(event) == ["Ben"]
    assert entries("move in line") == []


def test_chiara_gets_the_place_that_is_too_small_for_ben_s_party() -> None:
    """A party of three stands before her; the list has rested since the event is so near."""
    event = make_event(capacity=3, has_waiting_list=True)
    late = event.starts_at - timedelta(hours=2)
    anna = sign_up(event, ANNA, 3)
    ben = sign_up(event, BEN, 2)
    chiara = sign_up(event, CHIARA)
    with db.write() as session:
        change_places(session, anna, 2, [], at(late), may_wait=False)
        seat_by_hand(session, chiara, at(late, by=KARLA), reason=None)
    assert (chiara.seats, ben.seats, event.taken) == (1, 0, 3)
    assert letters_to(CHIARA)[-1] == "moved_up"
    assert entries("seat by hand")[0].new == {"places": 1, "seats": 1}
    check(event)


def test_above_the_capacity_only_with_a_reason_and_that_is_kept() -> None:
    event = make_event(capacity=2, has_waiting_list=True)
    sign_up(event, ANNA, 2)
    ben = sign_up(event, BEN, 2)
    for reason in (None, ""):
        with pytest.raises(NotEnoughPlaces):
            seat(ben, reason)
    check(event)
    assert (event.taken, letters_to(BEN)) == (2, ["waiting"])
    seat(ben, "Zwei Stühle mehr aus dem Lager")
    assert (ben.seats, event.taken, event.is_overfull, event.free) == (2, 4, True, 0)
    (entry,) = entries("seat above capacity")
    assert (entry.actor, entry.registration_id, entry.new) == (
        KARLA,
        ben.id,
        {"places": 2, "seats": 2, "reason": "Zwei Stühle mehr aus dem Lager"},
    )
    seat(ben, "noch einmal")
    assert (event.taken, letters_to(BEN)) == (4, ["waiting", "moved_up"])
    check(event)


def test_places_kept_back_are_given_with_a_reason_too() -> None:
    event = make_event(capacity=2, reserved=2, has_waiting_list=True)
    anna = sign_up(event, ANNA)
    with pytest.raises(NotEnoughPlaces):
        seat(anna)
    seat(anna, "Sie dolmetscht")
    assert (anna.seats, event.taken, event.is_overfull) == (1, 1, True)


def test_nobody_moves_up_while_there_are_more_people_than_places() -> None:
    event = make_event(capacity=2, has_waiting_list=True)
    anna = sign_up(event, ANNA, 2)
    ben = sign_up(event, BEN, 2)
    chiara = sign_up(event, CHIARA)
    seat(ben, "Stühle")
    with db.write() as session:
        cancel(session, anna, at(NOW))
    db.session().refresh(chiara)
    assert (event.taken, chiara.is_waiting) == (2, True)
    with db.write() as session:
        cancel(session, ben, at(NOW))
    db.session().refresh(chiara)
    assert (event.taken, chiara.seats) == (1, 1)
    check(event)


def test_who_has_cancelled_or_comes_too_late_gets_no_place() -> None:
    event = make_event(capacity=1, has_waiting_list=True)
    sign_up(event, ANNA)
    ben, chiara = sign_up(event, BEN), sign_up(event, CHIARA)
    with db.write() as session:
        cancel(session, ben, at(NOW))
    with pytest.raises(SignUpClosed):
        seat(ben, "Stühle")
    with pytest.raises(SignUpClosed), db.write() as session:
        seat_by_hand(session, chiara, at(event.ends_at, by=KARLA), reason="Stühle")
    with db.write() as session:
        session.get_one(Event, event.id).called_off_at = NOW
    with pytest.raises(SignUpClosed):
        seat(chiara, "Stühle")
    check(event)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_karla_does_places_are_counted_right(seed: int) -> None:
    draw = random.Random(seed)
    event = make_event(capacity=6, reserved=1, has_waiting_list=True)
    names = [Contact(f"Gast {n}", f"gast{n}@example.org") for n in range(9)]
    parties = [sign_up(event, contact, draw.randint(1, 3)) for contact in names]
    for _ in range(40):
        party = draw.choice(parties)
        above = draw.random() < 0.2
        with db.write() as session:
            what = draw.randrange(5)
            if what == 0:
                move_in_line(session, party, at(NOW, by=KARLA), earlier=draw.random() < 0.5)
            elif what == 1 and not party.is_cancelled and (above or event.fits(party.missing)):
                reason = "Stühle" if above else None
                seat_by_hand(session, party, at(NOW, by=KARLA), reason=reason)
            elif what == 2:
                set_places(
                    session, event.id, draw.randint(0, 9), draw.randint(0, 2), at(NOW, by=KARLA)
                )
            elif what == 3 and not party.is_cancelled:
                change_places(
                    session, party, draw.randint(1, party.places), [], at(NOW), may_wait=True
                )
            elif what == 4 and draw.random() < 0.3:
                cancel(session, party, at(NOW))
        check(event)
    with db.write() as session:
        let_others_move_up(session, session.get_one(Event, event.id), None, at(NOW))
    waiting = db.session().scalars(queue(event.id)).all()
    assert not any(event.fits(party.missing) for party in waiting)
    seats = db.session().scalar(select(func.sum(Registration.seats)))
    assert seats == event.taken
