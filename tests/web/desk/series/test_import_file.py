"""Karla takes the programme away as a file, and brings it back changed."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import Workbook, load_workbook
from sqlalchemy import select
from werkzeug.test import TestResponse

from ikw import db
from ikw.actions.series.import_file import forget_uploads
from ikw.model import Event, Upload
from tests.conftest import MakeApp, make_event
from tests.programmes.test_sheet import CALENDAR, sheet
from tests.web.desk.desk import organiser, sign_in
from tests.web.forms import errors_in, token_in

PATH = "/verwaltung/reihen/woche/datei"


@pytest.fixture
def karla(make_app: MakeApp, sqlite_url: str) -> FlaskClient:
    app = make_app(sqlite_url)
    with app.app_context():
        make_event(summary="Wir feiern.")
        who = organiser("coordination")
    return sign_in(app.test_client(), who)


def bring(client: FlaskClient, body: bytes, name: str = "programm.xlsx") -> TestResponse:
    token = token_in(client.get(PATH).text)
    return client.post(PATH, data={"form_token": token, "file": (BytesIO(body), name)})


def titles(client: FlaskClient) -> list[str]:
    with client.application.app_context():
        return list(db.session().scalars(select(Event.title).order_by(Event.id)))


def rows_of(client: FlaskClient, model: Any) -> int:
    with client.application.app_context():
        return len(db.session().scalars(select(model)).all())


def test_karla_sees_what_would_change_before_anything_does(karla: FlaskClient) -> None:
    file = karla.get("/verwaltung/reihen/woche.xlsx")
    assert file.headers["Content-Disposition"] == 'attachment; filename="woche.xlsx"'
    book = load_workbook(BytesIO(file.data))
    page = book.active
    assert page is not None
    page.cell(2, 2).value = "Fest der offenen Räume"
    page.append([None, "Ganz neu", "24.09.2023", None, None, None, None, "Haus am Ufer"])
    changed = BytesIO()
    book.save(changed)

    answer = bring(karla, changed.getvalue())
    assert answer.status_code == 303
    shown = karla.get(answer.location).text
    for text in ("Fest der offenen Räume", "Fest der Räume", "Ganz neu", "Haus am Ufer"):
        assert text in shown
    assert titles(karla) == ["Fest der Räume"]

    stale = karla.post(answer.location, data={"form_token": token_in(shown)})
    assert stale.location == answer.location, "without the mark of what was shown it is shown again"
    assert titles(karla) == ["Fest der Räume"]
    done = confirm(karla, answer.location)
    assert done.status_code == 303
    assert titles(karla) == ["Fest der offenen Räume", "Ganz neu"]
    assert rows_of(karla, Upload) == 0
    assert "Ganz neu" in karla.get(done.location).text
    assert "Ganz neu" not in karla.get("/programm/woche/").text


def confirm(karla: FlaskClient, path: str) -> TestResponse:
    page = karla.get(path).text
    mark = page.partition('name="shown" value="')[2].partition('"')[0]
    return karla.post(path, data={"form_token": token_in(page), "shown": mark})


def test_a_faulty_file_changes_nothing_and_names_its_cells(karla: FlaskClient) -> None:
    answer = bring(karla, sheet(["Tanz", "31.02.2023"], ["Chor", "24.09.2023", "99:00"]))
    page = karla.get(answer.location).text
    assert "B2" in page
    assert "C3" in page
    assert 'name="shown"' not in page, "there is nothing to be taken over"
    assert titles(karla) == ["Fest der Räume"]


def test_what_is_understood_does_not_wait_for_the_rest(karla: FlaskClient) -> None:
    """And the rest, once it is right, makes nothing twice."""
    answer = bring(karla, sheet(["Tanz", "24.09.2023"], ["Chor", "24.09.2023", "99:00"]))
    done = confirm(karla, answer.location)
    assert done.status_code == 303
    assert titles(karla) == ["Fest der Räume", "Tanz"]
    answer = bring(karla, sheet(["Tanz", "24.09.2023"], ["Chor", "24.09.2023", "19:00"]))
    page = karla.get(answer.location).text
    assert "1 bleibt, wie sie ist" in page
    confirm(karla, answer.location)
    assert titles(karla) == ["Fest der Räume", "Tanz", "Chor"]


def test_karla_says_which_sheet_and_which_column_she_means(karla: FlaskClient) -> None:
    book = Workbook()
    first, second = book.worksheets[0], book.create_sheet("Woche 2")
    for page, title in ((first, "Erstes"), (second, "Zweites")):
        page.append(["Titel", "Datum", "Bühne"])
        page.append([title, "24.09.2023", "Saal 1"])
    file = BytesIO()
    book.save(file)
    path = bring(karla, file.getvalue()).location
    page = karla.get(path).text
    assert "Woche 2" in page
    assert 'name="spalte-buhne"' in page
    chosen = f"{path}?blatt=Sheet&blatt=Woche+2&spalte-buhne=room"
    page = karla.get(chosen).text
    for text in ("Erstes", "Zweites", "Saal 1"):
        assert text in page
    confirm(karla, chosen)
    assert titles(karla) == ["Fest der Räume", "Erstes", "Zweites"]
    with karla.application.app_context():
        rooms = db.session().scalars(select(Event.room).order_by(Event.id)).all()
    assert rooms == [None, "Saal 1", "Saal 1"]


def test_the_preview_of_many_is_short_and_says_all(karla: FlaskClient) -> None:
    rows = [[f"Fest {n}", "24.09.2023", "18:00", "19:00"] for n in range(300)]
    page = karla.get(bring(karla, sheet(*rows)).location).text
    head, _closed, rest = page.partition("240 weitere neue Veranstaltungen")
    assert head.count("<tr>") < 70
    assert "Fest 299" in rest
    assert "19:00" in head


def test_what_is_no_workbook_gets_a_sentence(karla: FlaskClient) -> None:
    for body, name in ((b"Titel;Datum\n", "a.csv"), (b"", "leer.xlsx"), (b"\x00" * 9000, "x.xlsx")):
        answer = bring(karla, body, name)
        assert answer.status_code == 422
        assert errors_in(answer.text)
    no_file = karla.post(PATH, data={"form_token": token_in(karla.get(PATH).text)})
    assert no_file.status_code == 422
    assert errors_in(no_file.text)


def test_a_file_that_is_too_large_is_refused(karla: FlaskClient) -> None:
    form = "multipart/form-data; boundary=x"
    large = {"CONTENT_LENGTH": str(3 * 1024 * 1024)}
    answer = karla.post(PATH, data=b"--x", content_type=form, environ_overrides=large)
    assert answer.status_code == 413
    assert rows_of(karla, Upload) == 0


def test_a_calendar_makes_drafts(karla: FlaskClient) -> None:
    body = CALENDAR.replace(
        b"SUMMARY:Ohne Tag\r\n", b"SUMMARY:Ohne Tag\r\nDTSTART:20230925T100000\r\n"
    )
    answer = bring(karla, body, "verein.ics")
    confirm(karla, answer.location)
    assert titles(karla) == ["Fest der Räume", "Sommerfest", "Ausstellung", "Ohne Tag"]


def test_what_nobody_confirms_is_deleted_after_a_day(karla: FlaskClient) -> None:
    bring(karla, sheet(["Tanz", "24.09.2023"]))
    with karla.application.app_context():
        upload = db.session().scalars(select(Upload)).one()
        with db.write() as session:
            forget_uploads(session, before=upload.created_at - timedelta(hours=1))
        assert rows_of(karla, Upload) == 1
        with db.write() as session:
            forget_uploads(session, before=upload.created_at + timedelta(hours=1))
    assert rows_of(karla, Upload) == 0


def test_an_empty_file_is_a_fault(karla: FlaskClient) -> None:
    answer = bring(karla, b"")
    assert answer.status_code == 422
    assert "Diese Datei ist leer." in answer.text
    assert rows_of(karla, Upload) == 0
