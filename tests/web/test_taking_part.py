"""Whoever wants to take part finds what is asked for, until when, and whom to ask."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from ikw import clock, db
from ikw.model import Call, Event, LogEntry, Series
from ikw.model.vocabulary import ContributionKind, EventKind
from tests.conftest import MakeApp, make_event
from tests.web.desk.desk import organiser, sign_in
from tests.web.forms import errors_in, send

PAGE = "/mitmachen/"
CALLS = "/verwaltung/reihen/woche/aufrufe"


@pytest.fixture
def site(make_app: MakeApp, database_url: str) -> Flask:
    app = make_app(database_url)
    with app.app_context():
        make_event("picknick", title="Bürgerpicknick", kind=EventKind.PICNIC)
    return app


@pytest.fixture
def karla(site: Flask) -> FlaskClient:
    with site.app_context():
        who = organiser("coordination")
    return sign_in(site.test_client(), who)


def test_karla_asks_for_everything_at_once_and_all_find_it(site: Flask, karla: FlaskClient) -> None:
    citizen = site.test_client()
    assert "gerade wird nichts gesucht" in citizen.get(PAGE).text.lower()
    assert send(karla, CALLS, until="19.06.2023").status_code == 303
    page = citizen.get(PAGE).text
    for text in ("Ein Stand", "Ein Auftritt", "Ein Gericht", "Mithilfe", "19. Juni 2023", "939-0"):
        assert text in page, text
    assert 'href="/mitmachen/"' in citizen.get("/").text
    assert 'href="/mitmachen/"' in citizen.get("/buergerpicknick/").text
    assert "Взяти участь" in citizen.get(f"/uk{PAGE}").text
    with site.app_context():
        calls = db.session().scalars(select(Call)).all()
        assert {call.kind for call in calls} == set(ContributionKind)
        meant = {call.kind: call.event and call.event.key for call in calls}
        assert meant.pop(ContributionKind.EVENT) is None
        assert set(meant.values()) == {"picknick"}
        verbs = db.session().scalars(select(LogEntry.verb)).all()
        assert verbs.count("add call") == 5


@pytest.mark.parametrize(
    ("opens", "closes", "is_open"),
    [
        (None, None, True),
        (dt.date(2023, 1, 20), dt.date(2023, 1, 20), True),
        (dt.date(2023, 1, 21), None, False),
        (None, dt.date(2023, 1, 19), False),
    ],
)
def test_a_call_is_there_from_its_first_to_its_last_day(
    site: Flask, opens: dt.date | None, closes: dt.date | None, is_open: bool
) -> None:
    with site.app_context(), db.write() as session:
        series = session.scalars(select(Series)).one()
        call = Call(key="c", series=series, kind=ContributionKind.DISH, opens=opens, closes=closes)
        session.add(call)
        assert call.is_open(clock.now().date()) is is_open
    page = site.test_client().get(PAGE).text
    assert ("Ein Gericht" in page) is is_open
    if opens and not is_open:
        assert "21. Januar 2023" in page


def test_nobody_is_asked_to_bake_for_a_picnic_that_is_off(site: Flask, karla: FlaskClient) -> None:
    send(karla, CALLS, until="19.06.2023")
    with site.app_context(), db.write() as session:
        picnic = session.scalars(select(Event).where(Event.key == "picknick")).one()
        picnic.called_off_at = clock.now()
    page = site.test_client().get(PAGE).text
    assert "Ein Gericht" not in page
    assert "Eine eigene Veranstaltung" in page


def test_a_series_that_is_planned_asks_for_nothing_in_public(
    site: Flask, karla: FlaskClient
) -> None:
    send(karla, CALLS, until="19.06.2023")
    with site.app_context(), db.write() as session:
        session.scalars(select(Series)).one().published_at = None
    for prefix in ("", "/en", "/ar"):
        page = site.test_client().get(f"{prefix}{PAGE}").text
        assert "2023" not in page.partition("<main")[2].partition("</main>")[0].replace(
            "20. Januar 2023", ""
        )


def test_one_kind_is_changed_translated_and_closed(site: Flask, karla: FlaskClient) -> None:
    send(karla, CALLS, until="19.06.2023")
    here = "/verwaltung/aufruf/woche-dish/"
    answers = {"kind": "dish", "event": "picknick", "opens": "2023-01-02", "closes": "2023-05-01"}
    wrong = send(karla, here, **answers | {"opens": "2023-06-01"}, text="")
    assert (wrong.status_code, len(errors_in(wrong.text))) == (422, 1)
    assert send(karla, here, **answers, text="Süß oder salzig.").status_code == 303
    page = site.test_client().get(PAGE).text
    assert "Süß oder salzig." in page
    assert "1. Mai 2023" in page
    assert "Süß oder salzig." in karla.get("/verwaltung/uebersetzungen/uk/").text
    twice = send(karla, "/verwaltung/reihen/woche/aufrufe", until="01.07.2023")
    assert twice.status_code == 303
    assert "1. Mai 2023" in site.test_client().get(PAGE).text, "what is there stays as it is"
    assert send(karla, here, f"{here}loeschung").status_code == 303
    assert "Ein Gericht" not in site.test_client().get(PAGE).text
    # The kind can be asked for again.
    again = send(karla, f"{CALLS}/neu", kind="dish", event="", opens="", closes="", text="")
    assert again.status_code == 303
