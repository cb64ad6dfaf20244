"""Whatever happens, and in whatever order letters leave, no mailbox is told less than it knew."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    initialize,
    rule,
    run_state_machine_as_test,
)
from icalendar import Calendar
from sqlalchemy import select

from ikw import db
from ikw.actions.event import plan
from ikw.actions.event.plan import BadPlan, NothingToChange
from ikw.actions.registration import cancel as registration_cancel
from ikw.actions.registration.change import correct_contact
from ikw.actions.registration.party import Contact, NotEnoughPlaces, SignUpClosed
from ikw.actions.registration.register import sign_up_again
from ikw.mail.compose import compose
from ikw.model import Event, Letter, Registration
from ikw.model.letter import still_open
from tests.actions.cast import at, new_link, sign_up
from tests.actions.stateful import OneEvent
from tests.conftest import NOW, examples

ADDRESSES = st.sampled_from(["anna@example.org", "ben@example.org", "chiara@example.org"])
ACT = at(NOW, by="Desk")


class Mailboxes(OneEvent):
    """An event with few places, three mailboxes, and a post that leaves in any order."""

    parties = Bundle("parties")

    @initialize(capacity=st.integers(1, 4))
    def open(self, capacity: int) -> None:
        self.open_site(capacity)
        #: By address, what its calendar was told: METHOD and SEQUENCE.
        self.told: dict[str, list[tuple[str, int]]] = {}

    def teardown(self) -> None:
        try:
            if self.is_open:
                self.deliver_the_rest()
        finally:
            super().teardown()

    def registration(self, party: int) -> Registration:
        return db.session().get_one(Registration, party, populate_existing=True)

    @rule(target=parties, email=ADDRESSES)
    def sign_up(self, email: str) -> int:
        return sign_up(self.event, Contact("Gast", email)).id if self.takes_sign_ups() else 0

    def takes_sign_ups(self) -> bool:
        event = db.session().get_one(Event, self.event.id, populate_existing=True)
        return event.takes_registrations(NOW)

    @rule(party=parties)
    def cancel(self, party: int) -> None:
        if party:
            with db.write() as session:
                registration_cancel.cancel(session, self.registration(party), at(NOW))

    @rule(party=parties)
    def sign_up_again(self, party: int) -> None:
        try:
            with db.write() as session:
                if party:
                    sign_up_again(session, self.registration(party), at(NOW), may_wait=True)
        except (NotEnoughPlaces, SignUpClosed):
            pass

    @rule(party=parties, email=ADDRESSES)
    def change_address(self, party: int, email: str) -> None:
        try:
            with db.write() as session:
                if party:
                    correct_contact(
                        session,
                        self.registration(party),
                        Contact("Gast", email),
                        at(NOW),
                        link=new_link(),
                        calendar_link=new_link(),
                    )
        except SignUpClosed:
            pass

    @rule(day=st.integers(23, 25), hour=st.integers(17, 19))
    def move(self, day: int, hour: int) -> None:
        try:
            with db.write() as session:
                plan.move(session, self.event.id, date(2023, 9, day), time(hour), None, ACT)
        except (BadPlan, NothingToChange):
            pass

    @rule(verb=st.sampled_from(["call_off", "postpone", "reinstate"]))
    def change_state(self, verb: str) -> None:
        try:
            with db.write() as session:
                match verb:
                    case "call_off":
                        plan.call_off(session, self.event.id, None, ACT)
                    case "postpone":
                        plan.postpone(session, self.event.id, None, ACT)
                    case _:
                        plan.reinstate(session, self.event.id, ACT)
        except NothingToChange:
            pass

    @rule(pick=st.integers(0, 50))
    def deliver_any(self, pick: int) -> None:
        letters = self.unsent()
        if letters:
            self.deliver(letters[pick % len(letters)])

    def unsent(self) -> list[Letter]:
        db.session().rollback()
        waiting = select(Letter).where(still_open(), Letter.to.is_not(None))
        return list(db.session().scalars(waiting.execution_options(populate_existing=True)))

    def deliver(self, letter: Letter) -> None:
        message = compose(letter)
        assert letter.to is not None
        if message.invitation:
            method, body = message.invitation
            (entry,) = Calendar.from_ical(body).events
            assert entry["UID"] == self.event.uid
            known = self.told.setdefault(letter.to, [])
            number = int(str(entry["SEQUENCE"]))
            assert not known or number > known[-1][1], f"{letter.to}: {known}, then {number}"
            known.append((method, number))
        with db.write():
            letter.sent_at, letter.tries = datetime.now(UTC), 1

    def deliver_the_rest(self) -> None:
        for letter in self.unsent():
            self.deliver(letter)
        event = db.session().get_one(Event, self.event.id, populate_existing=True)
        seated = select(Registration.email).where(Registration.seats > 0)
        coming = set(db.session().scalars(seated)) if event.takes_place else set()
        knows = {email for email, told in self.told.items() if told[-1][0] == "REQUEST"}
        assert knows == coming


def test_no_mailbox_is_told_less_than_it_knew(sqlite_template: Path) -> None:
    Mailboxes.template = sqlite_template
    run_state_machine_as_test(
        Mailboxes,
        settings=settings(
            max_examples=examples(25),
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
