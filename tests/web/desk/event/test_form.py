"""What is more often a slip than meant is asked about once, and nothing typed is lost by it."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from ikw import db
from ikw.clock import TOWN, in_town
from ikw.model import Event, Venue
from tests.conftest import make_event, make_venue
from tests.web.desk.browser import open_browser
from tests.web.desk.desk import answers_in, organiser, sign_in
from tests.web.forms import send

NEW = "/verwaltung/veranstaltungen/neu"
EDIT = "/verwaltung/veranstaltung/fest/bearbeiten"


@pytest.fixture
def karla(app: Flask) -> FlaskClient:
    make_event(sign_up_closes=datetime(2023, 9, 22, 18, tzinfo=TOWN))
    return sign_in(open_browser(app), organiser("coordination"))


def fest() -> Event:
    db.session().rollback()
    return db.session().scalars(select(Event).where(Event.key == "fest")).one()


def test_a_day_outside_the_series_is_asked_about_once(karla: FlaskClient) -> None:
    answers: dict[str, object] = {**answers_in(karla.get(NEW).text)}
    answers |= {"title": "Vorfest", "date": "2023-09-02", "summary": "Was hier steht, bleibt."}
    asked = karla.post(NEW, data=answers)
    assert asked.status_code == 422
    assert "Dieser Tag liegt außerhalb der Reihe." in asked.text
    kept = answers_in(asked.text)
    assert kept["title"] == ["Vorfest"]
    assert "Was hier steht, bleibt." in kept["summary"][0]
    another = karla.post(NEW, data=kept | {"date": "2023-09-03"})
    assert another.status_code == 422, "that is another day, which nobody has asked about"
    assert karla.post(NEW, data=answers_in(another.text)).status_code == 303
    saved = db.session().scalars(select(Event).where(Event.title == "Vorfest")).one()
    assert saved.date == date(2023, 9, 3)
    path = f"/verwaltung/veranstaltung/{saved.key}"
    assert "Der Tag liegt außerhalb der Reihe" in karla.get(f"{path}/").text, "it is not ready"
    unchanged = answers_in(karla.get(f"{path}/bearbeiten").text)
    assert karla.post(f"{path}/bearbeiten", data=unchanged).status_code == 303, "it was so before"


def test_a_year_that_is_past_is_asked_about(karla: FlaskClient) -> None:
    answers = answers_in(karla.get(NEW).text) | {"title": "Vertippt", "date": "2022-09-23"}
    assert "Dieser Tag ist vorbei." in karla.post(NEW, data=answers).text


def test_the_window_for_signing_up_moves_with_the_event(karla: FlaskClient) -> None:
    answers = answers_in(karla.get(EDIT).text) | {"date": "2023-09-30"}
    assert karla.post(EDIT, data=answers).status_code == 303
    closes = fest().sign_up_closes
    assert closes
    assert in_town(closes) == datetime(2023, 9, 29, 18, tzinfo=TOWN)


def test_a_window_that_is_changed_as_well_is_as_it_was_typed(karla: FlaskClient) -> None:
    typed = {"date": "2023-09-30", "sign_up_closes": "2023-09-25T12:00"}
    assert karla.post(EDIT, data=answers_in(karla.get(EDIT).text) | typed).status_code == 303
    closes = fest().sign_up_closes
    assert closes
    assert in_town(closes) == datetime(2023, 9, 25, 12, tzinfo=TOWN)


def test_signing_up_until_after_the_beginning_is_asked_about(karla: FlaskClient) -> None:
    answers = answers_in(karla.get(EDIT).text) | {"sign_up_closes": "2023-09-24T12:00"}
    asked = karla.post(EDIT, data=answers)
    assert asked.status_code == 422
    assert "Die Anmeldung würde erst nach dem Beginn enden." in asked.text
    assert karla.post(EDIT, data=answers_in(asked.text)).status_code == 303
    page = karla.get("/verwaltung/veranstaltung/fest/").text
    assert "Die Anmeldung endet nach dem Beginn" in page


@pytest.mark.parametrize(
    ("path", "name"),
    [("orte/neu", "begegnungszentrum MITTE 51"), ("veranstalter/neu", "chor e.V.")],
)
def test_a_second_one_of_the_same_name_is_asked_about(
    karla: FlaskClient, path: str, name: str
) -> None:
    make_event("tee", venue=make_venue(key="mitte", name="Begegnungszentrum Mitte⁵¹"))
    send(karla, "/verwaltung/veranstalter/neu", name="Chor e. V.")
    answers = answers_in(karla.get(f"/verwaltung/{path}").text) | {"name": name}
    asked = karla.post(f"/verwaltung/{path}", data=answers)
    assert asked.status_code == 422
    assert "gibt es schon." in asked.text
    kept = answers_in(asked.text)
    assert kept["name"] == [name]
    assert karla.post(f"/verwaltung/{path}", data=kept).status_code == 303
    if path.startswith("orte"):
        db.session().rollback()
        assert len(db.session().scalars(select(Venue)).all()) == 2
