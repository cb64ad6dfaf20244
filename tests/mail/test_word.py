"""Letters hold in Outlook, which sets them with Word."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time

import pytest
from flask import Flask
from sqlalchemy import select

from ikw import db
from ikw.actions.event import plan
from ikw.mail.compose import compose
from ikw.model import Letter
from ikw.model.letter_kinds import LetterKind
from tests.actions.cast import ANNA, BEN, at, sign_up
from tests.conftest import NOW, MakeApp, make_event, make_venue
from tests.mail.word import Cells, as_word_reads


@pytest.fixture(autouse=True)
def app(make_app: MakeApp, sqlite_url: str) -> Iterator[Flask]:
    app = make_app(sqlite_url, IKW_BASE_URL="https://ikw.example.org")
    with app.app_context():
        yield app


def letters(language: str) -> dict[LetterKind, str]:
    """Return the HTML of a confirmation, a place in the queue, and news, as Word reads them."""
    event = make_event(venue=make_venue(), end=time(20), capacity=1, has_waiting_list=True)
    for contact in (ANNA, BEN):
        sign_up(event, contact, language=language)
    with db.write() as session:
        plan.move(session, event.id, event.date, time(19), time(21), at(NOW, by="Desk"))
    found = db.session().scalars(select(Letter).order_by(Letter.id))
    return {letter.kind: as_word_reads(str(compose(letter).html)) for letter in found}


@pytest.mark.parametrize(("language", "side"), [("de", "left"), ("ar", "right"), ("fa", "right")])
def test_all_words_stand_on_the_side_where_one_begins_to_read(language: str, side: str) -> None:
    for kind, html in letters(language).items():
        cells = Cells()
        cells.feed(html)
        assert len(cells.texts) > 8
        for text, around in cells.texts:
            sides = [cell["align"] for cell in around if "align" in cell]
            assert sides[-1] == side, (kind, text)


@pytest.mark.parametrize("language", ["de", "ar"])
def test_buttons_are_cells_with_a_ground_and_room(language: str) -> None:
    for kind, html in letters(language).items():
        cells = Cells()
        cells.feed(html)
        buttons = [(link, cell) for link, cell in cells.links if "bgcolor" in cell]
        assert buttons, kind
        for link, cell in buttons:
            assert "padding:14px 22px" in (cell["style"] or ""), link
            assert cell["bgcolor"] in {"#8a2c1c", "#ffffff"}


def test_a_letter_is_as_wide_as_a_letter_and_made_of_tables_alone() -> None:
    for html in letters("de").values():
        assert '<table role="presentation" align="center" width="560"' in html
        cells = Cells()
        cells.feed(html)
        assert not {"div", "svg", "style", "link"} & cells.elements
        assert "max-width" not in html, "this is how Word reads it"
