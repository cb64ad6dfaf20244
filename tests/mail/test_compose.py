"""What letters say, and how they are put together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import select, update

from ikw import db
from ikw.actions.event import plan
from ikw.actions.letter.remind import Schedule, remind
from ikw.actions.registration import change
from ikw.actions.registration.calendar import renew_calendar
from ikw.actions.registration.cancel import cancel
from ikw.actions.registration.links import send_links
from ikw.actions.registration.party import Contact
from ikw.mail.addresses import link_of
from ikw.mail.compose import compose
from ikw.mail.news import OPENINGS
from ikw.model import Letter, Registration
from tests.actions.cast import ANNA, BEN, at, correct, new_link, sign_up
from tests.conftest import NOW, MakeApp, make_event, make_venue

#: A reminder that is due at once.
EARLY = Schedule(days=999, hour=time(10))


@pytest.fixture(autouse=True)
def app(make_app: MakeApp, sqlite_url: str) -> Iterator[Flask]:
    app = make_app(sqlite_url, IKW_BASE_URL="https://ikw.example.org")
    with app.app_context():
        yield app


def letters() -> list[EmailMessage]:
    db.session().rollback()
    composed = []
    kept = select(Letter).where(Letter.withdrawn_at.is_(None)).order_by(Letter.id)
    for letter in db.session().scalars(kept):
        message = message_from_bytes(compose(letter).as_bytes(), policy=policy.default)
        assert isinstance(message, EmailMessage)
        composed.append(message)
    return composed


def text_of(message: EmailMessage, subtype: str = "plain") -> str:
    part = message.get_body((subtype,))
    assert part is not None
    return " ".join(str(part.get_content()).split())


def test_the_confirmation_has_everything_and_the_calendar_entry() -> None:
    event = make_event(venue=make_venue(), end=time(20, 0), capacity=5)
    anna = sign_up(event, ANNA, 2, companions=["Ayşe"])
    (letter,) = letters()
    assert letter["Subject"] == "Sie sind angemeldet: Fest der Räume"
    assert letter["To"] == "anna@example.org"
    assert letter["From"] == "Stadt Rheine <ikw@127.0.0.1>"
    assert letter["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert letter["Message-ID"].endswith("@ikw.example.org>")
    for body in (text_of(letter), text_of(letter, "html")):
        assert "Samstag, 23. September 2023, 18:00 bis 20:00 Uhr" in body
        assert "Haus⁵¹, Lange Straße 1" in body
        assert anna.code in body
        assert link_of(anna.link_seed) in body
        assert "21. Oktober 2023" in body, "the day of deletion"
    code, entry = letter.iter_attachments()
    assert (code["Content-ID"], code.get_content_type()) == ("<code@ikw>", "image/png")
    assert '<img src="cid:code@ikw"' in text_of(letter, "html")
    assert "https://ikw.example.org/veranstaltung/fest/" in text_of(letter)
    assert "https://www.openstreetmap.org/" in text_of(letter)
    assert entry.get_filename() == "fest.ics"
    assert Calendar.from_ical(entry.get_content()).events[0]["SUMMARY"] == "Fest der Räume"


def test_every_part_keeps_the_line_length_of_smtp() -> None:
    sign_up(make_event(title="Räume " * 30), Contact("Änne " * 30, "anna@example.org"))
    (letter,) = db.session().scalars(select(Letter))
    raw = compose(letter).as_bytes()
    assert max(len(line) for line in raw.splitlines()) <= 998
    raw.decode("ascii")


def test_the_waiting_letter_has_the_position_and_no_entry() -> None:
    event = make_event(capacity=1, has_waiting_list=True)
    sign_up(event, ANNA)
    ben = sign_up(event, BEN)
    waiting = letters()[1]
    assert "Nummer 1 auf der Warteliste" in text_of(waiting)
    leave = waiting["List-Unsubscribe"].strip()
    assert leave == f"<{link_of(ben.link_seed)}absage>"
    assert letters()[0]["List-Unsubscribe"] is None
    assert list(waiting.iter_attachments()) == []


def test_all_kinds_of_letters_can_be_written() -> None:
    event = make_event(capacity=2, has_waiting_list=True)
    anna = sign_up(event, ANNA)
    sign_up(event, BEN, 2)
    kinds = set(db.session().scalars(select(Letter.kind)))
    late = event.starts_at - timedelta(hours=3)
    with db.write() as session:
        change.change_places(session, anna, 2, [], at(NOW), may_wait=True)
        send_links(session, "anna@example.org", at(NOW))
        kinds |= set(session.scalars(select(Letter.kind)))
        change.correct_contact(
            session,
            anna,
            Contact("Anna", "neu@example.org"),
            at(NOW),
            link=new_link(),
            calendar_link=new_link(),
        )
        cancel(session, anna, at(late))
        send_links(session, "ben@example.org", at(NOW))
    ben = db.session().scalars(select(Registration).where(Registration.name == "Ben")).one()
    with db.write() as session:
        change.claim(session, ben, at(late))
        plan.move(session, event.id, event.date, time(19), None, at(NOW, by="test"))
        session.execute(update(Letter).values(next_try_at=None))
        remind(session, event.id, EARLY, at(NOW))
        renew_calendar(session, "ben@example.org", new_link(), at(NOW))
    kinds |= set(db.session().scalars(select(Letter.kind)))
    assert kinds == set(OPENINGS)
    for letter in letters():
        assert "Guten Tag" in text_of(letter)
        assert "%(" not in text_of(letter)


def test_a_letter_that_is_sent_late_has_no_newer_link() -> None:
    event = make_event()
    ben = sign_up(event, BEN)
    eve = sign_up(event, Contact("Eve", "eve@example.org"))
    old = eve.link_seed
    to_eve = select(Letter).where(Letter.to == "eve@example.org")
    facts = db.session().scalars(to_eve).one().facts
    correct(eve, Contact("Eve", "ben@example.org"))
    kept = [m for m in letters() if m["To"] == "eve@example.org"]
    assert [m["Subject"] for m in kept] == ["Ihre Adresse wurde ausgetragen: Fest der Räume"]
    # Even a letter that is on its way just then knows its own link alone.
    with db.write() as session:
        session.add(
            Letter(
                registration_id=eve.id,
                kind="confirmed",
                to="eve@example.org",
                facts=facts,
                created_at=NOW,
            )
        )
    late = text_of(letters()[-1])
    assert link_of(old) in late
    assert link_of(eve.link_seed) not in late
    assert link_of(ben.link_seed) not in late


def test_a_second_sign_up_with_the_same_address_is_told_to_its_owner_alone() -> None:
    event = make_event()
    first = sign_up(event, ANNA, 2)
    sign_up(event, ANNA, 1)
    text = text_of(letters()[1])
    assert link_of(first.link_seed) in text
    assert first.code in text


def test_line_breaks_in_names_and_titles_do_not_reach_the_head() -> None:
    event = make_event(title="Fest\r\nBcc: boese@example.org")
    sign_up(event, Contact("Anna\r\nBcc: x@example.org", "anna@example.org"))
    (letter,) = letters()
    assert letter["Bcc"] is None
    assert "\n" not in letter["Subject"]


def test_the_old_address_learns_neither_the_new_link_nor_the_name() -> None:
    event = make_event()
    anna = sign_up(event, Contact("Anna Beispiel", "anna@example.org"))
    correct(anna, Contact("Anna Beispiel", "neu@example.org"))
    told = next(m for m in letters() if "ausgetragen" in m["Subject"])
    row = db.session().scalars(select(Registration)).one()
    for body in (text_of(told), text_of(told, "html")):
        assert link_of(row.link_seed) not in body
        assert "Anna Beispiel" not in body
        assert "neu@example.org" not in body


def test_a_sender_that_has_a_name_keeps_it(make_app: MakeApp, sqlite_url: str) -> None:
    with make_app(sqlite_url, MAIL_DEFAULT_SENDER="Rathaus <amt@example.org>").app_context():
        sign_up(make_event(), ANNA)
        assert letters()[0]["From"] == "Rathaus <amt@example.org>"


def test_ben_who_waits_alone_is_no_party() -> None:
    event = make_event(capacity=1, has_waiting_list=True)
    sign_up(event, ANNA)
    sign_up(event, BEN)
    sign_up(event, Contact("Mia", "mia@example.org"), 2)
    _anna, alone, together = letters()
    assert "zurzeit kein Platz frei" in text_of(alone)
    assert "Sobald ein Platz frei ist, bekommen Sie ihn" in text_of(alone)
    assert "Sobald genug Plätze für Sie frei sind" in text_of(together)


def test_a_time_past_midnight_is_a_new_time_and_no_new_day() -> None:
    event = make_event(end=time(23, 0))
    sign_up(event, ANNA)
    with db.write() as session:
        plan.move(session, event.id, event.date, time(20), time(1, 30), at(NOW, by="Desk"))
    assert letters()[-1]["Subject"] == "Neue Uhrzeit: Fest der Räume"


def test_the_invitation_names_anna_and_writes_her_address_as_a_uri() -> None:
    sign_up(make_event(end=time(20)), Contact('Anna "A" Öz', "anna+ikw%1@example.org"))
    (letter,) = letters()
    (calendar,) = [p for p in letter.walk() if p.get_content_type() == "text/calendar"]
    attendee = Calendar.from_ical(calendar.get_content()).events[0]["ATTENDEE"]
    assert str(attendee) == "mailto:anna+ikw%251@example.org"
    assert attendee.params["CN"] == "Anna 'A' Öz"
