"""Feeds: what calendars are told."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar
from icalendar import Event as Entry

from tests.conftest import NOW, make_event, make_venue

BERLIN = ZoneInfo("Europe/Berlin")


def entries(client: FlaskClient, path: str = "/kalender/alle.ics") -> list[Entry]:
    return list(Calendar.from_ical(client.get(path).data).events)


def test_a_time_is_the_town_s_in_summer_and_in_winter(client: FlaskClient) -> None:
    with client.application.app_context():
        make_event("sommer", date=date(2023, 9, 23), start=time(18), end=time(20))
        make_event("winter", date=date(2023, 12, 1), start=time(18), end=time(20))
    summer, winter = entries(client)
    assert summer.start == datetime(2023, 9, 23, 16, tzinfo=UTC)
    assert winter.start == datetime(2023, 12, 1, 17, tzinfo=UTC)
    assert summer.end == datetime(2023, 9, 23, 20, tzinfo=BERLIN)
    assert (summer["STATUS"], summer["TRANSP"]) == ("CONFIRMED", "OPAQUE")
    body = client.get("/kalender/alle.ics").text
    assert body.count("BEGIN:VTIMEZONE") == 1
    assert body.count("RRULE:") == 2


def test_an_hour_that_the_night_to_summer_time_does_not_have_is_the_next(
    client: FlaskClient,
) -> None:
    """So that all programs show the same (RFC 5545, 3.3.5)."""
    with client.application.app_context():
        night = {"date": date(2023, 3, 25), "end_date": date(2023, 3, 26)}
        make_event("nacht", start=time(23), end=time(2, 30), **night)
    (entry,) = entries(client)
    assert entry.end == datetime(2023, 3, 26, 1, 30, tzinfo=UTC)
    assert "DTEND;TZID=Europe/Berlin:20230326T033000" in client.get("/kalender/alle.ics").text


def test_while_the_time_is_open_it_is_a_day_that_blocks_nothing(client: FlaskClient) -> None:
    with client.application.app_context():
        make_event(start=None)
    (entry,) = entries(client)
    assert entry.start == date(2023, 9, 23)
    assert entry.end == date(2023, 9, 24)
    assert entry["SUMMARY"] == "Fest der Räume (Uhrzeit folgt)"
    assert (entry["STATUS"], entry["TRANSP"]) == ("TENTATIVE", "TRANSPARENT")
    assert entry["X-MICROSOFT-CDO-BUSYSTATUS"] == "FREE"


def test_an_exhibition_lasts_from_its_first_to_its_last_day(client: FlaskClient) -> None:
    with client.application.app_context():
        make_event(start=None, end_date=date(2023, 9, 25), hours="täglich 10 bis 17 Uhr")
    (entry,) = entries(client)
    assert (entry.start, entry.end) == (date(2023, 9, 23), date(2023, 9, 26))
    assert entry["SUMMARY"] == "Fest der Räume"


def test_called_off_stays_in_the_calendar_as_such(client: FlaskClient) -> None:
    with client.application.app_context():
        make_event(called_off_at=NOW)
    (entry,) = entries(client)
    assert entry["STATUS"] == "CANCELLED"
    assert entry["TRANSP"] == "TRANSPARENT"
    assert entry["SUMMARY"] == "ABGESAGT: Fest der Räume"


def test_the_identity_is_random_and_stays(client: FlaskClient) -> None:
    with client.application.app_context():
        event = make_event()
    paths = ["/kalender/alle.ics", "/kalender/woche.ics", "/kalender/veranstaltung/fest.ics"]
    assert {str(e["UID"]) for path in paths for e in entries(client, path)} == {event.uid}
    assert "fest" not in event.uid


def test_texts_come_back_exactly(client: FlaskClient) -> None:
    title = "Räume⁵¹; Tür, \\ „مرحبا“ 🎉"
    text = "Zeile 1\nBEGIN:VEVENT\nEND:VCALENDAR, mit Komma; und \\n\n" + "ä" * 4000
    with client.application.app_context():
        make_event(title=title, description=text, venue=make_venue(name="Haus, 1. Stock; links"))
    (entry,) = entries(client)
    assert entry["SUMMARY"] == title
    assert text in str(entry["DESCRIPTION"])
    assert str(entry["DESCRIPTION"]).endswith("/veranstaltung/fest/")
    assert entry["LOCATION"] == "Haus, 1. Stock; links, Lange Straße 1"


def test_the_form_is_that_of_the_standard(client: FlaskClient) -> None:
    with client.application.app_context():
        make_event(title="Ein\x07 sehr langer Titel " + "ü" * 100)
    body = client.get("/kalender/woche.ics").data
    lines = body.split(b"\r\n")
    assert lines[-1] == b""
    assert all(b"\n" not in line and len(line) <= 75 for line in lines)
    for line in lines:
        line.decode("utf-8")
    assert b"\x07" not in body
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT6H" in body
    assert b"X-PUBLISHED-TTL:PT6H" in lines
    assert b"NAME:Woche" in lines


def test_an_empty_calendar_has_its_time_zone(client: FlaskClient) -> None:
    body = client.get("/kalender/alle.ics").text
    assert "BEGIN:VTIMEZONE" in body
    assert "BEGIN:VEVENT" not in body


def test_bytes_are_the_same_until_something_changes(client: FlaskClient) -> None:
    with client.application.app_context():
        make_event()
    first = client.get("/kalender/alle.ics")
    again = client.get("/kalender/alle.ics")
    assert (first.data, first.headers["ETag"]) == (again.data, again.headers["ETag"])
    etag = first.headers["ETag"]
    known = client.get("/kalender/alle.ics", headers={"If-None-Match": etag})
    assert known.status_code == 304
    with client.application.app_context():
        make_event("neu")
    assert client.get("/kalender/alle.ics", headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize("path", ["/kalender/nix.ics", "/kalender/veranstaltung/nix.ics"])
def test_there_is_no_calendar_of_nothing(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_page_tells_how_to_subscribe(client: FlaskClient) -> None:
    with client.application.app_context():
        make_event()
    page = client.get("/kalender/").text
    assert 'href="webcal://127.0.0.1:8000/kalender/alle.ics"' in page
    assert 'value="http://127.0.0.1:8000/kalender/alle.ics"' in page
    assert '<svg aria-hidden="true"' in page
    assert 'href="/kalender/?reihe=woche"' in page
    assert "webcal://127.0.0.1:8000/kalender/woche.ics" in client.get("/kalender/?reihe=woche").text


def test_feeds_are_open_and_inline(client: FlaskClient) -> None:
    headers = client.get("/kalender/alle.ics").headers
    assert headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Content-Disposition"] == "inline"
    assert headers["Cache-Control"] == "public, max-age=900"
