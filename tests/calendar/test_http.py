"""Feeds over HTTP: asked again and again for months, by programs of every age."""

from __future__ import annotations

import gzip
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ikw import db
from ikw.model import Event, Programme
from tests.actions.cast import ANNA, new_link, sign_up
from tests.conftest import NOW, MakeApp, make_event, make_venue

FEEDS = [
    "/kalender/alle.ics",
    "/kalender/woche.ics",
    "/kalender/woche.ics?thema=Musik",
    "/kalender/alle.ics?stadtteil=Mitte",
    "/kalender/alle.ics?ort=haus",
    "/kalender/alle.ics?sprache=uk",
    "/kalender/alle.ics?q=raeume&kostenlos=1",
    "/kalender/veranstaltung/fest.ics",
]


@pytest.fixture
def client(make_app: MakeApp, sqlite_url: str) -> FlaskClient:
    app = make_app(sqlite_url)
    with app.app_context():
        make_event(
            venue=make_venue(district="Mitte"), topics=["Musik"], languages=["uk"], price_cents=0
        )
    return app.test_client()


@pytest.fixture
def mine(client: FlaskClient) -> str:
    """The address of Anna's own calendar."""
    link = new_link()
    with client.application.app_context():
        sign_up(db.session().query(Event).one(), ANNA, calendar_link=link)
    return f"/kalender/meine/{link.token}.ics"


@pytest.mark.parametrize("path", FEEDS)
def test_every_feed_says_what_it_is_and_how_long_it_holds(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert b"BEGIN:VEVENT" in answer.data
    headers = answer.headers
    assert headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert headers["Content-Disposition"] == "inline"
    assert headers["Cache-Control"] == "public, max-age=900"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["ETag"].startswith('"'), "a strong one"
    assert parsedate_to_datetime(headers["Last-Modified"])
    assert "Set-Cookie" not in headers
    assert "X-Robots-Tag" not in headers
    assert answer.text.count("SOURCE;VALUE=URI:http://127.0.0.1:8000/kalender/") == 1


@pytest.mark.parametrize("path", ["/kalender/alle.ics", "mine"])
def test_what_is_known_is_not_sent_again(client: FlaskClient, mine: str, path: str) -> None:
    path = mine if path == "mine" else path
    first = client.get(path)
    known = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (known.status_code, known.data) == (304, b"")
    assert known.headers["ETag"] == first.headers["ETag"]
    assert "Content-Type" not in known.headers
    other = client.get(path, headers={"If-None-Match": '"something else"'})
    assert (other.status_code, other.data) == (200, first.data)


def test_the_etag_counts_before_the_date_and_a_date_that_is_none_counts_not(
    client: FlaskClient,
) -> None:
    path = "/kalender/alle.ics"
    date = client.get(path).headers["Last-Modified"]
    assert client.get(path, headers={"If-Modified-Since": date}).status_code == 304
    both = {"If-None-Match": '"another"', "If-Modified-Since": date}
    assert client.get(path, headers=both).status_code == 200
    for nonsense in ("gestern", "2023-01-20T12:00:00Z", ""):
        assert client.get(path, headers={"If-Modified-Since": nonsense}).status_code == 200
    earlier = format_datetime(parsedate_to_datetime(date) - timedelta(seconds=1), usegmt=True)
    assert client.get(path, headers={"If-Modified-Since": earlier}).status_code == 200


def test_the_date_moves_when_something_disappears(client: FlaskClient) -> None:
    app: Flask = client.application
    with app.app_context():
        make_event("zweites")
    before = client.get("/kalender/alle.ics")
    with app.app_context(), db.write() as session:
        session.delete(session.query(Event).filter_by(key="zweites").one())
    after = client.get(
        "/kalender/alle.ics", headers={"If-Modified-Since": before.headers["Last-Modified"]}
    )
    assert after.status_code == 200
    assert b"zweites" not in after.data
    moved = [parsedate_to_datetime(answer.headers["Last-Modified"]) for answer in (before, after)]
    assert moved[1] > moved[0]


def test_a_sign_up_leaves_the_bytes_as_they_are(client: FlaskClient, mine: str) -> None:
    before = client.get("/kalender/alle.ics")
    with client.application.app_context():
        sign_up(db.session().query(Event).one(), ANNA)
    after = client.get("/kalender/alle.ics")
    assert after.data == before.data
    for name in ("ETag", "Last-Modified"):
        assert after.headers[name] == before.headers[name]


def test_an_event_does_not_leave_a_calendar_when_it_is_full_or_called_off(
    client: FlaskClient,
) -> None:
    before = client.get("/kalender/alle.ics?frei=1&thema=Musik")
    with client.application.app_context(), db.write() as session:
        session.query(Event).one().capacity = 0
        session.query(Event).one().called_off_at = NOW
    after = client.get("/kalender/alle.ics?frei=1&thema=Musik")
    assert before.data.count(b"BEGIN:VEVENT") == after.data.count(b"STATUS:CANCELLED") == 1


@pytest.mark.parametrize("path", ["/kalender/alle.ics", "mine"])
def test_a_head_has_the_same_headers_and_no_body(client: FlaskClient, mine: str, path: str) -> None:
    path = mine if path == "mine" else path
    whole, head = client.get(path), client.head(path)
    assert (head.status_code, head.data) == (200, b"")
    for name in ("ETag", "Content-Type", "Content-Length", "Cache-Control", "Vary"):
        assert head.headers[name] == whole.headers[name]


@pytest.mark.parametrize("path", ["/kalender/alle.ics", "mine"])
def test_compressed_it_is_another_representation(client: FlaskClient, mine: str, path: str) -> None:
    path = mine if path == "mine" else path
    plain = client.get(path)
    zipped = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.data) == plain.data
    assert zipped.headers["ETag"] != plain.headers["ETag"]
    assert plain.headers["Vary"] == zipped.headers["Vary"] == "Accept-Encoding"
    known = {"Accept-Encoding": "gzip", "If-None-Match": zipped.headers["ETag"]}
    assert client.get(path, headers=known).status_code == 304


