"""Who has signed up: the list, each party, and what Karla does for them on the telephone."""

from __future__ import annotations

import re
from datetime import time, timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from ikw import db
from ikw.actions.registration.cancel import cancel
from ikw.actions.registration.check_in import check_in, undo_check_in
from ikw.actions.registration.party import Contact
from ikw.model import Event, Letter, LogEntry, Registration
from tests.actions.cast import ANNA, BEN, CHIARA, DILAN, at, sign_up
from tests.conftest import NOW, MakeApp, make_event
from tests.web.desk.browser import open_browser
from tests.web.desk.desk import organiser, sign_in
from tests.web.forms import errors_in, send, token_in

EVENT = "/verwaltung/veranstaltung/fest/"
LIST = f"{EVENT}anmeldungen/"
NEW = f"{LIST}neu"
CALLS = {"name": "Dilan", "phone": "05971 12345", "places": "1", "language": "de"}


@pytest.fixture
def karla(app: Flask) -> FlaskClient:
    """Karla's browser."""
    return sign_in(open_browser(app), organiser("coordination"))


def page_of(party: Registration) -> str:
    return f"{LIST}{party.id}/"


def shown(client: FlaskClient, path: str) -> str:
    """The words of a page, in one line."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    return words(answer.text)


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html.partition("<main")[2])).split())


def press(client: FlaskClient, party: Registration, act: str, **answers: str) -> str:
    """Press a button on a party's page; return what the next page says."""
    answer = send(client, page_of(party), f"{page_of(party)}{act}", **answers)
    assert answer.status_code == 303, errors_in(answer.text)
    return shown(client, answer.location)


def set_places(client: FlaskClient, capacity: str, reserved: str = "0") -> TestResponse:
    """Change the number of places in the form as it is shown."""
    page = client.get(EVENT).text
    known = page.partition('name="known"')[2].partition('value="')[2].partition('"')[0]
    answers = {"capacity": capacity, "reserved": reserved, "known": known}
    return client.post(f"{EVENT}platzzahl", data={"form_token": token_in(page), **answers})


def names(client: FlaskClient, **query: str) -> list[str]:
    """The names in the list, from top to bottom."""
    html = client.get(LIST, query_string=query).text
    return re.findall(r'<th scope="row"><a [^>]+><bdi>([^<]+)</bdi>', html)


def counts(client: FlaskClient, path: str = LIST) -> dict[str, str]:
    html = client.get(path).text.partition('<dl class="counts">')[2].partition("</dl>")[0]
    return dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", html))


def fresh(party: Registration) -> Registration:
    db.session().rollback()
    return db.session().get_one(Registration, party.id, populate_existing=True)


def letters_to(contact: Contact) -> list[str]:
    db.session().rollback()
    mine = select(Letter.kind).where(Letter.to == contact.email).order_by(Letter.id)
    return list(db.session().scalars(mine))


def last_entry(verb: str) -> LogEntry:
    db.session().rollback()
    wanted = select(LogEntry).where(LogEntry.verb == verb).order_by(LogEntry.id.desc())
    return db.session().scalars(wanted).all()[0]


# The list


def test_the_list_counts_who_has_a_place_who_waits_and_who_came(karla: FlaskClient) -> None:
    event = make_event(capacity=4, has_waiting_list=True)
    anna = sign_up(event, ANNA, 3, needed=["wheelchair", "childcare"])
    sign_up(event, BEN, 2, needed=["wheelchair"], needs="Ein Platz vorne")
    gone = sign_up(event, CHIARA, needed=["wheelchair"])
    with db.write() as session:
        cancel(session, gone, at(NOW))
        check_in(session, anna, 2, at(NOW, by="organiser 1"))
    assert counts(karla) == {
        "haben einen Platz": "3",
        "frei": "1",
        "auf der Warteliste": "2",
        "sind gekommen": "2",
        "Platz für einen Rollstuhl": "2",
        "Kinderbetreuung während der Veranstaltung": "1",
        "weiterer Bedarf": "1",
    }
    page = shown(karla, LIST)
    assert "2 Anmeldungen" in page
    assert "Ein Platz vorne" in page


