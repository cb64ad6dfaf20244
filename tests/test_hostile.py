"""Whatever somebody types arrives as text: on pages, in letters, feeds, tables and PDF."""

from __future__ import annotations

import csv
import email
import email.policy
import io
import json
import zipfile
from datetime import date, time
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import select

from ikw import db
from ikw.actions import feedback
from ikw.actions.feedback import Message
from ikw.mail.compose import compose
from ikw.model import Event, Letter, Organisation, Registration, Venue
from ikw.programmes.file import FaultyProgramme, parse
from ikw.programmes.sheet import NoSheet, read_sheet
from ikw.text.cleaning import clean_line
from tests.actions.cast import at, new_link
from tests.conftest import NOW, MakeApp, examples, make_event
from tests.hostile import BASE, STRINGS
from tests.web.desk.desk import organiser, sign_in
from tests.web.forms import token_in

FORM = "/veranstaltung/fest/anmelden"
QUESTION = {"key": "essen", "label": "Was essen Sie?", "kind": "text", "required": False}


class Structure(HTMLParser):
    """What a page is made of, but for its words: elements, and the names of their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[tuple[Any, ...]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.parts.append((tag, *sorted(name for name, _value in attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.parts.append((f"/{tag}",))

    def handle_comment(self, data: str) -> None:
        self.parts.append(("comment",))

    def handle_pi(self, data: str) -> None:
        self.parts.append(("pi",))

    def unknown_decl(self, data: str) -> None:
        self.parts.append(("declaration",))


def structure_of(html: str) -> list[tuple[Any, ...]]:
    """Return the structure of a page, without drawings, which differ by what an event is called."""
    parser = Structure()
    parser.feed(html)
    drawn = {"svg", "use", "path", "/svg", "/use", "/path", "rect", "/rect", "g", "/g"}
    return [part for part in parser.parts if part[0] not in drawn]


@pytest.fixture
def site(make_app: MakeApp, sqlite_url: str) -> Flask:
    app = make_app(sqlite_url)
    with app.app_context():
        make_event(questions=[QUESTION], party_max=3)
    return app


def sign_up(client: FlaskClient, token: str, text: str, number: int) -> str | None:
    """Sign somebody up with a text in every field; return their page, or None if refused."""
    form = {
        "form_token": token,
        "name": text,
        "email": f"gast{number}@example.org",
        "places": "2",
        "companions-0": text,
        "needs": clean_line(text),
        "frage-essen": text,
    }
    answer = client.post(FORM, data=form)
    assert answer.status_code in {303, 422}, (answer.status_code, text)
    if answer.status_code == 422:
        # Nothing in it can be seen, or no letter: said beside the field, with what was typed.
        assert not any(c.isalpha() for c in clean_line(text)) or len(clean_line(text)) > 200, text
        return None
    return client.get(answer.location).text


def test_three_hundred_guests_are_text_and_nothing_else(site: Flask) -> None:
    """On their ticket, in the list, the tables and the PDF of the desk."""
    tried = STRINGS[: examples(len(STRINGS)) * 12]
    client = site.test_client()
    token = token_in(client.get(FORM).text)
    plain = sign_up(client, token, "Anna", 9999)
    assert plain
    expected = structure_of(plain)
    count = 1
    for number, text in enumerate(tried):
        page = sign_up(client, token, text, number)
        if page is None:
            continue
        count += 1
        assert structure_of(page) == expected, text
    assert count > len(tried) * 0.8
    with site.app_context():
        who = organiser("coordination")
        rows = db.session().execute(select(Registration.email, Registration.name))
        kept = {row[0]: row[1] for row in rows}
    for number, text in enumerate(tried):
        if f"gast{number}@example.org" in kept:
            assert kept[f"gast{number}@example.org"] == clean_line(text)
    karla = sign_in(site.test_client(), who)
    _look_at_the_desk(karla, count)


def _look_at_the_desk(karla: FlaskClient, count: int) -> None:
    desk = "/verwaltung/veranstaltung/fest"
    seen = {
        (tag, *attributes)
        for page in range(1, 5)
        for tag, *attributes in structure_of(karla.get(f"{desk}/anmeldungen/?seite={page}").text)
    }
    assert not any(part[0] in {"img", "object", "iframe", "comment", "pi"} for part in seen)
    assert not any(str(name).startswith("on") for part in seen for name in part[1:])
    table = karla.get(f"{desk}/anmeldungen.csv").data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(table), delimiter=";"))
    rows = rows if len(rows[0]) > 3 else list(csv.reader(io.StringIO(table)))
    assert len(rows) == count + 1
    assert len({len(row) for row in rows}) == 1, "nobody adds a column"
    dangerous = [
        cell
        for row in rows[1:]
        for cell in row
        if cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    ]
    assert [cell for cell in dangerous if not cell.lstrip("+-").isdigit()] == []
    with karla.get(f"{desk}/anmeldungen.xlsx") as answer:
        book = load_workbook(io.BytesIO(answer.data))
    cells = [cell for row in book.active.iter_rows() for cell in row]  # type: ignore[union-attr]
    assert not any(cell.data_type == "f" or cell.hyperlink for cell in cells)
    reader = PdfReader(io.BytesIO(karla.get(f"{desk}/teilnahmeliste.pdf").data))
    text = "".join(page.extract_text() for page in reader.pages)
    assert "alert" in text
    assert "root:" not in text, "no file of the machine"
    assert float(reader.pages[0].mediabox.width) > 500


def test_letters_have_one_subject_and_no_header_more(site: Flask) -> None:
    client = site.test_client()
    token = token_in(client.get(FORM).text)
    assert sign_up(client, token, "Anna", 9999)
    for number, text in enumerate(BASE):
        sign_up(client, token, text, number)
    with site.app_context():
        letters = list(db.session().scalars(select(Letter).order_by(Letter.id)))
        for text in BASE:
            message = Message("accessibility", clean_line(text) or "-", None, text, None, "1", "de")
            with db.write() as session:
                feedback.give(session, message, at(NOW), link=new_link(), office="amt@example.org")
        notices = list(db.session().scalars(select(Letter).where(Letter.kind == "feedback_notice")))
        benign = _headers(compose(letters[0]).as_bytes())
        for letter in letters[1:]:
            assert _headers(compose(letter).as_bytes()) == benign, letter.facts["name"]
        # Half of them say the same as the rest.
        for letter in notices[::2]:
            raw = compose(letter).as_bytes()
            assert "Bcc" not in _headers(raw)
            assert "X-Injected" not in _headers(raw)


def _headers(raw: bytes) -> list[str]:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert message["To"].addresses[0].addr_spec.endswith("@example.org")
    assert len(message["To"].addresses) == 1
    html = message.get_body(("html",))
    assert html is not None
    page = html.get_content()
    assert not any(part[0] in {"script", "svg", "comment"} for part in structure_of(page))
    # The code to show at the door comes with the letter; nothing is fetched.
    assert page.count("<img") == page.count('<img src="cid:code@ikw"')
    assert not any(str(n).startswith("on") for part in structure_of(page) for n in part[1:])
    return sorted(message.keys())


def test_an_event_is_text_on_its_page_in_feeds_and_in_print(site: Flask) -> None:
    with site.app_context(), db.write() as session:
        series = session.scalars(select(Event)).one().series
        for number, text in enumerate(BASE):
            line = clean_line(text) or "leer"
            session.add(
                Event(
                    key=f"boese-{number}",
                    series=series,
                    title=line[:200],
                    summary=line,
                    description=f"{line}\n\n{line}",
                    venue=Venue(key=f"ort-{number}", name=line[:200], street=line[:200]),
                    room=line[:200],
                    hosts=[Organisation(key=f"wer-{number}", name=line[:200])],
                    topics=[line[:60]],
                    date=date(2023, 9, 23),
                    start=time(18),
                    published_at=NOW,
                    created_at=NOW,
                    changed_at=NOW,
                )
            )
    client = site.test_client()
    for number, text in enumerate(BASE):
        page = client.get(f"/veranstaltung/boese-{number}/").text
        seen = structure_of(page)
        assert not any(str(n).startswith("on") for part in seen for n in part[1:]), text
        assert "alert(1)</script>" not in page, text
        assert "boese.example/x.js></script>" not in page, text
        data = page.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
        assert json.loads(data)["@type"] == "Event", text
        feed = client.get(f"/kalender/veranstaltung/boese-{number}.ics").data
        entry: Any
        (entry,) = Calendar.from_ical(feed).walk("VEVENT")
        assert "X-BOESE" not in entry
        assert "ATTENDEE" not in entry
        assert entry["SUMMARY"].replace("\n", " ").split() == (clean_line(text) or "leer").split()
    everything = Calendar.from_ical(client.get("/kalender/alle.ics").data)
    assert len(everything.walk("VEVENT")) == len(BASE) + 1
    programme = client.get("/programm/woche/").text
    assert "alert(1)</script>" not in programme
    reader = PdfReader(io.BytesIO(client.get("/programm/woche.pdf").data))
    text = "".join(page.extract_text() for page in reader.pages)
    assert "root:" not in text
    assert float(reader.pages[0].mediabox.width) > 500
    assert client.get("/kalender/neues.atom").status_code == 200


@pytest.mark.parametrize("query", BASE[::4])
def test_searching_for_it_finds_nothing_and_breaks_nothing(site: Flask, query: str) -> None:
    client = site.test_client()
    answer = client.get("/programm/woche/", query_string={"q": query, "thema": query, "ort": query})
    assert answer.status_code == 200
    assert "alert(1)</script>" not in answer.text
    assert client.get("/rueckmeldung", query_string={"seite": query}).status_code == 200


def bomb(**parts: bytes) -> bytes:
    """A workbook that holds these files, packed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name.replace("__", "/"), body)
    return packed.getvalue()


LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
    + b"".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">'.encode() for n in range(12))
    + b"]><l>&m;</l>"
)
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]><l>&x;</l>'


@pytest.mark.parametrize(
    "body",
    [
        bomb(xl__workbook_xml=b"0" * (60 * 1024 * 1024)),
        bomb(**{f"part{n}": b"" for n in range(2000)}),
        bomb(**{"[Content_Types].xml": LAUGHS, "xl/workbook.xml": LAUGHS}),
        bomb(**{"[Content_Types].xml": OUTSIDE, "xl/workbook.xml": OUTSIDE}),
        bomb(**{"../../evil": b"x"}),
        b"PK\x03\x04" + b"\0" * 1000,
        b"",
    ],
    ids=["large", "many", "laughs", "outside", "above", "torn", "empty"],
)
def test_a_workbook_that_is_a_bomb_is_refused(site: Flask, body: bytes) -> None:
    with site.test_request_context(), pytest.raises(NoSheet):
        read_sheet(body)


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "[" * 100_000,
        "x = " + "{a=" * 5_000,
        ".".join(["a"] * 5_000) + " = 1",
        "[[" + "a." * 20_000 + "b]]",
        "example = true\n" * 10_000,
        'x = "' + "a" * 1_000_000,
    ],
    ids=["lists", "tables", "keys", "heads", "twice", "open"],
)
def test_a_programme_file_that_is_too_deep_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(FaultyProgramme) as refused:
        parse(text)
    assert all(len(fault) < 2_000_000 for fault in refused.value.faults)