def test_a_personal_feed_is_for_its_owner_alone(client: FlaskClient, mine: str) -> None:
    headers = client.get(mine).headers
    assert headers["X-Robots-Tag"] == "noindex"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"].startswith("private")
    assert "Access-Control-Allow-Origin" not in headers
    assert "Set-Cookie" not in headers
    assert client.get("/kalender/meine/" + "x" * 32 + ".ics").status_code == 404


def test_web_calendars_may_ask_with_conditions(client: FlaskClient) -> None:
    asked = client.options("/kalender/alle.ics", headers={"Origin": "https://example.org"})
    assert asked.status_code == 200
    assert asked.headers["Access-Control-Allow-Origin"] == "*"
    assert "If-None-Match" in asked.headers["Access-Control-Allow-Headers"]


def test_two_changes_within_a_second_have_two_dates(client: FlaskClient) -> None:
    dates = []
    for title in ("Eins", "Zwei"):
        with client.application.app_context(), db.write() as session:
            session.query(Event).one().title = title
        dates.append(client.get("/kalender/alle.ics").headers["Last-Modified"])
    assert len(set(dates)) == 2


def test_an_old_date_is_no_reason_to_keep_what_a_restored_backup_says_otherwise(
    client: FlaskClient,
) -> None:
    with client.application.app_context():
        stamp = db.session().get_one(Programme, 1).changed_at
    later = format_datetime(stamp.replace(microsecond=0) + timedelta(days=1), usegmt=True)
    answer = client.get(
        "/kalender/alle.ics", headers={"If-None-Match": '"newer"', "If-Modified-Since": later}
    )
    assert answer.status_code == 200
