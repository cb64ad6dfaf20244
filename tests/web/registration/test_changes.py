"""What somebody corrects is understood, asked about once, and said back to them on their ticket."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import make_event
from tests.web.forms import errors_in, send
from tests.web.registration.test_sign_up import FORM, rows, signed_up

SLIP, MEANT = "anna@gmial.com", "anna@gmail.com"
QUESTION = (
    f"Meinten Sie {MEANT}? Dann kreuzen Sie das Kästchen darunter an. Stimmt Ihre Adresse so, "
    "senden Sie das Formular einfach noch einmal."
)


@pytest.fixture
def event(client: FlaskClient) -> Flask:
    with client.application.app_context():
        make_event(capacity=4, party_max=4, has_waiting_list=True)
    return client.application


def test_anna_is_asked_once_about_a_slip_of_the_pen(client: FlaskClient, event: Flask) -> None:
    asked = send(client, FORM, name="Anna", email=SLIP, places="1")
    assert asked.status_code == 422
    assert errors_in(asked.text) == [QUESTION]
    assert f'name="email_asked" value="{SLIP}"' in asked.text
    assert f'Ja, ich meine <bdi dir="ltr">{MEANT}</bdi></label>' in asked.text
    assert rows(event) == []
    signed_up(client, email=SLIP, email_asked=SLIP, email_meant="y")
    assert [row.email for row in rows(event)] == [MEANT]


def test_an_odd_address_that_is_right_is_taken(client: FlaskClient, event: Flask) -> None:
    signed_up(client, email=SLIP, email_asked=SLIP)
    assert [row.email for row in rows(event)] == [SLIP]


def test_another_slip_is_another_question(client: FlaskClient, event: Flask) -> None:
    answer = send(client, FORM, name="Anna", email="anna@gmx.d", email_asked=SLIP, places="1")
    assert "anna@gmx.de" in errors_in(answer.text)[0]


def test_whoever_keeps_an_odd_address_is_not_asked_again(client: FlaskClient, event: Flask) -> None:
    path = signed_up(client, email=SLIP, email_asked=SLIP)
    answer = send(client, f"{path}kontakt", name="Anna Neu", email=SLIP)
    assert answer.status_code == 303
    assert rows(event)[0].name == "Anna Neu"


@pytest.mark.parametrize(
    ("email", "kept"),
    [
        ("Anna <anna@example.org>", "anna@example.org"),
        ("anna@example.org.", "anna@example.org"),
        ("ANNA@example.org;", "anna@example.org"),
    ],
)
def test_an_address_is_taken_out_of_what_is_around_it(
    client: FlaskClient, event: Flask, email: str, kept: str
) -> None:
    signed_up(client, email=email)
    assert [row.email for row in rows(event)] == [kept]


def test_a_number_that_nobody_can_read_stays_beside_an_address(
    client: FlaskClient, event: Flask
) -> None:
    page = client.get(signed_up(client, phone="05971 12345 oder 0171 1234567")).text
    assert rows(event)[0].phone == "05971 12345 oder 0171 1234567"
    assert "05971 12345 oder 0171 1234567" in page


def test_a_number_is_shown_as_people_read_it_and_corrected_so(
    client: FlaskClient, event: Flask
) -> None:
    path = signed_up(client, email="", phone="+49 (0) 5971 – 12345 (abends)")
    assert rows(event)[0].phone == "+49597112345 (abends)"
    assert "05971 12345 (abends)" in client.get(path).text
    assert 'value="05971 12345 (abends)"' in client.get(f"{path}kontakt").text
    answer = send(client, f"{path}kontakt", name="", phone="05971 1 23 46")
    assert 'value="05971 1 23 46"' in answer.text, "what was typed stays as it was typed"
    assert client.get(path).status_code == 200


def test_what_was_changed_is_said(client: FlaskClient, event: Flask) -> None:
    path = signed_up(client)
    answer = send(client, f"{path}plaetze", places="3")
    assert "Jetzt 3 Plätze." in client.get(answer.location).text
    assert "<dd>\n3 Plätze" in client.get(path).text
    answer = send(client, f"{path}kontakt", name="Anna", email="neu@example.org")
    assert "Wir schreiben an neu@example.org." in client.get(answer.location).text
    path = urlsplit(answer.location).path
    answer = send(client, f"{path}kontakt", name="Anna", email="", phone="05971 12345")
    assert "Wir rufen Sie an: 05971 12345." in client.get(answer.location).text


def test_ben_is_taken_out_by_mistake_and_comes_after_all(client: FlaskClient, event: Flask) -> None:
    path = signed_up(client, places="3", **{"companions-0": "Ayşe", "companions-1": "Ben"})
    answer = send(client, path, f"{path}begleitung/1/absage", name="Ben", of="2")
    page = client.get(answer.location).text
    assert "Ben ist abgemeldet. Jetzt 2 Plätze." in " ".join(page.split())
    assert "Rückgängig: Ben kommt doch" in page
    undone = send(client, answer.location, f"{path}begleitung", name="Ben")
    assert "Jetzt 3 Plätze." in client.get(undone.location).text
    (anna,) = rows(event)
    assert (anna.seats, anna.companions) == (3, ["Ayşe", "Ben"])


def test_it_cannot_be_undone_once_others_have_the_place(client: FlaskClient, event: Flask) -> None:
    path = signed_up(client, places="3", **{"companions-0": "Ben"})
    answer = send(client, path, f"{path}begleitung/0/absage", name="Ben", of="1")
    signed_up(client, places="2", email="andere@example.org")
    page = client.get(answer.location).text
    assert "Den Platz haben inzwischen andere." in page
    assert "Rückgängig" not in page
    late = send(client, f"{path}kontakt", f"{path}begleitung", name="Ben")
    assert parse_qs(urlsplit(late.location).query) == {"ohne": ["Ben"]}
    assert rows(event)[0].companions == []


def test_more_people_than_one_form_takes_are_told_to_call(
    client: FlaskClient, event: Flask
) -> None:
    answer = send(client, FORM, name="Anna", email="anna@example.org", places="5")
    assert errors_in(answer.text) == [
        "Sie können höchstens 4 Plätze auf einmal buchen. Sind Sie mehr? Rufen Sie an: 05971 939-0."
    ]


def test_where_each_comes_alone_nobody_is_asked_for_a_number(client: FlaskClient) -> None:
    with client.application.app_context():
        make_event(party_max=1)
    page = client.get(FORM).text
    assert '<input type="hidden" name="places" value="1">' in page
    assert "Anzahl der Plätze" not in page
    signed_up(client)


def test_that_the_time_is_open_is_explained_everywhere(client: FlaskClient) -> None:
    with client.application.app_context():
        make_event(start=None)
    assert "schreiben wir allen, die angemeldet sind" in client.get("/veranstaltung/fest/").text
    assert "schreiben wir Ihnen oder rufen Sie an." in client.get(FORM).text
    assert "schreiben wir Ihnen." in client.get(signed_up(client)).text
    called = signed_up(client, email="", phone="05971 12345")
    assert "Sobald die Uhrzeit feststeht, rufen wir Sie an." in client.get(called).text


def test_the_lost_paper_s_code_is_not_asked_for(client: FlaskClient) -> None:
    page = client.get("/anmeldung/link").text
    assert "Ihr Name, die Veranstaltung und Ihre Telefonnummer genügen." in page