def test_an_empty_list_says_so(karla: FlaskClient) -> None:
    make_event()
    assert "Hier ist niemand." in shown(karla, LIST)
    assert counts(karla)["frei"] == "∞"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("özlem", ["Özlem Çelik"]),
        ("çelik", ["Özlem Çelik"]),
        ("ÖZLEM", ["Özlem Çelik"]),
        ("  Çelik ", ["Özlem Çelik"]),
        ("o_c@example", ["Özlem Çelik"]),
        ("12345", ["Dilan"]),
        ("niemand", []),
        ("\\", []),
        ("'", []),
    ],
)
def test_ozlem_is_found_however_she_is_written(
    make_app: MakeApp, database_url: str, query: str, found: list[str]
) -> None:
    app = make_app(database_url)
    with app.app_context():
        event = make_event()
        for contact in (Contact("Özlem Çelik", "o_c@example.org"), ANNA, DILAN):
            sign_up(event, contact)
        client = sign_in(open_browser(app), organiser("coordination"))
    assert names(client, q=query) == found


def test_a_party_is_found_by_its_code_as_it_is_read_out(karla: FlaskClient) -> None:
    event = make_event()
    anna = sign_up(event, ANNA)
    sign_up(event, BEN)
    for code in (anna.code, anna.code.lower(), anna.code.replace("-", " ")):
        assert names(karla, q=code) == ["Anna"]


@pytest.mark.parametrize(
    ("only", "found"),
    [
        ("", ["Anna", "Dilan", "Ben"]),
        ("seated", ["Anna", "Dilan"]),
        ("waiting", ["Ben"]),
        ("needs", ["Dilan"]),
        ("came", ["Anna"]),
        ("missing", ["Dilan"]),
        ("phone", ["Dilan"]),
        ("cancelled", ["Chiara"]),
        ("unsinn", ["Anna", "Dilan", "Ben"]),
    ],
)
def test_the_list_shows_some_of_them(karla: FlaskClient, only: str, found: list[str]) -> None:
    event = make_event(capacity=2, has_waiting_list=True)
    chiara = sign_up(event, CHIARA, needs="Ruhe")
    anna = sign_up(event, ANNA)
    with db.write() as session:
        cancel(session, chiara, at(NOW))
        check_in(session, anna, 1, at(NOW, by="organiser 1"))
    sign_up(event, DILAN, needed=["interpreting"])
    sign_up(event, BEN)
    assert names(karla, nur=only) == found


def test_the_list_is_sorted_by_arrival_by_name_or_by_places(karla: FlaskClient) -> None:
    event = make_event()
    for name, places in (("Zoe", 2), ("anna", 1), ("Özlem", 3), ("Ben", 1)):
        sign_up(event, Contact(name, "x@example.org"), places)
    assert names(karla) == ["Zoe", "anna", "Özlem", "Ben"]
    assert names(karla, nach="places") == ["Özlem", "Zoe", "anna", "Ben"]
    assert names(karla, nach="name") == ["anna", "Ben", "Özlem", "Zoe"]


def test_a_long_list_has_pages_and_keeps_what_was_asked_for(karla: FlaskClient) -> None:
    event = make_event()
    with db.write() as session:
        for number in range(101):
            session.add(
                Registration(
                    event_id=event.id,
                    code=f"{number:07}",
                    made_by=str(number),
                    link_hash=str(number),
                    link_seed="s",
                    name=f"Gast {number:03}",
                    places=1,
                    created_at=NOW,
                )
            )
    first, second = names(karla, nach="name"), names(karla, nach="name", seite="2")
    assert (first[0], first[-1], len(first)) == ("Gast 000", "Gast 099", 100)
    assert second == ["Gast 100"]
    assert names(karla, nach="name", seite="9999999999999999999999") == second
    html = karla.get(LIST, query_string={"nach": "name", "q": "Gast"}).text
    (onward,) = re.findall(r'<a href="([^"]+)" rel="next">', html)
    assert onward == f"{LIST}?q=Gast&amp;nach=name&amp;seite=2"
    assert "Seite 1 von 2" in html


# A party


