"""What is taken away from the desk: tables that hold no surprise, lists for the door, badges."""

from __future__ import annotations

import csv
import subprocess
import sys
from datetime import UTC, datetime
from io import BytesIO, StringIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import delete, insert, select

from ikw import db
from ikw.actions.registration.cancel import cancel
from ikw.actions.registration.change import change_places
from ikw.actions.registration.check_in import check_in
from ikw.actions.registration.party import Contact
from ikw.model import LogEntry, Organiser, Registration
from tests.actions.cast import ANNA, BEN, CHIARA, DILAN, at, sign_up
from tests.conftest import NOW, MakeApp, make_event, make_venue
from tests.web.desk.browser import open_browser
from tests.web.desk.desk import organiser, sign_in

EVENT = "/verwaltung/veranstaltung/fest/"
TABLES = {"csv": f"{EVENT}anmeldungen.csv", "xlsx": f"{EVENT}anmeldungen.xlsx"}
LIST = f"{EVENT}teilnahmeliste.pdf"
BADGES = f"{EVENT}namensschilder.pdf"

QUESTIONS: list[dict[str, Any]] = [
    {"key": "essen", "label": "Was bringen Sie mit?", "kind": "text"},
    {"key": "kinder", "label": "Wie viele Kinder?", "kind": "number"},
    {"key": "helfen", "label": "Helfen Sie?", "kind": "yes-no"},
]

#: What a spreadsheet would calculate (OWASP, CSV injection).
FORMULAS = [
    "=cmd|' /C calc'!A0",
    "+49 5971",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\tcmd",
    "\r=1",
    " =1+1",
]


@pytest.fixture
def karla(app: Flask) -> FlaskClient:
    """Karla's browser."""
    return sign_in(open_browser(app), organiser("coordination"))


