"""Letters to those who signed up: who gets one, in which words, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from ikw import clock, db
from ikw.actions.letter import mailing as letter_mailing
from ikw.actions.letter.calls import call_list, reached
from ikw.actions.letter.mailing import NobodyToWriteTo, NotOpen, Text
from ikw.actions.links import Link
from ikw.actions.registration.cancel import cancel
from ikw.actions.registration.check_in import check_in
from ikw.actions.registration.party import Contact
from ikw.mail.compose import compose
from ikw.mail.deliver import claim
from ikw.model import Event, Letter, LogEntry, Mailing, Organiser, Registration
from ikw.model.vocabulary import Recipients
from ikw.text.placeholders import unknown_in
from tests.actions.cast import ANNA, BEN, CHIARA, DILAN, at, correct, new_link, sign_up
from tests.conftest import NOW, MakeApp, make_event, make_venue

GERMAN = {"subject": "Zu {veranstaltung}", "text": "Liebe/r {name},\n\nbringen Sie etwas mit."}
TURKISH = {"subject": "Hakkında: {veranstaltung}", "text": "{wann}, {wo}"}

AT_ONCE = 4


@pytest.fixture(autouse=True)
def app(make_app: MakeApp, database_url: str) -> Iterator[Flask]:
    app = make_app(database_url, IKW_BASE_URL="https://ikw.example.org")
    with app.app_context():
        yield app


def write(
    event: Event,
    organiser: Organiser,
    recipients: str = "all",
    *,
    link: Link | None = None,
    **texts: Any,
) -> Mailing:
    text = Text(Recipients(recipients), texts or {"de": GERMAN}, "verein@example.org")
    with db.write() as session:
        return letter_mailing.write(
            session, event, text, organiser, at(NOW, by=organiser.actor), link=link or new_link()
        )


def letters(kind: str = "message") -> list[Letter]:
    db.session().rollback()
    wanted = select(Letter).where(Letter.kind == kind).order_by(Letter.id)
    return list(db.session().scalars(wanted))


def now_due() -> None:
    """Let two minutes pass, in which letters can be stopped; and let nothing else be sent."""
    with db.write() as session:
        session.execute(update(Letter).values(next_try_at=datetime.now(UTC)))
        others = update(Letter).where(Letter.kind != "message")
        session.execute(others.values(sent_at=datetime.now(UTC)))


def composed(letter: Letter) -> EmailMessage:
    message = message_from_bytes(compose(letter).as_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def text_of(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return " ".join(str(part.get_content()).split())


# To whom


@pytest.mark.parametrize(
    ("recipients", "names"),
    [
        ("all", ["Anna", "Ben", "Dilan"]),
        ("seated", ["Anna", "Dilan"]),
        ("waiting", ["Ben"]),
        ("checked-in", ["Anna"]),
    ],
)
def test_karla_writes_to_those_whom_she_means(
    karla: Organiser, recipients: str, names: list[str]
) -> None:
    event = make_event(capacity=3, has_waiting_list=True)
    anna = sign_up(event, ANNA, 2)
    sign_up(event, BEN, 2)
    gone = sign_up(event, CHIARA)
    with db.write() as session:
        cancel(session, gone, at(NOW))
    sign_up(event, DILAN)
    sign_up(make_event("tanz"), CHIARA)
    with db.write() as session:
        check_in(session, anna, 2, at(NOW, by=karla.actor))
    mailing = write(event, karla, recipients)
    assert [letter.registration.name for letter in letters()] == names
    assert {letter.mailing_id for letter in letters()} == {mailing.id}
    called = names.count("Dilan")
    counts = letter_mailing.count_recipients(db.session(), event, Recipients(recipients))
    assert counts == (len(names) - called, called)
    entry = (
        db.session().scalars(select(LogEntry).where(LogEntry.verb == "write to participants")).one()
    )
    assert entry.new == {"recipients": recipients, "letters": len(names)}
    assert entry.actor == karla.actor


def test_nobody_there_is_nobody_written_to(karla: Organiser) -> None:
    event = make_event(capacity=3)
    sign_up(event, ANNA)
    with pytest.raises(NobodyToWriteTo):
        write(event, karla, "waiting")
    db.session().rollback()
    assert db.session().scalars(select(Mailing)).all() == []


def test_everyone_reads_it_in_their_language_or_in_german(karla: Organiser) -> None:
    event = make_event(venue=make_venue())
    sign_up(event, ANNA, language="tr")
    sign_up(event, BEN, language="uk")
    sign_up(event, CHIARA)
    assert letter_mailing.languages_of(db.session(), event) == {"tr": 1, "uk": 1, "de": 1}
    write(event, karla, de=GERMAN, tr=TURKISH)
    anna, ben, chiara = (composed(letter) for letter in letters())
    assert anna["Subject"] == "Hakkında: Fest der Räume"
    assert "23 Eylül 2023" in text_of(anna), "the day is written as Anna reads it"
    assert "Haus⁵¹" in text_of(anna)
    for german in (ben, chiara):
        assert german["Subject"] == "Zu Fest der Räume"
        assert "bringen Sie etwas mit." in text_of(german)
    assert {letter["Reply-To"] for letter in (anna, ben, chiara)} == {"verein@example.org"}


def test_dilan_without_an_address_is_on_the_call_list(karla: Organiser) -> None:
    event = make_event()
    sign_up(event, DILAN)
    write(event, karla)
    assert call_list(db.session(), now=NOW, real=clock.real()) == [], "it can still be stopped"
    now_due()
    (call,) = call_list(db.session(), now=NOW, real=clock.real())
    assert (call.kind, call.to, call.registration.phone) == ("message", None, "05971 12345")
    assert claim() is None


# What it says


def test_names_in_braces_become_the_facts_of_each_party(karla: Organiser) -> None:
    event = make_event(venue=make_venue())
    anna = sign_up(event, ANNA, 3)
    text = "{name}|{ name }|{veranstaltung}|{wann}|{wo}|{plaetze}|{code}|{unbekannt}|{}"
    write(event, karla, de={"subject": "{name}: {code}", "text": text})
    message = composed(letters()[0])
    assert message["Subject"] == f"Anna: {anna.code}"
    said = text_of(message)
    assert "Anna|Anna|Fest der Räume|Samstag, 23. September 2023" in said
    assert f"Haus⁵¹, Lange Straße 1|3|{anna.code}|{{unbekannt}}|{{}}" in said


def test_who_waits_reads_how_many_places_they_asked_for(karla: Organiser) -> None:
    event = make_event(capacity=1, has_waiting_list=True)
    sign_up(event, BEN, 2)
    write(event, karla, de={"subject": "S", "text": "{plaetze} Plätze"})
    assert "2 Plätze" in text_of(composed(letters()[0]))


@pytest.mark.parametrize(
    "name", ["{code}", "{{code}}", "{name}", "{veranstaltung} {wo}", "{0.__class__}", r"\g<0> \1"]
)
def test_a_name_that_looks_like_a_placeholder_is_a_name(karla: Organiser, name: str) -> None:
    event = make_event()
    anna = sign_up(event, Contact(name, "anna@example.org"))
    write(event, karla, de={"subject": "Für {name}", "text": "Guten Tag, {name}!"})
    message = composed(letters()[0])
    assert message["Subject"] == f"Für {name}"
    assert f"Guten Tag, {name}!" in text_of(message)
    assert anna.code not in str(message["Subject"])


def test_a_word_in_braces_that_means_nothing_is_named() -> None:
    assert unknown_in("{name} { wann } {Name} {datum}") == ["{Name}", "{datum}"]


def test_a_name_brings_no_line_into_the_head_of_a_letter(karla: Organiser) -> None:
    event = make_event(title="Fest\r\nBcc: alle@example.org")
    sign_up(event, ANNA)
    write(event, karla)
    message = composed(letters()[0])
    assert message["Bcc"] is None
    assert message["Subject"] == "Zu Fest Bcc: alle@example.org"


# Once


def test_a_form_sent_twice_writes_once(karla: Organiser) -> None:
    event, link = make_event(), new_link()
    sign_up(event, ANNA)
    first = write(event, karla, link=link)
    sign_up(event, BEN)
    second = write(event, karla, link=link)
    assert first.id == second.id
    assert [letter.to for letter in letters()] == ["anna@example.org"]


def test_a_button_pressed_several_times_writes_once(app: Flask, karla: Organiser) -> None:
    event, link = make_event(), new_link()
    sign_up(event, ANNA)
    start = Barrier(AT_ONCE)
    failures: list[BaseException] = []

    def press() -> None:
        try:
            with app.app_context():
                mine = db.session().get_one(Event, event.id)
                me = db.session().get_one(Organiser, karla.id)
                start.wait()
                write(mine, me, link=link)
        except BaseException as error:
            failures.append(error)

    threads = [Thread(target=press) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(letters()) == 1


# On their way


def test_karla_stops_what_has_not_left(karla: Organiser) -> None:
    event = make_event()
    for contact in (ANNA, BEN, DILAN):
        sign_up(event, contact)
    mailing = write(event, karla)
    with db.write() as session:
        session.execute(
            update(Letter)
            .where(Letter.to == ANNA.email, Letter.kind == "message")
            .values(tries=1, sent_at=datetime.now(UTC))
        )
    with db.write() as session:
        assert letter_mailing.stop(session, mailing, at(NOW, by=karla.actor)) == 2
    now_due()
    assert [letter.withdrawn_at is not None for letter in letters()] == [False, True, True]
    assert claim() is None
    assert call_list(db.session(), now=NOW, real=clock.real()) == []
    entry = db.session().scalars(select(LogEntry).where(LogEntry.verb == "stop letters")).one()
    assert entry.new == {"letters": 2}
    with db.write() as session:
        assert letter_mailing.stop(session, mailing, at(NOW, by=karla.actor)) == 0


def test_letters_wait_two_minutes_in_which_they_can_be_stopped(karla: Organiser) -> None:
    event = make_event()
    sign_up(event, ANNA)
    write(event, karla)
    (letter,) = letters()
    assert letter.next_try_at
    assert letter.next_try_at > datetime.now(UTC) + timedelta(minutes=1)


def test_a_letter_that_failed_is_sent_again(karla: Organiser) -> None:
    event = make_event()
    sign_up(event, ANNA)
    write(event, karla)
    now_due()
    (letter,) = letters()
    with db.write() as session:
        letter.failed_at, letter.failure, letter.tries = datetime.now(UTC), "550 no", 9
    assert claim() is None
    with db.write() as session:
        letter_mailing.send_again(session, letter, at(NOW, by=karla.actor))
    assert call_list(db.session(), now=NOW, real=clock.real()) == []
    assert claim() == letter.id
    entry = db.session().scalars(select(LogEntry).where(LogEntry.verb == "send letter again")).one()
    assert (entry.event_id, entry.new) == (event.id, {"letter": letter.id})


def test_what_is_withdrawn_or_has_no_address_is_not_sent_again(karla: Organiser) -> None:
    event = make_event()
    sign_up(event, ANNA)
    sign_up(event, DILAN)
    mailing = write(event, karla)
    anna, dilan = letters()
    with pytest.raises(NotOpen), db.write() as session:
        letter_mailing.send_again(session, dilan, at(NOW, by=karla.actor))
    with db.write() as session:
        letter_mailing.stop(session, mailing, at(NOW, by=karla.actor))
    with pytest.raises(NotOpen), db.write() as session:
        letter_mailing.send_again(session, anna, at(NOW, by=karla.actor))


def test_sent_again_after_a_call_it_leaves_or_karla_is_told_that_it_does_not(
    karla: Organiser,
) -> None:
    event = make_event()
    sign_up(event, ANNA)
    write(event, karla)
    now_due()
    (letter,) = letters()
    with db.write() as session:
        letter.failed_at = datetime.now(UTC)
    with db.write() as session:
        reached(session, letter.id, at(NOW))
    refused = False
    try:
        with db.write() as session:
            letter_mailing.send_again(session, letter, at(NOW, by=karla.actor))
    except NotOpen:
        refused = True
    assert refused or claim() == letter.id


def test_what_came_back_is_on_the_call_list(karla: Organiser) -> None:
    event = make_event()
    sign_up(event, ANNA)
    write(event, karla)
    (letter,) = letters()
    with pytest.raises(NotOpen), db.write() as session:
        letter_mailing.mark_bounced(session, letter, at(NOW, by=karla.actor))
    now_due()
    with db.write() as session:
        letter.sent_at = datetime.now(UTC)
    assert call_list(db.session(), now=NOW, real=clock.real()) == []
    with db.write() as session:
        letter_mailing.mark_bounced(session, letter, at(NOW, by=karla.actor))
    (call,) = call_list(db.session(), now=NOW, real=clock.real())
    assert (call.id, call.failure) == (letter.id, "bounced")
    with db.write() as session:
        reached(session, call.id, at(NOW))
    assert call_list(db.session(), now=NOW, real=clock.real()) == []


def test_a_letter_follows_anna_to_her_new_address(karla: Organiser) -> None:
    """Be it unsent, or come back from the old one: she reads what Karla wrote."""
    event = make_event()
    anna = sign_up(event, ANNA)
    write(event, karla)
    correct(anna, Contact("Anna", "neu@example.org"))
    old, new = letters()
    assert (old.withdrawn_at is not None, new.to) == (True, "neu@example.org")
    assert new.mailing_id == old.mailing_id
    assert "bringen Sie etwas mit." in text_of(composed(new))


def test_dilan_who_gives_up_his_address_is_called_instead(karla: Organiser) -> None:
    event = make_event()
    dilan = sign_up(event, Contact("Dilan", "dilan@example.org", "05971 12345"))
    write(event, karla)
    correct(dilan, DILAN)
    now_due()
    calls = call_list(db.session(), now=NOW, real=clock.real())
    assert [(call.kind, call.to) for call in calls] == [("message", None)]


def test_who_has_cancelled_meanwhile_is_not_written_to(karla: Organiser) -> None:
    event = make_event()
    anna = sign_up(event, ANNA)
    write(event, karla)
    with db.write() as session:
        cancel(session, session.get_one(Registration, anna.id), at(NOW))
    (letter,) = letters()
    assert letter.is_moot(NOW)


def test_a_trial_goes_to_karla_alone_as_she_wrote_it(karla: Organiser) -> None:
    event = make_event()
    sign_up(event, ANNA)
    with db.write() as session:
        letter_mailing.write_trial(session, karla, "tr", "Deneme", "{name} stays {name}", at(NOW))
    (letter,) = letters("trial")
    message = composed(letter)
    assert (message["To"], message["Subject"]) == ("karla@example.org", "Deneme")
    assert "{name} stays {name}" in text_of(message)
    assert letters() == []
