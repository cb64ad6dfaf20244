"""What a coordinator sets at the desk holds everywhere at once, and no longer than was told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from ikw import db
from ikw.actions.keeping.forget import forget
from ikw.mail.compose import compose
from ikw.model import Event, Letter, LogEntry, Registration
from ikw.model.keeping import End
from tests.actions.cast import ANNA, BEN, at, sign_up
from tests.conftest import NOW, MakeApp, make_event
from tests.web.desk.desk import organiser, sign_in
from tests.web.forms import errors_in, send

PAGE = "/verwaltung/einstellungen/"
NOW_SET = {
    "contact": "Stadt Rheine",
    "phone": "05971 939-0",
    "email": "",
    "sender": "",
    "keep_days": "28",
}


@pytest.fixture
def site(make_app: MakeApp, database_url: str) -> Flask:
    return make_app(database_url)


@pytest.fixture
def karla(site: Flask) -> FlaskClient:
    with site.app_context():
        who = organiser("coordination")
    return sign_in(site.test_client(), who)


def save(client: FlaskClient, **changes: str) -> int:
    return send(client, PAGE, **NOW_SET | changes, was="speichern").status_code


def test_a_new_number_stands_on_every_page_of_every_process_at_once(
    make_app: MakeApp, site: Flask, karla: FlaskClient, database_url: str
) -> None:
    other = make_app(database_url).test_client()
    citizen = site.test_client()
    for client in (citizen, other):
        assert "05971 939-0" in client.get("/").text
    seen = send(karla, PAGE, **NOW_SET | {"phone": "05971 4711", "sender": "IKW Rheine"})
    assert "Stimmt das so?" in seen.text
    assert "05971 4711" not in citizen.get("/").text, "looking changes nothing"
    assert save(karla, phone="05971 4711", sender="IKW Rheine") == 303
    for client in (citizen, other):
        assert "05971 4711" in client.get("/").text
    with site.app_context():
        sign_up(make_event(capacity=3), ANNA)
        letter = db.session().scalars(select(Letter)).first()
        assert letter is not None
        assert compose(letter).sender == "IKW Rheine <ikw@127.0.0.1>"
        entries = db.session().scalars(select(LogEntry).where(LogEntry.verb == "change setting"))
        assert [entry.new for entry in entries] == [
            {"setting": "IKW_CONTACT_PHONE"},
            {"setting": "IKW_SENDER_NAME"},
        ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("contact", " "),
        ("phone", "ruf an"),
        ("email", "keine"),
        ("keep_days", "0"),
        ("keep_days", "366"),
        ("keep_days", "bald"),
        ("keep_days", "٣"),
    ],
)
def test_what_cannot_be_meant_is_asked_back(karla: FlaskClient, field: str, value: str) -> None:
    answer = send(karla, PAGE, **NOW_SET | {field: value}, was="speichern")
    assert (answer.status_code, len(errors_in(answer.text))) == (422, 1)


def test_what_the_server_sets_stays(make_app: MakeApp, sqlite_url: str) -> None:
    app = make_app(sqlite_url, IKW_CONTACT_PHONE="05971 1")
    with app.app_context():
        who = organiser("coordination")
    karla = sign_in(app.test_client(), who)
    assert "nur dort" in karla.get(PAGE).text
    assert save(karla, phone="05971 4711", contact="Kulturamt") == 303
    page = app.test_client().get("/").text
    assert "05971 1<" in page
    assert "Kulturamt" in page


def test_longer_keeping_holds_for_nobody_who_was_told_a_day(
    site: Flask, karla: FlaskClient
) -> None:
    with site.app_context():
        told = make_event("frueher", capacity=3)
        sign_up(told, ANNA)
        number = sign_up(make_event("spaeter", capacity=3), BEN).id
        with db.write() as session:
            # Nobody has signed up for this one yet.
            session.delete(session.get_one(Registration, number))
    seen = send(karla, PAGE, **NOW_SET | {"keep_days": "60"})
    assert "Für 1 Veranstaltung bleibt" in seen.text
    assert save(karla, keep_days="60") == 303
    with site.app_context():
        sign_up(db.session().scalars(select(Event).where(Event.key == "spaeter")).one(), BEN)
        early, late = (
            db.session().scalars(select(Event).where(Event.key == key)).one()
            for key in ("frueher", "spaeter")
        )
        assert early.forget_on(60) - early.date == timedelta(days=28)
        assert late.forget_on(60) - late.date == timedelta(days=60)
        day = at(NOW.replace(year=2023, month=9, day=23) + timedelta(days=28))
        assert early.date == day.now.date() - timedelta(days=28)
        with db.write() as session:
            assert forget(session, day, keep_days=60)[End.EVENT] == 1
        assert [party.name for party in db.session().scalars(select(Registration))] == ["Ben"]
    # Shorter holds at once, for all of them.
    assert save(karla, keep_days="5") == 303
    assert karla.get(PAGE).status_code == 200
    with site.app_context():
        late = db.session().scalars(select(Event).where(Event.key == "spaeter")).one()
        assert late.forget_on(site.config["IKW_KEEP_DAYS"]) - late.date == timedelta(days=5)


def test_a_text_is_looked_at_saved_and_given_back(site: Flask, karla: FlaskClient) -> None:
    citizen = site.test_client()
    here = f"{PAGE}texte/impressum/de"
    text = "# Wer wir sind\n\nDie **Stadt** {TOWN}.\n\n<script>alert(1)</script>"
    before = citizen.get("/impressum").text
    seen = send(karla, here, text=text, was="ansehen").text
    assert "<strong>Stadt</strong> Rheine" in seen
    assert "<script>alert" not in seen
    assert citizen.get("/impressum").text == before
    assert send(karla, here, text=text, was="speichern").status_code == 303
    assert "<h1>Wer wir sind</h1>" in citizen.get("/impressum").text
    assert send(karla, f"{PAGE}texte/impressum/uk", text="# Хто ми", was="speichern")
    assert "Хто ми" in citizen.get("/uk/impressum").text
    assert "Wer wir sind" in citizen.get("/en/impressum").text
    with site.app_context():
        for entry in db.session().scalars(
            select(LogEntry).where(LogEntry.verb == "change setting")
        ):
            assert set(entry.new) == {"setting"}
    send(karla, here, text="", was="speichern")
    assert citizen.get("/impressum").text == before


def test_a_file_on_the_server_is_shown_and_not_changed(site: Flask, karla: FlaskClient) -> None:
    own = Path(site.instance_path) / "pages" / "impressum.md"
    own.parent.mkdir(exist_ok=True)
    own.write_text("# Aus der Datei\n", "utf-8")
    here = f"{PAGE}texte/impressum/de"
    page = karla.get(here).text
    assert "Aus der Datei" in page
    assert "readonly" in page
    assert send(karla, here, text="# Anders", was="speichern").status_code == 404
    assert "Aus der Datei" in site.test_client().get("/impressum").text
