"""Whatever a programme says, the standard is kept and every program reads it back."""

from __future__ import annotations

import uuid
from datetime import date, time, timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ikw.calendar.entry import Facts, Organizer, clean, facts_of
from ikw.calendar.feed import Feed, feed_bytes
from ikw.model import Event, Series, Venue
from tests.calendar.readers import READERS
from tests.calendar.readers.shape import in_utc
from tests.conftest import NOW

pytestmark = pytest.mark.system

ORGANIZER = Organizer("Stadt; Rheine, „Büro“", "ikw@example.org")

#: Everything that Python can write as UTF-8.
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=120)

#: Without what single programs are known to get wrong (tests/calendar/test_readers.py): libical
#: trims spaces, node-ical takes quotes off and knows no backslash before an n.
SOUND_TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp", "Zs"], exclude_characters='\\"'),
    min_size=1,
    max_size=120,
)


@st.composite
def events(draw: st.DrawFn, text: st.SearchStrategy[str]) -> Event:
    """An event as a programme could have it, or as nobody should write one."""
    day = draw(st.dates(date(2023, 1, 1), date(2026, 12, 31)))
    start = draw(st.none() | st.times())
    start = start and start.replace(second=0, microsecond=0)
    end_date = draw(st.none() | st.just(day + timedelta(days=1)))
    moments = st.integers(0, 10**8).map(lambda seconds: NOW + timedelta(seconds=seconds))
    return Event(
        uid=str(uuid.UUID(int=draw(st.integers(0, 2**128 - 1)), version=4)),
        title=draw(text),
        summary=draw(st.none() | text),
        description=draw(st.none() | text),
        date=day,
        start=start,
        end=time(23, 59) if start and start < time(23, 59) and draw(st.booleans()) else None,
        end_date=end_date,
        hours=draw(st.none() | text),
        room=draw(st.none() | text),
        venue=draw(st.none() | st.builds(Venue, name=text, street=st.none() | text)),
        series=Series(title=draw(text)),
        topics=draw(st.lists(text, max_size=3)),
        called_off_at=draw(st.none() | st.just(NOW)),
        reason=draw(st.none() | text),
        sequence=draw(st.integers(0, 1000)),
        created_at=draw(moments),
        changed_at=draw(moments),
    )


def facts(event: Event) -> Facts:
    return facts_of(event, "https://ikw.example.org/veranstaltung/fest/", ORGANIZER)


def write(entries: list[Facts], name: str = "Woche") -> bytes:
    return feed_bytes(Feed(name, "https://ikw.example.org/kalender/alle.ics", "teal"), entries)


def distinct(entries: list[Event]) -> list[Event]:
    return list({event.uid: event for event in entries}.values())


QUIET = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@given(entries=st.lists(events(ANY_TEXT), max_size=4), name=ANY_TEXT)
@settings(QUIET, max_examples=80)
def test_the_form_is_that_of_the_standard(app: Flask, entries: list[Event], name: str) -> None:
    told = [facts(event) for event in distinct(entries)]
    body = write(told, name)
    assert body == write(told, name)
    lines = body.split(b"\r\n")
    assert lines[-1] == b""
    for line in lines:
        assert len(line) <= 75
        assert not set(line.decode("utf-8")) & {*map(chr, range(32)), "\x7f"} - {"\t"}
    assert body.startswith(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:")
    assert body.count(b"\r\nBEGIN:VTIMEZONE\r\n") == 1
    assert body.count(b"\r\nBEGIN:VEVENT\r\n") == body.count(b"\r\nEND:VEVENT\r\n") == len(told)
    assert b"\nATTENDEE" not in body
    read = READERS["icalendar"](body)
    assert [(entry.uid, entry.title, entry.description) for entry in read] == [
        (entry.uid, entry.title, entry.description) for entry in told
    ]


@given(entries=st.lists(events(SOUND_TEXT), min_size=1, max_size=10))
@settings(QUIET, max_examples=12)
def test_every_program_reads_back_what_was_meant(app: Flask, entries: list[Event]) -> None:
    told = {entry.uid: entry for entry in map(facts, distinct(entries))}
    body = write(list(told.values()))
    for name, read in READERS.items():
        found = {entry.uid: entry for entry in read(body)}
        assert found.keys() == told.keys(), name
        for uid, entry in found.items():
            meant = told[uid]
            assert (entry.start, entry.end) == (in_utc(meant.starts), in_utc(meant.ends)), name
            assert (entry.status, entry.sequence) == (meant.status, meant.sequence), name
            assert entry.title == meant.title, name
            assert entry.description == meant.description, name
            assert entry.location == (meant.location or ""), name


@pytest.mark.parametrize("separator", ["\x85", "\u2028", "\u2029", "\r", "\r\n", "\x0b", "\x1c"])
def test_what_looks_like_the_end_of_a_line_breaks_none(app: Flask, separator: str) -> None:
    event = Event(
        uid=str(uuid.uuid4()),
        title="Fest",
        series=Series(title="Woche"),
        description=f"vorn{separator}hinten",
        date=date(2023, 9, 23),
        topics=[],
        sequence=0,
        created_at=NOW,
        changed_at=NOW,
    )
    body = write([facts(event)])
    for name, read in READERS.items():
        (entry,) = read(body)
        assert clean(f"vorn{separator}hinten") in entry.description, name
        assert entry.description.endswith("/veranstaltung/fest/"), name