def test_a_party_s_page_has_its_history_and_its_letters(karla: FlaskClient) -> None:
    event = make_event(
        capacity=2,
        has_waiting_list=True,
        questions=[{"key": "essen", "label": "Was bringen Sie mit?", "kind": "text"}],
    )
    anna = sign_up(event, ANNA, 2)
    ben = sign_up(
        event,
        BEN,
        2,
        companions=["Mia"],
        language="tr",
        needed=["childcare"],
        answers={"essen": "Börek"},
    )
    with db.write() as session:
        cancel(session, anna, at(NOW))
    page = shown(karla, page_of(ben))
    for part in (
        "Ben hat einen Platz",
        ben.code,
        "hat 2 von 2",
        "Türkçe",
        "Kinderbetreuung",
        "Was bringen Sie mit? Börek",
        "Mia",
        "21. Oktober 2023",
        "Nachgerückt wartet auf den Versand",
        "Auf der Warteliste wartet auf den Versand",
        "Nachgerückt · die Warteliste",
        "Angemeldet · angemeldete Person",
    ):
        assert part in page, part
    history = page.partition("Verlauf")[2]
    assert history.index("Nachgerückt") < history.index("Angemeldet"), "the latest first"
    assert f'href="/verwaltung/postausgang/{letter_id(ben, "moved_up")}/"' in (
        karla.get(page_of(ben)).text
    )


def letter_id(party: Registration, kind: str) -> int:
    wanted = select(Letter.id).where(Letter.registration_id == party.id, Letter.kind == kind)
    return db.session().scalars(wanted).one()


@pytest.mark.parametrize("number", ["0", "9999", "9" * 30])
def test_there_is_no_page_for_a_number_that_nobody_has(karla: FlaskClient, number: str) -> None:
    make_event()
    assert karla.get(f"{LIST}{number}/").status_code == 404


def test_a_party_is_found_under_its_own_event_alone(karla: FlaskClient) -> None:
    make_event()
    anna = sign_up(make_event("tanz"), ANNA)
    assert karla.get(page_of(anna)).status_code == 404
    token = token_in(karla.get(LIST).text)
    answer = karla.post(f"{page_of(anna)}absage", data={"form_token": token})
    assert answer.status_code == 404
    assert fresh(anna).is_seated


@pytest.mark.parametrize("role", ["door", "reader"])
def test_who_has_no_business_with_names_sees_none(app: Flask, role: str) -> None:
    client = sign_in(open_browser(app), organiser(role))
    anna = sign_up(make_event(), ANNA)
    for path in (LIST, NEW, page_of(anna), f"{EVENT}anmeldungen.csv"):
        assert client.get(path).status_code == 404


# On the telephone


def call_in(client: FlaskClient, **answers: str) -> TestResponse:
    """Enter Dilan, with what the form says by itself."""
    hidden = re.findall(
        r'<input type="hidden" name="(may_wait)" value="(y)">', client.get(NEW).text
    )
    return send(client, NEW, **{**CALLS, **dict(hidden), **answers})


def test_dilan_calls_and_is_signed_up(karla: FlaskClient) -> None:
    event = make_event(capacity=2)
    assert "2 Plätze sind frei." in shown(karla, NEW)
    answer = call_in(karla, needed="wheelchair")
    (dilan,) = db.session().scalars(select(Registration)).all()
    page = shown(karla, answer.location)
    assert f"Die Anmeldung ist eingetragen. Der Code ist {dilan.code}." in page
    assert (dilan.name, dilan.phone, dilan.email, dilan.seats) == (
        "Dilan",
        "+49597112345",
        None,
        1,
    )
    assert (dilan.needed, dilan.language) == (["wheelchair"], "de")
    assert last_entry("register").actor == "organiser 1"
    assert "Angemeldet · Karla" in page
    assert db.session().get_one(Event, event.id, populate_existing=True).taken == 1


def test_when_it_is_full_dilan_goes_on_the_waiting_list(karla: FlaskClient) -> None:
    event = make_event(capacity=1, has_waiting_list=True)
    sign_up(event, ANNA)
    assert "Die Anmeldung kommt auf die Warteliste." in shown(karla, NEW)
    page = shown(karla, call_in(karla).location)
    assert "Nummer 1 von 1." in page
    assert [party.is_waiting for party in db.session().scalars(select(Registration))] == [
        False,
        True,
    ]


