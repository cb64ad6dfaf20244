"""A program signs up again and again; Karla sees it, and cancels what is ticked at once."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from ikw import db
from ikw.actions.registration import bursts
from ikw.actions.registration.bursts import MANY
from ikw.actions.registration.party import Contact, Party
from ikw.actions.registration.register import register
from ikw.model import Event, LogEntry, Registration
from tests.actions.cast import at, new_link
from tests.conftest import NOW, MakeApp, make_event
from tests.web.desk.desk import organiser, sign_in
from tests.web.forms import token_in

LIST = "/verwaltung/veranstaltung/fest/anmeldungen/"


def come(event: Event, name: str, network: str | None, seconds: float) -> int:
    with db.write() as session:
        made = register(
            session,
            event.id,
            Party(Contact(name, f"{name.lower()}@example.org")),
            at(NOW + timedelta(seconds=seconds)),
            link=new_link(),
            calendar_link=new_link(),
            may_wait=True,
            network=network,
        )
    return made.id


def furnish(app: Flask) -> None:
    """Eight from one network within seconds; a family and the rest of the town beside them."""
    with app.app_context():
        event = make_event(capacity=10, has_waiting_list=True)
        for number in range(8):
            come(event, f"Robot{number}", "flood", number * 2)
        for number in range(3):
            come(event, f"Familie{number}", "library", number)
        for number in range(MANY):
            come(event, f"Langsam{number}", "slow", number * 61)
        for number in range(MANY):
            come(event, f"Telefon{number}", None, number)


def names_at(client: FlaskClient, query: str = "") -> set[str]:
    page = client.get(LIST + query).text
    with client.application.app_context():
        names = db.session().scalars(select(Registration.name)).all()
    return {name for name in names if f"<bdi>{name}</bdi></a></th>" in page}


def test_karla_sees_the_flood_and_cancels_it_but_for_one_who_is_real(
    make_app: MakeApp, sqlite_url: str
) -> None:
    app = make_app(sqlite_url)
    furnish(app)
    with app.app_context():
        who = organiser("coordination")
    karla = sign_in(app.test_client(), who)
    assert "8 Anmeldungen kamen innerhalb einer Minute aus einem Netz" in karla.get(LIST).text
    assert names_at(karla, "?nur=burst") == {f"Robot{n}" for n in range(8)}
    with app.app_context():
        parties = {
            row[0]: row[1]
            for row in db.session().execute(select(Registration.name, Registration.id))
        }
    form = {
        "form_token": token_in(karla.get(f"{LIST}?nur=burst").text),
        "party": [str(parties[f"Robot{n}"]) for n in range(7)],
    }
    answer = karla.post(f"{LIST}absagen", data=form)
    assert answer.status_code == 303
    assert "7 Anmeldungen sind abgesagt." in karla.get(answer.location).text
    assert not names_at(karla) & {f"Robot{n}" for n in range(7)}
    assert "Robot7" in names_at(karla)
    with app.app_context():
        event = db.session().scalars(select(Event)).one()
        seats = sum(db.session().scalars(select(Registration.seats)))
        assert event.taken == seats == 10, "those who waited moved up"
        by = select(LogEntry.actor).where(LogEntry.verb == "cancel")
        assert set(db.session().scalars(by)) == {"organiser 1"}


def test_nobody_ticked_cancels_nobody(make_app: MakeApp, sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    furnish(app)
    with app.app_context():
        who = organiser("coordination")
    karla = sign_in(app.test_client(), who)
    token = token_in(karla.get(f"{LIST}?nur=burst").text)
    for party in ([], ["999999"], ["-1"], ["x"]):
        answer = karla.post(f"{LIST}absagen", data={"form_token": token, "party": party})
        assert answer.status_code == 303
    with app.app_context():
        cancelled = select(Registration).where(Registration.cancelled_at.is_not(None))
        assert db.session().scalars(cancelled).all() == []


def test_a_party_of_another_event_cannot_be_cancelled_that_way(
    make_app: MakeApp, sqlite_url: str
) -> None:
    app = make_app(sqlite_url)
    with app.app_context():
        event, other = make_event(), make_event("tanz")
        anna = come(other, "Anna", None, 0)
        with db.write() as session:
            assert bursts.cancel_all(session, event, [anna], at(NOW, by="organiser 1")) == 0
        assert not db.session().get_one(Registration, anna).is_cancelled
