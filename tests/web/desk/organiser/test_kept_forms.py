"""What is typed at the desk is not lost: not when a session ends, not for a missing venue."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from ikw import clock, db
from ikw.actions.keeping.forget import forget
from ikw.model import DeskSession, Event, KeptForm, Organisation
from ikw.model.organiser import IDLE
from tests.actions.cast import at
from tests.conftest import NOW, make_event, make_venue
from tests.web.desk.browser import Browser, open_browser
from tests.web.desk.desk import Person, answers_in, link_sent_to, organiser, sign_in
from tests.web.forms import send, token_in

NEW = "/verwaltung/veranstaltungen/neu"
TYPED = {"title": "Tanz im Park", "date": "2023-09-24", "summary": "Zwei Stunden Arbeit."}


@pytest.fixture
def karla(app: Flask) -> Person:
    make_event(venue=make_venue())
    return organiser("coordination")


@pytest.fixture
def browser(app: Flask, karla: Person) -> Browser:
    browser = open_browser(app)
    sign_in(browser, karla)
    return browser


def end_by_time(since: timedelta = timedelta(minutes=1)) -> None:
    db.session().rollback()
    with db.write() as session:
        seen = clock.real() - IDLE - since
        session.execute(update(DeskSession).values(seen_at=seen, created_at=seen))


def kept() -> list[KeptForm]:
    db.session().rollback()
    return list(db.session().scalars(select(KeptForm)))


def come_back(browser: Browser, path: str, email: str = "karla@example.org") -> str:
    """Sign in from the page that one was led to; return where one lands."""
    page = browser.get(path)
    answer = browser.post(path, data={"form_token": token_in(page.text), "email": email})
    assert answer.status_code == 303

    db.session().rollback()
    landed = send(browser, link_sent_to(email))
    assert landed.status_code == 303
    return str(landed.location)


def follow(browser: Browser, path: str) -> str:
    answer = browser.get(path)
    while answer.status_code == 303:
        path = answer.location
        answer = browser.get(path)
    assert answer.status_code == 200
    return path


def test_a_session_ends_while_karla_writes_and_nothing_is_lost(browser: Browser) -> None:
    answers = answers_in(browser.get(NEW).text)
    end_by_time()
    led = browser.post(NEW, data=answers | TYPED)
    assert led.status_code == 303
    assert "ist einen Tag lang aufbewahrt" in browser.get(led.location).text
    there = follow(browser, come_back(browser, led.location))
    page = browser.get(there).text
    assert "steht wieder im Formular" in page
    again = answers_in(page)
    assert again["title"] == [TYPED["title"]]
    assert again["date"] == [TYPED["date"]]
    assert "Zwei Stunden Arbeit." in again["summary"][0]
    assert browser.post(NEW, data=again).status_code == 303
    db.session().rollback()
    saved = db.session().scalars(select(Event).where(Event.title == "Tanz im Park")).one()
    assert saved.summary == "Zwei Stunden Arbeit."
    assert kept() == [], "what was sent is kept no longer"


def test_what_has_no_page_of_its_own_is_behind_a_button(browser: Browser) -> None:
    path = "/verwaltung/veranstaltung/fest"
    token = token_in(browser.get(f"{path}/").text)
    end_by_time()
    led = browser.post(f"{path}/absage", data={"form_token": token, "reason": "Das Dach ist hin."})
    there = follow(browser, come_back(browser, led.location))
    page = browser.get(there).text
    assert "Das Dach ist hin." in page
    db.session().rollback()
    assert not db.session().scalars(select(Event)).one().is_called_off, "nothing is done unasked"
    sent = browser.post(
        f"{path}/absage", data={"form_token": token_in(page), "reason": "Das Dach ist hin."}
    )
    assert sent.status_code == 303
    db.session().rollback()
    assert db.session().scalars(select(Event)).one().reason == "Das Dach ist hin."
    assert kept() == []


def test_nothing_is_kept_for_who_signed_out_or_has_no_form_of_ours(
    app: Flask, browser: Browser, karla: Person
) -> None:
    answers = answers_in(browser.get(NEW).text)
    stranger = open_browser(app)
    sign_in(stranger, karla)
    token = answers_in(stranger.get(NEW).text)["form_token"]
    end_by_time()
    browser.post(NEW, data=answers | TYPED | {"form_token": token})
    assert kept() == [], "the token is that of another session"
    open_browser(app).post(NEW, data=answers | TYPED)
    assert kept() == [], "without the cookie"
    browser.post(NEW, data=answers | TYPED | {"summary": "x" * 70_000})
    assert kept() == [], "longer than any form"
    end_by_time(timedelta(days=1, minutes=1))
    browser.post(NEW, data=answers | TYPED)
    assert kept() == [], "a day later"
    end_by_time()
    with db.write() as session:
        session.execute(update(DeskSession).values(ended_at=clock.real()))
    browser.post(NEW, data=answers | TYPED)
    assert kept() == [], "Karla signed out"


def test_it_is_nobody_elses_and_ends_after_a_day(app: Flask, browser: Browser) -> None:
    answers = answers_in(browser.get(NEW).text)
    end_by_time()
    browser.post(NEW, data=answers | TYPED)
    browser.post(NEW, data=answers | TYPED | {"title": "Zweiter Versuch"})
    (form,) = kept()
    assert {"name": "title", "value": "Zweiter Versuch"} in form.answers, "one for each address"
    vera = sign_in(open_browser(app), organiser("club", organisation=_club()))
    assert "Zweiter Versuch" not in vera.get(f"{NEW}?angefangen={form.id}").text
    assert vera.get(f"/verwaltung/angefangen/{form.id}/").status_code == 404
    with db.write() as session:
        forget(session, at(NOW, real=clock.real() + timedelta(hours=23)), keep_days=28)
    assert len(kept()) == 1
    with db.write() as session:
        forget(session, at(NOW, real=clock.real() + timedelta(hours=25)), keep_days=28)
    assert kept() == []


def _club() -> Organisation:
    with db.write() as session:
        club = Organisation(key="tanz", name="Tanz e. V.")
        session.add(club)
    return club


def test_a_venue_is_added_from_within_the_form(browser: Browser) -> None:
    answers = answers_in(browser.get(NEW).text)
    led = browser.post(NEW, data=answers | TYPED | {"was": "ort"})
    assert led.location.startswith("/verwaltung/orte/neu?")
    venue = answers_in(browser.get(led.location).text) | {"name": "Altes Kino"}
    there = follow(browser, browser.post(led.location, data=venue).location)
    again = answers_in(browser.get(there).text)
    assert (again["title"], again["venue"]) == ([TYPED["title"]], ["altes-kino"])
    led = browser.post(NEW, data=again | {"was": "verein"})
    host = answers_in(browser.get(led.location).text) | {"name": "Chor e. V."}
    there = follow(browser, browser.post(led.location, data=host).location)
    again = answers_in(browser.get(there).text)
    assert again["hosts"] == ["chor-e-v"]
    assert browser.post(NEW, data=again).status_code == 303
    db.session().rollback()
    saved = db.session().scalars(select(Event).where(Event.title == "Tanz im Park")).one()
    assert saved.venue
    assert saved.venue.name == "Altes Kino"
    assert [host.name for host in saved.hosts] == ["Chor e. V."]


def test_after_signing_in_one_lands_where_one_wanted_to_go(app: Flask, karla: Person) -> None:
    browser = open_browser(app)
    led = browser.get("/verwaltung/veranstaltung/fest/anmeldungen/?nur=waiting")
    landed = come_back(browser, led.location)
    assert landed == "/verwaltung/veranstaltung/fest/anmeldungen/?nur=waiting"
    browser = open_browser(app)
    led = browser.get("/uk/verwaltung/orte/")
    assert come_back(browser, led.location).endswith("/verwaltung/orte/")
    elsewhere = "/verwaltung/anmelden?weiter=https://boese.example/verwaltung/"
    assert come_back(open_browser(app), elsewhere) == "/verwaltung/"


def test_the_page_knows_when_the_session_ends(app: Flask, browser: Browser) -> None:
    page = browser.get("/verwaltung/konto/").text
    seconds = int(page.partition('data-session-ends-in="')[2].partition('"')[0])
    assert IDLE.total_seconds() - 60 < seconds <= IDLE.total_seconds()
