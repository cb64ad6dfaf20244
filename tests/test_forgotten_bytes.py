"""What is deleted cannot be read any more: not in the database's files, not in the logs."""

from __future__ import annotations

import random
import urllib.request
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import String, Text, select, text

from ikw import create_app, db, sqlite_files
from ikw.actions import feedback
from ikw.actions.act import Act
from ikw.actions.feedback import Message
from ikw.actions.letter import mailing
from ikw.actions.letter.mailing import Text as Written
from ikw.actions.organiser import accounts
from ikw.actions.registration.cancel import cancel
from ikw.actions.registration.change import change_places, correct_contact
from ikw.actions.registration.check_in import check_in
from ikw.actions.registration.party import Contact, Party
from ikw.actions.registration.register import register
from ikw.actions.registration.seat import seat_by_hand
from ikw.actions.series import money, tasks
from ikw.model import Base, Heartbeat, Import, KeptForm, Letter, Organiser, Registration
from ikw.model.keeping import KEEPINGS, End
from ikw.model.roles import Role
from ikw.model.verbs import Actor
from ikw.model.vocabulary import Recipients
from ikw.rounds import Rounds
from tests.actions.cast import at, new_link
from tests.conftest import NOW, make_event
from tests.mail.smtp import free_port, smtp_server
from tests.processes import until
from tests.sites import environment, ikw, start

pytestmark = pytest.mark.system

#: What is written into every field: found again by this word, each by its number.
MARK = "Merkzeichen"

#: Of what the markers are written into, what stays: it is public, or of somebody who still works.
STAYS = {End.PROGRAMME}


def marker(number: int) -> str:
    return f"{MARK}{number:02}x"


def new_name(number: int) -> str:
    return f"{MARK}{number}" + "lang" * (number % 23)


def write_markers(env: dict[str, str]) -> int:
    """Write a marker into every field that people fill in; return how many."""
    app = create_app({"IKW_DATABASE_URL": f"sqlite:///{env['IKW_INSTANCE']}/ikw.sqlite"})
    with app.app_context():
        count = _settle()
    app.extensions["ikw.engine"].dispose()
    return count


def _settle() -> int:
    event = make_event(capacity=2, has_waiting_list=True)
    free_for_all = make_event("offen")
    numbers = iter(range(100))

    def new() -> str:
        return marker(next(numbers))

    def address() -> str:
        return f"{new().lower()}@example.org"

    def then(by: str = Actor.CITIZEN) -> Act:
        return at(NOW, by=by, real=NOW)

    act = then(by="organiser 1")
    with db.write() as session:
        karla = accounts.add_organiser(
            session, new(), address(), Role.COORDINATION, then(by=f"command line ({new()})")
        )
        party = Party(
            Contact(new(), address(), new()),
            2,
            companions=[new()],
            needed=["wheelchair"],
            needs=new(),
            answers={"essen": new()},
        )
        ways: dict[str, Any] = {"link": new_link(), "calendar_link": new_link()}
        anna = register(session, event.id, party, then(), may_wait=True, **ways)
        others = [
            register(
                session,
                event.id,
                Party(Contact(new(), address())),
                then(),
                link=new_link(),
                calendar_link=new_link(),
                may_wait=True,
            )
            for _ in range(3)
        ]
        seat_by_hand(session, others[0], then(by="organiser 1"), reason=new())
        correct_contact(
            session,
            anna,
            Contact(new(), address(), new()),
            then(),
            link=new_link(),
            calendar_link=new_link(),
        )
        cancel(session, others[1], then())
        check_in(session, anna, 1, then(by="organiser 1"))
        said = {"subject": new(), "text": new()}
        written = Written(
            Recipients.ALL, {"de": said, "en": {"subject": new(), "text": new()}}, address()
        )
        mailing.write(session, event, written, karla, then(), link=new_link())
        mailing.write_trial(session, karla, "de", new(), new(), then())
        for letter in session.scalars(select(Letter).where(Letter.kind == "confirmed")):
            letter.failure = f"550 5.1.1 <{new()}> user unknown"
            letter.call_note = new()
        message = Message("accessibility", new(), None, new(), address(), new(), "de")
        given = feedback.give(session, message, then(), link=new_link())
        feedback.answer(session, given.id, new(), then(by="organiser 1"))
        task = tasks.add_task(session, event, new(), karla, date(2023, 9, 1), act)
        tasks.tick_off(session, task, act)
        cost = money.set_cost(
            session,
            None,
            event,
            {
                "title": new(),
                "source": None,
                "planned_cents": 100,
                "granted_cents": 0,
                "spent_cents": 0,
            },
            act,
        )
        session.flush()
        money.remove_cost(session, cost, act)
        begun = KeptForm(organiser_id=karla.id, path="/verwaltung/orte/neu", created_at=NOW)
        begun.answers = [{"name": "name", "value": new()}]
        brought = Import(series=event.series, organiser=karla, at=NOW)
        brought.changed = {"fest": {"fields": {"contact": [new(), new()]}}}
        session.add_all([begun, brought])
    # Many, of many lengths, changed and changed again: pages are rearranged, and rows move.
    for number in range(200):
        guest = Contact(new_name(number), f"{new_name(number).lower()}@example.org")
        with db.write() as session:
            made = register(
                session,
                free_for_all.id,
                Party(guest, 2, companions=[new_name(number)], needs=new_name(number)),
                then(),
                link=new_link(),
                calendar_link=new_link(),
                may_wait=True,
            )
        with db.write() as session:
            change_places(
                session,
                session.get_one(Registration, made.id),
                3,
                [new_name(number), new_name(number)],
                then(),
                may_wait=True,
            )
    with db.write() as session:
        accounts.disable(session, session.get_one(Organiser, karla.id), then(by="test"))
    return next(numbers)


