"""One of the processes of the race: eight people at once sign up, change and cancel.

Usage: python -m tests.actions.registration.race_worker DATABASE_URL EVENT_ID SEED [without-lock]
"""

from __future__ import annotations

import random
import sys
import time
from contextlib import nullcontext
from threading import Thread
from typing import Any

from flask import Flask

from ikw import create_app, db
from ikw.actions.links import Link, new_seed
from ikw.actions.registration import places
from ikw.actions.registration.cancel import cancel
from ikw.actions.registration.change import change_places
from ikw.actions.registration.party import Contact, NotEnoughPlaces, Party
from ikw.actions.registration.register import register
from ikw.model import Event, Registration
from tests.actions.cast import at
from tests.conftest import NOW

THREADS = 8
ROUNDS = 10


def take_the_lock_out() -> None:
    """Read and write as if nobody else did."""

    def no_lock(session: Any, event_id: int, *_options: Any) -> Event:
        event: Event = session.get_one(Event, event_id, populate_existing=True)
        time.sleep(0.002)
        return event

    vars(places)["lock"] = no_lock
    vars(db)["turn"] = lambda _bind, **_how: nullcontext()
    db._begin_sqlite = lambda connection: None


def person(app: Flask, event_id: int, draw: random.Random) -> None:
    """Sign up with a party of one to three, then perhaps change or cancel."""
    with app.app_context():
        for _ in range(ROUNDS):
            party = Party(Contact("Anna", f"{draw.random()}@example.org"), draw.randint(1, 3))
            link = Link.from_seed(new_seed(), "key")
            try:
                with db.write() as session:
                    made = register(
                        session,
                        event_id,
                        party,
                        at(NOW),
                        link=link,
                        calendar_link=Link.from_seed(new_seed(), "key"),
                        may_wait=True,
                    )
                what = draw.random()
                if what < 0.25:
                    with db.write() as session:
                        again = session.get_one(Registration, made.id)
                        cancel(session, again, at(NOW))
                elif what < 0.5:
                    with db.write() as session:
                        again = session.get_one(Registration, made.id)
                        change_places(
                            session, again, draw.randint(1, 4), [], at(NOW), may_wait=True
                        )
            except NotEnoughPlaces:
                pass


def main(url: str, event_id: str, seed: str, *options: str) -> None:
    """Let eight people loose."""
    if "without-lock" in options:
        take_the_lock_out()
    settings = {"IKW_DATABASE_URL": url, "IKW_NOW": NOW.isoformat()}
    app = create_app(settings, with_pages=False)
    people = [
        Thread(target=person, args=(app, int(event_id), random.Random(f"{seed} {n}")))
        for n in range(THREADS)
    ]
    for one in people:
        one.start()
    for one in people:
        one.join()


if __name__ == "__main__":
    main(*sys.argv[1:])