def test_who_does_not_fit_is_asked_whether_to_wait(karla: FlaskClient) -> None:
    event = make_event(capacity=2, has_waiting_list=True)
    sign_up(event, ANNA)
    answer = call_in(karla, places="2")
    assert answer.status_code == 422
    assert "Es ist nur noch 1 Platz frei." in errors_in(answer.text)[0]
    assert 'name="may_wait" type="checkbox"' in answer.text
    page = shown(karla, call_in(karla, places="2", may_wait="y").location)
    assert "Nummer 1 von 1." in page


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"capacity": 1}, "Inzwischen sind alle Plätze vergeben."),
        ({"sign_up_closes": NOW}, "Die Anmeldung ist nicht offen."),
        ({"sign_up_opens": NOW + timedelta(days=1)}, "Die Anmeldung ist nicht offen."),
        ({"called_off_at": NOW}, "Die Anmeldung ist nicht offen."),
    ],
)
def test_on_the_telephone_the_same_rules_hold(
    karla: FlaskClient, values: dict[str, Any], sentence: str
) -> None:
    event = make_event(**values)
    if event.capacity:
        sign_up(event, ANNA)
    answer = call_in(karla)
    assert answer.status_code == 422
    assert sentence in words(answer.text)
    assert "Dilan" in answer.text, "what was typed is kept"
    people = db.session().scalars(select(Registration.name)).all()
    assert "Dilan" not in people


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"name": ""}, "Bitte geben Sie Ihren Namen ein."),
        ({"phone": ""}, "Bitte geben Sie eine E-Mail-Adresse oder eine Telefonnummer an"),
        ({"places": "6"}, "Sie können höchstens 5 Plätze auf einmal buchen."),
        ({"form_token": "falsch"}, "Dieses Formular war zu lange offen."),
    ],
)
def test_a_mistake_on_the_telephone_is_explained(
    karla: FlaskClient, answers: dict[str, str], sentence: str
) -> None:
    make_event()
    answer = call_in(karla, **answers)
    assert answer.status_code == 422
    assert errors_in(answer.text)[0].startswith(sentence)
    assert db.session().scalars(select(Registration)).all() == []


def test_a_button_pressed_twice_enters_dilan_once(karla: FlaskClient) -> None:
    make_event()
    data = {"form_token": token_in(karla.get(NEW).text), **CALLS}
    first, second = (karla.post(NEW, data=data) for _ in range(2))
    assert first.location == second.location
    assert len(db.session().scalars(select(Registration)).all()) == 1


def test_karla_enters_one_caller_after_the_other(karla: FlaskClient) -> None:
    make_event()
    data = {"form_token": token_in(karla.get(NEW).text), **CALLS, "was": "naechste"}
    answer = karla.post(NEW, data=data)
    assert answer.location == NEW
    assert "Der Code ist" in karla.get(NEW).text
    assert len(db.session().scalars(select(Registration)).all()) == 1


# Cancelling, and back


def test_karla_cancels_for_anna_ben_moves_up_and_anna_comes_back(karla: FlaskClient) -> None:
    event = make_event(capacity=1, has_waiting_list=True)
    anna, ben = sign_up(event, ANNA), sign_up(event, BEN)
    asked = karla.get(f"{page_of(anna)}absage").text
    assert "Ben</bdi>, 1 Platz" in asked, "Karla sees who moves up before anybody does"
    page = press(karla, anna, "absage")
    assert "Die Anmeldung ist abgesagt. Unten können Sie das zurücknehmen." in page
    assert (fresh(anna).is_cancelled, fresh(ben).seats) == (True, 1)
    assert letters_to(ANNA) == ["confirmed", "cancelled"]
    assert letters_to(BEN) == ["waiting", "moved_up"]
    assert last_entry("cancel").actor == "organiser 1"
    page = press(karla, anna, "wiederaufnahme")
    assert "Auf der Warteliste, als Nummer 1: Ihre Plätze haben andere." in page
    assert "Nummer 1 von 1." in page, "her place is Ben's now"
    assert (fresh(anna).is_waiting, fresh(ben).seats) == (True, 1)


def test_without_a_list_a_place_that_is_gone_is_gone(karla: FlaskClient) -> None:
    event = make_event(capacity=1)
    anna = sign_up(event, ANNA)
    press(karla, anna, "absage")
    sign_up(event, BEN)
    page = press(karla, anna, "wiederaufnahme")
    assert "Dafür reicht der Platz nicht." in page
    assert fresh(anna).is_cancelled


