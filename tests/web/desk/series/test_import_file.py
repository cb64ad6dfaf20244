"""Karla takes the programme away as a file, and brings it back changed."""

from __future__ import annotations

from datetime import date, time, timedelta
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from ikw import db
from ikw.actions.series.import_file import forget_uploads
from ikw.model import Event, Upload
from tests.conftest import MakeApp, make_event
from tests.programmes.test_sheet import CALENDAR, sheet
from tests.web.desk.desk import answers_in, organiser, sign_in
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

    stale = confirm(karla, answer.location, ("shown", ""))
    assert stale.location == answer.location, "without the mark of what was shown it is shown again"
    assert titles(karla) == ["Fest der Räume"]
    done = confirm(karla, answer.location)
    assert done.status_code == 303
    assert titles(karla) == ["Fest der offenen Räume", "Ganz neu"]
    assert rows_of(karla, Upload) == 0
    assert "Ganz neu" in karla.get(done.location).text
    assert "Ganz neu" not in karla.get("/programm/woche/").text


#: Names of boxes, of which several can be ticked.
TICKED = {"blatt", "vorschlag", "auch", "gleich", "neu", "datei"}


def send(karla: FlaskClient, path: str, button: str, *more: tuple[str, str]) -> TestResponse:
    """Send the form of a page, with other answers in the place of those that it shows."""
    answers = answers_in(karla.get(path).text)
    for name, value in more:
        answers[name] = [*(answers.get(name, []) if name in TICKED else []), value]
    return karla.post(path, data=MultiDict({**answers, "was": [button]}))


def read_again(karla: FlaskClient, path: str, *more: tuple[str, str]) -> str:
    answer = send(karla, path, "lesen", *more)
    assert answer.status_code == 303
    return karla.get(answer.location).text


def confirm(karla: FlaskClient, path: str, *more: tuple[str, str]) -> TestResponse:
    return send(karla, path, "uebernehmen", *more)


def test_a_faulty_file_changes_nothing_and_names_its_cells(karla: FlaskClient) -> None:
    answer = bring(karla, sheet(["Tanz", "31.02.2023"], ["Chor", "24.09.2023", "99:00"]))
    page = karla.get(answer.location).text
    assert "B2" in page
    assert "C3" in page
    assert "uebernehmen" not in page, "there is nothing to be taken over"
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
    page = read_again(karla, path, ("blatt", "Woche 2"), ("spalte-buhne", "room"))
    for text in ("Erstes", "Zweites", "Saal 1"):
        assert text in page
    confirm(karla, path)
    assert titles(karla) == ["Fest der Räume", "Erstes", "Zweites"]
    with karla.application.app_context():
        rooms = db.session().scalars(select(Event.room).order_by(Event.id)).all()
    assert rooms == [None, "Saal 1", "Saal 1"]


def test_what_was_chosen_once_counts_for_the_next_list(karla: FlaskClient) -> None:
    heads = ("Titel", "Datum", "Bühne")
    path = bring(karla, sheet(["Tanz", "24.09.2023", "Saal 1"], heads=heads)).location
    read_again(karla, path, ("spalte-buhne", "room"))
    confirm(karla, path)
    path = bring(karla, sheet(["Chor", "25.09.2023", "Saal 2"], heads=heads)).location
    assert "Saal 2" in karla.get(path).text.partition("Zu übernehmen")[2]
    confirm(karla, path)
    with karla.application.app_context():
        rooms = db.session().scalars(select(Event.room).order_by(Event.id)).all()
    assert rooms == [None, "Saal 1", "Saal 2"]


def test_a_choice_made_and_sent_with_the_other_button_is_shown_first(karla: FlaskClient) -> None:
    heads = ("Titel", "Datum", "Bühne")
    path = bring(karla, sheet(["Tanz", "24.09.2023", "Saal 1"], heads=heads)).location
    answer = confirm(karla, path, ("spalte-buhne", "room"))
    assert answer.location == path
    assert titles(karla) == ["Fest der Räume"], "nobody has seen yet what this means"
    assert "neu gelesen" in karla.get(path).text
    confirm(karla, path)
    assert titles(karla) == ["Fest der Räume", "Tanz"]


def test_questions_are_answered_on_the_page(karla: FlaskClient) -> None:
    """Ticked where the proposal is right, written where it is not; Excel is not opened again."""
    rows: list[list[Any]] = [
        ["Tanz", "24.09.2023", 18.3, "Ja, bei Frau Adam"],
        ["Chor", "30.02.2023", "abends", "nein"],
    ]
    path = bring(karla, sheet(*rows, heads=("Titel", "Datum", "Beginn", "Anmeldung"))).location
    page = karla.get(path).text
    assert "18:30" in page
    assert "abends" in page
    page = read_again(
        karla,
        path,
        ("vorschlag", "Sheet!C2"),
        ("vorschlag", "Sheet!D2"),
        ("zelle-Sheet!B3", "28.09.2023"),
        ("vorschlag", "Sheet!C3"),
    )
    assert "abends" not in page
    assert "4 Zellen" in page
    confirm(karla, path)
    with karla.application.app_context():
        _fest, tanz, chor = db.session().scalars(select(Event).order_by(Event.id))
        assert (tanz.start, tanz.takes_sign_up) == (time(18, 30), True)
        assert (chor.date, chor.start) == (date(2023, 9, 28), None)


