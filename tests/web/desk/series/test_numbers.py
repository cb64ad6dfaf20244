"""Numbers without names, which stay when the personal data is gone."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from ikw import db
from ikw.actions.keeping.forget import forget
from ikw.actions.registration.check_in import check_in, count_walk_ins
from ikw.model import Event, Series
from ikw.model.keeping import End
from tests.actions.cast import ANNA, BEN, CHIARA, at, sign_up
from tests.conftest import NOW, MakeApp, make_event, make_venue
from tests.web.desk.desk import organiser, sign_in
from tests.web.forms import send


@pytest.fixture
def karla(make_app: MakeApp, sqlite_url: str) -> FlaskClient:
    app = make_app(sqlite_url)
    with app.app_context():
        event = make_event(capacity=3, has_waiting_list=True, venue=make_venue(district="Südraum"))
        anna = sign_up(event, ANNA, 2, language="uk")
        ben = sign_up(event, BEN, 1, now=NOW + timedelta(days=9))
        sign_up(event, CHIARA, 1)
        with db.write() as session:
            check_in(session, anna, 2, at(NOW, by="test"))
            check_in(session, ben, 1, at(NOW, by="test"))
            count_walk_ins(session, event.id, 4, at(NOW, by="test"))
        who = organiser("coordination")
    return sign_in(app.test_client(), who)


@pytest.fixture
def rita(karla: FlaskClient) -> FlaskClient:
    with karla.application.app_context():
        who = organiser("reader")
    return sign_in(karla.application.test_client(), who)


def numbers_of(client: FlaskClient) -> dict[str, str]:
    text = client.get("/verwaltung/zahlen/woche.csv").data.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text), delimiter=";")
    return row


def test_karla_reads_the_same_numbers_before_and_after_the_names_are_deleted(
    karla: FlaskClient,
) -> None:
    before, page = numbers_of(karla), karla.get("/verwaltung/zahlen/woche/").text
    assert before["Veranstaltung"] == "Fest der Räume"
    counted = ["3", "2", "3", "1", "3", "4", "100 %", "", "Woche"]
    assert [before[head] for head in list(before)[2:]] == counted
    for text in ("Українська", "Südraum", "16. Jan.", "23. Jan."):
        assert text in page
    for name in ("Anna", "Ben", "Chiara", "@"):
        assert name not in page
    with karla.application.app_context(), db.write() as session:
        assert forget(session, at(NOW + timedelta(days=300)), keep_days=28)[End.EVENT] == 4
    after = numbers_of(karla)
    assert {**after, "Warteliste": "0"} == {**before, "Warteliste": "0"}
    page = karla.get("/verwaltung/zahlen/woche/").text
    for text in ("Українська", "Südraum", "16. Jan.", "23. Jan."):
        assert text in page


def test_karla_looks_at_one_event_and_at_a_whole_year(karla: FlaskClient) -> None:
    with karla.application.app_context():
        make_event("lesung", title="Lesung", date=date(2023, 9, 30))
        make_event("vorher", title="Im Jahr davor", date=date(2022, 9, 30))
    page = karla.get("/verwaltung/zahlen/woche/fest/").text
    assert "Українська" in page
    assert "Lesung" not in page
    assert karla.get("/verwaltung/zahlen/woche/gibt-es-nicht/").status_code == 404
    assert "/verwaltung/zahlen/jahr/2022.pdf" in karla.get("/verwaltung/zahlen/").text
    table = karla.get("/verwaltung/zahlen/jahr/2023.csv").data.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(table), delimiter=";"))
    assert [row["Veranstaltung"] for row in rows] == ["Fest der Räume", "Lesung"]
    pages = PdfReader(io.BytesIO(karla.get("/verwaltung/zahlen/jahr/2023.pdf").data)).pages
    text = " ".join(page.extract_text() for page in pages)
    assert "Das Jahr 2023" in text
    assert "Im Jahr davor" not in text


def test_the_report_for_the_committee_has_the_numbers_and_no_names(karla: FlaskClient) -> None:
    answer = karla.get("/verwaltung/zahlen/woche.pdf")
    assert answer.mimetype == "application/pdf"
    pages = PdfReader(io.BytesIO(answer.data)).pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    assert "Fest der Räume" in text
    assert "100 %" in text
    assert "Anna" not in text


def crowd(key: str, people: int, **values: object) -> Event:
    """An event to which so many have come without a sign-up."""
    event = make_event(key, title=key.title(), **values)
    with db.write() as session:
        count_walk_ins(session, event.id, people, at(NOW, by="test"))
    return event


def test_rita_reads_no_number_of_so_few_that_somebody_could_be_meant(rita: FlaskClient) -> None:
    """Nor can she subtract what is shown from the sum, or one event from the week."""
    with rita.application.app_context():
        for key, people in (("chor", 40), ("lesung", 7), ("tanz", 3)):
            crowd(key, people, date=date(2023, 9, 24))
    table = rita.get("/verwaltung/zahlen/woche.csv").data.decode("utf-8-sig")
    came = {
        row["Veranstaltung"]: row["Gekommen ohne Anmeldung"]
        for row in csv.DictReader(io.StringIO(table), delimiter=";")
    }
    # Four and three: who knows that they are seven together does not know which is which.
    assert came == {"Fest der Räume": "·", "Chor": "40", "Lesung": "7", "Tanz": "·"}
    page = rita.get("/verwaltung/zahlen/woche/").text
    assert '<th scope="row">Українська</th><td class="number">·</td>' in page
    assert "Ein Punkt steht für Zahlen unter 5" in page
    one = rita.get("/verwaltung/zahlen/woche/fest/").text
    assert "Українська" not in one
    assert '<td class="number" data-label="Anmeldungen">·</td>' in one


def test_the_year_does_not_tell_what_a_series_hides(rita: FlaskClient) -> None:
    """One small event in one series, large ones in another: subtracting them would leave it."""
    with rita.application.app_context():
        other = Series(
            key="quartier", title="Quartier", first_day=date(2023, 3, 1), last_day=date(2023, 3, 31)
        )
        crowd("suedraum", 3, series=other, date=date(2023, 3, 10))
        crowd("chor", 40, date=date(2023, 9, 24))
        crowd("markt", 60, date=date(2023, 9, 24))
        with db.write() as session:
            session.scalars(select(Series).where(Series.key == "woche")).one().published_at = NOW
    table = rita.get("/verwaltung/zahlen/jahr/2023.csv").data.decode("utf-8-sig")
    came = {
        row["Veranstaltung"]: row["Gekommen ohne Anmeldung"]
        for row in csv.DictReader(io.StringIO(table), delimiter=";")
    }
    # Four at the feast, too, so that one of the large goes with it; in its own series as well.
    assert came == {"Suedraum": "·", "Fest der Räume": "·", "Chor": "·", "Markt": "60"}
    pages = PdfReader(io.BytesIO(rita.get("/verwaltung/zahlen/jahr/2023.pdf").data)).pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    # 47 are hidden, of three events: nobody can tell which is which.
    assert "110 Personen gekommen" not in text
    alone = rita.get("/verwaltung/zahlen/quartier/").text
    assert "<dt>Personen gekommen</dt><dd>·</dd>" in alone


def test_what_was_called_off_is_marked_and_in_no_sum(karla: FlaskClient) -> None:
    with karla.application.app_context():
        crowd("regen", 30, date=date(2023, 9, 24), called_off_at=NOW)
    page = karla.get("/verwaltung/zahlen/woche/").text
    assert 'Regen</a> <span\n  class="badge off">abgesagt</span>' in page
    assert "<dt>Personen gekommen</dt><dd>7</dd>" in page
    pages = PdfReader(io.BytesIO(karla.get("/verwaltung/zahlen/woche.pdf").data)).pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    assert "Regen (abgesagt)" in text
    assert "Abgesagtes zählt in keiner Summe" in text


def test_karla_notes_afterwards_how_many_came(karla: FlaskClient) -> None:
    with karla.application.app_context():
        crowd("markt", 0, date=NOW.date(), takes_sign_up=False)
        make_event("spaeter", title="Später", date=NOW.date() + timedelta(days=9))
    here = "/verwaltung/zahlen/woche/besuche"
    assert "Später" not in karla.get(here).text
    wrong = send(karla, here, **{"visits-0": "viele"})
    assert wrong.status_code == 422
    assert 'value="viele"' in wrong.text
    assert send(karla, here, **{"visits-0": "120"}).status_code == 303
    table = karla.get("/verwaltung/zahlen/woche.csv").data.decode("utf-8-sig")
    rows = {row["Veranstaltung"]: row for row in csv.DictReader(io.StringIO(table), delimiter=";")}
    assert rows["Markt"]["Gekommen ohne Anmeldung"] == "120"
    # Noted twice is noted once.
    send(karla, here, **{"visits-0": "120"})
    assert karla.get("/verwaltung/zahlen/woche.csv").data.decode("utf-8-sig") == table
