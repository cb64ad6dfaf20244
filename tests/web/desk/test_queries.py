"""Pages of the desk ask the database a few questions, however many people have signed up."""

from __future__ import annotations

from datetime import time

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event as listening
from sqlalchemy import select

from ikw import db
from ikw.actions.organiser.accounts import add_organiser
from ikw.model import Letter, Organisation, Plan, Registration
from ikw.model.roles import Role
from tests.actions.cast import at
from tests.conftest import NOW, MakeApp, make_event, make_venue
from tests.web.desk.desk import organiser, sign_in

EVENT = "/verwaltung/veranstaltung/gross/"

PAGES = [
    "/verwaltung/",
    "/verwaltung/veranstaltungen/",
    "/verwaltung/kalender/",
    "/verwaltung/postausgang/",
    "/verwaltung/anrufe/",
    "/verwaltung/protokoll/",
    "/verwaltung/zahlen/woche/",
    "/verwaltung/konten/",
    "/verwaltung/einlass/gross/",
    EVENT,
    f"{EVENT}bearbeiten",
    f"{EVENT}anmeldungen/",
    f"{EVENT}anmeldungen/?nach=name&q=Gast",
    f"{EVENT}anmeldungen/?nur=waiting",
    f"{EVENT}anmeldungen/1/",
    f"{EVENT}nachricht",
    f"{EVENT}aufgaben",
]


def store_crowd(parties: int) -> None:
    """Store an event with so many parties, the last ten of them waiting."""
    crowd = make_event("gross", capacity=parties - 10, has_waiting_list=True)
    with db.write() as session:
        for number in range(parties):
            seats = 1 if number < parties - 10 else 0
            session.add(
                Registration(
                    event=crowd,
                    made_by=f"m{number}",
                    link_hash=f"h{number}",
                    link_seed="seed",
                    code=f"{number:07}",
                    name=f"Gast Nummer{number}",
                    email=f"gast{number}@example.org",
                    needed=["wheelchair"] if number % 50 == 0 else [],
                    places=1,
                    seats=seats,
                    created_at=NOW,
                    queued_at=None if seats else NOW,
                )
            )
        crowd.taken = parties - 10


def store_bad_day(number: int) -> None:
    """Store so many events at places of their own, clubs with an account, and failed letters."""
    with db.write() as session:
        parties = session.scalars(select(Registration).limit(number)).all()
        for n, party in enumerate(parties):
            club = Organisation(key=f"verein-{n}", name=f"Verein {n}")
            session.add(
                Letter(
                    party=party,
                    kind="event_changed",
                    to=party.email,
                    language="de",
                    facts={
                        "seed": "seed",
                        "name": party.name,
                        "companions": [],
                        "places": 1,
                        "seats": 1,
                        "before": Plan.of(party.event).facts(),
                        "held_at": NOW.isoformat(),
                    },
                    created_at=NOW,
                    failed_at=NOW,
                    failure="550",
                )
            )
            add_organiser(
                session, f"V{n}", f"v{n}@example.org", Role.CLUB, at(NOW, by="x"), organisation=club
            )
        # So that there is something to tell.
        parties[0].event.start = time(20)
    for n in range(number):
        make_event(f"klein-{n}", venue=make_venue(key=f"ort-{n}", name=f"Ort {n}"))


@pytest.fixture
def karla(make_app: MakeApp, sqlite_url: str) -> FlaskClient:
    app = make_app(sqlite_url)
    with app.app_context():
        store_crowd(300)
        store_bad_day(20)
        who = organiser("coordination")
    return sign_in(app.test_client(), who)


def test_karla_waits_for_no_page_because_of_many_questions(karla: FlaskClient) -> None:
    asked: list[str] = []
    # The settings are read once, whichever page comes first.
    karla.get("/verwaltung/konto/")
    engine = karla.application.extensions["ikw.engine"]
    listening.listen(
        engine, "before_cursor_execute", lambda *call: asked.append(call[2]), named=False
    )
    counts = {}
    for path in PAGES:
        asked.clear()
        assert karla.get(path).status_code == 200, path
        counts[path] = len(asked)
    assert max(counts.values()) <= 12, counts
