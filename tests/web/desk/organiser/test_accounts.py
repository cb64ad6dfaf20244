"""One's own account: the language, and the browsers one is signed in with."""

from __future__ import annotations

import pytest
from flask import Flask

from ikw import db
from ikw.mail.content import content_of
from ikw.model import Letter, Organiser
from ikw.text.languages import speaking
from ikw.web.desk.words import name_of_browser
from tests.web.desk.browser import open_browser
from tests.web.desk.desk import organiser, sign_in
from tests.web.forms import send

ACCOUNT = "/verwaltung/konto/"


def test_karla_goes_on_in_ukrainian_and_gets_her_letters_in_it(app: Flask) -> None:
    karla = organiser("coordination")
    browser = sign_in(open_browser(app), karla)
    answer = send(browser, ACCOUNT, f"{ACCOUNT}sprache", language="uk")
    assert answer.location == f"/uk{ACCOUNT}"
    assert 'lang="uk"' in browser.get(answer.location).text
    assert send(browser, f"/uk{ACCOUNT}", f"/uk{ACCOUNT}sprache", language="xx").status_code == 303
    db.session().rollback()
    assert db.session().get_one(Organiser, karla.id).language == "uk"
    send(open_browser(app), "/verwaltung/anmelden", email=karla.email)
    db.session().rollback()
    letter = db.session().query(Letter).order_by(Letter.id.desc()).first()
    assert letter is not None
    with speaking(letter.language):
        ((_text, link),) = content_of(letter).buttons
    assert "/uk/verwaltung/link/" in link
    back = send(browser, f"/uk{ACCOUNT}", f"/uk{ACCOUNT}sprache", language="de")
    assert back.location == ACCOUNT


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/120.0.0.0 Safari/537.36 Edg/120.0.2210.91",
            "Edge, Windows",
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
            "Firefox, Linux",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Version/17.2 Mobile/15E148 Safari/604.1",
            "Safari, iPhone",
        ),
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/120.0.0.0 Mobile Safari/537.36",
            "Chrome, Android",
        ),
        ("curl/8.5.0", "Ein anderer Browser"),
        ("", "Ein anderer Browser"),
    ],
)
def test_browsers_are_called_what_people_call_them(app: Flask, agent: str, name: str) -> None:
    assert name_of_browser(agent) == name
