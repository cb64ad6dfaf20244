"""What holds for the whole site, whoever asks (docs/asvs.md)."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from ikw import db
from ikw.actions.links import Link, new_seed
from ikw.model import DeskSession, Organiser
from ikw.programmes.file import FaultyProgramme, parse
from tests.conftest import MakeApp, make_event
from tests.web.desk.desk import link_sent_to, organiser, sign_in_by_link
from tests.web.forms import errors_in, send


def test_over_https_browsers_come_back_by_https_alone(make_app: MakeApp, sqlite_url: str) -> None:
    plain = make_app(sqlite_url).test_client().get("/")
    assert "Strict-Transport-Security" not in plain.headers
    app = make_app(sqlite_url, IKW_BASE_URL="https://ikw.example.org")
    answer = app.test_client().get("/", base_url="https://ikw.example.org")
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "//boese.example"])
def test_the_website_of_a_host_is_one(make_app: MakeApp, sqlite_url: str, address: str) -> None:
    app = make_app(sqlite_url)
    with app.app_context():
        make_event()
        who = organiser("coordination")
    karla = sign_in_by_link(app.test_client(), who)
    form = "/verwaltung/veranstalter/neu"
    answer = send(karla, form, name="Chor", website=address)
    assert answer.status_code == 422
    assert errors_in(answer.text)
    text = f'[[organisation]]\nkey = "chor"\nname = "Chor"\nwebsite = "{address}"\n'
    with pytest.raises(FaultyProgramme, match="website"):
        parse(text)


def test_a_new_site_has_no_account(app: Flask) -> None:
    assert db.session().scalar(select(func.count()).select_from(Organiser)) == 0


def test_secrets_are_long_and_no_two_are_alike(make_app: MakeApp, sqlite_url: str) -> None:
    tokens = {Link.from_seed(new_seed(), "key").token for _ in range(1000)}
    assert len(tokens) == 1000
    assert {len(token) for token in tokens} == {32}, "192 bits in base64"
    app = make_app(sqlite_url)
    with app.app_context():
        who = organiser("coordination")
    cookies = set()
    for _ in range(3):
        client = sign_in_by_link(app.test_client(), who)
        cookie = client.get_cookie("ikw_desk")
        assert cookie
        cookies.add(cookie.value)
    assert len(cookies) == 3
    assert {len(value) for value in cookies} == {43}, "256 bits in base64"


def test_signing_in_again_ends_the_session_that_the_browser_had(
    make_app: MakeApp, sqlite_url: str
) -> None:
    app = make_app(sqlite_url)
    with app.app_context():
        who = organiser("coordination")
    browser = sign_in_by_link(app.test_client(), who)
    former = browser.get_cookie("ikw_desk")
    assert former

    other = app.test_client()
    assert send(other, "/verwaltung/anmelden", email=who.email).status_code == 303
    with app.app_context():
        path = link_sent_to(who.email)
    assert send(browser, path).status_code == 303
    thief = app.test_client()
    thief.set_cookie("ikw_desk", former.value)
    assert thief.get("/verwaltung/").status_code == 303
    assert browser.get("/verwaltung/").status_code == 200
    with app.app_context():
        ended = select(func.count()).where(DeskSession.ended_at.is_not(None))
        assert db.session().scalar(ended) == 1