def test_a_mistake_is_taken_back_although_sign_up_has_closed(karla: FlaskClient) -> None:
    """Karla pressed on the wrong page; Anna did nothing, and her place is free still."""
    event = make_event(capacity=5)
    anna = sign_up(event, ANNA)
    with db.write() as session:
        session.get_one(Event, event.id).sign_up_closes = NOW
    press(karla, anna, "absage")
    page = press(karla, anna, "wiederaufnahme")
    assert "Die Anmeldung gilt wieder, mit einem Platz." in page
    assert fresh(anna).seats == 1


def test_places_above_the_capacity_come_back_with_their_reason(karla: FlaskClient) -> None:
    event = make_event(capacity=1, has_waiting_list=True)
    sign_up(event, ANNA)
    ben, chiara = sign_up(event, BEN), sign_up(event, CHIARA)
    press(karla, ben, "zusatzplatz", reason="Sie dolmetscht.")
    assert fresh(ben).seats == 1
    press(karla, ben, "absage")
    assert fresh(chiara).is_waiting, "the room holds no more"
    page = press(karla, ben, "wiederaufnahme")
    assert "Die Anmeldung gilt wieder, mit einem Platz." in page
    assert (fresh(ben).seats, fresh(chiara).is_waiting) == (1, True)
    assert last_entry("seat above capacity").new["reason"] == "Sie dolmetscht."


def test_a_caller_is_not_offered_where_sign_up_is_closed(karla: FlaskClient) -> None:
    event = make_event(capacity=5)
    sign_up(event, ANNA)
    path = "/verwaltung/veranstaltung/fest/"
    assert "anmeldungen/neu" in karla.get(path).text
    assert "anmeldungen/neu" in karla.get(f"{path}anmeldungen/").text
    with db.write() as session:
        session.get_one(Event, event.id).sign_up_closes = NOW
    assert "anmeldungen/neu" not in karla.get(path).text
    assert "anmeldungen/neu" not in karla.get(f"{path}anmeldungen/").text
    assert "Die Anmeldung ist nicht offen" in karla.get(f"{path}anmeldungen/neu").text


def test_one_of_anna_s_companions_stays_at_home(karla: FlaskClient) -> None:
    event = make_event(capacity=3, has_waiting_list=True)
    anna = sign_up(event, ANNA, 3, companions=["Ayşe", "Mia"])
    ben = sign_up(event, BEN)
    page = press(karla, anna, "begleitung/0/absage", name="Ayşe", of="2")
    assert "Ayşe ist ausgetragen." in page
    assert (fresh(anna).companions, fresh(anna).seats, fresh(ben).seats) == (["Mia"], 2, 1)
    page = press(karla, anna, "begleitung/0/absage", name="Ayşe", of="2")
    assert "Diese Person ist schon ausgetragen." in page
    assert (fresh(anna).companions, fresh(anna).seats) == (["Mia"], 2)


def test_places_and_contact_are_changed_and_letters_go_out(karla: FlaskClient) -> None:
    event = make_event(capacity=5)
    anna = sign_up(event, ANNA)
    page = press(karla, anna, "plaetze", places="3", **{"companions-0": "Ayşe"})
    assert "Die Plätze sind geändert." in page
    assert (fresh(anna).seats, fresh(anna).companions) == (3, ["Ayşe"])
    answers = {"name": "Anna-Lena", "email": "neu@example.org"}
    assert "Der Kontakt ist berichtigt." in press(karla, anna, "kontakt", **answers)
    assert (fresh(anna).name, fresh(anna).email) == ("Anna-Lena", "neu@example.org")
    assert letters_to(ANNA)[-1] == "address_changed"
    answer = send(karla, page_of(anna), f"{page_of(anna)}plaetze", places="99")
    assert answer.status_code == 422
    assert errors_in(answer.text) == [
        "Sie können höchstens 5 Plätze auf einmal buchen. Sind Sie mehr? Rufen Sie an: 05971 939-0."
    ]
    assert fresh(anna).seats == 3


