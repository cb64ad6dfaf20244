"""What a subscriber sees when the programme changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from pathlib import Path
from threading import Thread
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from ikw import db
from ikw.actions.event import plan
from ikw.model import Event, Venue
from tests.actions.cast import at
from tests.calendar.subscriber import Subscriber
from tests.conftest import NOW, MakeApp, make_event, make_venue

pytestmark = pytest.mark.system

BERLIN = ZoneInfo("Europe/Berlin")
ACT = at(NOW, by="Desk")


@pytest.fixture
def site(make_app: MakeApp, sqlite_url: str) -> Flask:
    """An application outside any context, as when it is served."""
    return make_app(sqlite_url)


@pytest.fixture
def subscriber(site: Flask, tmp_path: Path) -> Iterator[Subscriber]:
    server = make_server("127.0.0.1", 0, site, threaded=True)
    Thread(target=server.serve_forever).start()
    yield Subscriber(tmp_path / "subscriber", f"http://127.0.0.1:{server.port}/kalender/alle.ics")
    server.shutdown()
    server.server_close()


def event(key: str) -> Event:
    return db.session().scalars(select(Event).where(Event.key == key)).one()


def test_a_second_look_brings_what_has_changed_and_touches_nothing_else(
    site: Flask, subscriber: Subscriber
) -> None:
    with site.app_context():
        for key in ("bleibt", "zieht-um", "faellt-aus", "verschwindet"):
            make_event(key, title=key, end=time(20))
        make_event("tage", title="tage", start=None, end_date=date(2023, 9, 25), hours="10 Uhr")
        make_event("winter", title="winter", date=date(2023, 12, 1), end=time(20))
    subscriber.sync()
    before = subscriber.files()
    shown = {entry.title: (entry.start, entry.end) for entry in subscriber.entries()}
    assert len(before) == len(shown) == 6
    evening = datetime(2023, 9, 23, 18, tzinfo=BERLIN)
    assert shown["bleibt"] == (evening, evening.replace(hour=20))
    assert shown["winter"][0] == datetime(2023, 12, 1, 18, tzinfo=BERLIN)
    assert shown["tage"] == (date(2023, 9, 23), date(2023, 9, 26))

    with site.app_context(), db.write() as session:
        plan.announce_time(session, event("zieht-um").id, time(19), None, ACT)
        plan.call_off(session, event("faellt-aus").id, "Sturm", ACT)
        session.delete(event("verschwindet"))
    subscriber.sync()
    after = subscriber.files()
    now = {entry.title: entry for entry in subscriber.entries()}
    assert {url.split("/")[-2] for url in before.keys() - after.keys()} == {"verschwindet"}
    assert touched(before, after) == {"zieht-um", "faellt-aus"}
    assert set(now) == {"bleibt", "zieht-um", "ABGESAGT: faellt-aus", "tage", "winter"}
    assert now["zieht-um"].start == evening.replace(hour=19)
    assert now["ABGESAGT: faellt-aus"].status == "CANCELLED"
    assert now["ABGESAGT: faellt-aus"].start == evening


def touched(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    """The keys of the events whose items are others now."""
    return {url.split("/")[-2] for url in after if after[url] != before.get(url)}


def test_each_kind_of_change_moves_one_entry_and_leaves_it_one(
    site: Flask, subscriber: Subscriber
) -> None:
    with site.app_context():
        make_event("workshop", title="Workshop", start=None, venue=make_venue())
        make_event("nachbar", title="Nachbar", end=time(20))
        make_event("zelt-fest", title="Zeltfest", venue=make_venue(key="zelt", name="Zelt"))
    subscriber.sync()
    noon, day = datetime(2023, 9, 23, 12, tzinfo=BERLIN), date(2023, 9, 23)

    def tent(session: Session) -> Venue:
        return session.scalars(select(Venue).where(Venue.key == "zelt")).one()

    steps: list[tuple[Callable[[Session, int], object], str, datetime | date, str, str]] = [
        (
            lambda session, id_: plan.announce_time(session, id_, time(12), None, ACT),
            *("Workshop", noon, "CONFIRMED", "Haus⁵¹, Lange Straße 1"),
        ),
        (
            lambda session, id_: plan.move(session, id_, date(2023, 9, 24), time(12), None, ACT),
            *("Workshop", noon.replace(day=24), "CONFIRMED", "Haus⁵¹, Lange Straße 1"),
        ),
        (
            lambda session, id_: plan.change_venue(session, id_, tent(session), None, ACT),
            *("Workshop", noon.replace(day=24), "CONFIRMED", "Zelt, Lange Straße 1"),
        ),
        (
            lambda session, id_: plan.call_off(session, id_, "Sturm", ACT),
            *("ABGESAGT: Workshop", noon.replace(day=24), "CANCELLED", "Zelt, Lange Straße 1"),
        ),
        (
            lambda session, id_: plan.reinstate(session, id_, ACT),
            *("Workshop", noon.replace(day=24), "CONFIRMED", "Zelt, Lange Straße 1"),
        ),
        (
            lambda session, id_: plan.postpone(session, id_, None, ACT),
            *("VERSCHOBEN: Workshop", noon.replace(day=24), "CANCELLED", "Zelt, Lange Straße 1"),
        ),
        (
            lambda session, id_: plan.move(session, id_, day, None, None, ACT),
            *("Workshop (Uhrzeit folgt)", day, "TENTATIVE", "Zelt, Lange Straße 1"),
        ),
    ]
    for act, title, start, status, location in steps:
        before = subscriber.files()
        with site.app_context(), db.write() as session:
            act(session, event("workshop").id)
        subscriber.sync()
        after = subscriber.files()
        assert before.keys() == after.keys()
        assert touched(before, after) == {"workshop"}
        (entry,) = [e for e in subscriber.entries() if "Workshop" in e.title]
        assert (entry.title, entry.start, entry.status) == (title, start, status)
        assert entry.location == location
