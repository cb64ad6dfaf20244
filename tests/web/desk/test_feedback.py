"""What waits for the coordination: messages about the site, and texts to be translated."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import NOW, make_event
from tests.web.desk.browser import open_browser
from tests.web.desk.desk import organiser, sign_in


@pytest.fixture
def karla(app: Flask) -> FlaskClient:
    return sign_in(open_browser(app), organiser("coordination"))


def test_texts_without_a_translation_are_named_by_their_event(karla: FlaskClient) -> None:
    make_event(title="Fest der Räume")
    make_event("alt", title="Im Papierkorb", deleted_at=NOW, date=date(2023, 9, 24))
    page = karla.get("/verwaltung/uebersetzungen/").text
    assert '<a class="standalone" href="/verwaltung/veranstaltung/fest/bearbeiten">' in page
    assert "Fest der Räume" in page
    assert "Im Papierkorb" not in page
