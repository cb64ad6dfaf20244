"""Changes while people sign up and letters leave: nobody is forgotten, nobody is told twice."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import time, timedelta
from threading import Barrier, Thread

from flask import Flask
from sqlalchemy import select, update

from ikw import clock, db
from ikw.actions.event import plan
from ikw.actions.letter.remind import Schedule, remind
from ikw.actions.registration.party import Contact, SignUpClosed
from ikw.mail.deliver import claim
from ikw.model import Event, Letter, Registration
from tests.actions.cast import at, sign_up
from tests.conftest import NOW, MakeApp, make_event

GUESTS = 24


def in_threads(app: Flask, *jobs: object) -> None:
    """Run jobs at the same time, each with a session of its own."""
    start = Barrier(len(jobs))
    failures: list[BaseException] = []

    def run(job: object) -> None:
        try:
            with app.app_context():
                start.wait()
                job()  # type: ignore[operator]
        except BaseException as error:
            failures.append(error)

    threads = [Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_who_signs_up_while_it_is_called_off_is_told_or_refused(
    make_app: MakeApp, database_url: str
) -> None:
    app = make_app(database_url)
    with app.app_context():
        event_id = make_event().id

    def guest(number: int) -> None:
        event = db.session().get_one(Event, event_id)
        with suppress(SignUpClosed):
            sign_up(event, Contact(f"Gast {number}", f"gast{number}@example.org"))

    def call_off() -> None:
        with db.write() as session:
            plan.call_off(session, event_id, None, at(NOW, by="Desk"))

    guests = [lambda number=number: guest(number) for number in range(GUESTS)]
    in_threads(app, *guests[: GUESTS // 2], call_off, *guests[GUESTS // 2 :])
    with app.app_context():
        parties = set(db.session().scalars(select(Registration.id)))
        told = Counter(
            db.session().scalars(
                select(Letter.registration_id).where(Letter.kind == "event_changed")
            )
        )
    assert set(told) == parties
    assert set(told.values()) <= {1}


def test_a_change_while_letters_leave_is_told_to_everyone_in_the_end(
    make_app: MakeApp, database_url: str
) -> None:
    """A letter is added to before it is taken to be sent, or another one is written."""
    app = make_app(database_url)
    quick = at(NOW, by="Desk", quiet=timedelta(0))
    with app.app_context():
        event = make_event()
        for number in range(GUESTS):
            sign_up(event, Contact(f"Gast {number}", f"gast{number}@example.org"))
        with db.write() as session:
            session.execute(update(Letter).values(sent_at=NOW))
            plan.call_off(session, event.id, None, quick)
        event_id = event.id
    taken: list[int] = []

    def deliver() -> None:
        while (letter_id := claim()) is not None:
            taken.append(letter_id)
            with db.write() as session:
                session.execute(
                    update(Letter).where(Letter.id == letter_id).values(sent_at=clock.real())
                )

    def change() -> None:
        with db.write() as session:
            plan.postpone(session, event_id, None, quick)

    in_threads(app, deliver, change, deliver)
    with app.app_context():
        deliver()
        news = db.session().scalars(select(Letter).where(Letter.kind == "event_changed")).all()
        changed = db.session().get_one(Event, event_id)
        latest = {letter.to: letter.sequence for letter in sorted(news, key=lambda one: one.id)}
    assert changed.is_postponed
    assert sorted(taken) == sorted(letter.id for letter in news), "each is taken once"
    assert len(latest) == GUESTS
    assert {number for number in latest.values() if number is not None and number >= 2} == set(
        latest.values()
    ), "whoever was told before the second change is told of it, too"


def test_two_deliveries_remind_once(make_app: MakeApp, database_url: str) -> None:
    app = make_app(database_url)
    with app.app_context():
        event = make_event()
        sign_up(event, Contact("Gast", "gast@example.org"))
        event_id = event.id

    def reminder() -> None:
        with db.write() as session:
            remind(session, event_id, Schedule(days=999, hour=time(10)), at(NOW))

    in_threads(app, reminder, reminder, reminder)
    with app.app_context():
        reminders = select(Letter.id).where(Letter.kind == "reminder")
        assert len(db.session().scalars(reminders).all()) == 1
