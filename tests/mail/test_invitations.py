"""Letters bring the event into the recipient's calendar, keep it right, and take it out again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask
from icalendar import Calendar
from icalendar import Event as Entry
from sqlalchemy import func, select, update

from ikw import db
from ikw.actions.event import plan
from ikw.actions.registration import cancel as registration_cancel
from ikw.actions.registration.party import Contact
from ikw.actions.registration.register import sign_up_again
from ikw.mail.compose import compose
from ikw.model import Event, Letter, Registration
from tests.actions.cast import ANNA, BEN, at, correct, sign_up
from tests.conftest import NOW, MakeApp, make_event, make_venue


@pytest.fixture(autouse=True)
def app(make_app: MakeApp, sqlite_url: str) -> Iterator[Flask]:
    app = make_app(
        sqlite_url,
        IKW_BASE_URL="https://ikw.example.org",
        MAIL_DEFAULT_SENDER="IKW Büro <ikw@example.org>",
    )
    with app.app_context():
        yield app


def composed(letter: Letter) -> EmailMessage:
    message = message_from_bytes(compose(letter).as_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def newest_letter(to: str = "anna@example.org") -> EmailMessage:
    """The letter that was written or added to last."""
    db.session().rollback()
    order = (func.coalesce(Letter.sequence, 0).desc(), Letter.id.desc())
    newest = select(Letter).where(Letter.to == to, Letter.withdrawn_at.is_(None)).order_by(*order)
    return composed(db.session().scalars(newest.limit(1)).one())


def let_them_be_sent() -> None:
    with db.write() as session:
        session.execute(update(Letter).values(sent_at=NOW, tries=1))


def bytes_of(part: Any) -> bytes:
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload


def invitation_in(message: EmailMessage) -> tuple[str, Entry] | None:
    """METHOD and VEVENT of the calendar part, whose METHOD the part itself has to name."""
    for part in message.walk():
        if part.get_content_type() == "text/calendar":
            calendar = Calendar.from_ical(bytes_of(part))
            assert part.get_param("method") == calendar["METHOD"]
            (entry,) = calendar.events
            return str(calendar["METHOD"]), entry
    return None


def told(to: str = "anna@example.org") -> tuple[str, int, str] | None:
    """What the newest letter tells the calendar: METHOD, SEQUENCE, STATUS."""
    found = invitation_in(newest_letter(to))
    return found and (found[0], int(str(found[1]["SEQUENCE"])), str(found[1]["STATUS"]))


def do(verb: Callable[..., Any], *values: Any) -> None:
    with db.write() as session:
        verb(session, *values)


def cancel(registration: Registration) -> None:
    with db.write() as session:
        registration_cancel.cancel(session, registration, at(NOW))


def again(registration: Registration) -> None:
    with db.write() as session:
        sign_up_again(session, registration, at(NOW), may_wait=True)


def test_the_parts_stand_in_the_order_of_the_standard() -> None:
    sign_up(make_event(end=time(20), venue=make_venue()), ANNA)
    message = newest_letter()
    assert message.get_content_type() == "multipart/mixed"
    alternative, code, attached = message.iter_parts()
    assert (code.get_content_type(), code.get_content_disposition()) == ("image/png", "inline")
    assert alternative.get_content_type() == "multipart/alternative"
    kinds = [part.get_content_type() for part in alternative.iter_parts()]
    assert kinds == ["text/plain", "text/html", "text/calendar"]
    calendar = list(alternative.iter_parts())[-1]
    assert calendar["Content-Transfer-Encoding"] == "base64"
    assert calendar.get_param("charset") == "utf-8"
    assert attached["Content-Transfer-Encoding"] == "base64"
    assert (attached.get_filename(), attached.get_content_disposition()) == (
        "fest.ics",
        "attachment",
    )
    assert bytes_of(attached) == bytes_of(calendar)


def test_the_invitation_names_its_recipient_and_its_sender_alone() -> None:
    event = make_event(end=time(20), venue=make_venue())
    sign_up(event, ANNA, 3, companions=["Ayşe", "Mia"])
    sign_up(event, BEN)
    message = newest_letter()
    found = invitation_in(message)
    assert found is not None
    method, entry = found
    assert method == "REQUEST"
    assert entry["UID"] == event.uid
    attendee = entry["ATTENDEE"]
    assert attendee == "mailto:anna@example.org"
    assert (attendee.params["PARTSTAT"], attendee.params["RSVP"]) == ("ACCEPTED", "FALSE")
    assert entry["ORGANIZER"] == "mailto:ikw@example.org"
    assert message["From"].addresses[0].addr_spec == "ikw@example.org"
    whole = message.as_string()
    assert "ben@" not in whole
    assert entry.start.isoformat() == "2023-09-23T18:00:00+02:00"
    assert entry["LOCATION"] == "Haus⁵¹, Lange Straße 1"


def test_the_same_letter_is_the_same_at_every_try() -> None:
    sign_up(make_event(), ANNA)
    letter = db.session().scalars(select(Letter)).one()
    first, second = compose(letter), compose(letter)
    assert first.invitation == second.invitation
    assert first.msgId == second.msgId


def test_anna_s_calendar_follows_the_event_and_her() -> None:
    event = make_event(start=None)
    anna = sign_up(event, ANNA)
    assert told() == ("REQUEST", 0, "TENTATIVE")
    do(plan.announce_time, event.id, time(17), time(19, 30), at(NOW, by="Desk"))
    assert told() == ("REQUEST", 1, "CONFIRMED")
    cancel(anna)
    assert told() == ("CANCEL", 2, "CANCELLED")
    again(anna)
    assert told() == ("REQUEST", 3, "CONFIRMED")
    do(plan.call_off, event.id, "Sturm", at(NOW, by="Desk"))
    assert told() == ("CANCEL", 4, "CANCELLED")
    do(plan.reinstate, event.id, at(NOW, by="Desk"))
    assert told() == ("REQUEST", 5, "CONFIRMED")
    assert event.sequence == 3, "her own turns are none of the other calendars' business"


def test_a_storm_of_changes_never_lets_the_number_fall() -> None:
    event = make_event()
    sign_up(event, ANNA)
    for minute in range(20):
        do(plan.announce_time, event.id, time(17, minute), None, at(NOW, by="Desk"))
    assert told() == ("REQUEST", 20, "CONFIRMED")


def test_who_waits_has_nothing_in_the_calendar_until_there_is_a_place() -> None:
    event = make_event(capacity=1, has_waiting_list=True)
    anna = sign_up(event, ANNA)
    ben = sign_up(event, BEN)
    assert told("ben@example.org") is None
    do(plan.announce_time, event.id, time(17), None, at(NOW, by="Desk"))
    assert told("ben@example.org") is None
    cancel(anna)
    assert told("ben@example.org") == ("REQUEST", 1, "CONFIRMED")
    cancel(ben)
    assert told("ben@example.org") == ("CANCEL", 2, "CANCELLED")


def test_who_left_the_waiting_list_has_nothing_to_take_out() -> None:
    event = make_event(capacity=1, has_waiting_list=True)
    sign_up(event, ANNA)
    ben = sign_up(event, BEN)
    cancel(ben)
    assert told("ben@example.org") is None


def test_postponed_leaves_the_calendar_and_comes_back_at_its_new_date() -> None:
    event = make_event()
    sign_up(event, ANNA)
    do(plan.postpone, event.id, None, at(NOW, by="Desk"))
    assert told() == ("CANCEL", 1, "CANCELLED")
    do(plan.move, event.id, date(2023, 10, 20), time(18), None, at(NOW, by="Desk"))
    assert told() == ("REQUEST", 2, "CONFIRMED")


def test_of_two_sign_ups_of_one_address_the_second_keeps_the_entry() -> None:
    event = make_event()
    first = sign_up(event, ANNA)
    sign_up(event, Contact("Antonia", "anna@example.org"))
    assert told() == ("REQUEST", 1, "CONFIRMED")
    cancel(first)
    assert told() == ("REQUEST", 2, "CONFIRMED")


def test_the_old_address_loses_the_entry_and_the_new_one_gets_it() -> None:
    event = make_event()
    anna = sign_up(event, ANNA)
    let_them_be_sent()
    for old, email, number in [
        ("anna@example.org", "neu@example.org", 0),
        ("neu@example.org", "anna@example.org", 2),
    ]:
        correct(anna, Contact("Anna", email))
        assert told(old) == ("CANCEL", 1, "CANCELLED")
        assert told(email) == ("REQUEST", number, "CONFIRMED")
        let_them_be_sent()


def test_an_address_that_never_had_the_entry_is_not_asked_to_remove_it() -> None:
    anna = sign_up(make_event(), ANNA)
    correct(anna, Contact("Anna", "neu@example.org"))
    assert told() is None


def test_a_letter_that_was_overtaken_does_not_touch_the_calendar() -> None:
    event = make_event()
    anna = sign_up(event, ANNA)
    cancel(anna)
    letters = db.session().scalars(select(Letter).order_by(Letter.id)).all()
    assert [invitation_in(composed(letter)) is None for letter in letters] == [True, False]


def test_it_does_not_matter_how_an_organiser_s_name_is_written(make_app: MakeApp) -> None:
    event = make_event(end=time(20))
    sign_up(event, ANNA)
    url = str(db.engine().url)
    odd = make_app(url, IKW_CONTACT_NAME='Stadt "Rheine"; Büro, 1. Stock: links')
    with odd.app_context():
        found = invitation_in(newest_letter())
    assert found is not None
    assert found[1]["ORGANIZER"].params["CN"] == "Stadt 'Rheine'; Büro, 1. Stock: links"


def test_an_invitation_ends_where_the_event_does() -> None:
    event = make_event(end=time(20))
    sign_up(event, ANNA)
    found = invitation_in(newest_letter())
    assert found is not None
    assert found[1].end - found[1].start == timedelta(hours=2)
    assert db.session().get_one(Event, event.id).sequence == 0