def table(client: FlaskClient, kind: str) -> list[list[Any]]:
    """Open a table as a spreadsheet does; return its rows."""
    answer = client.get(TABLES[kind])
    assert answer.status_code == 200
    disposition = answer.headers["Content-Disposition"]
    assert disposition == f'attachment; filename="fest.{kind}"'
    if kind == "csv":
        assert answer.data.startswith(b"\xef\xbb\xbf"), "or Excel takes it for another encoding"
        return list(csv.reader(StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    sheet = load_workbook(BytesIO(answer.data)).active
    assert sheet is not None
    return [["" if cell is None else cell for cell in row] for row in sheet.values]


def text_of(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert (answer.status_code, answer.content_type) == (200, "application/pdf")
    pages = PdfReader(BytesIO(answer.data)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


# Tables


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_table_says_what_the_rows_say(karla: FlaskClient, kind: str) -> None:
    event = make_event(capacity=4, has_waiting_list=True, questions=QUESTIONS)
    anna = sign_up(
        event,
        Contact("Özlem Çelik", "oezlem@example.org", "05971 1"),
        3,
        companions=["Ayşe", 'Мія; "Mia"'],
        needed=["wheelchair", "childcare"],
        needs="Ein Platz vorne,\nbitte",
        answers={"essen": "Börek; viel", "kinder": 2, "helfen": "yes"},
        language="tr",
        now=datetime(2023, 7, 1, 22, 30, tzinfo=UTC),
    )
    ben = sign_up(event, BEN, 2, answers={"helfen": "no"})
    dilan = sign_up(event, DILAN)
    gone = sign_up(event, CHIARA)
    with db.write() as session:
        cancel(session, gone, at(NOW))
    heads, *rows = table(karla, kind)
    assert heads == [
        "Code",
        "Name",
        "E-Mail-Adresse",
        "Telefonnummer",
        "Plätze",
        "Zugesagte Plätze",
        "Stand",
        "Begleitung",
        "Bedarf",
        "Weiterer Bedarf",
        "Sprache",
        "Angemeldet am",
        "Was bringen Sie mit?",
        "Wie viele Kinder?",
        "Helfen Sie?",
    ]
    numbers: dict[str, Any] = {"3": 3, "2": 2, "1": 1, "0": 0} if kind == "xlsx" else {}
    assert [[numbers.get(cell, cell) for cell in row] for row in rows] == [
        [numbers.get(cell, cell) for cell in row]
        for row in (
            [
                anna.code,
                "Özlem Çelik",
                "oezlem@example.org",
                "05971 1",
                "3",
                "3",
                "hat einen Platz",
                'Ayşe, Мія; "Mia"',
                "Platz für einen Rollstuhl, Kinderbetreuung während der Veranstaltung",
                "Ein Platz vorne,\nbitte",
                "Türkçe",
                "02.07.2023 00:30",
                "Börek; viel",
                "2",
                "Ja",
            ],
            [
                ben.code,
                "Ben",
                "ben@example.org",
                "",
                "2",
                "0",
                "auf der Warteliste",
                "",
                "",
                "",
                "Deutsch",
                "20.01.2023 12:00",
                "",
                "",
                "Nein",
            ],
            [
                dilan.code,
                "Dilan",
                "",
                "05971 12345",
                "1",
                "1",
                "hat einen Platz",
                "",
                "",
                "",
                "Deutsch",
                "20.01.2023 12:00",
                "",
                "",
                "",
            ],
        )
    ]


def test_a_table_says_once_in_which_encoding_it_is(karla: FlaskClient) -> None:
    make_event()
    assert karla.get(TABLES["csv"]).content_type == "text/csv; charset=utf-8"


@pytest.mark.parametrize("formula", FORMULAS)
def test_nothing_that_a_party_writes_is_calculated(karla: FlaskClient, formula: str) -> None:
    event = make_event(questions=QUESTIONS)
    contact = Contact(formula, "x@example.org", formula)
    answers = {"essen": formula}
    sign_up(event, contact, 2, companions=[formula], needs=formula, answers=answers)
    sheet = load_workbook(BytesIO(karla.get(TABLES["xlsx"]).data)).active
    assert sheet is not None
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {
        "s",
        "inlineStr",
        "n",
    }
    texts = [cell for cell in table(karla, "xlsx")[1] if str(cell).strip() == formula.strip()]
    assert len(texts) == 5, "a workbook knows that it is a text, and keeps it as it is"
    for cell in table(karla, "csv")[1]:
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", " =")), cell


@pytest.mark.parametrize("formula", FORMULAS[:4])
def test_nothing_that_a_club_asks_is_calculated_either(karla: FlaskClient, formula: str) -> None:
    make_event(questions=[{"key": "f", "label": formula, "kind": "text"}])
    sheet = load_workbook(BytesIO(karla.get(TABLES["xlsx"]).data)).active
    assert sheet is not None
    assert sheet.cell(1, 13).data_type in {"s", "inlineStr"}
    assert not table(karla, "csv")[0][-1].startswith(("=", "+", "-", "@"))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_table_of_nobody_has_its_heads(karla: FlaskClient, kind: str) -> None:
    make_event()
    rows = table(karla, kind)
    assert (len(rows), len(rows[0])) == (1, 12)


@pytest.mark.parametrize("path", [*TABLES.values(), LIST, BADGES])
def test_it_is_noted_who_took_personal_data_away(karla: FlaskClient, path: str) -> None:
    event = make_event()
    sign_up(event, ANNA)
    assert karla.get(path).status_code == 200
    db.session().rollback()
    entry = db.session().scalars(select(LogEntry).where(LogEntry.verb == "export sign-ups")).one()
    assert (entry.actor, entry.event_id) == ("organiser 1", event.id)
    assert entry.new == {"form": path.rpartition(".")[2]}


@pytest.mark.parametrize("path", [*TABLES.values(), LIST, BADGES])
def test_for_the_door_the_council_and_strangers_there_is_no_such_file(
    app: Flask, path: str
) -> None:
    sign_up(make_event(), ANNA)
    client = open_browser(app)
    assert client.get(path).location.startswith("/verwaltung/anmelden")
    for role in ("door", "reader"):
        with db.write() as session:
            session.execute(delete(Organiser))
        assert sign_in(client, organiser(role)).get(path).status_code == 404


# Paper


def test_the_attendance_list_is_sorted_by_family_name(karla: FlaskClient) -> None:
    event = make_event(capacity=9, reserved=1, venue=make_venue(), has_waiting_list=True)
    people = ["Zoe Adam", "Özlem van den Berg", "Anna Zuse", "Çelik, Ben", "Bo Ohm"]
    parties = {name: sign_up(event, Contact(name, "x@example.org")) for name in people}
    sign_up(event, Contact("Mia Dorn", "x@example.org"), 3, companions=["Aaron Aal"])
    sign_up(event, Contact("Wanda Wartet", "w@example.org"))
    gone = sign_up(event, Contact("Aal Abgesagt", "x@example.org"))
    with db.write() as session:
        cancel(session, gone, at(NOW))
    text = text_of(karla, LIST)
    order = [
        "Zoe Adam",
        "Özlem van den Berg",
        "Çelik, Ben",
        "Mia Dorn",
        # Companions stand with the person who signed up.
        "Aaron Aal",
        "mit Mia Dorn",
        "Bo Ohm",
        "Anna Zuse",
    ]
    places = [text.index(name) for name in order]
    assert places == sorted(places), text
    assert "Wanda" not in text
    assert "Abgesagt" not in text
    for part in ("Anwesenheitsliste", "Fest der Räume", "23. September 2023", "Haus⁵¹"):
        assert part in text, part
    for part in ("Unterschrift", parties["Anna Zuse"].code, "Personen: 8"):
        assert part in text, part


def test_room_is_left_for_those_who_come_without_a_sign_up(karla: FlaskClient) -> None:
    sign_up(make_event(), ANNA)
    text = text_of(karla, LIST)
    # Anna is number 1.
    assert "7 " in text.partition("Anna")[2]


def test_a_name_is_a_text_and_no_command_to_the_typesetter(karla: FlaskClient) -> None:
    name = '#panic("x") $a$ *fett* <b> \\ [Klammer'
    sign_up(make_event(title="#eval(1) $x$"), Contact(name, "x@example.org"))
    for path in (LIST, BADGES):
        text = text_of(karla, path)
        assert '#panic("x")' in text
        assert "*fett*" in text
        assert "#eval(1) $x$" in text


def test_everyone_with_a_place_gets_a_badge(karla: FlaskClient) -> None:
    event = make_event(capacity=3, has_waiting_list=True)
    sign_up(event, Contact("Anna Zuse", "x@example.org"), 2, companions=["Ayşe Öztürk"])
    sign_up(event, Contact("محمد علي", "x@example.org"))
    sign_up(event, Contact("Wanda Wartet", "w@example.org"))
    answer = karla.get(BADGES)
    text = text_of(karla, BADGES)
    assert text.count("Fest der Räume") == 3
    assert "Anna Zuse" in text
    assert "Ayşe Öztürk" in text
    assert "Wanda" not in text
    (page,) = PdfReader(BytesIO(answer.data)).pages
    assert [round(float(side)) for side in page.mediabox[2:]] == [595, 842]


def test_who_waits_for_a_companion_s_place_gets_no_badge_for_them(karla: FlaskClient) -> None:
    event = make_event(capacity=2, has_waiting_list=True)
    anna = sign_up(event, Contact("Anna Zuse", "x@example.org"))
    sign_up(event, BEN)
    with db.write() as session:
        change_places(session, anna, 2, ["Mia Wartet"], at(NOW), may_wait=True)
    assert "Mia" not in text_of(karla, LIST)
    assert "Mia" not in text_of(karla, BADGES)


def test_everyone_who_came_gets_a_certificate(karla: FlaskClient) -> None:
    """Of Anna's three, two came; Ben did not, so there is none for him."""
    event = make_event(capacity=9)
    anna = sign_up(event, ANNA, 3, companions=["Achmed", "Aylin"])
    sign_up(event, BEN)
    path = "/verwaltung/veranstaltung/fest/bescheinigungen.pdf"
    nobody = karla.get(path)
    assert nobody.status_code == 303
    assert "Noch ist niemand eingelassen" in karla.get(nobody.location).text
    with db.write() as session:
        check_in(session, session.get_one(Registration, anna.id), 2, at(NOW))
    texts = [page.extract_text() for page in PdfReader(BytesIO(karla.get(path).data)).pages]
    assert len(texts) == 2
    assert "Anna" in texts[0]
    assert "Achmed" in texts[1]
    assert all("Fest der Räume" in text for text in texts)
    assert not any("Aylin" in text or "Ben" in text for text in texts)


# Many


def fill(key: str, number: int) -> None:
    """Let so many parties sign up for an event, faster than they could."""
    event = make_event(key)
    row: dict[str, Any] = {
        "event_id": event.id,
        "link_seed": "s",
        "phone": "05971 12345",
        "companions": ["Ayşe Öztürk", "Mia"],
        "needs": "Ein Platz vorne, bitte. " * 8,
        "places": 3,
        "seats": 3,
        "created_at": NOW,
        "seated_at": NOW,
    }
    rows = [
        {
            **row,
            "code": f"{n:07}",
            "made_by": f"{key} {n}",
            "link_hash": f"{key} {n}",
            "name": f"Özlem Çelik {n}",
            "email": f"gast{n}@example.org",
        }
        for n in range(number)
    ]
    with db.write() as session:
        session.execute(insert(Registration), rows)


#: Reads a file as a browser does, part by part, and prints by how much memory grew at most.
READER = """
import sys
from pathlib import Path
from ikw import create_app
url, cookie, *paths = sys.argv[1:]
client = create_app({
    "IKW_DATABASE_URL": url,
    "SECRET_KEY": "the same in all processes of a test",
    "IKW_RATE_LIMITS": False,
}).test_client()
client.set_cookie("ikw_desk", cookie)
def read(path):
    answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    parts = sum(1 for _ in answer.iter_encoded())
    answer.close()
    return parts
def peak():
    # Not ru_maxrss: that begins with what the process had that started this one (getrusage(2)).
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])
read(paths[0])
before = peak()
parts = read(paths[1])
print(peak() - before, parts)
"""


def memory(url: str, cookie: str, kind: str, *keys: str) -> tuple[int, int]:
    """Return by how many KiB a process grows that answers with a second file, and its parts."""
    paths = [TABLES[kind].replace("/fest/", f"/{key}/") for key in keys]
    command = [sys.executable, "-c", READER, url, cookie, *paths]
    said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    grown, parts = map(int, said.split())
    return grown, parts


@pytest.mark.system
@pytest.mark.parametrize(
    ("database_url", "kind"), [("sqlite", "xlsx"), ("postgresql", "csv")], indirect=["database_url"]
)
def test_ten_thousand_parties_need_no_more_memory_than_a_thousand(
    make_app: MakeApp, database_url: str, kind: str
) -> None:
    app = make_app(database_url)
    with app.app_context():
        client = sign_in(open_browser(app), organiser("coordination"))
        cookie = client.get_cookie("ikw_desk")
        assert cookie
        for key, number in (("tausend", 1_000), ("zehntausend", 10_000)):
            fill(key, number)
    # Whatever a thousand needed is there still when ten thousand are read.
    grown, parts = memory(database_url, cookie.value, kind, "tausend", "zehntausend")
    assert parts > 5, "it leaves in parts"
    assert grown < 4_096, f"it grew by {grown} KiB"
