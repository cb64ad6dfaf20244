"""One's own sign-ups as a calendar, behind a link that only goes to its owner."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from icalendar import Event as Entry
from sqlalchemy import select

from ikw import db
from ikw.actions.event import plan
from ikw.actions.keeping.forget import forget
from ikw.actions.links import Link, hash_of
from ikw.actions.registration.cancel import cancel
from ikw.actions.registration.party import Contact
from ikw.actions.registration.register import sign_up_again
from ikw.mail.addresses import calendar_of
from ikw.mail.compose import compose
from ikw.model import Letter, PersonalCalendar, Registration
from tests.actions.cast import ANNA, BEN, KEY, at, correct, new_link, sign_up
from tests.conftest import NOW, MakeApp, make_event
from tests.web.forms import token_in

ACT = at(NOW, by="Desk")


@pytest.fixture(autouse=True)
def app(make_app: MakeApp, sqlite_url: str) -> Iterator[Flask]:
    app = make_app(sqlite_url)
    with app.app_context():
        yield app


def address_of(registration: Registration) -> str:
    """Where the calendar of this registration's owner is."""
    db.session().rollback()
    email = db.session().get_one(Registration, registration.id, populate_existing=True).email
    assert email
    calendar = db.session().get_one(PersonalCalendar, email, populate_existing=True)
    return f"/kalender/meine/{Link.from_seed(calendar.link_seed, KEY).token}.ics"


def entries(app: Flask, path: str) -> list[Entry]:
    answer = app.test_client().get(path)
    assert answer.status_code == 200
    return list(Calendar.from_ical(answer.data).events)


def test_it_has_what_anna_comes_to_and_what_she_waits_for(app: Flask) -> None:
    concert = make_event("konzert", title="Konzert", end=time(20))
    full = make_event(
        "voll", title="Lesung", date=date(2023, 9, 24), capacity=1, has_waiting_list=True
    )
    make_event("fremd", title="Kino")
    sign_up(full, BEN)
    anna = sign_up(concert, ANNA, 2)
    sign_up(full, ANNA)
    comes, waits = entries(app, address_of(anna))
    assert comes["SUMMARY"] == "Konzert"
    assert (comes["STATUS"], comes["TRANSP"], comes["CLASS"]) == ("CONFIRMED", "OPAQUE", "PRIVATE")
    assert "Sie haben 2 Plätze." in str(comes["DESCRIPTION"])
    assert anna.code in str(comes["DESCRIPTION"])
    assert comes["UID"] == concert.uid
    assert waits["SUMMARY"] == "Lesung (Warteliste)"
    assert (waits["STATUS"], waits["TRANSP"]) == ("TENTATIVE", "TRANSPARENT")
    body = app.test_client().get(address_of(anna)).text
    assert "ATTENDEE" not in body
    assert "/anmeldung/" not in body, "whoever fetches it for her must not be able to cancel"
    assert "ben@" not in body


def test_two_parties_of_one_address_are_one_entry(app: Flask) -> None:
    event = make_event()
    anna = sign_up(event, ANNA, 2)
    second = sign_up(event, Contact("Antonia", "anna@example.org"), 3)
    assert address_of(anna) == address_of(second)
    (entry,) = entries(app, address_of(anna))
    assert "Sie haben 5 Plätze." in str(entry["DESCRIPTION"])
    with db.write() as session:
        cancel(session, anna, at(NOW))
    (entry,) = entries(app, address_of(second))
    assert "Sie haben 3 Plätze." in str(entry["DESCRIPTION"])
    with db.write() as session:
        cancel(session, second, at(NOW))
    assert entries(app, address_of(second)) == []


