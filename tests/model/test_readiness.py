"""What an event lacks, and which events get in each other's way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from ikw import clock
from ikw.model import Event, EventHost, Series, Venue
from ikw.model.readiness import clashes, missing_facts

WEEK = Series(key="woche", first_day=dt.date(2023, 9, 23), last_day=dt.date(2023, 10, 3))
HOUSE = Venue(id=1, key="haus", name="Haus", capacity=50, access=["step-free"])


def planned(title: str, start: int | None, end: int | None = None, **values: Any) -> Event:
    return Event(
        **{
            "title": title,
            "date": dt.date(2023, 9, 23),
            "start": dt.time(start) if start is not None else None,
            "end": dt.time(end) if end is not None else None,
            "host_rows": [],
            "topics": [],
            "audiences": [],
            "access": [],
            "reserved": 0,
            "takes_sign_up": False,
            "series": WEEK,
            **values,
        }
    )


def found(*events: Event) -> list[tuple[str, str, str]]:
    return [(clash.what, clash.one.title, clash.other.title) for clash in clashes(list(events))]


def at(venue: Venue) -> dict[str, Any]:
    return {"venue": venue, "venue_id": venue.id}


@pytest.fixture(autouse=True)
def _january() -> Iterator[None]:
    clock.set_to("2023-01-20T12:00")
    yield
    clock.set_to("")


def test_a_day_that_is_past_by_now_is_not_ready() -> None:
    event = planned("Tanz", 18)
    assert "past" not in missing_facts(event)
    clock.set_to("2023-09-24T12:00")
    assert "past" in missing_facts(event)


def test_vera_learns_what_her_draft_lacks() -> None:
    draft = planned("Tanz", None, takes_sign_up=True)
    missing = ["text", "venue", "hosts", "time", "access", "capacity"]
    assert missing_facts(draft) == missing
    whole = planned("Tanz", 18, summary="Wir tanzen.", capacity=80, takes_sign_up=True, **at(HOUSE))
    whole.host_rows = [EventHost(organisation_id=1)]
    assert missing_facts(whole) == ["room-size"]
    whole.capacity = 50
    assert missing_facts(whole) == []


def test_two_in_one_house_at_one_time_are_in_each_others_way() -> None:
    tanz, chor = planned("Tanz", 18, 20, **at(HOUSE)), planned("Chor", 19, 21, **at(HOUSE))
    assert found(tanz, chor) == [("venue", "Tanz", "Chor")]
    assert found(tanz, planned("Chor", 20, 21, **at(HOUSE))) == []
    tanz.room, chor.room = "Saal 1", "Saal 2"
    assert found(tanz, chor) == []


def test_a_club_cannot_be_in_two_places_and_families_cannot_either() -> None:
    tanz, chor = planned("Tanz", 18, 20), planned("Chor", 19, 21)
    tanz.host_rows, chor.host_rows = [EventHost(organisation_id=7)], [EventHost(organisation_id=7)]
    assert found(tanz, chor) == [("host", "Tanz", "Chor")]
    one = planned("Lesen", 15, 16, audiences=["children"], topics=["Sprache"])
    other = planned("Malen", 15, 16, audiences=["children"], topics=["Kunst"])
    assert found(one, other) == []
    other.topics = ["Kunst", "Sprache"]
    assert found(one, other) == [("audience", "Lesen", "Malen")]


def test_what_is_called_off_or_has_no_time_is_in_nobodys_way() -> None:
    tanz = planned("Tanz", 18, 20, **at(HOUSE))
    open_time = planned("Chor", None, **at(HOUSE))
    off = planned("Film", 18, 20, called_off_at=dt.datetime(2023, 1, 1, tzinfo=dt.UTC), **at(HOUSE))
    assert found(tanz, open_time, off) == []


def test_a_long_night_is_in_the_way_of_the_next_morning() -> None:
    night = planned("Nacht", 22, 2, end_date=dt.date(2023, 9, 24), **at(HOUSE))
    early = planned("Früh", 1, 3, **at(HOUSE) | {"date": dt.date(2023, 9, 24)})
    assert found(night, early) == [("venue", "Nacht", "Früh")]
