"""Writing events: looked at before it is saved, and thrown away many at once."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from ikw import db
from ikw.mail.compose import compose
from ikw.model import Event, Letter, LogEntry
from tests.actions.cast import ANNA, BEN, sign_up
from tests.conftest import make_event
from tests.web.desk.browser import open_browser
from tests.web.desk.desk import answers_in, organiser, sign_in
from tests.web.forms import errors_in, send, token_in

NEW = "/verwaltung/veranstaltungen/neu"
EDIT = "/verwaltung/veranstaltung/fest/bearbeiten"
LIST = "/verwaltung/veranstaltungen/"


@pytest.fixture
def karla(app: Flask) -> FlaskClient:
    return sign_in(open_browser(app), organiser("coordination"))


def stored() -> list[int]:
    """How many events, letters and entries there are."""
    db.session().rollback()
    tables = (Event, Letter, LogEntry)
    return [db.session().scalar(select(func.count()).select_from(one)) or 0 for one in tables]


def test_karla_looks_at_a_new_event_before_it_is_saved(karla: FlaskClient) -> None:
    make_event()
    before = stored()
    answers = answers_in(karla.get(NEW).text) | {
        "title": "Erzählabend",
        "summary": "Wir erzählen vom Ankommen.",
        "start": "19:00",
    }
    page = karla.post(NEW, data=answers | {"was": "vorschau"})
    assert page.status_code == 200
    for text in (
        "Erzählabend",
        "Wir erzählen vom Ankommen.",
        "19:00",
        "Noch ist nichts gespeichert",
    ):
        assert text in page.text
    assert stored() == before
    faulty = karla.post(NEW, data=answers | {"title": "", "was": "vorschau"})
    assert (faulty.status_code, errors_in(faulty.text)) == (
        422,
        ["Bitte geben Sie einen Titel ein."],
    )
    # The same form saves what was looked at.
    assert karla.post(NEW, data=answers).status_code == 303
    assert stored()[0] == before[0] + 1


def test_looking_at_a_new_time_tells_nobody(karla: FlaskClient) -> None:
    event = make_event()
    sign_up(event, ANNA)
    before = stored()
    answers = answers_in(karla.get(EDIT).text) | {"start": "20:15", "title": "Fest, neu"}
    page = karla.post(EDIT, data=answers | {"was": "vorschau"})
    assert page.status_code == 200
    assert "20:15" in page.text
    assert "Fest, neu" in page.text
    assert stored() == before
    public = karla.get("/veranstaltung/fest/").text
    assert "18:00" in public
    assert "Fest, neu" not in public


def test_whoever_looks_while_another_saves_is_shown_both_versions(karla: FlaskClient) -> None:
    event = make_event()
    answers = answers_in(karla.get(EDIT).text) | {"summary": "Meins"}
    with db.write():
        event.summary = "Das der anderen"
    page = karla.post(EDIT, data=answers | {"was": "vorschau"})
    assert page.status_code == 409
    assert "Das der anderen" in page.text
    assert "Meins" in page.text


def test_drafts_that_were_ticked_go_into_the_bin_and_come_back(karla: FlaskClient) -> None:
    """As after copying the wrong series. What is published stays, whatever the form says."""
    for number in range(3):
        make_event(f"entwurf-{number}", title=f"Entwurf {number}", published_at=None)
    make_event()
    ticked = ["entwurf-0", "entwurf-2", "fest"]
    asked = send(karla, LIST, f"{LIST}papierkorb", key=ticked)
    assert asked.status_code == 200
    assert "2 Veranstaltungen in den Papierkorb legen?" in asked.text
    assert "Entwurf 1" not in asked.text
    assert db.session().scalar(select(func.count()).where(Event.deleted_at.is_not(None))) == 0
    send(karla, LIST, f"{LIST}papierkorb", key=ticked, confirmed="y")
    db.session().rollback()
    binned = select(Event.key).where(Event.deleted_at.is_not(None)).order_by(Event.key)
    assert db.session().scalars(binned).all() == ["entwurf-0", "entwurf-2"]
    send(karla, "/verwaltung/papierkorb/", "/verwaltung/papierkorb/entwurf-0/zurueck")
    db.session().rollback()
    assert db.session().scalars(binned).all() == ["entwurf-2"]


@pytest.mark.parametrize(
    "mistake",
    [
        {"date": "9999-12-31"},
        {"date": "0001-01-01"},
        {"end_date": "9999-12-31"},
        {"end_date": "2024-09-23"},
        {"sign_up_opens": "0001-01-01T00:00"},
        {"sign_up_closes": "9999-12-31T23:59"},
        {"price": "nan"},
        {"price": "inf"},
        {"price": "9e99"},
    ],
)
def test_a_mistyped_year_or_price_is_explained_and_breaks_no_page(
    karla: FlaskClient, mistake: dict[str, str]
) -> None:
    make_event()
    answers = answers_in(karla.get(EDIT).text) | mistake
    answer = karla.post(EDIT, data=answers)
    assert (answer.status_code, len(errors_in(answer.text))) == (422, 1)
    for path in ("/", "/veranstaltung/fest/", "/kalender/alle.ics", "/verwaltung/kalender/"):
        assert karla.get(path).status_code == 200


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "gestern"])
def test_the_calendar_of_a_day_that_cannot_be_is_that_of_another(
    karla: FlaskClient, day: str
) -> None:
    make_event()
    assert karla.get(f"/verwaltung/kalender/?tag={day}").status_code == 200


def test_whoever_changes_the_places_second_is_told_of_the_first(karla: FlaskClient) -> None:
    event = make_event(capacity=50)
    path = "/verwaltung/veranstaltung/fest/"
    page = karla.get(path).text
    with db.write():
        event.capacity, event.reserved = 60, 10
    known = page.partition('name="known"')[2].partition('value="')[2].partition('"')[0]
    answers = {"form_token": token_in(page), "capacity": "55", "reserved": "0", "known": known}
    answer = karla.post(f"{path}platzzahl", data=answers)
    assert answer.status_code == 422
    assert "Plätze insgesamt 60, davon zurückgehalten 10" in errors_in(answer.text)[0]
    assert 'value="55"' in answer.text
    db.session().rollback()
    assert (event.capacity, event.reserved) == (60, 10)


def test_a_waiting_list_keeps_its_number_of_places(karla: FlaskClient) -> None:
    """Without one, everybody who waits would be seated by an empty field."""
    event = make_event(capacity=1, has_waiting_list=True)
    for contact in (ANNA, BEN):
        sign_up(event, contact)
    path = "/verwaltung/veranstaltung/fest/"
    answer = send(karla, path, f"{path}platzzahl", capacity="", reserved="0", known="1 0")
    assert answer.status_code == 422
    assert errors_in(answer.text) == ["Eine Warteliste gibt es nur mit einer Platzzahl."]
    db.session().rollback()
    assert (event.capacity, event.taken) == (1, 1)


def test_answers_with_a_comma_stay_one_answer(karla: FlaskClient) -> None:
    question = {
        "key": "essen",
        "label": "Essen?",
        "kind": "choice",
        "choices": ["Ja, gern", "Nein"],
    }
    event = make_event(questions=[question])
    assert karla.post(EDIT, data=answers_in(karla.get(EDIT).text)).status_code == 303
    db.session().rollback()
    assert event.questions == [question]


def test_what_is_postponed_gets_a_new_day_at_once_or_none_yet(karla: FlaskClient) -> None:
    """Anna reads the new day, and why; nobody has to write twice."""
    sign_up(make_event(start=dt.time(18), end=dt.time(20)), ANNA)
    page = "/verwaltung/veranstaltung/fest/"
    past = send(karla, page, f"{page}verschiebung", reason="", day="01.01.2023", start="")
    assert past.status_code == 422
    moved = send(
        karla,
        page,
        f"{page}verschiebung",
        reason="Der Saal ist belegt.",
        day="30.09.2023",
        start="19.00",
    )
    assert moved.status_code == 303
    db.session().rollback()
    event = db.session().scalars(select(Event)).one()
    assert (event.date, event.start, event.end) == (
        dt.date(2023, 9, 30),
        dt.time(19),
        dt.time(21),
    )
    assert event.takes_place
    letter = db.session().scalars(select(Letter).where(Letter.kind == "event_changed")).one()
    said = str(compose(letter).body)
    assert "30. September 2023" in said
    assert "Der Saal ist belegt." in said
    assert "Der Saal ist belegt." in karla.get("/veranstaltung/fest/").text
    send(karla, page, f"{page}verschiebung", reason="", day="", start="")
    db.session().rollback()
    assert db.session().scalars(select(Event)).one().is_postponed
