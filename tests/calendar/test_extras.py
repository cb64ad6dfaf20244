"""What some calendar programs show besides: pictures, a map, a category to filter by, alarms."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import select

from ikw import db
from ikw.model import Event, Picture
from ikw.web.links import new_link
from tests.actions.cast import ANNA, BEN, sign_up
from tests.conftest import NOW, make_event, make_venue


def entries_of(client: FlaskClient, path: str) -> list[Any]:
    answer = client.get(path)
    assert answer.status_code == 200
    return list(Calendar.from_ical(answer.data).events)


@pytest.mark.parametrize("prefix", ["", "/uk", "/ar"])
def test_the_first_category_is_the_series_in_german(client: FlaskClient, prefix: str) -> None:
    with client.application.app_context():
        make_event(topics=["Musik"])
    (entry,) = entries_of(client, f"{prefix}/kalender/woche.ics")
    assert [str(one) for one in entry["CATEGORIES"].cats] == ["Woche", "Musik"]


def test_a_picture_and_a_place_on_the_map(client: FlaskClient) -> None:
    with client.application.app_context():
        made = make_event(venue=make_venue(latitude=52.25, longitude=7.5))
        with db.write() as session:
            picture = Picture(body=b"x", width=1, height=1, digest="abc", alt="Ein Fest")
            session.get_one(Event, made.id).picture = picture
    (entry,) = entries_of(client, "/kalender/woche.ics")
    address = "http://127.0.0.1:8000/veranstaltung/fest/foto-abc.webp"
    assert (str(entry["IMAGE"]), entry["IMAGE"].params["DISPLAY"]) == (address, "BADGE")
    assert client.get(address.removeprefix("http://127.0.0.1:8000")).data == b"x"
    apple = entry["X-APPLE-STRUCTURED-LOCATION"]
    assert str(apple) == "geo:52.25,7.5"
    assert apple.params["X-TITLE"] == "Haus⁵¹, Lange Straße 1"


def test_a_personal_calendar_rings_for_whoever_asks(client: FlaskClient) -> None:
    link = new_link_of(client)
    path = f"/kalender/meine/{link}.ics"
    assert all(entry.walk("VALARM") == [] for entry in entries_of(client, path))
    alarms = {
        str(entry["SUMMARY"]): [alarm["TRIGGER"].dt for alarm in entry.walk("VALARM")]
        for entry in entries_of(client, f"{path}?erinnerung=2")
    }
    assert alarms == {
        "Fest": [timedelta(hours=-2)],
        "Offen (Uhrzeit folgt)": [timedelta(hours=-6)],
        "Voll (Warteliste)": [],
        "ABGESAGT: Aus": [],
    }
    assert entries_of(client, f"{path}?erinnerung=99")[0].walk("VALARM") == []
    page = client.get(f"/kalender/meine/{link}/?erinnerung=24").text
    assert f"{path}?erinnerung=24" in page
    assert '<option value="24" selected>' in page


def new_link_of(client: FlaskClient) -> str:
    """Sign Anna up for four events, and return the token of her calendar."""
    with client.application.app_context():
        link = new_link()
        events = [
            make_event("fest", title="Fest", end=time(20)),
            make_event("offen", title="Offen", start=None),
            make_event("voll", title="Voll", capacity=1, has_waiting_list=True),
            make_event("aus", title="Aus"),
        ]
        sign_up(events[2], BEN)
        for event in events:
            sign_up(event, ANNA, calendar_link=link)
        with db.write() as session:
            session.scalars(select(Event).where(Event.key == "aus")).one().called_off_at = NOW
        return link.token


def test_a_second_party_that_waits_is_marked_as_such(client: FlaskClient) -> None:
    with client.application.app_context():
        link = new_link()
        event = make_event(capacity=1, has_waiting_list=True)
        first = sign_up(event, ANNA, calendar_link=link)
        second = sign_up(event, ANNA)
    (entry,) = entries_of(client, f"/kalender/meine/{link.token}.ics")
    text = str(entry["DESCRIPTION"])
    assert f"Sie haben 1 Platz. Ihr Code: {first.code}\n" in text
    assert f"Sie stehen auf der Warteliste. Ihr Code: {second.code}\n" in text