def marks_in(*folders: Path) -> dict[str, int]:
    """Return how many marks each file holds, whatever their case."""
    found = {
        path.name: path.read_bytes().lower().count(MARK.lower().encode())
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file()
    }
    return {name: count for name, count in found.items() if count}


def test_a_day_later_no_byte_is_left_while_the_site_runs(tmp_path: Path) -> None:
    instance, logs = tmp_path / "instance", tmp_path / "logs"
    logs.mkdir()
    with smtp_server() as (mail_port, _server):
        env = environment(
            instance,
            free_port(),
            # All is over by then, the log of three years and the accounts as well.
            IKW_NOW="2033-12-24T12:00",
            MAIL_SERVER="127.0.0.1",
            MAIL_PORT=str(mail_port),
        )
        ikw(env, "migrate")
        written = write_markers(env)
        assert written > 28
        assert sum(marks_in(instance).values()) > written, "the markers can be found at all"
        with (logs / "serve.log").open("wb") as log, start(env, stdout=log, stderr=log):
            urllib.request.urlopen(f"http://127.0.0.1:{env['PORT']}/").read()
            until(lambda: not marks_in(instance, logs), "no mark is left while the site runs", 0.5)
    assert marks_in(instance, logs) == {}
    modes = {path.name: path.stat().st_mode & 0o077 for path in instance.iterdir()}
    assert not any(modes.values()), modes


def test_the_markers_reach_every_column_of_words(tmp_path: Path) -> None:
    """That the test above would see a column that is forgotten by nobody."""
    env = environment(tmp_path, free_port())
    ikw(env, "migrate")
    write_markers(env)
    engine = db.connect(f"sqlite:///{tmp_path}/ikw.sqlite")
    untouched = set()
    with engine.connect() as connection:
        for keeping in KEEPINGS:
            table = Base.metadata.tables[keeping.table]
            for name in keeping.columns.split():
                column = table.columns[name]
                if not isinstance(column.type, String | Text) or keeping.end in STAYS:
                    continue
                values = connection.execute(select(column)).scalars().all()
                if not any(MARK.lower() in str(value).lower() for value in values):
                    untouched.add(f"{keeping.table}.{name}")
    engine.dispose()
    # Codes, languages, hashes, addresses of ours and random names, which nobody writes; and what
    # tells of devices.
    assert untouched == {
        "registration.code",
        "registration.language",
        "registration.made_by",
        "registration.link_hash",
        "registration.link_seed",
        "registration.network",
        "personal_calendar.link_hash",
        "personal_calendar.link_seed",
        "letter.language",
        "letter.message_id",
        "mailing.made_by",
        "door_act.key",
        "door_act.what",
        "feedback.language",
        "feedback.page",
        "feedback.made_by",
        "organiser.language",
        "organiser.handle",
        "passkey.name",
        "passkey.credential_id",
        "desk_session.token_hash",
        "desk_session.browser",
        "sign_in_link.link_hash",
        "sign_in_link.onward",
        "kept_form.path",
        "challenge.value",
        "cost.title",
        "log_entry.verb",
    }


def test_copies_that_rearranged_pages_left_are_overwritten_too(tmp_path: Path) -> None:
    """Rows that grow and move leave copies of themselves where secure_delete does not look."""
    path, draw = tmp_path / "ikw.sqlite", random.Random(1)
    engine = db.connect(f"sqlite:///{path}")
    with engine.connect().execution_options(ikw_writes=True) as connection:
        connection.execute(text("CREATE TABLE party (id INTEGER PRIMARY KEY, goes, name, facts)"))
        connection.execute(text("CREATE INDEX by_name ON party (name)"))
        for number in range(2000):
            goes = number % 4 == 0
            name = f"{MARK if goes else 'Anna'}{draw.random()}"
            row = {"goes": goes, "name": name, "facts": name * draw.randint(1, 60)}
            insert = "INSERT INTO party (goes, name, facts) VALUES (:goes, :name, :facts)"
            connection.execute(text(insert), row)
            grow = "UPDATE party SET facts = facts || name, name = name || 'y' WHERE id = :id"
            connection.execute(text(grow), {"id": draw.randint(1, number + 1)})
        connection.execute(text("DELETE FROM party WHERE goes"))
        connection.commit()
    sqlite_files.overwrite_deleted(engine)
    assert sqlite_files.checkpoint(engine)
    engine.dispose()
    assert marks_in(tmp_path) == {}
    assert b"Anna" in path.read_bytes()


def test_whoever_dies_before_cleaning_leaves_it_to_the_next(app: Flask) -> None:
    """The rows are gone and the process is killed: the next round overwrites all the same."""
    engine = db.engine()
    with db.write() as session:
        sqlite_files.note_deleted(engine)
        session.execute(text("SELECT 1"))
    mark = Path(str(engine.url.database) + ".unclean")
    assert mark.stat().st_mode & 0o777 == 0o600
    db.session().rollback()
    Rounds()()
    assert not mark.exists()


def test_a_round_that_fails_leaves_the_others_out_of_it(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_anything: object, **_more: object) -> None:
        raise ValueError("broken")

    monkeypatch.setattr("ikw.rounds.forget", broken)
    monkeypatch.setattr("ikw.rounds.forget_counts", broken)
    rounds = Rounds()
    rounds()
    assert db.session().scalars(select(Heartbeat.name)).all() == ["deliver", "digest"]
