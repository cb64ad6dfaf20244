"""What is written is written whole or not at all, and nowhere else than in write()."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from ikw import db
from ikw.model import Event
from tests.conftest import MakeApp, make_event


@pytest.fixture
def app(make_app: MakeApp, database_url: str) -> Flask:
    app = make_app(database_url)
    with app.app_context():
        make_event("fest", title="Fest")
    return app


def title_as_stored(app: Flask) -> str:
    with app.app_context():
        title = db.session().scalar(select(Event.title).where(Event.key == "fest"))
    assert title is not None
    return title


def change_title(title: str) -> None:
    """Change it, and fail before the end."""
    with db.write() as session:
        session.scalars(select(Event)).one().title = title
        session.flush()
        raise LookupError


def test_what_fails_on_its_way_leaves_nothing(app: Flask) -> None:
    with app.app_context():
        # A page has read before it writes, and so has used the connection otherwise.
        assert db.session().scalar(select(Event.title)) == "Fest"
        with pytest.raises(LookupError):
            change_title("Halb fertig")
    assert title_as_stored(app) == "Fest"


def test_a_page_that_only_reads_cannot_change_anything_by_mistake(app: Flask) -> None:
    with app.app_context():
        db.session().scalars(select(Event)).one().title = "Aus Versehen"
        with pytest.raises(RuntimeError, match="inside write"):
            db.session().scalars(select(Event)).one()
    assert title_as_stored(app) == "Fest"
