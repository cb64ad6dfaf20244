"""Numbers without names, which stay when the personal data is gone."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader

from ikw import db
from ikw.actions.keeping.forget import forget
from ikw.actions.registration.check_in import check_in, count_walk_ins
from ikw.model.keeping import End
from tests.actions.cast import ANNA, BEN, CHIARA, at, sign_up
from tests.conftest import NOW, MakeApp, make_event, make_venue
from tests.web.desk.desk import organiser, sign_in


@pytest.fixture
def rita(make_app: MakeApp, sqlite_url: str) -> FlaskClient:
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
        who = organiser("reader")
    return sign_in(app.test_client(), who)


def numbers_of(client: FlaskClient) -> dict[str, str]:
    text = client.get("/verwaltung/zahlen/woche.csv").data.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text), delimiter=";")
    return row


def test_rita_reads_the_same_numbers_before_and_after_the_names_are_deleted(
    rita: FlaskClient,
) -> None:
    before, page = numbers_of(rita), rita.get("/verwaltung/zahlen/woche/").text
    assert before["Veranstaltung"] == "Fest der Räume"
    counted = ["3", "2", "3", "1", "3", "4", "100 %", "Woche"]
    assert [before[head] for head in list(before)[2:]] == counted
    for text in ("Українська", "Südraum", "16. Jan.", "23. Jan."):
        assert text in page
    for name in ("Anna", "Ben", "Chiara", "@"):
        assert name not in page
    with rita.application.app_context(), db.write() as session:
        assert forget(session, at(NOW + timedelta(days=300)), keep_days=28)[End.EVENT] == 4
    after = numbers_of(rita)
    assert {**after, "Warteliste": "0"} == {**before, "Warteliste": "0"}
    page = rita.get("/verwaltung/zahlen/woche/").text
    for text in ("Українська", "Südraum", "16. Jan.", "23. Jan."):
        assert text in page


def test_rita_looks_at_one_event_and_at_a_whole_year(rita: FlaskClient) -> None:
    with rita.application.app_context():
        make_event("lesung", title="Lesung", date=date(2023, 9, 30))
        make_event("vorher", title="Im Jahr davor", date=date(2022, 9, 30))
    page = rita.get("/verwaltung/zahlen/woche/fest/").text
    assert "Українська" in page
    assert "Lesung" not in page
    assert rita.get("/verwaltung/zahlen/woche/gibt-es-nicht/").status_code == 404
    assert "/verwaltung/zahlen/jahr/2022.pdf" in rita.get("/verwaltung/zahlen/").text
    table = rita.get("/verwaltung/zahlen/jahr/2023.csv").data.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(table), delimiter=";"))
    assert [row["Veranstaltung"] for row in rows] == ["Fest der Räume", "Lesung"]
    pages = PdfReader(io.BytesIO(rita.get("/verwaltung/zahlen/jahr/2023.pdf").data)).pages
    text = " ".join(page.extract_text() for page in pages)
    assert "Das Jahr 2023" in text
    assert "Im Jahr davor" not in text


def test_the_report_for_the_committee_has_the_numbers_and_no_names(rita: FlaskClient) -> None:
    answer = rita.get("/verwaltung/zahlen/woche.pdf")
    assert answer.mimetype == "application/pdf"
    pages = PdfReader(io.BytesIO(answer.data)).pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    assert "Fest der Räume" in text
    assert "100 %" in text
    assert "Anna" not in text
