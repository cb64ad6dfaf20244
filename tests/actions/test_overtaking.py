"""A newer letter does not wait for an older one that the mail server has put off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time, timedelta
from threading import Event as Stop
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from ikw import db
from ikw.actions import changing, planning, registering, telling, writing
from ikw.actions.announcing import Act
from ikw.actions.party import Contact
from ikw.actions.reminding import Schedule, remind
from ikw.actions.writing import Text
from ikw.mail.deliver import claim, deliver
from ikw.model import Event, Letter, Organiser, Registration
from tests.actions.cast import ANNA, BEN, new_link, sign_up
from tests.conftest import NOW, MakeApp, make_event
from tests.mail.smtp import Handler, smtp_server

AT_ONCE = Act("Desk", NOW, timedelta(0))


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
        changing.cancel(session, again(anna), now=NOW)
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
        remind(session, event.id, Schedule(days=999, hour=time(10)), now=NOW)
    send_all(app)
    (letter,) = server.taken
    assert letter["Subject"].startswith("Erinnerung")
    text = words_of(letter)
    assert anna.code in text
    assert "/anmeldung/" in text
    assert "2 Plätze" in text
    names = [part.get_filename() for part in letter.iter_attachments()]
    assert f"{event.key}.ics" in names
    (calendar,) = [p for p in letter.walk() if p.get_content_type() == "text/calendar"]
    assert "METHOD:REQUEST" in calendar.get_content().replace("\r\n ", "")


def test_news_that_never_left_are_told_by_what_leaves_instead(
    mail: tuple[Flask, Handler],
) -> None:
    app, server = mail
    event = make_event()
    anna = sign_up(event, ANNA)
    with db.write() as session:
        session.execute(update(Letter).values(sent_at=NOW))
    with db.write() as session:
        planning.announce_time(session, event.id, time(19, 30), None, AT_ONCE)
    send_all(app)
    with db.write() as session:
        telling.send_links(session, "anna@example.org", now=NOW)
    send_all(app)
    (letter,) = server.taken
    text = words_of(letter)
    assert letter["Subject"].startswith("Ihr Link")
    assert "19:30" in text
    assert "statt" in text or "18:00" in text, "from when it was moved"
    assert again(anna).code in text


def test_a_place_that_was_not_told_stands_in_the_news(mail: tuple[Flask, Handler]) -> None:
    app, server = mail
    event = make_event()
    sign_up(event, ANNA, 3)
    send_all(app)
    with db.write() as session:
        planning.announce_time(session, event.id, time(20), None, AT_ONCE)
    send_all(app)
    (letter,) = server.taken
    assert letter["Subject"].startswith("Neue Uhrzeit")
    assert "Sie haben 3 Plätze" in words_of(letter)


def test_two_changes_of_which_the_first_never_left_tell_from_the_beginning(
    mail: tuple[Flask, Handler],
) -> None:
    app, _server = mail
    event = make_event()
    anna = sign_up(event, ANNA)
    with db.write() as session:
        session.execute(update(Letter).values(sent_at=NOW))
        planning.announce_time(session, event.id, time(19), None, AT_ONCE)
    assert claim() is not None
    with db.write() as session:
        planning.announce_time(session, event.id, time(20), None, AT_ONCE)
    with db.write() as session:
        # Whoever sent the first one was killed, and by now its lease is over.
        over = Letter.tries > 0
        session.execute(update(Letter).where(over).values(next_try_at=NOW + timedelta(hours=1)))
        session.execute(update(Letter).where(~over).values(next_try_at=NOW))
    newer = claim()
    letter = db.session().get_one(Letter, newer)
    assert letter.facts["before"]["start"] == "18:00:00"
    assert kinds(withdrawn_at=True) == ["event_changed"]
    assert app.config["MAIL_SERVER"]
    assert letter.registration.id == anna.id


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
        text = Text("all", {"de": {"subject": "Bitte", "text": "Festes Schuhwerk"}}, None)
        writing.write(session, event, text, karla, link=new_link(), now=NOW)
        session.execute(update(Letter).values(next_try_at=NOW))
    send_all(app)
    with db.write() as session:
        changing.change_places(session, again(anna), 2, [], may_wait=False, now=NOW)
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
        changing.cancel(session, again(anna), now=NOW)
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
        changing.cancel(session, again(anna), now=NOW)
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
            changing.change_places(session, again(anna), number, [], may_wait=False, now=NOW)
    assert kinds(withdrawn_at=False) == ["confirmed", "changed"]
    open_one = select(Letter).where(Letter.kind == "changed", Letter.withdrawn_at.is_(None))
    assert db.session().scalars(open_one).one().facts["places"] == 5


def test_signing_up_again_is_confirmed_last(mail: tuple[Flask, Handler]) -> None:
    app, server = mail
    anna = sign_up(make_event(), ANNA)
    send_all(app)
    with db.write() as session:
        changing.cancel(session, again(anna), now=NOW)
    with db.write() as session:
        registering.sign_up_again(session, again(anna), may_wait=False, now=NOW)
    send_all(app)
    let_all_be_tried_again()
    send_all(app)
    assert server.taken[-1]["Subject"].startswith("Sie sind angemeldet")
    assert db.session().scalars(select(Event)).one().taken == 1
