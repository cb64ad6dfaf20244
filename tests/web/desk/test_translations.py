"""Texts of the programme are translated at the desk, or by a file that comes back."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from ikw import db
from ikw.model import Translation
from ikw.model.translation import hash_of
from tests.conftest import MakeApp, make_event
from tests.web.desk.desk import organiser, sign_in
from tests.web.forms import errors_in, send, token_in

PAGE = "/verwaltung/uebersetzungen/"


@pytest.fixture
def site(make_app: MakeApp, database_url: str) -> Flask:
    app = make_app(database_url)
    with app.app_context():
        make_event(title="Fest der Räume", summary="Wir feiern.", topics=["Musik"])
    return app


@pytest.fixture
def karla(site: Flask) -> FlaskClient:
    with site.app_context():
        who = organiser("coordination")
    return sign_in(site.test_client(), who)


def write(client: FlaskClient, german: str, text: str, before: str = "") -> None:
    names = {f"text-{hash_of(german)}": text, f"vorher-{hash_of(german)}": before}
    assert send(client, f"{PAGE}uk/?alle=1", **names).status_code == 303


def upload(client: FlaskClient, body: bytes) -> tuple[int, str]:
    token = token_in(client.get(PAGE).text)
    data = {"form_token": token, "file": (io.BytesIO(body), "uk.po")}
    answer = client.post(PAGE, data=data, follow_redirects=True)
    return answer.status_code, answer.text


def test_karla_fills_in_what_is_missing_and_citizens_read_it_at_once(
    site: Flask, karla: FlaskClient
) -> None:
    page = karla.get(f"{PAGE}uk/").text
    assert '<a href="/verwaltung/veranstaltung/fest/bearbeiten">Fest der Räume</a>' in page.replace(
        "\n  ", " "
    )
    assert "0 %" in page
    assert "Свято просторів" not in site.test_client().get("/uk/veranstaltung/fest/").text
    write(karla, "Fest der Räume", "Свято просторів")
    assert "Свято просторів" in site.test_client().get("/uk/veranstaltung/fest/").text
    page = karla.get(f"{PAGE}uk/").text
    assert f'id="text-{hash_of("Fest der Räume")}"' not in page
    assert f'id="text-{hash_of("Wir feiern.")}"' in page
    assert "Свято просторів" in karla.get(f"{PAGE}uk/?alle=1").text
    write(karla, "Fest der Räume", "", before="Свято просторів")
    assert "Свято просторів" not in site.test_client().get("/uk/veranstaltung/fest/").text


def test_what_somebody_else_wrote_meanwhile_stays(site: Flask, karla: FlaskClient) -> None:
    """A form of many fields stores those alone that were changed in it."""
    write(karla, "Fest der Räume", "Свято просторів")
    # This form was opened before, with an empty field.
    write(karla, "Fest der Räume", "", before="")
    with site.app_context():
        assert db.session().scalars(select(Translation.text)).all() == ["Свято просторів"]


def test_a_translators_file_comes_back(site: Flask, karla: FlaskClient) -> None:
    file = karla.get(f"{PAGE}uk.po").data.decode()
    filled = file.replace(
        'msgid "Wir feiern."\nmsgstr ""', 'msgid "Wir feiern."\nmsgstr "Святкуємо."'
    )
    filled += '\nmsgid "Gibt es nicht."\nmsgstr "Немає."\n'
    status, page = upload(karla, filled.encode())
    assert status == 200
    assert "1 Text in Українська ist übernommen" in page or "2 Texte in Українська" in page
    assert "1 Text ist ausgelassen" in page
    assert "Святкуємо." in site.test_client().get("/uk/veranstaltung/fest/").text


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "Datei"),
        (b"\xff\xfe\x00kein Text", "Zeile 1"),
        (b'msgid ""\nmsgstr "Language: xx\\n"\n', "PO-Datei"),
        ('msgid ""\nmsgstr "Language: uk\\n"\n\nmsgid "Fest"\nmsgstr Свято\n'.encode(), "Zeile 5"),
        (b"Hallo\nWelt\n", "Zeile 2"),
    ],
)
def test_a_file_that_cannot_be_read_changes_nothing_and_says_where(
    site: Flask, karla: FlaskClient, body: bytes, said: str
) -> None:
    status, page = upload(karla, body)
    assert status == 422
    errors = " ".join(errors_in(page))
    assert said in errors
    with site.app_context():
        assert db.session().scalars(select(Translation)).all() == []


def test_a_language_that_was_checked_says_so_no_more_on_every_page(
    site: Flask, karla: FlaskClient
) -> None:
    note = "ніхто з тих, для кого українська мова рідна"
    citizen = site.test_client()
    assert note in citizen.get("/uk/").text.lower()
    answer = send(karla, f"{PAGE}uk/", f"{PAGE}uk/geprueft")
    assert answer.status_code == 303
    assert note not in citizen.get("/uk/").text.lower()
    assert "geprüft" in karla.get(PAGE).text
    send(karla, f"{PAGE}uk/", f"{PAGE}uk/geprueft")
    assert note in citizen.get("/uk/").text.lower()
