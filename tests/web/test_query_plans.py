"""A public page asks for the week that it shows: no question walks through all years."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event as sql_event
from sqlalchemy import func, insert, select

from ikw import db
from ikw.actions.links import Link
from ikw.model import Event, LogEntry, Series, Translation
from ikw.model.vocabulary import EventKind, SeriesKind
from ikw.web.caching import STATE
from tests.actions.cast import ANNA, new_link, sign_up
from tests.conftest import NOW, MakeApp, make_event

#: Tables that grow with the years.
LARGE = ("event", "event_host", "registration", "letter", "log_entry", "personal_calendar")

#: Series of the past, each with so many events.
YEARS, EVENTS = 100, 20


def store_week() -> Link:
    """Store a week that is to come, and Anna; return her link."""
    link = new_link()
    sign_up(make_event(kind=EventKind.PICNIC), ANNA, link=link, calendar_link=link)
    return link


def store_archive(last: date) -> None:
    """Store a hundred weeks that are over, the last of them before this day."""
    with db.write() as session:
        session.execute(
            insert(Series),
            [
                {
                    "id": n + 1_000,
                    "key": f"woche-{n}",
                    "kind": SeriesKind.WORKSHOPS if n % 2 else SeriesKind.WEEK,
                    "title": f"Woche {n}",
                    "first_day": last - timedelta(days=7 * n),
                    "last_day": last - timedelta(days=7 * n - 6),
                    "figures": [],
                    "published_at": NOW,
                }
                for n in range(1, YEARS + 1)
            ],
        )
        session.execute(
            insert(Event),
            [
                {
                    "uid": f"uid-{n}-{k}",
                    "key": f"fest-{n}-{k}",
                    "kind": EventKind.PICNIC if k == 0 else EventKind.EVENT,
                    "series_id": n + 1_000,
                    "title": f"Fest {n} {k}",
                    "date": last - timedelta(days=7 * n),
                    "topics": [],
                    "languages": [],
                    "audiences": [],
                    "access": [],
                    "questions": [],
                    "counted": {},
                    "loaded": {},
                    "published_at": NOW,
                    "created_at": NOW,
                    "changed_at": NOW,
                }
                for n in range(1, YEARS + 1)
                for k in range(EVENTS)
            ],
        )
        session.execute(
            insert(LogEntry),
            [
                {"at": NOW, "actor": "citizen", "verb": "register", "old": {}, "new": {}}
                for _ in range(5_000)
            ],
        )
        session.execute(
            insert(Translation),
            [
                {"language": "uk", "source_hash": str(n), "source": "x", "text": "y"}
                | {"changed_at": NOW}
                for n in range(50)
            ],
        )


@pytest.fixture
def site(make_app: MakeApp, sqlite_url: str) -> Flask:
    return make_app(sqlite_url)


def paths_of(site: Flask, token: str) -> list[str]:
    """Return the address of every public page and calendar, some with a search."""
    values: dict[str, Any] = {"event": "fest", "series": "woche", "token": token}
    values |= {"index": 0, "name": "x", "digest": "x", "form": "json"}
    found = []
    for rule in site.url_map.iter_rules():
        if "GET" not in (rule.methods or set()):
            continue
        if rule.rule.startswith(("/verwaltung/", "/static")) or rule.endpoint.endswith("card"):
            continue
        needed = {name: values[name] for name in rule.arguments - set(rule.defaults or {})}
        with site.test_request_context():
            found.append(str(site.url_for(rule.endpoint, **needed)))
    return [*found, "/programm/?q=fest", "/kalender/alle.ics?q=fest", "/kalender/?reihe=woche"]


def test_no_public_page_walks_through_the_archive(site: Flask) -> None:
    """Neither by a plan that walks through a table, nor by an index that leads to all of it."""
    engine = site.extensions["ikw.engine"]
    asked: list[tuple[str, Any]] = []

    @sql_event.listens_for(engine, "before_cursor_execute")
    def note(*call: Any) -> None:
        if call[2].lstrip().upper().startswith("SELECT"):
            asked.append((call[2], call[3]))

    with site.app_context():
        link = store_week()
    paths = paths_of(site, link.token)
    before = {path: steps_of(site, path) for path in paths}
    with site.app_context():
        store_archive(date(2021, 12, 1))
    asked.clear()
    after = {path: steps_of(site, path) for path in paths}
    walks = {
        step: statement[-300:]
        for statement, parameters in {(one, tuple(two)) for one, two in asked}
        for step in plan_of(engine, statement, parameters)
        if re.match(rf"SCAN ({'|'.join(LARGE)})\b", step)
    }
    assert not walks, "\n".join(f"{where}\n    {what}" for where, what in walks.items())
    grown = {
        path: (before[path], after[path])
        for path in paths
        if after[path] > 2 * before[path] + A_FEW
    }
    assert not grown, "\n".join(f"{p} {g}" for p, g in grown.items())


#: Thousands of steps that a page may take more in an archive, in which nothing is in sight.
A_FEW = 8


def steps_of(site: Flask, path: str) -> int:
    """Return how many thousand steps SQLite takes for a page; their number is always the same."""
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    engine = site.extensions["ikw.engine"]
    engine.dispose()

    @sql_event.listens_for(engine, "connect")
    def watch(connection: Any, _record: object) -> None:
        connection.set_progress_handler(count, 1000)

    try:
        site.extensions["ikw.pages"].pages.clear()
        site.test_client().get(path)
    finally:
        sql_event.remove(engine, "connect", watch)
        engine.dispose()
    return steps


def plan_of(engine: Any, statement: str, parameters: Any) -> list[str]:
    with engine.connect() as connection:
        cursor = connection.connection.cursor()
        rows = cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
    return [row[3] for row in rows]


def test_the_state_of_all_places_is_read_from_an_index_of_the_few(site: Flask) -> None:
    """Every page asks for it; what is over does not stand there."""
    with site.app_context():
        store_week()
        store_archive(date(2021, 12, 1))
    plan = plan_of(site.extensions["ikw.engine"], STATE, ())
    (places,) = [step for step in plan if "event" in step]
    assert "COVERING INDEX ix_event_places_revision" in places
    with site.app_context():
        moved = select(func.count()).where(Event.places_revision > 0)
        assert (db.session().scalar(moved) or 0) <= 1


def test_calendars_of_everything_show_what_is_in_sight(site: Flask) -> None:
    with site.app_context():
        store_week()
        store_archive(date(2022, 6, 1))
        make_event("voriges-jahr", date=date(2022, 3, 1), title="Voriges Jahr")
    client = site.test_client()
    feed = client.get("/kalender/alle.ics").text
    assert "SUMMARY:Fest der Räume" in feed
    assert "SUMMARY:Voriges Jahr" in feed
    # 12 months and what is to come: of the hundred weeks, those since January 2022.
    weeks = {int(n) for n in re.findall(r"SUMMARY:Fest (\d+) ", feed)}
    assert weeks == set(range(1, 20))
    assert feed.count("BEGIN:VEVENT") == 19 * EVENTS + 2
    assert "SUMMARY:Fest 90 " in client.get("/kalender/woche-90.ics").text, "a series keeps all"
    assert client.get("/kalender/").text.count("/kalender/?reihe=") <= 20
