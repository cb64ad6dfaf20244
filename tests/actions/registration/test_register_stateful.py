"""Whatever people do in whatever order, the list agrees with a model that fits on a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from ikw import db
from ikw.actions.registration import cancel as registration_cancel
from ikw.actions.registration import register as registration_register
from ikw.actions.registration.change import change_places
from ikw.actions.registration.party import Contact, NotEnoughPlaces, SignUpClosed
from ikw.model import Event, Letter, Registration
from tests.actions.cast import at, sign_up
from tests.actions.stateful import OneEvent
from tests.conftest import NOW, examples

PLACES = st.integers(1, 4)


@dataclass
class Party:
    """What the model knows of a party."""

    id: int
    places: int
    seats: int = 0
    queued: int | None = None
    cancelled: bool = False


class SignUps(OneEvent):
    """An event with a few places and a waiting list, and the model beside it."""

    parties = Bundle("parties")

    @initialize(capacity=st.integers(1, 8))
    def open(self, capacity: int) -> None:
        self.open_site(capacity)
        self.capacity = capacity
        self.known: dict[int, Party] = {}
        self.tick = 0

    # The model

    @property
    def free(self) -> int:
        return self.capacity - sum(p.seats for p in self.known.values())

    def wish(self, party: Party, places: int) -> None:
        party.places = places
        if places <= party.seats or places - party.seats <= self.free:
            party.seats, party.queued = places, None
        elif party.queued is None:
            party.queued = self.tick
        self.move_up()

    def move_up(self) -> None:
        waiting = [p for p in self.known.values() if p.queued is not None]
        for party in sorted(waiting, key=lambda p: (p.queued or 0, p.id)):
            if party.places - party.seats <= self.free:
                party.seats, party.queued = party.places, None

    def row(self, party: Party) -> Registration:
        return db.session().get_one(Registration, party.id)

    @property
    def now(self):  # type: ignore[no-untyped-def]
        self.tick += 1
        return NOW + timedelta(seconds=self.tick)

    # What people do

    @rule(target=parties, places=PLACES, may_wait=st.booleans())
    def register(self, places: int, may_wait: bool) -> Party | None:
        contact = Contact("Anna", f"anna{len(self.known)}@example.org")
        try:
            made = sign_up(self.event, contact, places, may_wait=may_wait, now=self.now)
        except NotEnoughPlaces as error:
            assert not may_wait
            assert places > self.free == error.free
            return None
        assert may_wait or places <= self.free
        party = self.known[made.id] = Party(made.id, places)
        self.wish(party, places)
        return party

    @rule(party=parties, places=PLACES, may_wait=st.booleans())
    def change(self, party: Party | None, places: int, may_wait: bool) -> None:
        if party is None:
            return
        now = self.now
        refused = (
            places > party.places and places - party.seats > self.free and not may_wait
        ) or party.cancelled
        try:
            with db.write() as session:
                change_places(session, self.row(party), places, [], at(now), may_wait=may_wait)
        except (NotEnoughPlaces, SignUpClosed):
            assert refused
            return
        assert not refused
        if places != party.places:
            self.wish(party, places)

    @rule(party=parties)
    def cancel(self, party: Party | None) -> None:
        if party is None:
            return
        with db.write() as session:
            registration_cancel.cancel(session, self.row(party), at(self.now))
        party.seats, party.queued, party.cancelled = 0, None, True
        self.move_up()

    @rule(party=parties)
    def sign_up_again(self, party: Party | None) -> None:
        if party is None:
            return
        with db.write() as session:
            registration_register.sign_up_again(
                session, self.row(party), at(self.now), may_wait=True
            )
        if party.cancelled:
            party.cancelled = False
            self.wish(party, party.places)

    # What must always hold

    @invariant()
    def everything_agrees(self) -> None:
        if not hasattr(self, "known"):
            return
        session = db.session()
        session.rollback()
        event = session.get_one(Event, self.event.id)
        rows = session.scalars(select(Registration)).all()
        assert event.taken == sum(row.seats for row in rows) <= self.capacity
        assert {row.id: (row.places, row.seats, row.is_cancelled) for row in rows} == {
            p.id: (p.places, p.seats, p.cancelled) for p in self.known.values()
        }
        for row in rows:
            assert (row.queued_at is not None) == (row.missing > 0)
        letters = session.scalars(select(Letter)).all()
        assert len(letters) >= len(rows)


def test_the_list_agrees_with_the_model(sqlite_template: Path) -> None:
    SignUps.template = sqlite_template
    run_state_machine_as_test(
        SignUps,
        settings=settings(
            max_examples=examples(25),
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
