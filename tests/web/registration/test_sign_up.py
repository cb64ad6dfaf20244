"""Signing up in the browser, and all that follows from the secret link."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from ikw import clock, db
from ikw.model import Event, Letter, Registration
from tests.conftest import MakeApp, make_event
from tests.web.forms import errors_in, send, token_in

FORM = "/veranstaltung/fest/anmelden"
ANNA = {"name": "Anna Beispiel", "email": "anna@example.org", "places": "1"}

QUESTIONS: list[dict[str, Any]] = [
    {"key": "essen", "label": "Was bringen Sie mit?", "kind": "text", "required": True},
    {"key": "kinder", "label": "Wie viele Kinder?", "kind": "number", "required": False},
    {"key": "gang", "label": "Welcher Gang?", "kind": "choice", "choices": ["Suppe", "Kuchen"]},
    {"key": "helfen", "label": "Helfen Sie?", "kind": "yes-no", "required": True},
]


@pytest.fixture
def event(client: FlaskClient) -> Flask:
    """An application whose only event is a feast."""
    with client.application.app_context():
        make_event(capacity=10, party_max=4, has_waiting_list=True)
    return client.application


def rows(app: Flask) -> list[Registration]:
    with app.app_context():
        return list(db.session().scalars(select(Registration).order_by(Registration.id)))


def signed_up(client: FlaskClient, **answers: str) -> str:
    """Sign up and return the path of the party's page."""
    answer = send(client, FORM, **{**ANNA, **answers})
    assert answer.status_code == 303, errors_in(answer.text)
    return answer.location


def test_anna_signs_up_and_sees_her_ticket(client: FlaskClient, event: Flask) -> None:
    path = signed_up(client, places="2", **{"companions-0": "Ayşe"}, needs="Gebärdensprache")
    (anna,) = rows(event)
    page = client.get(path).text
    for text in ("Sie sind angemeldet", anna.code, "Ayşe", "Gebärdensprache", "21. Oktober 2023"):
        assert text in page
    assert (anna.seats, anna.companions, anna.needs) == (2, ["Ayşe"], "Gebärdensprache")
    assert path.split("/")[2] not in (anna.link_seed, anna.link_hash)
    assert len(path.split("/")[2]) == 32


def test_a_telephone_number_is_enough(client: FlaskClient, event: Flask) -> None:
    page = client.get(signed_up(client, email="", phone="05971 12345")).text
    assert "Bitte drucken Sie diese Seite aus" in page
    assert rows(event)[0].code in page


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"name": " \u200b "}, "Bitte geben Sie Ihren Namen ein."),
        ({"name": ""}, "Bitte geben Sie Ihren Namen ein."),
        ({"name": "123"}, "Bitte geben Sie Ihren Namen ein."),
        ({"email": ""}, "Bitte geben Sie eine E-Mail-Adresse oder eine Telefonnummer an"),
        ({"email": "anna@"}, "Das ist keine E-Mail-Adresse."),
        ({"email": "anna@example.org\nBcc: x@example.org"}, "Das ist keine E-Mail-Adresse."),
        ({"email": "", "phone": "ruf mich an"}, "Das ist keine Telefonnummer."),
        ({"places": ""}, "Bitte geben Sie eine ganze Zahl ein."),
        ({"places": "viele"}, "Bitte geben Sie eine ganze Zahl ein."),
        ({"places": "0"}, "Bitte wählen Sie mindestens einen Platz."),
        ({"places": "-3"}, "Bitte wählen Sie mindestens einen Platz."),
        ({"places": "5"}, "Sie können höchstens 4 Plätze auf einmal buchen."),
        ({"places": "9" * 30}, "Sie können höchstens 4 Plätze auf einmal buchen."),
        ({"companions-0": "Ben"}, "Mit 1 Begleitperson brauchen Sie 2 Plätze."),
        ({"name": "A" * 201}, "Bitte verwenden Sie höchstens 200 Zeichen."),
        ({"website": "http://spam.example"}, "Bitte lassen Sie dieses Feld leer."),
        ({"form_token": "falsch"}, "Dieses Formular war zu lange offen."),
    ],
)
def test_a_mistake_is_explained_and_the_answers_are_kept(
    client: FlaskClient, event: Flask, answers: dict[str, str], sentence: str
) -> None:
    kept = {**ANNA, "needs": "Ein Platz vorne"}
    answer = send(client, FORM, **{**kept, **answers})
    page = answer.text
    assert answer.status_code == 422
    assert "<title>Fehler: " in page
    (error,) = errors_in(page)
    assert error.startswith(sentence)
    assert page.count(sentence) == 2, "in the summary and beside the field"
    target = re.search(r'<a href="#([^"]+)">', page.partition("error-summary")[2])
    assert target
    assert f'id="{target[1]}"' in page
    assert "Ein Platz vorne" in page
    assert rows(event) == []


