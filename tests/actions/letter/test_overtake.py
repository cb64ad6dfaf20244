"""A newer letter does not wait for an older one that the mail server has put off."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import time, timedelta
from threading import Event as Stop
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from ikw import clock, db
from ikw.actions.event import plan
from ikw.actions.letter import mailing
from ikw.actions.letter.cap import A_DAY, FOR_LINKS
from ikw.actions.letter.mailing import Text
from ikw.actions.registration.cancel import cancel
from ikw.actions.registration.change import change_places
from ikw.actions.registration.links import send_links
from ikw.actions.registration.party import Contact
from ikw.actions.registration.register import sign_up_again
from ikw.mail.deliver import claim, deliver
from ikw.model import Event, Letter, Organiser, Registration
from ikw.model.vocabulary import Recipients
from tests.actions.cast import ANNA, BEN, at, new_link, sign_up
from tests.conftest import NOW, MakeApp, make_event
from tests.mail.smtp import Handler, smtp_server

AT_ONCE = at(NOW, by="Desk", quiet=timedelta(0))


@pytest.fixture
def mail(make_app: MakeApp, database_url: str) -> Iterator[tuple[Flask, Handler]]:
    """A site whose mail server puts the first try of everything off."""
    with smtp_server(lambda _to, tries: "451 later" if tries == 1 else "250 taken") as (port, kept):
        settings = {"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": port, "MAIL_TIMEOUT": 5}
        app = make_app(database_url, **settings)
        with app.app_context():
            yield app, kept


def send_all(app: Flask) -> None:
    deliver(app, Stop(), until_empty=True)


def let_all_be_tried_again() -> None:
    with db.write() as session:
        session.execute(update(Letter).values(next_try_at=NOW))


def words_of(letter: Any) -> str:
    return " ".join(letter.get_body(("plain",)).get_content().split())


def kinds(**states: bool) -> list[str]:
    """The kinds of letters that are, or are not, in these states."""
    letters = db.session().scalars(
        select(Letter).order_by(Letter.id).execution_options(populate_existing=True)
    )
    return [
        letter.kind
        for letter in letters
        if all((getattr(letter, name) is not None) is is_so for name, is_so in states.items())
    ]


def again(registration: Registration) -> Registration:
    return db.session().get_one(Registration, registration.id)


def test_after_cancelling_nobody_reads_that_they_are_signed_up(
    mail: tuple[Flask, Handler],
) -> None:
    app, server = mail
    anna = sign_up(make_event(), ANNA)
    send_all(app)
    assert server.taken == [], "the confirmation waits for its next try"
    with db.write() as session:
        cancel(session, again(anna), at(NOW))
    send_all(app)
    let_all_be_tried_again()
    send_all(app)
    (letter,) = server.taken
    assert letter["Subject"].startswith("Ihre Anmeldung ist abgesagt")
    assert kinds(withdrawn_at=True) == ["confirmed"]


def test_what_the_confirmation_would_have_brought_comes_with_the_change(
    mail: tuple[Flask, Handler],
) -> None:
    """Code, link, calendar and place: Anna never saw the letter that had them."""
    app, server = mail
    event = make_event()
    anna = sign_up(event, ANNA, 2)
    send_all(app)
    with db.write() as session:
        change_places(session, again(anna), 3, [], at(NOW), may_wait=False)
    send_all(app)
    (letter,) = server.taken
    text = words_of(letter)
    assert again(anna).code in text
    assert "/anmeldung/" in text
    assert "3 Plätze" in text
    names = [part.get_filename() for part in letter.iter_attachments()]
    assert f"{event.key}.ics" in names
    (calendar,) = [p for p in letter.walk() if p.get_content_type() == "text/calendar"]
    assert "METHOD:REQUEST" in calendar.get_content().replace("\r\n ", "")


@pytest.mark.parametrize("tried", [False, True], ids=["held", "put off"])
def test_a_stranger_cannot_take_the_news_away(mail: tuple[Flask, Handler], tried: bool) -> None:
    """The event is called off; before Anna has heard, somebody asks for her lost link."""
    app, server = mail
    event = make_event()
    sign_up(event, ANNA)
    with db.write() as session:
        session.execute(update(Letter).values(sent_at=NOW))
        plan.call_off(session, event.id, "Sturm", AT_ONCE)
    if tried:
        send_all(app)
    with db.write() as session:
        send_links(session, "anna@example.org", at(NOW))
    send_all(app)
    let_all_be_tried_again()
    send_all(app)
    assert "Abgesagt" in {m["Subject"].partition(":")[0] for m in server.taken}


def test_news_that_were_put_off_are_told_after_a_change_all_the_same(
    mail: tuple[Flask, Handler],
) -> None:
    app, server = mail
    event = make_event()
    anna = sign_up(event, ANNA)
    with db.write() as session:
        session.execute(update(Letter).values(sent_at=NOW))
        plan.announce_time(session, event.id, time(19, 30), None, AT_ONCE)
    send_all(app)
    for number in (2, 3):
        with db.write() as session:
            change_places(session, again(anna), number, [], at(NOW), may_wait=False)
    send_all(app)
    let_all_be_tried_again()
    send_all(app)
    said = " ".join(words_of(letter) for letter in server.taken)
    assert "19:30" in said
    assert "Neue Uhrzeit" in {m["Subject"].partition(":")[0] for m in server.taken}


def test_what_an_organiser_wrote_is_overtaken_by_nothing(mail: tuple[Flask, Handler]) -> None:
    app, server = mail
    event = make_event()
    anna = sign_up(event, ANNA)
    with db.write() as session:
        session.execute(update(Letter).values(sent_at=NOW))
        karla = Organiser(
            name="Karla", email="karla@example.org", role="coordination", created_at=NOW
        )
        session.add(karla)
        text = Text(Recipients.ALL, {"de": {"subject": "Bitte", "text": "Festes Schuhwerk"}}, None)
        mailing.write(session, event, text, karla, at(NOW), link=new_link())
        session.execute(update(Letter).values(next_try_at=NOW))
    send_all(app)
    with db.write() as session:
        change_places(session, again(anna), 2, [], at(NOW), may_wait=False)
    send_all(app)
    let_all_be_tried_again()
    send_all(app)
    assert {m["Subject"].partition(":")[0] for m in server.taken} == {
        "Bitte",
        "Ihre Anmeldung wurde geändert",
    }


def test_others_are_not_overtaken(mail: tuple[Flask, Handler]) -> None:
    """Ben's letter waits for himself alone, and so does Anna's for the other event."""
    app, server = mail
    event, other = make_event(), make_event("tanz")
    anna = sign_up(event, ANNA)
    sign_up(event, BEN)
    sign_up(other, ANNA)
    send_all(app)
    with db.write() as session:
        cancel(session, again(anna), at(NOW))
    send_all(app)
    let_all_be_tried_again()
    send_all(app)
    assert sorted((m["To"], m["Subject"].partition(":")[0]) for m in server.taken) == [
        ("anna@example.org", "Ihre Anmeldung ist abgesagt"),
        ("anna@example.org", "Sie sind angemeldet"),
        ("ben@example.org", "Sie sind angemeldet"),
    ]


def test_while_a_letter_is_being_sent_the_next_one_waits(mail: tuple[Flask, Handler]) -> None:
    """Else a second delivery could be faster with the newer one."""
    app, _server = mail
    anna = sign_up(make_event(), ANNA)
    first = claim()
    with db.write() as session:
        cancel(session, again(anna), at(NOW))
    assert claim() is None
    with db.write() as session:
        session.execute(update(Letter).where(Letter.id == first).values(sent_at=NOW))
    assert claim() is not None
    assert app.config["MAIL_SERVER"]


def test_letters_of_changes_that_nobody_tried_to_send_become_one(
    mail: tuple[Flask, Handler],
) -> None:
    anna = sign_up(make_event(), Contact("Anna", "anna@example.org"))
    for number in (2, 3, 4, 2, 5):
        with db.write() as session:
            change_places(session, again(anna), number, [], at(NOW), may_wait=False)
    assert kinds(withdrawn_at=False) == ["confirmed", "changed"]
    open_one = select(Letter).where(Letter.kind == "changed", Letter.withdrawn_at.is_(None))
    assert db.session().scalars(open_one).one().facts["places"] == 5


def test_signing_up_again_is_confirmed_last(mail: tuple[Flask, Handler]) -> None:
    app, server = mail
    anna = sign_up(make_event(), ANNA)
    send_all(app)
    with db.write() as session:
        cancel(session, again(anna), at(NOW))
    with db.write() as session:
        sign_up_again(session, again(anna), at(NOW), may_wait=False)
    send_all(app)
    let_all_be_tried_again()
    send_all(app)
    assert server.taken[-1]["Subject"].startswith("Sie sind angemeldet")
    assert db.session().scalars(select(Event)).one().taken == 1


def test_a_letter_too_many_still_takes_the_older_one_s_place(
    mail: tuple[Flask, Handler],
) -> None:
    """Twenty confirmations wait; whoever cancels one of them is not told that they come."""
    app, server = mail
    made = [sign_up(make_event(f"fest-{number}"), ANNA) for number in range(A_DAY)]
    send_all(app)
    server.mood = lambda _to, _tries: "250 taken"
    with db.write() as session:
        cancel(session, again(made[0]), at(NOW))
    let_all_be_tried_again()
    send_all(app)
    (about_it,) = [m for m in server.taken if made[0].code in words_of(m) or "fest-0" in str(m)]
    assert about_it["Subject"].startswith("Ihre Anmeldung ist abgesagt")


def test_what_is_being_sent_when_the_last_letter_was_written_is_followed_by_the_truth(
    mail: tuple[Flask, Handler],
) -> None:
    """The mailbox has had its twenty, "confirmed" is on its way, and comes back with 451."""
    app, server = mail
    made = [sign_up(make_event(f"fest-{number}"), ANNA) for number in range(A_DAY - FOR_LINKS)]
    first = claim()
    with db.write() as session:
        cancel(session, again(made[0]), at(NOW))
        session.execute(
            update(Letter).where(Letter.id == first).values(failure="451", next_try_at=NOW)
        )
    server.mood = lambda _to, _tries: "250 taken"
    send_all(app)
    said = [m["Subject"] for m in server.taken if made[0].code in words_of(m) or "fest-0" in str(m)]
    assert said[-1].startswith("Ihre Anmeldung ist abgesagt")


def test_three_deliveries_never_send_two_letters_of_one_sign_up_at_once(
    make_app: MakeApp, postgres_url: str
) -> None:
    """Each takes the letter that has been due longest; the older one of a pair is never second."""
    app = make_app(postgres_url, MAIL_SERVER="127.0.0.1", MAIL_TIMEOUT=5)
    with app.app_context():
        event = make_event()
        for number in range(40):
            anna = sign_up(event, Contact("Anna", f"anna{number}@example.org"))
            with db.write() as session:
                # As if it were on its way when the next one is written.
                session.execute(update(Letter).values(tries=1, failure=None, next_try_at=NOW))
                cancel(session, again(anna), at(NOW))
        db.session().close()
    taken: list[tuple[int, int]] = []
    lock = threading.Lock()

    def run() -> None:
        with app.app_context():
            while True:
                try:
                    letter_id = claim()
                except OperationalError:
                    continue
                if letter_id is None:
                    return
                letter = db.session().get_one(Letter, letter_id)
                with lock:
                    taken.append((letter.registration.id, letter_id))
                with db.write() as session:
                    done = update(Letter).where(Letter.id == letter_id)
                    session.execute(done.values(sent_at=clock.real()))

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        both = select(Letter).where(Letter.sent_at.is_not(None), Letter.withdrawn_at.is_not(None))
        assert db.session().scalars(both).all() == []
    last: dict[int, int] = {}
    for registration, letter in taken:
        assert letter > last.get(registration, 0), "in their order"
        last[registration] = letter
    assert len(last) == 40
