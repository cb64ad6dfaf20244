"""The programme as PDF, and the pictures of events."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader

from ikw import db
from ikw.programmes import store, translations
from ikw.programmes.file import parse
from tests.actions.cast import at
from tests.conftest import NOW, make_event, make_venue

# Typst runs in a process of its own.
pytestmark = pytest.mark.system

PROGRAMMES = Path("ikw/programmes")


@pytest.fixture
def rheine(client: FlaskClient) -> FlaskClient:
    with client.application.app_context(), db.write() as session:
        store.load(session, parse((PROGRAMMES / "rheine-2023.toml").read_text("utf-8")), at(NOW))
        for code in ("uk", "ar"):
            file = PROGRAMMES / "rheine-2023" / f"{code}.po"
            translations.store(session, translations.parse(file.read_bytes()))
    return client


def pdf_of(client: FlaskClient, path: str) -> PdfReader:
    answer = client.get(path)
    assert answer.content_type == "application/pdf"
    return PdfReader(BytesIO(answer.data))


def text_of(pdf: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in pdf.pages).split())


def test_the_programme_can_be_printed(rheine: FlaskClient) -> None:
    pdf = pdf_of(rheine, "/programm/ikw-2023.pdf")
    text = text_of(pdf)
    for part in (
        "#NeueRäume",
        "Montag, 13. Februar 2023",
        "18:00 Uhr",
        "Infoabend zur Interkulturellen Woche",
        "Mittelstraße 51",
        "05971 939-0",
    ):
        assert part in text, part


@pytest.mark.parametrize(("prefix", "language"), [("", "de"), ("/uk", "uk"), ("/ar", "ar")])
def test_a_pdf_is_tagged_and_names_its_language(
    rheine: FlaskClient, prefix: str, language: str
) -> None:
    pdf = pdf_of(rheine, f"{prefix}/programm/ikw-2023.pdf")
    root: Any = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == language
    assert pdf.metadata
    assert pdf.metadata.title


def test_a_pdf_is_in_the_readers_language(rheine: FlaskClient) -> None:
    text = text_of(pdf_of(rheine, "/uk/programm/ikw-2023.pdf"))
    assert "Міжкультурний тиждень" in text
    assert "понеділок, 13 лютого 2023" in text


def test_what_is_called_off_says_so_in_print(client: FlaskClient) -> None:
    with client.application.app_context():
        make_event("aus", called_off_at=NOW, venue=make_venue())
        make_event('boese "#eval(1)', title='#panic("x") $a$ \\ <b> *fett*', venue=None)
    text = text_of(pdf_of(client, "/programm/woche.pdf"))
    assert "Abgesagt: Fest der Räume" in text
    # A title is a text, never a command to the typesetter.
    assert '#panic("x") $a$ \\ <b> *fett*' in text


@pytest.mark.parametrize("path", ["", "/ar", "/uk"])
def test_every_event_has_a_picture_for_messengers(rheine: FlaskClient, path: str) -> None:
    answer = rheine.get(f"{path}/veranstaltung/infoabend/bild.png")
    assert answer.content_type == "image/png"
    assert answer.data.startswith(b"\x89PNG")
    width, height = answer.data[16:20], answer.data[20:24]
    assert (int.from_bytes(width), int.from_bytes(height)) == (1200, 630)
    assert len(answer.data) < 200_000
    page = rheine.get(f"{path}/veranstaltung/infoabend/").text
    address = f"http://127.0.0.1:8000{path}/veranstaltung/infoabend/bild.png"
    assert f'<meta property="og:image" content="{address}">' in page
