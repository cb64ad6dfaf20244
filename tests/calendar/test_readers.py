"""What calendar programs understand of our feeds."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from sqlalchemy import select

from ikw import db
from ikw.model import Event, Series
from ikw.programmes.file import parse
from ikw.programmes.store import load
from tests.actions.cast import ANNA, at, new_link, sign_up
from tests.calendar.readers import READERS, Read
from tests.conftest import NOW, make_event

pytestmark = pytest.mark.system

PROGRAMMES = Path("ikw/programmes")

TITLE = "Räume⁵¹ 🎉, „مرحبا“; Tür \\, \\; und \\ BEGIN:VEVENT"
TEXT = "Zeile 1\nBEGIN:VEVENT\nEND:VCALENDAR, mit Komma; und \\\n\n" + "ä⁵¹ 🎉, " * 571 + "Ende"

#: Two characters which, written by the standard, look like an escaped line break to a careless eye.
BACKSLASH_N = "Ordner C:\\neu"


def feed(client: FlaskClient) -> bytes:
    body: bytes = client.get("/kalender/alle.ics").data
    return body


def all_agree(body: bytes) -> list[Read]:
    """Check that every program understands the same, and return it."""
    told = {name: sorted(read(body), key=lambda entry: entry.uid) for name, read in READERS.items()}
    expected = told.pop("icalendar")
    assert len(expected) == body.count(b"BEGIN:VEVENT\r\n")
    for name, entries in told.items():
        for entry, right in zip(entries, expected, strict=True):
            assert entry == right, name
    return expected


def feeds_of(app: Flask) -> list[str]:
    """The addresses of every sort of feed that there is, each with something in it."""
    events = list(db.session().scalars(select(Event).where(Event.venue_id.is_not(None))))
    event = max(events, key=lambda event: len(event.topics) + len(event.languages))
    link = new_link()
    sign_up(next(e for e in events if e.takes_registrations(NOW)), ANNA, calendar_link=link)
    assert event.venue
    with app.test_request_context():
        series = db.session().scalars(select(Series.key))
        return [
            *(url_for("feeds.of_series", series=key) for key in series),
            url_for("feeds.everything"),
            url_for("feeds.of_event", event=event.key),
            url_for("feeds.everything", ort=event.venue.key),
            url_for("feeds.everything", veranstalter=event.hosts[0].key),
            url_for("feeds.everything", stadtteil=event.venue.district),
            *(url_for("feeds.everything", thema=topic) for topic in event.topics[:1]),
            *(url_for("feeds.everything", sprache=code) for code in event.languages[:1]),
            url_for("feeds.of_series", series=event.series.key, tag=event.date, q=event.title),
            url_for("feeds.mine", token=link.token),
        ]


@pytest.mark.parametrize("programme", ["rheine-2023.toml", "beispiel-60.toml"])
def test_all_programs_read_the_same_in_all_feeds(client: FlaskClient, programme: str) -> None:
    app = client.application
    with app.app_context():
        with db.write() as session:
            load(session, parse((PROGRAMMES / programme).read_text("utf-8")), at(NOW))
        feeds = feeds_of(app)
    assert len(feeds) >= 7
    for path in feeds:
        assert all_agree(client.get(path).data), path


def test_all_programs_know_summer_and_winter(client: FlaskClient) -> None:
    with client.application.app_context():
        make_event("sommer", date=date(2023, 9, 23), start=time(18), end=time(20))
        make_event("winter", date=date(2023, 12, 1), start=time(18), end=time(20))
        # Clocks go back in this night: it lasts an hour longer.
        make_event(
            "nacht",
            date=date(2023, 10, 28),
            start=time(23),
            end_date=date(2023, 10, 29),
            end=time(5),
        )
    hours = {entry.start: entry.end for entry in all_agree(feed(client))}
    assert hours == {
        datetime(2023, 9, 23, 16, tzinfo=UTC): datetime(2023, 9, 23, 18, tzinfo=UTC),
        datetime(2023, 12, 1, 17, tzinfo=UTC): datetime(2023, 12, 1, 19, tzinfo=UTC),
        datetime(2023, 10, 28, 21, tzinfo=UTC): datetime(2023, 10, 29, 4, tzinfo=UTC),
    }


@pytest.mark.parametrize("reader", READERS)
def test_texts_come_back_exactly_from_every_program(client: FlaskClient, reader: str) -> None:
    with client.application.app_context():
        make_event(title=TITLE, description=TEXT)
    (entry,) = READERS[reader](feed(client))
    assert entry.title == TITLE
    assert entry.description.startswith(TEXT)
    assert entry.description.removeprefix(TEXT).endswith("/veranstaltung/fest/")


def test_a_backslash_before_an_n_is_no_line_break(client: FlaskClient) -> None:
    with client.application.app_context():
        make_event(title=BACKSLASH_N)
    body = feed(client)
    assert b"SUMMARY:Ordner C:\\\\neu\r\n" in body
    titles = {name: read(body)[0].title for name, read in READERS.items()}
    # A fault of node-ical 0.25, which replaces `\\n` before it knows what its backslash belongs to.
    assert titles.pop("node-ical") == "Ordner C:\\\neu"
    assert set(titles.values()) == {BACKSLASH_N}