def test_all_mistakes_are_told_at_once(client: FlaskClient, event: Flask) -> None:
    answer = send(client, FORM, name="", email="x", phone="y", places="z")
    assert len(errors_in(answer.text)) == 4


def test_the_questions_of_the_event_are_asked(client: FlaskClient) -> None:
    app = client.application
    with app.app_context():
        make_event(questions=QUESTIONS)
    answer = send(client, FORM, **ANNA, **{"frage-kinder": "drei", "frage-gang": "Torte"})
    assert len(errors_in(answer.text)) == 4
    path = signed_up(
        client,
        **{
            "frage-essen": "Börek",
            "frage-kinder": "0",
            "frage-gang": "Suppe",
            "frage-helfen": "no",
        },
    )
    assert rows(app)[0].answers == {
        "essen": "Börek",
        "kinder": 0,
        "gang": "Suppe",
        "helfen": "no",
    }
    page = client.get(path).text
    assert "Börek" in page
    assert "<dd>Nein</dd>" in page


def test_a_form_sent_twice_makes_one_registration(client: FlaskClient, event: Flask) -> None:
    data = {"form_token": token_in(client.get(FORM).text), **ANNA}
    first, second = (client.post(FORM, data=data) for _ in range(2))
    assert first.location == second.location
    assert len(rows(event)) == 1


def test_going_back_and_signing_up_someone_else_loses_no_one(
    client: FlaskClient, event: Flask
) -> None:
    token = token_in(client.get(FORM).text)
    for name in ("Anna", "Ben"):
        client.post(FORM, data={"form_token": token, **ANNA, "name": name})
    assert [row.name for row in rows(event)] == ["Anna", "Ben"]


def test_a_corrected_form_keeps_its_link(client: FlaskClient, event: Flask) -> None:
    token = token_in(client.get(FORM).text)
    wrong = client.post(FORM, data={"form_token": token, **ANNA, "name": ""})
    assert token_in(wrong.text) == token


def test_the_answer_for_a_known_address_gives_nothing_away(
    client: FlaskClient, event: Flask
) -> None:
    first, second = (client.get(signed_up(client)).text for _ in range(2))

    def without_what_is_one_s_own(page: str) -> str:
        page = re.sub(r"[A-Z0-9]{3}-[A-Z0-9]{3}|/anmeldung/[\w-]{32}/", "X", page)
        page = re.sub(r"<svg[^>]*qr.*?</svg>", "", page)
        return re.sub(r'value="[^"]+"', "", page)

    assert without_what_is_one_s_own(first) == without_what_is_one_s_own(second)
    with event.app_context():
        letters = db.session().scalars(select(Letter.to)).all()
    assert letters == ["anna@example.org"] * 2


def test_ben_is_asked_before_he_waits(client: FlaskClient, event: Flask) -> None:
    for n in range(3):
        signed_up(client, places="3", email=f"gast{n}@example.org")
    answer = send(client, FORM, **{**ANNA, "places": "2"})
    assert answer.status_code == 422
    assert errors_in(answer.text) == [
        "Es ist nur noch 1 Platz frei. Sie können auf die Warteliste: Setzen Sie unten das Häkchen."
    ]
    assert 'name="may_wait"' in answer.text
    page = client.get(signed_up(client, places="2", may_wait="y")).text
    assert "Sie stehen auf der Warteliste" in page
    assert "Nummer 1 auf der Warteliste" in page


