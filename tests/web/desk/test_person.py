"""What is stored of one person: found, handed out, corrected and erased, in backups too."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import func, select

from ikw import backups, db
from ikw.actions.keeping.disclose import KEPT_BACK, disclose
from ikw.actions.keeping.erase import IDENTITY
from ikw.actions.links import Link
from ikw.actions.registration.party import Contact
from ikw.erasures import Erasures
from ikw.model import Event, Letter, Organiser, Registration
from ikw.model.keeping import KEEPINGS
from tests.actions.cast import ANNA, BEN, DILAN, at, sign_up
from tests.conftest import NOW, make_event
from tests.print.test_print import text_of as text_of_pdf
from tests.web.desk.desk import Town, furnish_town, organiser, sign_in
from tests.web.forms import send

PAGE = "/verwaltung/personen/"


def text_of(body: bytes) -> str:
    return text_of_pdf(PdfReader(io.BytesIO(body)))


@pytest.fixture
def town(app: Flask) -> Town:
    return furnish_town(app)


@pytest.mark.parametrize(
    "wanted",
    ["ahrens@example.org", "Anna Ahrens", "ahrens", "05971 11111", "05971/11111"],
)
def test_karla_finds_anna_by_name_address_and_number(town: Town, wanted: str) -> None:
    page = town.browser_of("coordination").get(PAGE, query_string={"q": wanted}).text
    assert "Tanz im Haus" in page
    assert "ahrens@example.org" in page
    assert "Rampe für Achmed" in page
    assert "becker@example.org" not in page


def test_what_is_handed_out_holds_all_that_is_stored_and_opens_nothing(town: Town) -> None:
    browser = town.browser_of("coordination")
    was = f"registration-{town.dancers.party}"
    told = browser.get(f"{PAGE}auskunft.json", query_string={"was": was})
    assert told.headers["Content-Disposition"] == 'attachment; filename="auskunft.json"'
    body = json.loads(told.data)
    (party,) = body["stored"]
    assert (party["name"], party["email"]) == ("Anna Ahrens", "ahrens@example.org")
    assert party["needs"] == "Rampe für Achmed"
    assert party["letter"]
    assert party["log_entry"]
    assert {why["table"] for why in body["why"]} == {"registration", "letter", "log_entry"}
    with town.app.app_context():
        row = db.session().get_one(Registration, town.dancers.party)
        for secret in (row.link_hash, row.link_seed, row.made_by):
            assert secret not in told.text

    pdf = browser.get(f"{PAGE}auskunft.pdf", query_string={"was": was})
    text = text_of(pdf.data)
    assert "Anna Ahrens" in text
    assert "Achmed Aydin" in text
    assert "Warum es gespeichert ist" in text


def test_every_column_that_is_kept_of_a_person_is_told(app: Flask) -> None:
    """What hangs on somebody is found by its key, so a new table is told by itself."""
    with app.app_context():
        event = make_event(capacity=5)
        anna = sign_up(event, ANNA, 2, companions=["Achmed"], needs="Rampe")
        told = disclose(db.session(), db.session().get_one(Registration, anna.id))
    columns = {
        column
        for keeping in KEEPINGS
        if keeping.table == "registration"
        for column in keeping.columns.split()
    }
    silent = {"phone", "answers", "unreachable_at", "checked_in_at", "arrived", "queued_at"}
    assert columns - set(told) - KEPT_BACK - silent <= {"cancelled_at", "needed", "network"}
    assert set(IDENTITY) == {Registration, *(set(IDENTITY) - {Registration})}


def test_karla_erases_one_of_two_with_one_name(town: Town) -> None:
    """What was not ticked stays, in backups as well."""
    with town.app.app_context():
        other = sign_up(make_event("lesung", capacity=5), Contact("Anna Ahrens", "a2@example.org"))
        number = other.id
    browser = town.browser_of("coordination")
    ask = f"{PAGE}loeschung?q=Anna+Ahrens&was=registration-{town.dancers.party}"
    answer = send(browser, ask)
    assert (answer.status_code, answer.location) == (303, PAGE)
    with town.app.app_context():
        assert db.session().get(Registration, town.dancers.party) is None
        assert db.session().get(Registration, number) is not None
        event = db.session().scalars(select(Event).where(Event.key == town.dancers.event)).one()
        assert event.taken == 1
        noted = Erasures(Path(town.app.instance_path)).read()
    assert [(one.kind, one.mark) for one in noted] == [("registration", "-")]


def test_who_was_erased_at_the_desk_is_not_back_after_a_restore(town: Town, tmp_path: Path) -> None:
    engine = town.app.extensions["ikw.engine"]
    if engine.dialect.name != "sqlite":
        pytest.skip("restoring PostgreSQL is pg_restore's")
    copy = tmp_path / "backup.sqlite"
    with town.app.app_context():
        backups.write_backup(engine, copy)
    browser = town.browser_of("coordination")
    send(browser, f"{PAGE}loeschung?q=ahrens@example.org&was=registration-{town.dancers.party}")
    with town.app.app_context():
        config = town.app.config
        today = backups.Today(
            erasures=Erasures(Path(town.app.instance_path)),
            key=config["SECRET_KEY"],
            act=at(NOW, by="test"),
            keep_days=config["IKW_KEEP_DAYS"],
        )
        restored = db.connect(f"sqlite:///{copy}")
        erased, _forgotten = backups.bring_up_to_date(restored, today)
        with restored.connect() as connection:
            names = connection.scalars(select(Registration.name)).all()
        restored.dispose()
    assert erased == 1
    assert "Anna Ahrens" not in names
    assert "Ben Becker" in names


def test_karla_does_not_erase_herself_(town: Town) -> None:
    karla = town.staff["coordination"]
    browser = town.browser_of("coordination")
    page = browser.get(f"{PAGE}loeschung?was=organiser-{karla.id}").text
    assert "jemand anderes" in page
    assert browser.get(f"{PAGE}loeschung?was=registration-99999").status_code == 404
    assert browser.get(f"{PAGE}auskunft.json?was=event-1").status_code == 404


def test_texts_that_name_somebody_are_found_with_their_pages(town: Town) -> None:
    """Nobody can say of them by which key they are about a person, so each is shown."""
    browser = town.browser_of("coordination")
    for wanted, page in {
        "Stühle": f"/verwaltung/aufgaben/{town.dancers.task}/",
        "Miete": f"/verwaltung/veranstaltung/tanz/kosten/{town.dancers.cost}",
        "Verein tanz": "/verwaltung/veranstalter/tanz-verein/",
    }.items():
        found = browser.get(PAGE, query_string={"q": wanted}).text
        assert f'href="{page}"' in found, wanted


def test_what_is_stored_of_a_colleague_is_found_as_well(town: Town) -> None:
    browser = town.browser_of("coordination")
    vera = town.staff["club"]
    assert "Konto in der Verwaltung" in browser.get(PAGE, query_string={"q": "vera vogt"}).text
    told = browser.get(f"{PAGE}auskunft.json?was=organiser-{vera.id}").get_json()
    assert told["stored"][0]["email"] == vera.email
    assert told["stored"][0]["passkey"][0]["name"] == "Telefon"


def test_a_contact_is_corrected_after_the_event_too(app: Flask) -> None:
    with app.app_context():
        event = make_event(capacity=5)
        number, key = sign_up(event, ANNA).id, event.key
        event = db.session().get_one(Event, event.id)
        with db.write() as session:
            session.get_one(Event, event.id).date = NOW.date().replace(year=2022)
        who = organiser("coordination")
    browser = sign_in(app.test_client(), who)
    answer = send(
        browser,
        f"/verwaltung/veranstaltung/{key}/anmeldungen/{number}/kontakt",
        page=f"/verwaltung/veranstaltung/{key}/anmeldungen/{number}/",
        name="Anna Arend",
        email="arend@example.org",
    )
    assert answer.status_code == 303
    with app.app_context():
        party = db.session().get_one(Registration, number)
        assert (party.name, party.email) == ("Anna Arend", "arend@example.org")
        told = select(func.count()).select_from(Letter).where(Letter.to == "arend@example.org")
        assert db.session().scalar(told) == 0


def test_dilan_sees_takes_along_and_erases_what_is_stored_behind_the_own_link(app: Flask) -> None:
    with app.app_context():
        event = make_event(capacity=5)
        sign_up(event, BEN)
        dilan = sign_up(event, DILAN, needs="Stuhl")
        number = dilan.id
        token = Link.from_seed(dilan.link_seed, app.config["SECRET_KEY"]).token
    client = app.test_client()
    here = f"/anmeldung/{token}/"
    assert f"{here}daten" in client.get(here).text
    page = client.get(f"{here}daten")
    assert "Stuhl" in page.text
    assert "no-store" in page.headers["Cache-Control"]
    assert client.get(f"{here}daten.json").get_json()["stored"][0]["needs"] == "Stuhl"
    assert "Dilan" in text_of(client.get(f"{here}daten.pdf").data)
    # Looking erases nothing: programs that read mails open every link.
    client.get(f"{here}loeschung")
    assert client.get(here).status_code == 200
    answer = send(client, f"{here}loeschung")
    assert (answer.status_code, answer.location) == (303, "/anmeldung/geloescht")
    assert client.get(answer.location).status_code == 200
    assert client.get(here).status_code == 404
    with app.app_context():
        assert db.session().get(Registration, number) is None
        assert db.session().scalar(select(func.count()).select_from(Organiser)) == 0