def test_what_changes_is_there_at_once_with_a_higher_number(app: Flask) -> None:
    event = make_event(start=None)
    anna = sign_up(event, ANNA)
    seen = [entries(app, address_of(anna))[0]]
    for verb in (
        lambda s: plan.announce_time(s, event.id, time(17), time(19, 30), ACT),
        lambda s: cancel(s, anna, at(NOW)),
        lambda s: sign_up_again(s, anna, at(NOW), may_wait=True),
        lambda s: plan.call_off(s, event.id, "Sturm", ACT),
    ):
        with db.write() as session:
            verb(session)
        seen += entries(app, address_of(anna))[:1]
    assert [entry["STATUS"] for entry in seen] == [
        "TENTATIVE",
        "CONFIRMED",
        "CONFIRMED",
        "CANCELLED",
    ]
    assert [entry.start.isoformat()[:16] for entry in seen[:2]] == [
        "2023-09-23",
        "2023-09-23T17:00",
    ]
    numbers = [int(str(entry["SEQUENCE"])) for entry in seen]
    assert numbers == sorted(set(numbers))
    stamps = [entry.last_modified for entry in seen]
    assert stamps == sorted(stamps)


def test_the_link_is_in_anna_s_letters_and_nowhere_else(app: Flask) -> None:
    event = make_event()
    link, calendar_link = new_link(), new_link()
    sign_up(event, ANNA, link=link, calendar_link=calendar_link)
    letter = compose(db.session().scalars(select(Letter)).one())
    assert calendar_of(calendar_link.seed) in (letter.body or "")
    ticket = app.test_client().get(f"/anmeldung/{link.token}/").text
    assert calendar_link.token not in ticket, "who signs up with a wrong address must not see it"
    stored = db.session().get_one(PersonalCalendar, ANNA.email)
    assert stored.link_hash == hash_of(calendar_link.token)
    assert calendar_link.token not in stored.link_seed


def test_another_address_has_another_calendar(app: Flask) -> None:
    event = make_event()
    anna = sign_up(event, ANNA)
    ben = sign_up(make_event("zweites"), BEN)
    old = address_of(anna)
    correct(anna, Contact("Anna", "ben@example.org"))
    assert entries(app, old) == [], "what was hers is gone from there, too"
    assert address_of(anna) == address_of(ben)
    assert len(entries(app, address_of(ben))) == 2


def test_anna_ends_an_address_that_others_know(app: Flask) -> None:
    event = make_event()
    anna = sign_up(event, ANNA)
    second = sign_up(make_event("zweites"), ANNA)
    page = address_of(anna).removesuffix(".ics") + "/"
    client: FlaskClient = app.test_client()
    html = client.get(page).text
    assert "Fest der Räume" in html
    answer = client.post(page + "neu", data={"form_token": token_in(html)})
    assert (answer.status_code, answer.location) == (303, "/kalender/meine/neu")
    for gone in (page, page.removesuffix("/") + ".ics"):
        assert client.get(gone).status_code == 404
    letter = db.session().scalars(select(Letter).where(Letter.kind == "calendar")).one()
    assert letter.to == "anna@example.org"
    new = address_of(anna)
    assert new == address_of(second)
    assert new.removesuffix(".ics") in (compose(letter).body or "")
    assert len(entries(app, new)) == 2
    assert new.removesuffix(".ics").rpartition("/")[2] not in answer.text


def test_looking_changes_nothing_and_a_foreign_button_neither(app: Flask) -> None:
    page = address_of(sign_up(make_event(), ANNA)).removesuffix(".ics") + "/"
    client = app.test_client()
    assert client.get(page + "neu").status_code in {404, 405}
    assert client.post(page + "neu").status_code == 422
    assert client.get(page).status_code == 200


def test_it_ends_with_the_registrations(app: Flask) -> None:
    event = make_event()
    path = address_of(sign_up(event, ANNA))
    with db.write() as session:
        forget(session, at(event.ends_at.replace(year=2024)), keep_days=28)
    assert app.test_client().get(path).status_code == 404


def test_a_calendar_without_registrations_can_be_ended(app: Flask) -> None:
    anna = sign_up(make_event(), ANNA)
    page = address_of(anna).removesuffix(".ics") + "/"
    correct(anna, Contact("Anna", "neu@example.org"))
    client = app.test_client()
    answer = client.post(page + "neu", data={"form_token": token_in(client.get(page).text)})
    assert answer.status_code == 303
    assert client.get(page).status_code == 404