def test_when_full_the_form_is_the_way_to_the_waiting_list(
    client: FlaskClient, event: Flask
) -> None:
    for n in range(5):
        signed_up(client, places="2", email=f"gast{n}@example.org")
    page = client.get(FORM).text
    assert "Auf die Warteliste setzen" in page
    assert "Auf die Warteliste" in client.get("/veranstaltung/fest/").text


def test_places_change_by_the_link(client: FlaskClient, event: Flask) -> None:
    path = signed_up(client, places="3", **{"companions-0": "Ayşe", "companions-1": "Mia"})
    page = client.get(f"{path}plaetze").text
    assert 'value="Ayşe"' in page
    answer = send(client, f"{path}plaetze", places="2", **{"companions-0": "Ayşe"})
    assert answer.status_code == 303
    (anna,) = rows(event)
    assert (anna.seats, anna.companions) == (2, ["Ayşe"])
    refused = send(client, f"{path}plaetze", places="9")
    assert refused.status_code == 422
    assert rows(event)[0].seats == 2


def test_one_companion_is_taken_out(client: FlaskClient, event: Flask) -> None:
    path = signed_up(client, places="3", **{"companions-0": "Ayşe", "companions-1": "Mia"})
    for _ in range(2):
        send(client, path, f"{path}begleitung/0/absage", name="Ayşe", of="2")
    (anna,) = rows(event)
    assert (anna.seats, anna.companions) == (2, ["Mia"])


def test_a_new_address_gets_a_new_link_and_the_old_link_ends(
    client: FlaskClient, event: Flask
) -> None:
    path = signed_up(client)
    answer = send(client, f"{path}kontakt", name="Anna", email="neu@example.org")
    assert answer.status_code == 303
    assert answer.location != path
    assert client.get(path).status_code == 404
    assert "neu@example.org" in client.get(answer.location).text


def test_the_contact_form_sent_twice_leads_to_the_new_link(
    client: FlaskClient, event: Flask
) -> None:
    path = signed_up(client)
    token = token_in(client.get(f"{path}kontakt").text)
    data = {"form_token": token, "name": "Anna", "email": "neu@example.org"}
    first, second = (client.post(f"{path}kontakt", data=data) for _ in range(2))
    assert first.location == second.location != path
    assert client.get(first.location).status_code == 200


def test_an_old_link_says_so_and_helps_on(client: FlaskClient) -> None:
    page = client.get(f"/anmeldung/{'A' * 32}/").text
    assert "Dieser Link gilt nicht mehr" in page
    assert 'href="/anmeldung/link"' in page


@pytest.mark.parametrize(
    "data",
    [
        {"companions-²": "x"},
        {"companions-" + "9" * 5000: "x"},
        {"companions-77": "x"},
        {"places": "1", "\udcff": "x"},
        {"name": "\ud83d", "email": "a@\u0000.de"},
    ],
)
def test_odd_fields_are_no_answers(client: FlaskClient, event: Flask, data: dict[str, str]) -> None:
    body = urlencode(data, errors="surrogatepass")
    kind = "application/x-www-form-urlencoded"
    assert client.post(FORM, data=body, content_type=kind).status_code == 422


@pytest.mark.parametrize("body", ['{"name": 5}', "[1]", '"a"', "7", "null", "{"])
def test_json_is_no_form(client: FlaskClient, event: Flask, body: str) -> None:
    answer = client.post(FORM, data=body, content_type="application/json")
    assert answer.status_code == 422


def test_nobody_s_mailbox_is_filled_by_clicking(make_app: MakeApp, sqlite_url: str) -> None:
    client = make_app(sqlite_url, IKW_RATE_LIMITS=True).test_client()
    with client.application.app_context():
        make_event()
    path = signed_up(client)
    codes = []
    for _ in range(25):
        token = token_in(client.get("/anmeldung/link").text)
        for act in ("absage", "erneut"):
            codes.append(client.post(path + act, data={"form_token": token}).status_code)
    assert codes.count(303) == 30
    assert codes.count(429) == 20


