"""Nobody's mailbox is filled with somebody's help; news still reach everyone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from ikw import db
from ikw.actions import feedback
from ikw.actions.event.plan import call_off
from ikw.actions.feedback import Message
from ikw.actions.letter.cap import A_DAY, FOR_LINKS, is_withheld
from ikw.actions.letter.mailbox import mailbox_of
from ikw.actions.registration.cancel import cancel
from ikw.actions.registration.change import change_places
from ikw.actions.registration.links import send_links
from ikw.actions.registration.party import Contact
from ikw.model import Letter, Registration
from tests.actions.cast import at, new_link, sign_up
from tests.conftest import NOW, MakeApp, make_event


@pytest.fixture(autouse=True)
def app(make_app: MakeApp, database_url: str) -> Iterator[Flask]:
    app = make_app(database_url)
    with app.app_context():
        yield app


def letters() -> int:
    """How many letters there are to be sent."""
    waiting = select(func.count()).where(Letter.withdrawn_at.is_(None))
    return db.session().scalar(waiting) or 0


@pytest.mark.parametrize(
    ("written", "mailbox"),
    [
        ("anna@example.org", "anna@example.org"),
        ("anna+ikw@example.org", "anna@example.org"),
        ("a.n.n.a@gmail.com", "anna@gmail.com"),
        ("an.na+x+y@googlemail.com", "anna@gmail.com"),
        ("a.nna@example.org", "a.nna@example.org"),
        ("+@example.org", "+@example.org"),
        ("nothing", "nothing"),
    ],
)
def test_spellings_of_one_mailbox_are_one(written: str, mailbox: str) -> None:
    assert mailbox_of(written) == mailbox


def test_a_mailbox_gets_twenty_letters_a_day_from_strangers() -> None:
    """Twelve sign-ups in her name, and ten changes of each, in all spellings."""
    events = [make_event(f"fest-{number}") for number in range(12)]
    for number, event in enumerate(events):
        victim = Contact("Vera", f"ve.ra+{number}@gmail.com")
        made = sign_up(event, victim)
        for places in range(10):
            with db.write() as session:
                # As fast as they are written they leave.
                session.execute(update(Letter).values(sent_at=NOW, tries=1))
                again = session.get_one(Registration, made.id)
                wanted = 1 + places % 4
                change_places(session, again, wanted, [], at(NOW), may_wait=True)
    assert letters() == A_DAY - FOR_LINKS
    last = db.session().get_one(Registration, made.id)
    assert is_withheld(db.session(), last), "so the page says what the letter would have said"
    assert last.places == 2, "every change counts all the same"


def test_the_day_after_there_are_letters_again() -> None:
    event = make_event()
    for number in range(A_DAY + 5):
        sign_up(event, Contact("Vera", f"vera+{number}@example.org"))
    assert letters() == A_DAY - FOR_LINKS
    sign_up(event, Contact("Vera", "vera@example.org"), now=NOW + timedelta(hours=25))
    assert letters() == A_DAY - FOR_LINKS + 1


def test_a_link_that_vera_lost_still_reaches_her() -> None:
    """Somebody signs her up all over; her own link comes all the same."""
    vera = Contact("Vera", "vera@example.org")
    sign_up(make_event(), vera)
    for number in range(30):
        sign_up(make_event(f"fest-{number}"), Contact("Vera", f"vera+{number}@example.org"))
    with db.write() as session:
        send_links(session, "vera@example.org", at(NOW))
    sent = select(Letter.id).where(Letter.kind == "link", Letter.withdrawn_at.is_(None))
    assert db.session().scalars(sent).all()


def test_lost_links_and_copies_of_feedback_count_as_well() -> None:
    vera = Contact("Vera", "vera@example.org")
    sign_up(make_event(), vera)
    for _ in range(15):
        with db.write() as session:
            session.execute(update(Letter).values(sent_at=NOW, tries=1))
            send_links(session, "vera@example.org", at(NOW))
        message = Message("accessibility", "Text", None, "Vera", "vera@example.org", None, "de")
        with db.write() as session:
            feedback.give(session, message, at(NOW), link=new_link(), office="amt@example.org")
    to_vera = select(func.count()).where(
        Letter.to == "vera@example.org", Letter.withdrawn_at.is_(None)
    )
    assert db.session().scalar(to_vera) == A_DAY
    to_office = select(func.count()).where(Letter.to == "amt@example.org")
    assert db.session().scalar(to_office) == 15, "the office hears of every message"


def test_news_reach_whoever_had_too_many_letters() -> None:
    event = make_event(capacity=1, has_waiting_list=True)
    vera = Contact("Vera", "vera@example.org")
    first = sign_up(event, Contact("Anna", "anna@example.org"))
    sign_up(event, vera)
    for number in range(A_DAY):
        sign_up(make_event(f"fest-{number}"), vera)
    with db.write() as session:
        cancel(session, session.get_one(Registration, first.id), at(NOW))
        call_off(session, event.id, "Sturm", at(NOW, by="Desk", quiet=timedelta(0)))
    got = db.session().scalars(
        select(Letter.kind).where(
            Letter.to == "vera@example.org",
            Letter.withdrawn_at.is_(None),
            Letter.kind.in_(["moved_up", "event_changed"]),
        )
    )
    assert sorted(got) == ["event_changed", "moved_up"]


def test_others_get_their_letters() -> None:
    event = make_event()
    for _ in range(A_DAY + 3):
        sign_up(event, Contact("Vera", "vera@example.org"))
    sign_up(event, Contact("Wilma", "wilma@example.org"))
    to_wilma = select(Letter.withdrawn_at).where(Letter.to == "wilma@example.org")
    assert db.session().scalars(to_wilma).all() == [None]
