"""Two nodes on one database: the waiting list and the door come out right, whoever is faster."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
from typing import Any

import pytest
from sqlalchemy import select, text

from ikw import db
from ikw.actions.event.sign_up import set_places
from ikw.actions.registration.check_in import parties_at_the_door
from ikw.actions.registration.party import Contact
from ikw.db import connect
from ikw.model import DoorAct, Event, LogEntry, Registration
from tests.actions.cast import at, sign_up
from tests.actions.node_worker import MOST
from tests.conftest import NOW, MakeApp, make_event

pytestmark = pytest.mark.system


def run_nodes(url: str, event_id: int, what: str, said: str = "") -> None:
    """Run two nodes until both have done all."""
    command = [sys.executable, "-m", "tests.actions.node_worker", url, str(event_id)]
    nodes = [
        subprocess.Popen(
            [*command, seed, what], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for seed in ("1", "2")
    ]
    errors: list[str] = []

    def wait(node: subprocess.Popen[str]) -> None:
        errors.append(node.communicate(said, timeout=120)[1])

    readers = [threading.Thread(target=wait, args=(node,)) for node in nodes]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert [node.returncode for node in nodes] == [0, 0], errors
    assert not any("Traceback" in error for error in errors), errors


def test_moving_up_comes_out_right_while_everything_changes(
    make_app: MakeApp, database_url: str
) -> None:
    """Sign-ups, cancellations, changes and another number of places, at once on two nodes."""
    app = make_app(database_url)
    with app.app_context():
        event_id = make_event(capacity=MOST // 2, has_waiting_list=True).id
        db.session().close()
    stop, seen = threading.Event(), []
    engine = connect(database_url)

    def watch() -> None:
        # One statement, so that it sees one moment.
        held = text(
            "SELECT e.taken, coalesce(sum(r.seats), 0) FROM event e"
            " LEFT JOIN registration r ON r.event_id = e.id GROUP BY e.taken"
        )
        while not stop.wait(0.02):
            with engine.connect() as connection:
                seen.append(tuple(connection.execute(held).one()))

    watcher = threading.Thread(target=watch)
    watcher.start()
    run_nodes(database_url, event_id, "places")
    stop.set()
    watcher.join()
    engine.dispose()
    assert all(taken == seats <= MOST for taken, seats in seen), seen
    with app.app_context():
        with db.write() as session:
            set_places(session, event_id, MOST, 0, at(NOW, by="Desk"))
        event = db.session().get_one(Event, event_id, populate_existing=True)
        rows = db.session().scalars(select(Registration)).all()
        waiting = [row for row in rows if row.queued_at is not None]
        assert event.taken == sum(row.seats for row in rows) <= MOST
        assert not any(event.fits(row.missing) for row in waiting), "nobody waits who would fit"
        assert all(row.seats == 0 for row in rows if row.is_cancelled)
        moved = db.session().scalars(select(LogEntry).where(LogEntry.verb == "move up")).all()
        assert moved, "the list moved up at all"
        assert all(entry.new["seats"] == entry.new["places"] for entry in moved), "whole parties"


def acts_at_the_door(parties: list[tuple[int, int]]) -> list[dict[str, Any]]:
    """What two telephones noted of parties (their ids and seats) in the course of an evening."""
    draw, acts = random.Random(3), []
    for number in range(120):
        party, seats = draw.choice(parties)
        what = draw.choice(["in", "in", "out", "walk-in"])
        key = f"telephone{number % 3}.{number:06}"
        arrived = draw.randint(1, seats)
        acts.append({"what": what, "party": party, "arrived": arrived, "at": number, "key": key})
    return acts


def test_the_door_comes_out_right_on_two_nodes(make_app: MakeApp, database_url: str) -> None:
    """Three telephones; both nodes get everything, as what had no answer is sent again."""
    app = make_app(database_url)
    with app.app_context():
        event = make_event()
        made = [sign_up(event, Contact(f"G{n}", f"g{n}@example.org"), 1 + n % 4) for n in range(12)]
        parties = [(one.id, one.seats) for one in made]
        event_id = event.id
        db.session().close()
    acts = acts_at_the_door(parties)
    run_nodes(database_url, event_id, "door", json.dumps(acts))
    expected = {number: 0 for number, _seats in parties}
    for act in acts:
        if act["what"] != "walk-in":
            expected[act["party"]] = act["arrived"] if act["what"] == "in" else 0
    with app.app_context():
        rows = db.session().scalars(select(Registration)).all()
        assert {row.id: row.arrived for row in rows} == expected
        event = db.session().get_one(Event, event_id)
        assert event.walked_in == sum(act["what"] == "walk-in" for act in acts)
        assert len(db.session().scalars(select(DoorAct)).all()) == len(acts), "each noted once"
        arrived = sum(row.arrived for row in parties_at_the_door(db.session(), event))
        assert arrived == sum(expected.values())