def test_an_old_form_neither_revives_a_link_nor_undoes_a_change(
    client: FlaskClient, event: Flask
) -> None:
    data = {"form_token": token_in(client.get(FORM).text), **ANNA, "places": "4"}
    path = client.post(FORM, data=data).location
    send(client, f"{path}plaetze", places="1")
    assert client.post(FORM, data=data).location == path
    assert rows(event)[0].seats == 1
    send(client, f"{path}kontakt", name="Anna", email="neu@example.org")
    client.post(FORM, data=data)
    assert client.get(path).status_code == 404
    assert len(rows(event)) == 1


def test_the_contact_form_sent_again_with_something_else_corrects_it(
    client: FlaskClient, event: Flask
) -> None:
    path = signed_up(client)
    token = token_in(client.get(f"{path}kontakt").text)
    for address in ("eins@example.org", "zwei@example.org"):
        data = {"form_token": token, "name": "Anna", "email": address}
        answer = client.post(f"{path}kontakt", data=data)
    assert "zwei@example.org" in client.get(answer.location).text


def test_a_party_larger_than_allowed_by_now_can_shrink(client: FlaskClient, event: Flask) -> None:
    path = signed_up(client, places="4", **{"companions-0": "Ayşe", "companions-1": "Mia"})
    with event.app_context(), db.write() as session:
        session.query(Event).one().party_max = 1
    send(client, path, f"{path}begleitung/0/absage", name="Ayşe", of="2")
    assert rows(event)[0].seats == 3
    assert send(client, f"{path}plaetze", places="2").status_code == 303
    assert send(client, f"{path}plaetze", places="3").status_code == 422


def test_cancelling_asks_once_and_looking_changes_nothing(
    client: FlaskClient, event: Flask
) -> None:
    path = signed_up(client)
    assert "Möchten Sie absagen?" in client.get(f"{path}absage").text
    assert not rows(event)[0].is_cancelled
    answer = send(client, f"{path}absage")
    assert answer.location == path
    assert rows(event)[0].is_cancelled
    page = client.get(path).text
    assert "Sie haben abgesagt" in page
    send(client, path, f"{path}erneut")
    assert rows(event)[0].is_seated


@pytest.mark.parametrize(
    "act", ["absage", "erneut", "platz", "begleitung/0/absage", "plaetze", "kontakt"]
)
def test_nothing_happens_without_our_form(client: FlaskClient, event: Flask, act: str) -> None:
    path = signed_up(client)
    before = [(r.seats, r.cancelled_at, r.name) for r in rows(event)]
    answer = client.post(f"{path}{act}", data={"name": "X", "places": "2", "email": "x@x.de"})
    assert answer.status_code == 422
    assert [(r.seats, r.cancelled_at, r.name) for r in rows(event)] == before


def test_no_get_changes_anything(client: FlaskClient, event: Flask) -> None:
    path = signed_up(client)
    for act in ("", "absage", "plaetze", "kontakt", "erneut", "platz", "begleitung/0/absage"):
        client.get(f"{path}{act}")
        client.head(f"{path}{act}")
    assert rows(event)[0].is_seated


def test_pages_behind_the_link_are_for_no_one_else(client: FlaskClient, event: Flask) -> None:
    path = signed_up(client)
    for page in (path, f"{path}plaetze", f"{path}kontakt", f"{path}absage"):
        headers = client.get(page).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Robots-Tag"] == "noindex"
        assert "Set-Cookie" not in headers


def test_a_guessed_link_is_no_page(client: FlaskClient, event: Flask) -> None:
    path = signed_up(client)
    other = path[:-2] + ("A" if path[-2] != "A" else "B") + "/"
    assert client.get(other).status_code == 404
    assert client.get("/anmeldung/x%00y/").status_code == 404


def test_once_it_has_begun_nothing_can_be_changed(client: FlaskClient, event: Flask) -> None:
    path = signed_up(client)
    clock.set_to("2023-09-23T18:00")
    page = client.get(path).text
    assert "Absagen" not in page
    assert client.get(f"{path}plaetze").status_code == 303
    assert client.get(FORM).status_code == 200
    assert "Die Anmeldung ist beendet." in client.get(FORM).text


