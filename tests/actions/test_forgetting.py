"""Personal data ends on the day that was told, and a headcount remains."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from ikw import db
from ikw.actions.forgetting import forget
from ikw.model import Letter, LogEntry, Registration
from tests.actions.cast import ANNA, BEN, sign_up
from tests.conftest import make_event


@pytest.mark.usefixtures("app")
def test_anna_s_details_are_gone_on_the_day_she_was_told() -> None:
    event = make_event(capacity=3)
    sign_up(event, ANNA, 3)
    last = event.starts_at + timedelta(days=27)
    with db.write() as session:
        assert forget(session, keep_days=28, now=last) == 0
    assert event.forget_on(28) == (last + timedelta(days=1)).date()
    with db.write() as session:
        assert forget(session, keep_days=28, now=last + timedelta(days=1)) == 1
    session = db.session()
    session.rollback()
    assert session.scalars(select(Registration)).all() == []
    assert session.scalars(select(Letter)).all() == []
    assert (event.people_counted, event.parties_counted) == (3, 1)
    assert {entry.registration_id for entry in session.scalars(select(LogEntry))} == {None}


def test_what_is_deleted_is_not_in_the_file_either(app: Flask, sqlite_url: str) -> None:
    event = make_event()
    sign_up(event, ANNA)
    sign_up(make_event("tanz", date=event.date + timedelta(days=99)), BEN)
    with db.write() as session:
        forget(session, keep_days=28, now=event.starts_at + timedelta(days=40))
    db.session().rollback()
    with app.extensions["ikw.engine"].connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    content = Path(sqlite_url.removeprefix("sqlite:///")).read_bytes()
    assert b"ben@example.org" in content
    assert b"anna@example.org" not in content
