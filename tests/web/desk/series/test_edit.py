"""Series at the desk."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape
from sqlalchemy import select

from ikw import db
from ikw.model import Event, LogEntry, Series
from tests.conftest import NOW, make_event
from tests.web.desk.browser import open_browser
from tests.web.desk.desk import answers_in, organiser, sign_in
from tests.web.forms import send


@pytest.fixture
def karla(app: Flask) -> FlaskClient:
    return sign_in(open_browser(app), organiser("coordination"))


def test_a_series_without_events_is_deleted_and_one_with_events_is_not(karla: FlaskClient) -> None:
    make_event()
    series = "/verwaltung/reihen/"
    assert "Löschen geht erst" in karla.get(f"{series}woche/").text
    send(karla, f"{series}woche/", f"{series}woche/loeschung")
    assert "Woche" in karla.get(series).text
    days = {"first_day": "2024-09-28", "last_day": "2024-10-06"}
    send(karla, f"{series}neu", title="Aus Versehen", kind="week", **days)
    answer = send(karla, f"{series}aus-versehen/", f"{series}aus-versehen/loeschung")
    assert "Die Reihe ist gelöscht." in karla.get(answer.location).text
    assert "Aus Versehen" not in karla.get(series).text


def test_a_series_whose_drafts_are_all_in_the_bin_is_deleted_at_once(karla: FlaskClient) -> None:
    make_event(published_at=None, deleted_at=NOW)
    path = "/verwaltung/reihen/woche/"
    assert "1 Entwurf im Papierkorb geht mit." in karla.get(path).text
    send(karla, path, f"{path}loeschung")
    db.session().rollback()
    assert db.session().scalars(select(Series)).all() == []
    assert db.session().scalars(select(Event)).all() == []


def test_karla_sees_on_which_days_everything_would_be_before_it_is_copied(
    karla: FlaskClient,
) -> None:
    make_event("abend", title="Abend 2023", date=date(2023, 9, 29))
    make_event("picknick", title="Picknick", date=date(2023, 10, 3))
    path = "/verwaltung/reihen/woche/kopie"
    answer = send(karla, path, new_first_day="2024-09-21")
    page = karla.get(answer.location).text
    assert "Freitag, 27. September 2024" in page
    assert "In den Texten steht „2023“" in page
    assert "gibt es schon eine Reihe" not in page
    answers = answers_in(page)
    assert answers["tag-picknick"] == ["datum"], "it is a holiday"
    assert answers["tag-abend"] == ["wochentag"]
    answer = karla.post(path, data=answers | {"tag-abend": "datum", "was": "kopieren"})
    assert answer.status_code == 303
    db.session().rollback()
    copy = db.session().scalars(select(Series).where(Series.key != "woche")).one()
    events = db.session().scalars(select(Event).where(Event.series_id == copy.id))
    assert {event.title: event.date.isoformat() for event in events} == {
        "Abend 2023": "2024-09-29",
        "Picknick": "2024-10-03",
    }
    again = send(karla, path, new_first_day="2024-09-21")
    assert "gibt es schon eine Reihe" in karla.get(again.location).text


def test_a_second_series_of_one_name_and_year_is_asked_about_once(karla: FlaskClient) -> None:
    make_event()
    path = "/verwaltung/reihen/neu"
    answers: dict[str, object] = {**answers_in(karla.get(path).text)}
    answers |= {"title": "WOCHE", "first_day": "2023-05-01", "last_day": "2023-05-02"}
    asked = karla.post(path, data=answers)
    assert asked.status_code == 422
    assert "gibt es schon eine Reihe" in asked.text
    kept = answers_in(asked.text)
    assert kept["title"] == ["WOCHE"]
    assert karla.post(path, data=kept).status_code == 303


def test_karla_corrects_what_there_is_to_know_in_numbers(karla: FlaskClient) -> None:
    make_event()
    path = "/verwaltung/reihen/woche/"
    paper = {"value": "1.675", "label": "Antworten auf Papier"}
    places = {"value": "12", "label": "Orte"}
    ratio = {"value": "1:3", "label": "Online zu Papier"}
    for typed, figures in (
        ("1.675: Antworten auf Papier\n12: Orte", [paper, places]),
        ('12: Orte\n"1:3": Online zu Papier', [places, ratio]),
        ("", []),
    ):
        answers = answers_in(karla.get(path).text)
        assert karla.post(path, data=answers | {"figures": typed}).status_code == 303
        assert f"{escape(typed)}</textarea>" in karla.get(path).text.replace("\r", "")
        with karla.application.app_context():
            assert db.session().scalars(select(Series.figures)).one() == figures
    assert (
        "Wissenswertes in Zahlen: 1.675 Antworten auf Papier, 12 Orte"
        in karla.get("/verwaltung/protokoll/").text
    )


def test_the_hosts_of_a_series_are_changed_and_the_log_holds_no_address(
    karla: FlaskClient,
) -> None:
    make_event()
    for key in ("chor", "verein"):
        send(karla, "/verwaltung/veranstalter/neu", name=key.title(), email=f"{key}@example.org")
    path = "/verwaltung/reihen/woche/"
    answers = answers_in(karla.get(path).text)
    assert karla.post(path, data=answers | {"hosts": ["verein", "chor"]}).status_code == 303
    assert karla.post(path, data=answers_in(karla.get(path).text)).status_code == 303
    host = "/verwaltung/veranstalter/chor/"
    send(karla, host, name="Chor", email="neu@example.org")
    db.session().rollback()
    entries = db.session().scalars(select(LogEntry).order_by(LogEntry.id)).all()
    changes = [(entry.verb, entry.new) for entry in entries if entry.verb.startswith("change")]
    assert changes == [
        ("change series", {"hosts": ["chor", "verein"]}),
        ("change organisation", {}),
    ], "saved unchanged it is no change"
    assert "example.org" not in str([(entry.old, entry.new) for entry in entries])