def test_a_place_that_came_free_late_can_be_taken(client: FlaskClient, event: Flask) -> None:
    paths = [
        signed_up(client, places="4", email=f"gast{n}@example.org", may_wait="y") for n in range(3)
    ]
    clock.set_to("2023-09-23T12:00")
    send(client, f"{paths[0]}absage")
    assert rows(event)[2].is_waiting
    assert "Plätze annehmen" in client.get(paths[2]).text
    send(client, paths[2], f"{paths[2]}platz")
    assert rows(event)[2].is_seated


def test_the_lost_link_page_answers_everyone_alike(client: FlaskClient, event: Flask) -> None:
    signed_up(client)
    known = send(client, "/anmeldung/link", email="ANNA@example.org")
    unknown = send(client, "/anmeldung/link", email="niemand@example.org")
    assert known.status_code == unknown.status_code == 303
    assert known.location == unknown.location
    with event.app_context():
        kinds = db.session().scalars(select(Letter.kind).order_by(Letter.id)).all()
    assert kinds == ["confirmed", "link"]


def test_too_many_sign_ups_are_slowed_down(make_app: MakeApp, sqlite_url: str) -> None:
    client = make_app(sqlite_url, IKW_RATE_LIMITS=True).test_client()
    with client.application.app_context():
        make_event()
    for _ in range(3):
        assert send(client, FORM, **{**ANNA, "name": ""}).status_code == 422
    for _ in range(6):
        signed_up(client)
    answer = send(client, FORM, **ANNA)
    assert answer.status_code == 429
    assert "Das war sehr oft" in answer.text
    assert send(client, FORM, **{**ANNA, "email": "ben@example.org"}).status_code == 303
    for n in range(53):
        signed_up(client, email=f"gast{n}@example.org")
    answer = send(client, FORM, **{**ANNA, "email": "chiara@example.org"})
    assert answer.status_code == 429, "sixty from one network"


def test_sign_up_opens_and_closes(client: FlaskClient) -> None:
    with client.application.app_context():
        now = clock.now()
        make_event("bald", sign_up_opens=now + timedelta(days=3))
        make_event("zu", sign_up_closes=now - timedelta(days=3))
        make_event("offen", takes_sign_up=False)
        make_event("aus", called_off_at=now, reason="Sturm")
    for key, text in {
        "bald": "Anmelden können Sie sich ab Montag, 23. Januar 2023",
        "zu": "Die Anmeldung ist beendet.",
        "offen": "Kommen Sie einfach.",
        "aus": "Diese Veranstaltung ist abgesagt.",
    }.items():
        for path in (f"/veranstaltung/{key}/", f"/veranstaltung/{key}/anmelden"):
            page = client.get(path).text
            assert text in page, path
            assert 'name="email"' not in page
        token = token_in(client.get("/anmeldung/link").text)
        answer = client.post(f"/veranstaltung/{key}/anmelden", data={"form_token": token, **ANNA})
        assert answer.status_code == 422
    assert rows(client.application) == []


def test_spaces_and_control_characters_do_not_reach_the_database(
    client: FlaskClient, event: Flask
) -> None:
    signed_up(client, name="  Anna\x00\x1b \n Beispiel  ", needs="eins\r\nzwei\x00")
    (anna,) = rows(event)
    assert (anna.name, anna.needs) == ("Anna Beispiel", "eins\nzwei")


def test_a_question_may_be_about_the_year_2022(client: FlaskClient, event: Flask) -> None:
    """Its key ends in a number, as the names of lists do."""
    with event.app_context(), db.write() as session:
        key = "warst-du-2022-schon-dabei"
        label = "Warst du 2022 schon dabei?"
        question = {"key": key, "label": label, "kind": "yes-no", "required": True}
        session.scalars(select(Event)).one().questions = [question]
    answer = send(client, FORM, **ANNA, **{f"frage-{key}": "yes"})
    assert answer.status_code == 303
    assert rows(event)[0].answers == {key: "yes"}
