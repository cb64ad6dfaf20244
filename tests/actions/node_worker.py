"""One of two nodes: people come and go while the desk changes the number of places, or the door.

Usage: python -m tests.actions.node_worker DATABASE_URL EVENT_ID SEED places|door
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable
from datetime import timedelta
from threading import Thread

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from ikw import create_app, db
from ikw.actions.event.sign_up import set_places
from ikw.actions.links import Link, new_seed
from ikw.actions.registration import cancel as registration_cancel
from ikw.actions.registration.change import change_places
from ikw.actions.registration.check_in import check_in, count_walk_ins, undo_check_in
from ikw.actions.registration.party import Contact, NotEnoughPlaces, Party, SignUpClosed
from ikw.actions.registration.register import register
from ikw.model import Registration
from tests.actions.cast import at
from tests.conftest import NOW

#: Between how many places the desk changes its mind.
FEWEST, MOST = 10, 40

Turn = Callable[[Session, int, random.Random], None]


def _link() -> Link:
    return Link.from_seed(new_seed(), "key")


def sign_up(session: Session, event_id: int, draw: random.Random) -> None:
    """Come with one to four people, and wait if there is no room."""
    party = Party(Contact("Gast", f"{draw.random()}@example.org"), draw.randint(1, 4))
    register(session, event_id, party, at(NOW), link=_link(), calendar_link=_link(), may_wait=True)


def _somebody(session: Session, event_id: int, draw: random.Random) -> Registration | None:
    there = select(Registration.id).where(
        Registration.event_id == event_id, Registration.cancelled_at.is_(None)
    )
    ids = session.scalars(there).all()
    return session.get(Registration, draw.choice(ids)) if ids else None


def cancel(session: Session, event_id: int, draw: random.Random) -> None:
    """Give the places of a party back."""
    if party := _somebody(session, event_id, draw):
        registration_cancel.cancel(session, party, at(NOW))


def change(session: Session, event_id: int, draw: random.Random) -> None:
    """Ask for more or fewer places."""
    if party := _somebody(session, event_id, draw):
        change_places(session, party, draw.randint(1, 4), [], at(NOW), may_wait=True)


def resize(session: Session, event_id: int, draw: random.Random) -> None:
    """Set another number of places."""
    set_places(session, event_id, draw.randint(FEWEST, MOST), 0, at(NOW, by="Desk"))


def play(app: Flask, event_id: int, seed: str, rounds: int, turns: list[Turn]) -> None:
    """Do one thing after the other, whatever the others do."""
    draw = random.Random(seed)
    with app.app_context():
        for _ in range(rounds):
            try:
                with db.write() as session:
                    draw.choice(turns)(session, event_id, draw)
            except (NotEnoughPlaces, SignUpClosed):
                pass


def keep_the_door(app: Flask, event_id: int, acts: list[dict[str, object]]) -> None:
    """Deliver what one telephone noted, in its order; the other node gets the same once more."""
    with app.app_context():
        for act in acts:
            moment = NOW + timedelta(seconds=int(str(act["at"])))
            key = str(act["key"])
            with db.write() as session:
                if act["what"] == "walk-in":
                    count_walk_ins(session, event_id, 1, at(moment, by="d"), key=key)
                    continue
                party = session.get_one(Registration, act["party"])
                if act["what"] == "in":
                    arrived = int(str(act["arrived"]))
                    check_in(session, party, arrived, at(moment, by="d"), key=key)
                else:
                    undo_check_in(session, party, at(moment, by="d"), key=key)


def main(url: str, event_id: str, seed: str, what: str) -> None:
    """Run one node."""
    settings = {"IKW_DATABASE_URL": url, "IKW_NOW": NOW.isoformat()}
    app = create_app(settings, with_pages=False)
    number = int(event_id)
    if what == "door":
        acts = json.load(sys.stdin)
        telephones = {str(act["key"]).partition(".")[0] for act in acts}
        threads = [
            Thread(
                target=keep_the_door,
                args=(app, number, [a for a in acts if a["key"].startswith(f"{telephone}.")]),
            )
            for telephone in telephones
        ]
    else:
        people: list[Turn] = [sign_up, sign_up, cancel, change]
        threads = [
            Thread(target=play, args=(app, number, f"{seed} {n}", 12, people)) for n in range(5)
        ]
        threads.append(Thread(target=play, args=(app, number, f"{seed} desk", 12, [resize])))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main(*sys.argv[1:])
