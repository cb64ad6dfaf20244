"""An address that nobody has: whoever gave it is called, until the contact is corrected."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time, timedelta
from threading import Event as Stop

import pytest
from flask import Flask
from sqlalchemy import select, update

from ikw import clock, db
from ikw.actions.event import plan
from ikw.actions.letter import calls
from ikw.actions.registration.links import send_links
from ikw.actions.registration.party import Contact
from ikw.mail.deliver import deliver, knows_nobody
from ikw.model import Letter, Registration
from tests.actions.cast import at, correct, sign_up
from tests.conftest import NOW, MakeApp, make_event
from tests.mail.smtp import Handler, smtp_server
from tests.web.desk.desk import organiser, sign_in_by_link

ANNA = Contact("Anna", "tippfehler@example.org", "05971 12345")


@pytest.fixture
def mail(make_app: MakeApp, database_url: str) -> Iterator[tuple[Flask, Handler]]:
    def mood(to: str, _tries: int) -> str:
        return "550 5.1.1 unknown user" if to.startswith("tippfehler") else "250 taken"

    with smtp_server(mood) as (port, kept):
        app = make_app(database_url, MAIL_SERVER="127.0.0.1", MAIL_PORT=port, MAIL_TIMEOUT=5)
        with app.app_context():
            yield app, kept


@pytest.mark.parametrize(
    ("code", "said", "nobody"),
    [
        (550, "550 5.1.1 <a@b>: Recipient address rejected: User unknown", True),
        (550, "550 5.1.10 RESOLVER.ADR.RecipientNotFound", True),
        (550, "550 No such user here", True),
        (550, "550 Requested action not taken: mailbox unavailable: user not found", True),
        (553, "553 5.1.3 bad destination mailbox address syntax", True),
        (552, "552 5.2.2 mailbox full", False),
        (550, "550 5.2.2 user is over quota", False),
        (550, "550 5.7.1 message rejected as spam", False),
        (554, "554 5.7.1 unknown user behaviour, blocked", False),
        (550, "550 5.1.8 sender address rejected", False),
        (550, "550 5.1.0 <ikw@town>: Sender address rejected: User unknown in table", False),
        (550, "550 5.7.1 rejected, see rule 5.1.1", False),
        (553, "553 envelope sender is an invalid address", False),
        (550, "550 5.1.7 bad sender", False),
        (550, "550 rejected by policy", False),
        (450, "450 4.1.1 user unknown", False),
    ],
)
def test_which_refusals_mean_that_nobody_is_there(code: int, said: str, nobody: bool) -> None:
    assert knows_nobody(code, said) is nobody


def test_anna_mistyped_her_address_and_is_called(mail: tuple[Flask, Handler]) -> None:
    app, server = mail
    event = make_event()
    anna = sign_up(event, ANNA)
    deliver(app, Stop(), until_empty=True)
    assert server.taken == []
    (call,) = calls.call_list(db.session(), now=NOW, real=clock.real())
    assert (call.kind, call.registration.name) == ("confirmed", "Anna")
    with db.write() as session:
        calls.reached(session, call.id, at(NOW))
        plan.call_off(session, event.id, "Sturm", at(NOW, by="Desk", quiet=timedelta(0)))
    (news,) = calls.call_list(db.session(), now=NOW, real=clock.real())
    assert (news.kind, news.to) == ("event_changed", None), "no second letter into nowhere"
    again = db.session().get_one(Registration, anna.id, populate_existing=True)
    assert again.unreachable_at is not None


def test_once_corrected_letters_go_out_again(mail: tuple[Flask, Handler]) -> None:
    app, server = mail
    anna = sign_up(make_event(), ANNA)
    deliver(app, Stop(), until_empty=True)
    assert correct(
        db.session().get_one(Registration, anna.id),
        Contact("Anna", "anna@example.org", "05971 12345"),
    )
    deliver(app, Stop(), until_empty=True)
    assert [message["To"] for message in server.taken] == ["anna@example.org"]
    again = db.session().get_one(Registration, anna.id, populate_existing=True)
    assert again.unreachable_at is None
    assert calls.call_list(db.session(), now=NOW, real=clock.real()) == []


def test_a_full_mailbox_is_no_wrong_address(make_app: MakeApp, sqlite_url: str) -> None:
    with smtp_server(lambda _to, _tries: "552 5.2.2 mailbox full") as (port, _kept):
        app = make_app(sqlite_url, MAIL_SERVER="127.0.0.1", MAIL_PORT=port, MAIL_TIMEOUT=5)
        with app.app_context():
            anna = sign_up(make_event(), ANNA)
            deliver(app, Stop(), until_empty=True)
            again = db.session().get_one(Registration, anna.id, populate_existing=True)
            assert again.unreachable_at is None
            failed = select(Letter).where(Letter.failed_at.is_not(None))
            assert len(db.session().scalars(failed).all()) == 1


def test_karla_sees_it_on_her_first_page_and_in_the_list(
    make_app: MakeApp, sqlite_url: str
) -> None:
    app = make_app(sqlite_url)
    with app.app_context():
        event = make_event()
        sign_up(event, ANNA)
        with db.write() as session:
            session.execute(update(Registration).values(unreachable_at=NOW))
        karla = organiser("coordination")
    client = app.test_client()
    sign_in_by_link(client, karla)
    assert "E-Mail-Adresse gibt es nicht" in client.get("/verwaltung/").text
    page = client.get("/verwaltung/veranstaltung/fest/anmeldungen/?nur=unreachable").text
    assert "Anna" in page
    assert "gibt es nicht" in page


def test_whoever_saves_the_same_address_or_asks_there_is_believed(
    mail: tuple[Flask, Handler],
) -> None:
    _app, _server = mail
    anna = sign_up(make_event(), ANNA)
    for confirm in (
        lambda: correct(db.session().get_one(Registration, anna.id), ANNA),
        lambda: _ask_for_the_link(),
    ):
        with db.write() as session:
            session.execute(update(Registration).values(unreachable_at=NOW))
            session.execute(update(Letter).values(sent_at=NOW))
        confirm()
        again = db.session().get_one(Registration, anna.id, populate_existing=True)
        assert again.unreachable_at is None
        unsent = select(Letter.to).where(Letter.sent_at.is_(None))
        assert db.session().scalars(unsent).all() == ["tippfehler@example.org"]


def _ask_for_the_link() -> None:
    with db.write() as session:
        send_links(session, "tippfehler@example.org", at(NOW))


def test_news_that_were_to_be_called_go_to_the_new_address(mail: tuple[Flask, Handler]) -> None:
    app, server = mail
    event = make_event()
    anna = sign_up(event, ANNA)
    deliver(app, Stop(), until_empty=True)
    with db.write() as session:
        plan.call_off(session, event.id, "Sturm", at(NOW, by="Desk", quiet=timedelta(0)))
        plan.reinstate(session, event.id, at(NOW, by="Desk", quiet=timedelta(0)))
        plan.announce_time(
            session, event.id, time(20), None, at(NOW, by="Desk", quiet=timedelta(0))
        )
    correct(db.session().get_one(Registration, anna.id), Contact("Anna", "anna@example.org"))
    deliver(app, Stop(), until_empty=True)
    assert "Neue Uhrzeit" in {m["Subject"].partition(":")[0] for m in server.taken}