def test_an_answer_that_is_no_better_is_asked_about_again_and_kept(karla: FlaskClient) -> None:
    path = bring(karla, sheet(["Chor", "30.02.2023"])).location
    page = read_again(karla, path, ("zelle-Sheet!B2", "31.02.2023"))
    assert answers_in(page)["zelle-Sheet!B2"] == ["31.02.2023"]
    page = read_again(karla, path, ("zelle-Sheet!B2", "28.09.2023"))
    assert answers_in(page)["zelle-Sheet!B2"] == ["28.09.2023"]
    page = read_again(karla, path, ("datei", "Sheet!B2"))
    assert answers_in(page)["zelle-Sheet!B2"] == ["30.02.2023"], "as it is in the file"


def test_only_what_is_ticked_is_taken_over(karla: FlaskClient) -> None:
    path = bring(karla, sheet(["Tanz", "24.09.2023"], ["Chor", "24.09.2023"])).location
    confirm(karla, path, ("zeile", "1"))
    assert titles(karla) == ["Fest der Räume", "Chor"]


def test_hidden_and_struck_rows_are_read_when_karla_says_so(karla: FlaskClient) -> None:
    book = Workbook()
    page = book.worksheets[0]
    page.title = "Liste"
    for row in (["Titel", "Datum"], ["Tanz", "24.09.2023"], ["Chor", "24.09.2023"]):
        page.append(row)
    page.row_dimensions[2].hidden = True
    for cell in page[3]:
        cell.font = Font(strike=True)
    file = BytesIO()
    book.save(file)
    path = bring(karla, file.getvalue()).location
    assert "uebernehmen" not in karla.get(path).text
    read_again(karla, path, ("auch", "Liste!A3"))
    confirm(karla, path)
    assert titles(karla) == ["Fest der Räume", "Chor"]


def test_karla_says_whether_it_is_the_same_event(karla: FlaskClient) -> None:
    heads = ("Titel", "Datum", "Beginn", "Raum")
    body = sheet(["Fest der Räume", "23.09.2023", "18:00", "Saal 2"], heads=heads)
    path = bring(karla, body).location
    assert "Es gibt schon eine mit diesem Titel" in karla.get(path).text
    read_again(karla, path, ("neu", "Sheet!A2"))
    confirm(karla, path)
    assert titles(karla) == ["Fest der Räume", "Fest der Räume"]


def test_the_workbook_can_be_had_back_with_its_questions(karla: FlaskClient) -> None:
    path = bring(karla, sheet(["Tanz", "24.09.2023", 18.3], ["Chor", "30.02.2023", None])).location
    read_again(karla, path, ("vorschlag", "Sheet!C2"))
    answer = karla.get(f"{path}/fragen.xlsx")
    book = load_workbook(BytesIO(answer.data))
    page = book.worksheets[0]
    assert page["C2"].value == "18:30"
    assert page["C2"].comment is None
    assert page["B3"].comment is not None
    assert "30.02.2023" in page["B3"].comment.text
    page["B3"].value, page["B3"].comment = "28.09.2023", None
    corrected = BytesIO()
    book.save(corrected)
    confirm(karla, bring(karla, corrected.getvalue()).location)
    assert titles(karla) == ["Fest der Räume", "Tanz", "Chor"]


def test_the_template_shows_a_club_how_it_is_filled_in(karla: FlaskClient) -> None:
    answer = karla.get("/verwaltung/reihen/woche/vorlage.xlsx")
    book = load_workbook(BytesIO(answer.data))
    page, known = book.worksheets
    head = {cell.value: get_column_letter(n) for n, cell in enumerate(page[1], 1)}
    offered = {str(rule.sqref) for rule in page.data_validations.dataValidation}
    assert f"{head['Anmeldung']}2:{head['Anmeldung']}300" in offered
    assert {"ja", "nein"} <= {cell.value for column in known.columns for cell in column}
    for name, value in (("Titel", "Tanz"), ("Datum", "24.9."), ("Zielgruppe", "Familien")):
        page[f"{head[name]}3"] = value
    filled = BytesIO()
    book.save(filled)
    path = bring(karla, filled.getvalue()).location
    assert "Beispiel der Vorlage" in karla.get(path).text
    confirm(karla, path)
    assert titles(karla) == ["Fest der Räume", "Tanz"]


def test_the_preview_of_many_is_short_and_says_all(karla: FlaskClient) -> None:
    rows = [[f"Fest {n}", "24.09.2023", "18:00", "19:00"] for n in range(300)]
    page = karla.get(bring(karla, sheet(*rows)).location).text
    head, _closed, rest = page.partition("240 weitere neue Veranstaltungen")
    assert head.count("<tr>") < 70
    assert "Fest 299" in rest
    assert "19:00" in head


def test_what_is_no_workbook_gets_a_sentence(karla: FlaskClient) -> None:
    files = {
        "a.csv": (b"Titel;Datum\n", "als .xlsx"),
        "alt.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "(.xls)"),
        "leer.xlsx": (b"", "leer"),
        "x.xlsx": (b"\x00" * 9000, "keine Excel-Datei"),
    }
    for name, (body, said) in files.items():
        answer = bring(karla, body, name)
        assert answer.status_code == 422
        assert said in errors_in(answer.text)[0]
    no_file = karla.post(PATH, data={"form_token": token_in(karla.get(PATH).text)})
    assert no_file.status_code == 422
    assert errors_in(no_file.text)


def test_a_file_that_is_too_large_is_refused(karla: FlaskClient) -> None:
    form = "multipart/form-data; boundary=x"
    large = {"CONTENT_LENGTH": str(9 * 1024 * 1024)}
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
