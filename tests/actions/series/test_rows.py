"""Venues, hosts and series that nothing names any more can go; all others stay."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from ikw import db
from ikw.actions.organiser.accounts import add_organiser
from ikw.actions.series import rows
from ikw.actions.series.rows import InUse
from ikw.model import Event, LogEntry, Organisation, Series, Source, Venue
from ikw.model.roles import Role
from tests.actions.cast import at
from tests.conftest import NOW, make_event

KARLA = at(NOW, by="organiser 1")


def add(model: type[Any], **values: Any) -> Any:
    with db.write() as session:
        return rows.add(session, model, values, KARLA)


def add_series() -> Any:
    return add(Series, title="Leer", first_day=date(2024, 9, 23), last_day=date(2024, 10, 3))


def host_an_event(club: Any) -> None:
    event = make_event()
    with db.write():
        event.hosts = [club]


def open_an_account(club: Any) -> None:
    with db.write() as session:
        add_organiser(
            session, "Vera", "vera@example.org", Role.CLUB, at(NOW, by="test"), organisation=club
        )


def give_money_to(series: Any) -> None:
    with db.write() as session:
        session.add(Source(series=series, name="Spende", cents=100))


NAMED: dict[str, tuple[Callable[[], Any], Callable[[Any], Any]]] = {
    "venue of an event": (lambda: add(Venue, name="Haus"), lambda one: make_event(venue=one)),
    "venue of an event before it moved": (
        lambda: add(Venue, name="Haus"),
        lambda one: make_event(former_venue=one),
    ),
    "venue of an event in the bin": (
        lambda: add(Venue, name="Haus"),
        lambda one: make_event(venue=one, deleted_at=NOW),
    ),
    "host of an event": (lambda: add(Organisation, name="Chor"), host_an_event),
    "club with an account": (lambda: add(Organisation, name="Chor"), open_an_account),
    "series with an event": (add_series, lambda one: make_event(series=one)),
    "series with money": (add_series, give_money_to),
}


@pytest.mark.parametrize("what", NAMED)
def test_what_something_names_stays(app: Flask, what: str) -> None:
    make, name = NAMED[what]
    row = make()
    model, row_id = type(row), row.id
    name(row)
    with pytest.raises(InUse), db.write() as session:
        rows.remove(session, session.get_one(model, row_id), KARLA)
    assert db.session().get(model, row_id) is not None


@pytest.mark.parametrize("what", NAMED)
def test_what_nothing_names_goes_and_the_log_says_so(app: Flask, what: str) -> None:
    make, _name = NAMED[what]
    row = make()
    model, row_id, key = type(row), row.id, row.key
    with db.write() as session:
        rows.remove(session, session.get_one(model, row_id), KARLA)
    assert db.session().get(model, row_id) is None
    entry = db.session().scalars(select(LogEntry).order_by(LogEntry.id.desc())).first()
    assert entry is not None
    assert entry.verb == f"remove {model.__tablename__}"
    assert entry.old[model.__tablename__] == key


def test_a_mistyped_host_of_an_import_goes_once_its_event_is_deleted_for_good(app: Flask) -> None:
    club = add(Organisation, name="Chro")
    host_an_event(club)
    with db.write() as session:
        session.delete(session.scalars(select(Event)).one())
    assert not rows.is_used(db.session(), db.session().get_one(Organisation, club.id))
