"""Whoever watches the site learns that it is alive, and whether it can do its work."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text, update

from ikw import clock, config, db
from ikw.actions.heartbeat import beat
from ikw.model import Letter
from ikw.web import health
from tests.actions.cast import ANNA, sign_up
from tests.conftest import MakeApp, make_event


@pytest.fixture
def app(make_app: MakeApp, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Flask:
    monkeypatch.setattr(health, "_wrote_at", float("-inf"))
    app = make_app(database_url, MAIL_SERVER="127.0.0.1")
    with app.app_context(), db.write() as session:
        beat(session, "deliver", now=clock.real())
    return app


def asked(app: Flask) -> tuple[int, str]:
    client: FlaskClient = app.test_client()
    assert client.get("/healthz").text == "ok\n", "alive all the while"
    answer = client.get("/readyz")
    assert "no-store" in answer.headers["Cache-Control"]
    return answer.status_code, answer.text


def test_all_is_well(app: Flask) -> None:
    assert asked(app) == (200, "ok\n")


def test_delivery_that_was_not_seen_is_missed(app: Flask) -> None:
    with app.app_context(), db.write() as session:
        beat(session, "deliver", now=clock.real() - timedelta(minutes=3))
    assert asked(app) == (503, "delivery was not seen\n")


def test_letters_that_wait_too_long_are_told(app: Flask) -> None:
    with app.app_context():
        sign_up(make_event(), ANNA)
    assert asked(app)[0] == 200
    with app.app_context(), db.write() as session:
        session.execute(update(Letter).values(next_try_at=clock.real() - timedelta(minutes=20)))
    assert asked(app) == (503, "letters wait\n")


def test_a_database_that_is_none_of_ours_is_told(app: Flask) -> None:
    with app.app_context(), db.write() as session:
        session.execute(text("DROP TABLE heartbeat"))
    status, said = asked(app)
    assert status == 503
    assert "cannot write to the database" in said


def test_a_disk_that_is_nearly_full_is_told(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "LEAST_DISK", 10**18)
    assert asked(app) == (503, "the disk is nearly full\n")
