"""Several events are changed or published at once, and Karla sees first who is told."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from ikw import db
from ikw.model import Event, Letter, Organisation
from tests.actions.cast import ANNA, BEN, DILAN, sign_up
from tests.conftest import make_event, make_venue
from tests.web.desk.browser import open_browser
from tests.web.desk.desk import answers_in, organiser, sign_in
from tests.web.forms import token_in

TIMES = "/verwaltung/veranstaltungen/zeiten?reihe=woche"


@pytest.fixture
def karla(app: Flask) -> FlaskClient:
    """Two workshops whose time is open: Anna and Dilan come to the first, Ben to the second."""
    first = make_event("eins", title="Erster", start=None, venue=make_venue())
    second = make_event("zwei", title="Zweiter", start=None, date=dt.date(2023, 9, 24))
    make_event("drei", title="Dritter", date=dt.date(2023, 9, 25))
    for event, contact in ((first, ANNA), (first, DILAN), (second, BEN)):
        sign_up(event, contact)
    return sign_in(open_browser(app), organiser("coordination"))


def event(key: str) -> Event:
    db.session().rollback()
    return db.session().scalars(select(Event).where(Event.key == key)).one()


def told() -> list[str | None]:
    letters = select(Letter).where(Letter.kind == "event_changed").order_by(Letter.id)
    return [letter.to for letter in db.session().scalars(letters)]


def test_two_times_are_announced_at_once_after_one_look(karla: FlaskClient) -> None:
    answers: dict[str, object] = {**answers_in(karla.get(TIMES).text)}
    assert answers["key"] == ["eins", "zwei", "drei"]
    answers |= {"start-0": "17:00", "end-0": "19:00", "start-1": "18.30", "venue-1": "haus"}
    page = karla.post(TIMES, data=answers | {"was": "ansehen"}).text
    assert "1 Nachricht, 1 Anruf" in page
    assert "Ort: Haus⁵¹ (bisher: –)" in page
    assert "Dritter" not in page.partition("Stimmt das so?")[2].partition("Speichern und")[0]
    assert (event("eins").start, told()) == (None, []), "nothing is saved yet"
    sent = karla.post(TIMES, data={**answers_in(page), "was": "speichern"})
    assert sent.status_code == 303
    assert (event("eins").start, event("eins").end) == (dt.time(17), dt.time(19))
    second = event("zwei")
    assert (second.start, second.venue and second.venue.key) == (dt.time(18, 30), "haus")
    assert told() == ["anna@example.org", None, "ben@example.org"]


def test_an_end_before_the_beginning_is_said_beside_its_field(karla: FlaskClient) -> None:
    answers: dict[str, object] = {**answers_in(karla.get(TIMES).text)}
    answer = karla.post(TIMES, data=answers | {"start-1": "18:00", "end-1": "17:00"})
    assert answer.status_code == 422
    assert 'id="end-1-error"' in answer.text
    assert answers_in(answer.text)["start-1"] == ["18:00"]


def test_what_somebody_else_changed_is_not_overwritten(karla: FlaskClient) -> None:
    answers: dict[str, object] = {**answers_in(karla.get(TIMES).text)}
    with db.write() as session:
        session.scalars(select(Event).where(Event.key == "eins")).one().title = "Neuer Titel"
    sent = karla.post(TIMES, data=answers | {"start-0": "17:00", "was": "speichern"})
    assert "Inzwischen hat jemand" in karla.get(sent.location).text
    assert event("eins").start is None


def test_publishing_says_what_it_did_and_what_not(karla: FlaskClient) -> None:
    make_event("entwurf", title="Entwurf", published_at=None)
    path = "/verwaltung/veranstaltungen/"
    assert "checked" in karla.get(f"{path}?alle=1").text
    token = token_in(karla.get(path).text)
    nothing = karla.post(f"{path}freigabe", data={"form_token": token})
    assert "ist nichts angehakt" in karla.get(nothing.location).text
    series = event("entwurf").series
    with db.write():
        series.published_at = None
    sent = {"form_token": token, "key": "entwurf", "confirmed": "y"}
    page = karla.get(karla.post(f"{path}freigabe", data=sent).location).text
    assert "1 Veranstaltung ist veröffentlicht." in page
    assert "sobald ihre Reihe veröffentlicht ist: Woche" in page


def test_a_page_that_is_none_stays_in_the_desk(karla: FlaskClient) -> None:
    for path in ("/verwaltung/gibt-es-nicht", "/verwaltung/veranstaltung/nichts/"):
        answer = karla.get(path)
        assert answer.status_code == 404
        assert "Zur Übersicht von heute" in answer.text
        assert "desk.css" in answer.text


def test_days_and_times_are_taken_as_people_write_them(karla: FlaskClient) -> None:
    path = "/verwaltung/veranstaltung/eins/bearbeiten"
    answers: dict[str, object] = {**answers_in(karla.get(path).text)}
    answers |= {"date": "26.09.2023", "start": "18.15", "sign_up_closes": "25.09.2023 12:00"}
    assert karla.post(path, data=answers).status_code == 303
    assert (event("eins").date, event("eins").start) == (dt.date(2023, 9, 26), dt.time(18, 15))


def test_the_hosts_of_several_events_are_set_at_once(karla: FlaskClient) -> None:
    with db.write() as session:
        session.add_all([Organisation(key="chor", name="Chor"), Organisation(key="x", name="X")])
    path = "/verwaltung/veranstaltungen/"
    token = token_in(karla.get(path).text)
    sent: dict[str, object] = {"form_token": token, "key": ["eins", "drei"]}
    asked = karla.post(f"{path}veranstalter", data=sent).text
    assert "Dritter" in asked
    assert "Zweiter" not in asked
    none = karla.post(f"{path}veranstalter", data=sent | {"confirmed": "y"})
    assert none.status_code == 422
    done = karla.post(f"{path}veranstalter", data=sent | {"confirmed": "y", "hosts": "chor"})
    assert done.status_code == 303
    names = [[host.name for host in event(key).hosts] for key in ("eins", "zwei", "drei")]
    assert names == [["Chor"], [], ["Chor"]]


def test_several_events_leave_the_programme_but_for_those_that_people_come_to(
    karla: FlaskClient,
) -> None:
    path = "/verwaltung/veranstaltungen/"
    sent: dict[str, object] = {
        "form_token": token_in(karla.get(path).text),
        "key": ["eins", "drei"],
    }
    asked = karla.post(f"{path}rueckzug", data=sent).text
    assert "es haben sich Leute angemeldet, sie bleibt" in asked
    assert event("drei").published_at is not None, "nothing is done by looking"
    done = karla.post(f"{path}rueckzug", data=sent | {"confirmed": "y"})
    page = karla.get(done.location).text
    assert "Erster" in page.partition("<main")[2].partition("<h1>")[0]
    assert event("drei").published_at is None
    assert event("eins").published_at is not None