def test_a_button_on_a_page_that_is_not_ours_does_nothing(karla: FlaskClient) -> None:
    anna = sign_up(make_event(), ANNA)
    answer = karla.post(f"{page_of(anna)}absage", data={"form_token": "fremd"})
    assert "Dieses Formular war zu lange offen." in shown(karla, answer.location)
    assert fresh(anna).is_seated


# The waiting list


def test_the_line_is_moved_in_the_list_and_on_the_page(karla: FlaskClient) -> None:
    event = make_event(capacity=1, has_waiting_list=True)
    for contact in (ANNA, BEN, CHIARA):
        sign_up(event, contact)
    chiara = db.session().scalars(select(Registration).where(Registration.name == "Chiara")).one()
    assert "Nummer 2 von 2." in shown(karla, page_of(chiara))
    page = press(karla, chiara, "frueher")
    assert "Die Reihenfolge der Warteliste ist geändert." in page
    assert names(karla, nur="waiting") == ["Chiara", "Ben"]
    answer = send(karla, LIST, f"{page_of(chiara)}spaeter", zurueck="liste")
    assert answer.location == f"{LIST}?nur=waiting"
    assert names(karla, nur="waiting") == ["Ben", "Chiara"]


def test_a_place_above_the_capacity_needs_a_reason(karla: FlaskClient) -> None:
    event = make_event(capacity=1, has_waiting_list=True)
    sign_up(event, ANNA)
    ben = sign_up(event, BEN)
    assert "Dafür reicht der Platz nicht." in press(karla, ben, "platz")
    answer = send(karla, page_of(ben), f"{page_of(ben)}zusatzplatz", reason="  ")
    assert (answer.status_code, errors_in(answer.text)) == (
        422,
        ["Bitte geben Sie einen Grund an."],
    )
    assert fresh(ben).is_waiting
    page = press(karla, ben, "zusatzplatz", reason="Zwei Stühle mehr")
    assert "Die Plätze sind zugesagt" in page
    assert "Grund: Zwei Stühle mehr" in page
    assert (fresh(ben).seats, letters_to(BEN)) == (1, ["waiting", "moved_up"])
    assert "Niemand wurde gestrichen" in shown(karla, EVENT)


def test_dilan_calls_and_gets_a_place_above_the_capacity_for_a_reason(karla: FlaskClient) -> None:
    """Although the event is full and has no waiting list: whoever takes the call decides."""
    event = make_event(capacity=1)
    sign_up(event, ANNA)
    above = CALLS | {"email": "dilan@example.org", "language": "tr", "was": "zusatzplatz"}
    refused = send(karla, NEW, **CALLS)
    assert refused.status_code == 422
    assert errors_in(refused.text) == ["Inzwischen sind alle Plätze vergeben."]
    without = send(karla, NEW, **above)
    assert (without.status_code, errors_in(without.text)) == (
        422,
        ["Bitte geben Sie einen Grund an."],
    )
    answer = send(karla, NEW, **above, reason="Sie dolmetscht")
    assert "Der Code ist" in shown(karla, answer.location)
    dilan = db.session().scalars(select(Registration).where(Registration.name == "Dilan")).one()
    assert (dilan.seats, dilan.language, dilan.is_waiting) == (1, "tr", False)
    assert db.session().get_one(Event, event.id, populate_existing=True).taken == 2
    assert last_entry("seat above capacity").new["reason"] == "Sie dolmetscht"
    (letter,) = db.session().scalars(select(Letter).where(Letter.to == "dilan@example.org"))
    assert (letter.kind, letter.language) == ("confirmed", "tr")


# Places and the window


def test_fewer_places_warn_and_drop_nobody(karla: FlaskClient) -> None:
    event = make_event(capacity=3)
    anna = sign_up(event, ANNA, 3)
    answer = set_places(karla, "2")
    page = shown(karla, answer.location)
    assert "Mehr Personen haben einen Platz (3), als es Plätze gibt (2)." in page
    assert (fresh(anna).seats, letters_to(ANNA)) == (3, ["confirmed"])
    assert counts(karla)["frei"] == "0"


