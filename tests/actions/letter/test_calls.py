"""Who has no e-mail is called once for an event, with all there is to say, until reached."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from ikw import clock, db
from ikw.actions.event import plan
from ikw.actions.letter.calls import Call, calls_to_make
from ikw.model import Event, Letter
from tests.actions.cast import BEN, DILAN, at, sign_up
from tests.conftest import NOW, MakeApp, make_event
from tests.web.desk.desk import organiser, sign_in
from tests.web.forms import token_in

LIST = "/verwaltung/anrufe/"


@pytest.fixture(autouse=True)
def app(make_app: MakeApp, database_url: str) -> Iterator[Flask]:
    app = make_app(database_url)
    with app.app_context():
        yield app


def calls() -> list[Call]:
    db.session().rollback()
    later = clock.real() + timedelta(hours=1)
    return calls_to_make(db.session(), now=NOW, real=later)


def move_and_call_off(event: Event) -> None:
    with db.write() as session:
        plan.announce_time(session, event.id, NOW.time(), None, at(NOW, by="x"))
    with db.write() as session:
        # This call was made out already, so that the next news are another one.
        session.execute(update(Letter).values(next_try_at=clock.real(), tries=1))
    with db.write() as session:
        plan.call_off(session, event.id, "Sturm", at(NOW, by="x"))
        session.execute(update(Letter).values(next_try_at=clock.real()))


def test_dilan_is_called_once_with_what_is_true_in_the_end(app: Flask) -> None:
    event = make_event(start=None)
    other = make_event("lesung", start=None)
    for one in (event, other):
        sign_up(one, DILAN)
    sign_up(event, BEN)
    move_and_call_off(event)
    move_and_call_off(other)
    assert [call.latest.party and call.latest.party.event.key for call in calls()] == [
        "fest",
        "lesung",
    ]
    client = sign_in(app.test_client(), organiser("coordination"))
    page = client.get(LIST).text
    assert page.count("<section") == 2
    assert page.count("Sturm") == 2


def test_nobody_answered_and_what_is_to_be_tried_is_noted(app: Flask) -> None:
    event, other = make_event(start=None), make_event("lesung", start=None)
    sign_up(event, DILAN)
    sign_up(other, DILAN)
    move_and_call_off(event)
    move_and_call_off(other)
    client = sign_in(app.test_client(), organiser("coordination"))
    first = calls()[0]
    token = token_in(client.get(LIST).text)
    data = {"form_token": token, "note": "ab 17 Uhr noch einmal"}
    assert client.post(f"{LIST}{first.latest.id}/nicht-erreicht", data=data).status_code == 303
    page = client.get(LIST).text
    assert "ab 17 Uhr noch einmal" in page
    # Whom nobody has tried yet is first.
    assert [call.tried_at is not None for call in calls()] == [False, True]
    data = {"form_token": token}
    assert client.post(f"{LIST}{first.latest.id}/erreicht", data=data).status_code == 303
    (left,) = calls()
    assert left.latest.registration.event.key == "lesung"
    db.session().rollback()
    told = select(Letter).where(Letter.reached_at.is_not(None))
    settled = {letter.id for letter in db.session().scalars(told)}
    assert settled == {letter.id for letter in first.settled}
    # Pressed in a second window, it is no longer there.
    assert client.post(f"{LIST}{first.latest.id}/erreicht", data=data).status_code == 404
