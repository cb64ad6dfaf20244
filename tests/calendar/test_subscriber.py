"""What a subscriber sees when the programme changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from threading import Thread
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.serving import make_server

from ikw import db
from ikw.model import Event
from tests.calendar.subscriber import Subscriber
from tests.conftest import NOW, MakeApp, make_event

BERLIN = ZoneInfo("Europe/Berlin")


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
        event("zieht-um").start = time(19)
        event("faellt-aus").called_off_at = NOW
        session.delete(event("verschwindet"))
        for changed in ("zieht-um", "faellt-aus"):
            event(changed).sequence += 1
            event(changed).changed_at = NOW + timedelta(hours=1)
    subscriber.sync()
    after = subscriber.files()
    now = {entry.title: entry for entry in subscriber.entries()}
    assert {url.split("/")[-2] for url in before.keys() - after.keys()} == {"verschwindet"}
    touched = {url.split("/")[-2] for url in after if after[url] != before[url]}
    assert touched == {"zieht-um", "faellt-aus"}
    assert set(now) == {"bleibt", "zieht-um", "ABGESAGT: faellt-aus", "tage", "winter"}
    assert now["zieht-um"].start == evening.replace(hour=19)
    assert now["ABGESAGT: faellt-aus"].status == "CANCELLED"
    assert now["ABGESAGT: faellt-aus"].start == evening