def test_more_places_let_the_list_move_up_and_letters_go_out(karla: FlaskClient) -> None:
    event = make_event(capacity=1, has_waiting_list=True)
    for contact in (ANNA, BEN, CHIARA):
        sign_up(event, contact)
    answer = set_places(karla, "3", "1")
    assert "Die Platzzahl ist geändert." in shown(karla, answer.location)
    assert names(karla, nur="seated") == ["Anna", "Ben"]
    assert (letters_to(BEN), letters_to(CHIARA)) == (["waiting", "moved_up"], ["waiting"])
    entry = last_entry("change capacity")
    assert (entry.old, entry.new) == (
        {"capacity": 1, "reserved": 0},
        {"capacity": 3, "reserved": 1},
    )


def test_no_more_places_are_kept_back_than_there_are(karla: FlaskClient) -> None:
    event = make_event(capacity=3)
    answer = set_places(karla, "2", "3")
    assert (answer.status_code, errors_in(answer.text)) == (
        422,
        ["Das sind mehr, als es Plätze gibt."],
    )
    assert db.session().get_one(Event, event.id, populate_existing=True).capacity == 3


@pytest.mark.parametrize("capacity", ["-1", "viele", "1e9", "99999999999"])
def test_what_is_no_number_of_places_is_explained(karla: FlaskClient, capacity: str) -> None:
    event = make_event(capacity=3)
    answer = set_places(karla, capacity)
    assert answer.status_code == 422
    assert errors_in(answer.text)
    assert db.session().get_one(Event, event.id, populate_existing=True).capacity == 3


def test_sign_up_is_closed_and_opened_again(karla: FlaskClient) -> None:
    make_event()
    form = "/veranstaltung/fest/anmelden"
    answer = send(karla, EVENT, f"{EVENT}anmeldeschluss")
    assert "Die Anmeldung ist geschlossen." in shown(karla, answer.location)
    assert "form_token" not in karla.get(form).text
    answer = send(karla, EVENT, f"{EVENT}anmeldung-oeffnen")
    assert "Die Anmeldung ist offen, bis die Veranstaltung beginnt." in shown(
        karla, answer.location
    )
    assert "form_token" in karla.get(form).text


def test_more_places_in_the_last_hours_are_offered_to_who_waits(karla: FlaskClient) -> None:
    """The list rests then: whoever moves up by itself might not learn of it in time."""
    event = make_event(date=NOW.date(), start=time(18), capacity=1, has_waiting_list=True)
    for contact in (ANNA, BEN):
        sign_up(event, contact)
    set_places(karla, "5")
    assert letters_to(BEN) == ["waiting", "free"]
    assert names(karla, nur="waiting") == ["Ben"]


def test_nobody_is_entered_before_the_event_is_published(karla: FlaskClient) -> None:
    """They would never be told of a change: a draft changes without letters."""
    make_event(published_at=None)
    answer = send(karla, NEW, **CALLS)
    assert answer.status_code == 422
    assert "Die Anmeldung ist nicht offen" in answer.text


def test_whoever_may_be_there_twice_is_marked(karla: FlaskClient) -> None:
    """Two may share an address, so nobody is refused: Karla looks and asks."""
    event = make_event(capacity=9)
    sign_up(event, ANNA)
    sign_up(event, Contact("Anna A.", ANNA.email))
    sign_up(event, BEN)
    page = shown(karla, LIST)
    assert page.count("vielleicht doppelt") - page.count("vielleicht doppelt angemeldet") == 2
    page = shown(karla, f"{LIST}?nur=twice")
    assert "Anna A." in page
    assert "Ben" not in page


def test_a_code_that_opened_two_doors_is_marked_until_one_is_taken_back(
    karla: FlaskClient,
) -> None:
    event = make_event(capacity=9)
    anna, ben = sign_up(event, ANNA), sign_up(event, BEN)
    with db.write() as session:
        for party, key in (
            (anna, "tomstelefon.1"),
            (anna, "verastelefon.7"),
            (ben, "tomstelefon.2"),
        ):
            check_in(session, session.get_one(Registration, party.id), 1, at(NOW), key=key)
        # The same telephone once more is no other door.
        check_in(session, session.get_one(Registration, ben.id), 1, at(NOW), key="tomstelefon.3")
    assert shown(karla, LIST).count("an zwei Türen eingelassen") == 1
    with db.write() as session:
        party = session.get_one(Registration, anna.id)
        undo_check_in(session, party, at(NOW + timedelta(minutes=1)), key="verastelefon.8")
    assert "an zwei Türen eingelassen" not in shown(karla, LIST)
