"""Signing up, changing, cancelling, moving up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from ikw import db
from ikw.actions.registration import cancel as registration_cancel
from ikw.actions.registration.change import change_places, claim, remove_companion
from ikw.actions.registration.links import send_links
from ikw.actions.registration.party import (
    Contact,
    NoSuchCompanion,
    NotEnoughPlaces,
    SignUpClosed,
    TooManyPlaces,
)
from ikw.actions.registration.register import sign_up_again
from ikw.actions.registration.waiting_list import position
from ikw.model import Event, Letter, LogEntry, Registration
from tests.actions.cast import ANNA, BEN, CHIARA, DILAN, at, correct, new_link, sign_up
from tests.conftest import NOW, MakeApp, make_event


@pytest.fixture(autouse=True)
def app(make_app: MakeApp, database_url: str) -> Iterator[Flask]:
    app = make_app(database_url)
    with app.app_context():
        yield app


def cancel(registration: Registration) -> None:
    with db.write() as session:
        registration_cancel.cancel(session, registration, at(NOW))


def change(
    registration: Registration, places: int, names: list[str] | None = None, may_wait: bool = True
) -> None:
    with db.write() as session:
        change_places(session, registration, places, names or [], at(NOW), may_wait=may_wait)


def letters_to(contact: Contact) -> list[str]:
    mine = select(Letter.kind).where(Letter.to == contact.email, Letter.withdrawn_at.is_(None))
    return list(db.session().scalars(mine.order_by(Letter.id)))


def test_anna_gets_her_places_and_a_letter() -> None:
    event = make_event(capacity=10)
    anna = sign_up(event, ANNA, 3, companions=["Ayşe", "Mia"])
    assert (anna.seats, anna.is_seated, event.taken, event.free) == (3, True, 3, 7)
    assert anna.companions == ["Ayşe", "Mia"]
    assert letters_to(ANNA) == ["confirmed"]


def test_dilan_without_email_gets_places_and_no_letter() -> None:
    event = make_event()
    dilan = sign_up(event, DILAN)
    assert dilan.is_seated
    assert dilan.code
    assert db.session().scalars(select(Letter)).all() == []


def test_ben_waits_and_moves_up_when_anna_cancels() -> None:
    event = make_event(capacity=2, has_waiting_list=True)
    anna = sign_up(event, ANNA, 2)
    ben = sign_up(event, BEN, 2)
    assert ben.is_waiting
    cancel(anna)
    assert (ben.is_seated, ben.seats, event.taken) == (True, 2, 2)
    assert letters_to(BEN) == ["waiting", "moved_up"]
    assert letters_to(ANNA) == ["confirmed", "cancelled"]


def test_a_party_moves_up_whole_and_the_first_that_fits_moves() -> None:
    event = make_event(capacity=3, has_waiting_list=True)
    anna = sign_up(event, ANNA, 3)
    ben = sign_up(event, BEN, 3)
    chiara = sign_up(event, CHIARA, 1)
    change(anna, 2)
    assert ben.is_waiting
    assert chiara.is_seated
    cancel(anna)
    assert ben.is_waiting, "two places are no room for three"
    cancel(chiara)
    assert ben.seats == 3


def test_nobody_waits_who_did_not_agree() -> None:
    event = make_event(capacity=2, has_waiting_list=True)
    with pytest.raises(NotEnoughPlaces) as error:
        sign_up(event, ANNA, 3, may_wait=False)
    assert (error.value.free, error.value.may_wait) == (2, True)
    assert db.session().scalars(select(Registration)).all() == []


def test_without_a_waiting_list_full_is_full() -> None:
    event = make_event(capacity=1)
    sign_up(event, ANNA)
    with pytest.raises(NotEnoughPlaces) as error:
        sign_up(event, BEN)
    assert error.value.may_wait is False


def test_places_kept_back_are_not_given_away() -> None:
    event = make_event(capacity=5, reserved=4)
    sign_up(event, ANNA)
    with pytest.raises(NotEnoughPlaces):
        sign_up(event, BEN)


def test_the_same_form_sent_twice_makes_one_registration() -> None:
    event = make_event(capacity=10)
    link = new_link()
    first = sign_up(event, ANNA, 2, link=link)
    second = sign_up(event, ANNA, 2, link=link)
    assert first.id == second.id
    assert event.taken == 2
    assert letters_to(ANNA) == ["confirmed"]


def test_a_form_sent_again_with_other_places_corrects_the_first() -> None:
    event = make_event(capacity=4)
    link = new_link()
    first = sign_up(event, ANNA, 2, link=link)
    sign_up(event, ANNA, 3, link=link, companions=["Mia"], needs="Rampe")
    assert (first.seats, first.companions, first.needs, event.taken) == (3, ["Mia"], "Rampe", 3)
    assert letters_to(ANNA) == ["confirmed", "changed"]
    with pytest.raises(NotEnoughPlaces):
        sign_up(event, ANNA, 5, link=link)


def test_ben_wants_more_and_keeps_what_he_has_while_he_waits() -> None:
    event = make_event(capacity=4, has_waiting_list=True)
    ben = sign_up(event, BEN, 2)
    anna = sign_up(event, ANNA, 2)
    with pytest.raises(NotEnoughPlaces):
        change(ben, 3, may_wait=False)
    assert (ben.places, ben.seats) == (2, 2)
    change(ben, 3)
    assert (ben.places, ben.seats, ben.wants_more) == (3, 2, True)
    cancel(anna)
    assert (ben.seats, ben.wants_more, event.taken) == (3, False, 3)


def test_giving_places_back_lets_others_in_and_never_asks() -> None:
    event = make_event(capacity=3, has_waiting_list=True)
    anna = sign_up(event, ANNA, 3)
    ben = sign_up(event, BEN, 1)
    change(anna, 2, may_wait=False)
    assert (anna.seats, ben.seats, event.taken) == (2, 1, 3)


def test_who_waits_for_less_may_get_it_at_once() -> None:
    event = make_event(capacity=3, has_waiting_list=True)
    sign_up(event, ANNA, 2)
    ben = sign_up(event, BEN, 3)
    change(ben, 1)
    assert ben.seats == 1


def test_one_companion_stays_home() -> None:
    event = make_event(capacity=5)
    anna = sign_up(event, ANNA, 3, companions=["Ayşe", "Mia"])
    for _ in range(2):
        with db.write() as session:
            if "Ayşe" in anna.companions:
                remove_companion(session, anna, 0, "Ayşe", at(NOW))
            else:
                with pytest.raises(NoSuchCompanion):
                    remove_companion(session, anna, 0, "Ayşe", at(NOW))
    assert (anna.companions, anna.seats, event.taken) == (["Mia"], 2, 2)


def test_the_biggest_party_is_the_event_s_choice() -> None:
    event = make_event(party_max=2)
    with pytest.raises(TooManyPlaces):
        sign_up(event, ANNA, 3)
    anna = sign_up(event, ANNA, 2)
    with pytest.raises(TooManyPlaces):
        change(anna, 3)


def test_sign_up_opens_closes_and_ends_with_the_start() -> None:
    event = make_event(
        sign_up_opens=NOW + timedelta(days=1), sign_up_closes=NOW + timedelta(days=2)
    )
    with pytest.raises(SignUpClosed):
        sign_up(event, ANNA)
    sign_up(event, ANNA, now=NOW + timedelta(days=1))
    with pytest.raises(SignUpClosed):
        sign_up(event, BEN, now=NOW + timedelta(days=2))


def test_a_new_address_gets_a_new_link_and_the_old_one_is_told() -> None:
    event = make_event()
    anna = sign_up(event, ANNA)
    old = anna.link_hash
    renewed = correct(anna, Contact("Anna", "neu@example.org"))
    assert renewed
    assert anna.link_hash != old
    assert letters_to(ANNA) == ["address_changed"], "the link in the first letter has ended"
    assert letters_to(Contact("", "neu@example.org")) == ["changed"]


def test_a_corrected_name_keeps_the_link() -> None:
    event = make_event()
    anna = sign_up(event, ANNA)
    old = anna.link_hash
    renewed = correct(anna, Contact("Anna-Lena", ANNA.email))
    assert not renewed
    assert (anna.link_hash, anna.name) == (old, "Anna-Lena")


def test_signing_up_again_starts_at_the_end_of_the_line() -> None:
    event = make_event(capacity=1, has_waiting_list=True)
    anna = sign_up(event, ANNA)
    sign_up(event, BEN)
    sign_up(event, CHIARA, now=NOW + timedelta(minutes=1))
    cancel(anna)
    with db.write() as session:
        sign_up_again(session, anna, at(NOW + timedelta(minutes=2)), may_wait=True)
        assert position(session, anna) == 2
    assert anna.is_waiting


def test_cancelling_twice_is_cancelling_once() -> None:
    event = make_event(capacity=5)
    anna = sign_up(event, ANNA, 2)
    cancel(anna)
    cancel(anna)
    assert event.taken == 0
    assert letters_to(ANNA) == ["confirmed", "cancelled"]


def test_the_list_rests_in_the_last_twelve_hours_but_one_can_take_a_place() -> None:
    event = make_event(capacity=1, has_waiting_list=True)
    late = event.starts_at - timedelta(hours=11)
    anna = sign_up(event, ANNA)
    ben = sign_up(event, BEN)
    with db.write() as session:
        registration_cancel.cancel(session, anna, at(late))
    assert ben.is_waiting
    with db.write() as session:
        claim(session, ben, at(late))
    assert ben.is_seated
    assert letters_to(BEN) == ["waiting", "free", "moved_up"]


def test_more_capacity_is_for_those_who_wait_before_it_is_for_newcomers() -> None:
    event = make_event(capacity=1, has_waiting_list=True)
    sign_up(event, ANNA)
    ben = sign_up(event, BEN)
    with db.write() as session:
        session.get_one(Event, event.id).capacity = 2
    chiara = sign_up(event, CHIARA)
    assert ben.is_seated
    assert chiara.is_waiting


def test_a_link_belongs_to_one_event() -> None:
    link = new_link()
    first, second = make_event(), make_event("tanz")
    sign_up(first, ANNA, 2, link=link)
    with pytest.raises(IntegrityError):
        sign_up(second, ANNA, 1, link=link)
    assert first.taken == 2


def test_an_exhibition_takes_sign_ups_until_it_ends() -> None:
    event = make_event(
        start=None, end_date=date(2023, 9, 27), hours="täglich 10 bis 17 Uhr", capacity=5
    )
    anna = sign_up(event, ANNA, now=event.starts_at + timedelta(days=3))
    with db.write() as session:
        registration_cancel.cancel(session, anna, at(event.starts_at + timedelta(days=4)))
    with pytest.raises(SignUpClosed):
        sign_up(event, BEN, now=event.ends_at)


def test_what_is_over_takes_no_sign_up_whatever_the_file_says() -> None:
    event = make_event(sign_up_closes=NOW + timedelta(days=999))
    with pytest.raises(SignUpClosed):
        sign_up(event, ANNA, now=event.ends_at)


def test_the_links_go_to_their_owner_for_every_sign_up_that_is_not_over() -> None:
    sign_up(make_event(), ANNA)
    sign_up(make_event("tanz"), ANNA)
    cancelled = sign_up(make_event("film"), ANNA)
    cancel(cancelled)
    with db.write() as session:
        send_links(session, "anna@example.org", at(NOW))
        send_links(session, "niemand@example.org", at(NOW))
    assert letters_to(ANNA).count("link") == 2


def test_the_log_knows_what_was_done_and_no_names() -> None:
    event = make_event(capacity=1, has_waiting_list=True)
    anna = sign_up(event, ANNA)
    sign_up(event, BEN)
    cancel(anna)
    entries = db.session().scalars(select(LogEntry).order_by(LogEntry.id)).all()
    assert [e.verb for e in entries] == ["register", "register", "cancel", "move up"]
    assert not any("Anna" in str([e.old, e.new, e.actor]) for e in entries)
