"""The pages about calendars: how to subscribe, the notice at the door, the news."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import date, time

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import select

from ikw import db
from ikw.actions.event import plan
from ikw.model import Event
from ikw.model.organisation import Organisation
from tests.actions.cast import at
from tests.conftest import NOW, MakeApp, make_event, make_venue

ACT = at(NOW, by="Desk")
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def client(make_app: MakeApp, sqlite_url: str) -> FlaskClient:
    app = make_app(sqlite_url, IKW_BASE_URL="https://ikw.example.org")
    with app.app_context():
        club = Organisation(key="verein", name="Verein der Räume")
        make_event("konzert", title="Konzert", topics=["Musik"], venue=make_venue(), hosts=[club])
        make_event("lesung", title="Lesung", topics=["Literatur"], languages=["uk"], start=None)
    return app.test_client()


def titles(client: FlaskClient, path: str) -> list[str]:
    return [str(entry["SUMMARY"]) for entry in Calendar.from_ical(client.get(path).data).events]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("thema=Musik", "Konzert"),
        ("ort=haus", "Konzert"),
        ("veranstalter=verein", "Konzert"),
        ("sprache=uk", "Lesung (Uhrzeit folgt)"),
        ("q=lesung", "Lesung (Uhrzeit folgt)"),
    ],
)
def test_what_one_sees_is_what_one_subscribes_to(
    client: FlaskClient, query: str, found: str
) -> None:
    programme = client.get(f"/programm/woche/?{query}").text
    (link,) = re.findall(r'href="(/kalender/\?[^"]+)"', programme)
    page = client.get(link.replace("&amp;", "&")).text
    (address,) = re.findall(r'href="webcal://ikw\.example\.org([^"]+)"', page)
    assert titles(client, address.replace("&amp;", "&")) == [found]
    (feed,) = re.findall(r'type="text/calendar" href="([^"]+)"', programme)
    assert titles(client, feed.replace("&amp;", "&")) == [found]


def test_the_name_of_a_selection_says_what_it_is(client: FlaskClient) -> None:
    body = client.get("/kalender/woche.ics?ort=haus&thema=Musik").text
    assert "\r\nX-WR-CALNAME:Woche: Musik\\, Haus⁵¹\r\n" in body
    assert "\r\nNAME:Woche: Musik\\, Haus⁵¹\r\n" in body


def test_every_device_has_its_way(client: FlaskClient) -> None:
    page = client.get("/kalender/?reihe=woche").text
    for device in ("iPhone", "Android", "Outlook", "Thunderbird", "Nextcloud"):
        assert device in page
    feed = "ikw.example.org%2Fkalender%2Fwoche.ics"
    assert f"https://calendar.google.com/calendar/r?cid=webcal%3A%2F%2F{feed}" in page
    assert f"https://outlook.live.com/calendar/0/addfromweb?url=https%3A%2F%2F{feed}" in page
    assert 'value="https://ikw.example.org/kalender/woche.ics"' in page
    assert page.count("<svg aria-hidden") == 1
    assert "Halten Sie die Kamera Ihres Telefons hierher" in page


def test_one_event_can_be_taken_along_or_followed(client: FlaskClient) -> None:
    page = client.get("/veranstaltung/konzert/").text
    assert 'href="/kalender/veranstaltung/konzert.ics"' in page
    assert 'href="/kalender/?veranstaltung=konzert"' in page
    follow = client.get("/kalender/?veranstaltung=konzert").text
    assert "webcal://ikw.example.org/kalender/veranstaltung/konzert.ics" in follow


@pytest.mark.parametrize(
    "query",
    [
        "endpoint=x&_external=1&_anchor=x&_method=x&_scheme=https",
        f"utm_source={'a' * 3000}",
        f"q={'ä' * 3000}&thema={'م' * 3000}&ort={'x' * 3000}",
        "tag=gestern&kostenlos=&frei=1",
    ],
)
def test_strange_addresses_are_pages_too(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/kalender/?{query}")
    assert answer.status_code == 200
    assert "utm_source" not in answer.text


def test_who_finds_nothing_is_told_so(client: FlaskClient) -> None:
    page = client.get("/kalender/?thema=Quantenphysik").text
    assert "Dazu gibt es zurzeit keine Veranstaltung." in page


@pytest.mark.parametrize("query", ["reihe=nix", "veranstaltung=nix"])
def test_there_is_no_way_to_subscribe_to_nothing(client: FlaskClient, query: str) -> None:
    assert client.get(f"/kalender/?{query}").status_code == 404


def test_the_notice_at_the_door_says_what_is_so(client: FlaskClient) -> None:
    path = "/veranstaltung/konzert/aushang"
    assert "Hier" in client.get(path).text
    with client.application.app_context(), db.write() as session:
        event = session.scalars(select(Event).where(Event.key == "konzert")).one()
        plan.move(session, event.id, date(2023, 9, 24), time(19), None, ACT)
    page = client.get(path).text
    assert "Neuer Termin" in page
    assert "Sonntag, 24. September 2023" in page
    assert "Ursprünglich geplant: Samstag, 23. September 2023, 18:00 Uhr" in page
    with client.application.app_context(), db.write() as session:
        plan.call_off(session, event.id, "Sturm", ACT)
    page = client.get(path).text
    assert "Abgesagt" in page
    assert "Sturm" in page
    assert "05971 939-0" in page


def test_the_news_are_an_atom_feed_with_the_newest_first(client: FlaskClient) -> None:
    with client.application.app_context():
        make_event("boese", title="Fest <b> & ]]> „Räume“")
        with db.write() as session:
            event = session.scalars(select(Event).where(Event.key == "lesung")).one()
            plan.announce_time(session, event.id, time(17), time(19, 30), ACT)
    answer = client.get("/kalender/neues.atom")
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = ET.fromstring(answer.data)
    entries = feed.findall(f"{ATOM}entry")
    assert entries[0].findtext(f"{ATOM}title") == "Uhrzeit steht fest: Lesung"
    assert entries[0].findtext(f"{ATOM}summary") == (
        "Die Uhrzeit steht jetzt fest: 17:00 bis 19:30 Uhr."
    )
    assert "Neu: Fest <b> & ]]> „Räume“" in [e.findtext(f"{ATOM}title") for e in entries]
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(set(ids)) == len(ids) == 4
    again = client.get("/kalender/neues.atom", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("query", ["veranstaltung=%00", "reihe=%00", "reihe=A%20B"])
def test_what_cannot_be_a_key_is_nothing(make_app: MakeApp, database_url: str, query: str) -> None:
    assert make_app(database_url).test_client().get(f"/kalender/?{query}").status_code == 404
