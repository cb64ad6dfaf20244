"""What calendar programs understand of our feeds."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from ikw import db
from ikw.programmes.file import parse
from ikw.programmes.store import load
from tests.calendar.readers import READERS
from tests.conftest import NOW, make_event

PROGRAMMES = Path("ikw/programmes")

TITLE = "Räume⁵¹ 🎉, „مرحبا“; Tür \\, \\; und \\ BEGIN:VEVENT"
TEXT = "Zeile 1\nBEGIN:VEVENT\nEND:VCALENDAR, mit Komma; und \\\n\n" + "ä⁵¹ 🎉, " * 571 + "Ende"

#: Two characters which, written by the standard, look like an escaped line break to a careless eye.
BACKSLASH_N = "Ordner C:\\neu"


def feed(client: FlaskClient) -> bytes:
    body: bytes = client.get("/kalender/alle.ics").data
    return body


@pytest.mark.parametrize("programme", ["rheine-2023.toml", "beispiel-60.toml"])
def test_all_programs_read_the_same(client: FlaskClient, programme: str) -> None:
    with client.application.app_context(), db.write() as session:
        load(session, parse((PROGRAMMES / programme).read_text("utf-8")), now=NOW)
    body = feed(client)
    told = {
        name: sorted((entry.uid, entry.start, entry.end, entry.title) for entry in read(body))
        for name, read in READERS.items()
    }
    expected = told.pop("icalendar")
    assert len(expected) == body.count(b"BEGIN:VEVENT\r\n")
    for name, entries in told.items():
        assert entries == expected, name


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
