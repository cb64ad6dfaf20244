"""The log tells what happened, and after half a year no longer who it was (section 72 LPVG NRW)."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from ikw import clock, db
from ikw.actions.event.edit import edit_event, version
from ikw.actions.keeping.forget import forget
from ikw.actions.series.copy import copy_series
from ikw.model import Event, LogEntry, Venue
from tests.actions.cast import at
from tests.conftest import NOW, MakeApp, make_event
from tests.web.desk.desk import NAMES, Person, organiser, sign_in

LOG = "/verwaltung/protokoll/"


@pytest.fixture
def site(make_app: MakeApp, database_url: str) -> Flask:
    app = make_app(database_url)
    with app.app_context():
        event = make_event()
        who = organiser("coordination")
        with db.write() as session:
            for actor in (f"organiser {who.id}", "command line (anna)", "programme file (root)"):
                session.add(LogEntry(at=NOW, actor=actor, verb="publish event", event=event))
            session.add(LogEntry(at=NOW, actor="citizen", verb="register", event=event))
    return app


@pytest.fixture
def karla(site: Flask) -> FlaskClient:
    who = Person(1, "coordination", NAMES["coordination"], "karla@example.org")
    return sign_in(site.test_client(), who)


def actors(site: Flask) -> list[str]:
    with site.app_context():
        published = select(LogEntry.actor).where(LogEntry.verb == "publish event")
        return list(db.session().scalars(published.order_by(LogEntry.id)))


def test_the_log_speaks_as_people_do(site: Flask, karla: FlaskClient) -> None:
    with site.app_context(), db.write() as session:
        event = session.scalars(select(Event)).one()
        venue = Venue(key="mitte51", name="Begegnungszentrum Mitte⁵¹")
        values = {"venue": venue, "date": date(2023, 9, 25), "start": time(19, 30)}
        session.add(venue)
        edit_event(session, event.id, values, at(NOW, by="organiser 1"), known=version(event))
        copy_series(session, event.series, date(2024, 9, 21), at(NOW, by="organiser 1"))
    page = karla.get(LOG).text
    assert "Montag, 25. September 2023" in page
    assert "19:30" in page
    assert "Begegnungszentrum Mitte⁵¹" in page
    assert "mitte51" not in page
    assert "Reihe: Woche" in page


def test_the_log_is_filtered_by_event_and_time(site: Flask, karla: FlaskClient) -> None:
    assert "<tr><td>" in karla.get(f"{LOG}?veranstaltung=Fest+der").text
    assert "<tr><td>" not in karla.get(f"{LOG}?veranstaltung=gibtesnicht").text
    assert "<tr><td>" in karla.get(f"{LOG}?von=20.01.2023&bis=2023-01-20").text
    assert "<tr><td>" not in karla.get(f"{LOG}?von=2023-01-21&bis=2023-02-01").text
    assert "<tr><td>" not in karla.get(f"{LOG}?bis=2023-01-19").text


def test_after_half_a_year_roles_stand_where_people_stood(site: Flask, karla: FlaskClient) -> None:
    assert NAMES["coordination"] in karla.get(LOG).text
    for days, told in (
        (179, ["organiser 1", "command line (anna)", "programme file (root)"]),
        (181, ["coordination", "command line", "programme file"]),
    ):
        with site.app_context(), db.write() as session:
            forget(session, at(NOW + timedelta(days=days), real=clock.real()), keep_days=28)
        assert actors(site) == told
    page = karla.get(f"{LOG}?was=publish+event").text
    assert "Koordination" in page
    assert "anna" not in page
    assert "root" not in page


def test_the_account_that_an_entry_is_about_goes_as_well(site: Flask, karla: FlaskClient) -> None:
    later = clock.real() + timedelta(days=181)
    with site.app_context():
        with db.write() as session:
            forget(session, at(later, real=clock.real()), keep_days=28)
        said = db.session().scalars(select(LogEntry).where(LogEntry.verb == "sign in")).all()
        assert said
        assert all("account" not in entry.new for entry in said)
        assert {entry.actor for entry in said} == {"coordination"}


def test_after_three_years_it_ends(site: Flask) -> None:
    with site.app_context():
        with db.write() as session:
            forget(session, at(NOW + timedelta(days=3 * 365 + 1), real=NOW), keep_days=28)
        old = select(LogEntry).where(LogEntry.verb == "publish event")
        assert db.session().scalars(old).all() == []


@pytest.mark.parametrize(
    "words", ["Karla", "karla@example.org", "organiser 1", "Organiser", "anna"]
)
def test_no_page_lists_what_one_organiser_did(site: Flask, karla: FlaskClient, words: str) -> None:
    page = karla.get(LOG, query_string={"q": words}).text
    assert "Nichts gefunden." in page
