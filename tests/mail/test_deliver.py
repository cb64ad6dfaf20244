"""Letters reach their readers whatever the mail server or the machine does."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from datetime import time as dt_time
from threading import Event

import pytest
from sqlalchemy import update

from ikw import db
from ikw.actions.event import plan
from ikw.actions.registration.cancel import cancel
from ikw.actions.registration.party import Contact, Party
from ikw.actions.registration.register import register
from ikw.mail.deliver import claim, deliver
from ikw.model import Letter, Registration
from ikw.rounds import Rounds
from tests.actions.cast import ANNA, at, new_link, sign_up
from tests.commands import Command
from tests.conftest import NOW, MakeApp, count_rows, make_event
from tests.mail.smtp import smtp_server
from tests.processes import PATIENCE, ending

WAITING = "SELECT count(*) FROM letter WHERE sent_at IS NULL AND failed_at IS NULL"


def delivery(url: str, port: int, *options: str, **more: str) -> AbstractContextManager[Command]:
    env = {
        **os.environ,
        "IKW_DATABASE_URL": url,
        "IKW_SECRET_KEY": "the same in all processes of a test",
        "IKW_NOW": "2023-01-20T12:00",
        "MAIL_SERVER": "127.0.0.1",
        "MAIL_PORT": str(port),
        "MAIL_TIMEOUT": "5",
        **more,
    }
    return ending(Command(env, "deliver", *options))


def deliver_all(make_app: MakeApp, url: str, port: int, **more: str) -> None:
    """Send all letters that are due, as `ikw deliver --until-empty` does."""
    mail = {"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": port, "MAIL_TIMEOUT": 5}
    deliver(make_app(url, **mail, **more), Event(), rounds=Rounds(), until_empty=True)


def let_a_day_pass(url: str) -> None:
    """Move what waits for its next try, or for the end of a lease, to now."""
    from sqlalchemy import text

    from ikw.db import connect

    engine = connect(url)
    with engine.connect().execution_options(ikw_writes=True) as connection, connection.begin():
        connection.execute(text("UPDATE letter SET next_try_at = NULL"))
    engine.dispose()


def write_letters(make_app: MakeApp, url: str, addresses: list[str]) -> None:
    with make_app(url).app_context():
        event = make_event()
        for address in addresses:
            sign_up(event, Contact("Anna", address))


def test_anna_s_letter_arrives(make_app: MakeApp, database_url: str) -> None:
    write_letters(make_app, database_url, ["anna@example.org"])
    with smtp_server() as (port, server):
        deliver_all(make_app, database_url, port)
        deliver_all(make_app, database_url, port)
    assert [m["To"] for m in server.taken] == ["anna@example.org"]
    assert count_rows(database_url, WAITING) == 0


def test_a_server_that_is_busy_is_asked_again_later(make_app: MakeApp, sqlite_url: str) -> None:
    write_letters(make_app, sqlite_url, ["anna@example.org"])
    with smtp_server(lambda _, n: "451 later" if n < 3 else "250 ok") as (port, server):
        deliver_all(make_app, sqlite_url, port)
        assert server.taken == []
        assert count_rows(sqlite_url, "SELECT failure FROM letter") == "451 later"
        for _ in range(2):
            let_a_day_pass(sqlite_url)
            deliver_all(make_app, sqlite_url, port)
    assert len(server.taken) == 1
    assert count_rows(sqlite_url, "SELECT tries FROM letter") == 3


def test_a_refusal_for_good_is_kept_with_its_reason(make_app: MakeApp, sqlite_url: str) -> None:
    write_letters(make_app, sqlite_url, ["anna@example.org"])
    with smtp_server(lambda _, n: "550 no such mailbox") as (port, server):
        for _ in range(2):
            deliver_all(make_app, sqlite_url, port)
            let_a_day_pass(sqlite_url)
    assert server.tries == {"anna@example.org": 1}
    assert count_rows(sqlite_url, "SELECT failure FROM letter") == "550 no such mailbox"
    assert count_rows(sqlite_url, WAITING) == 0


def test_a_wrong_password_burns_no_letter(make_app: MakeApp, sqlite_url: str) -> None:
    write_letters(make_app, sqlite_url, ["anna@example.org"])
    with smtp_server() as (port, server):
        login = {"MAIL_USERNAME": "ikw", "MAIL_PASSWORD": "falsch"}
        deliver_all(make_app, sqlite_url, port, **login)
        assert count_rows(sqlite_url, WAITING) == 1
        let_a_day_pass(sqlite_url)
        deliver_all(make_app, sqlite_url, port)
    assert len(server.taken) == 1


def test_it_is_given_up_in_the_end(make_app: MakeApp, sqlite_url: str) -> None:
    write_letters(make_app, sqlite_url, ["anna@example.org"])
    with smtp_server(lambda _, n: "451 never") as (port, server):
        for _ in range(11):
            deliver_all(make_app, sqlite_url, port)
            let_a_day_pass(sqlite_url)
    assert server.tries == {"anna@example.org": 9}
    assert count_rows(sqlite_url, WAITING) == 0


@pytest.mark.system
def test_without_a_server_letters_wait(make_app: MakeApp, sqlite_url: str) -> None:
    write_letters(make_app, sqlite_url, ["anna@example.org"])
    environment = {**os.environ, "IKW_DATABASE_URL": sqlite_url, "IKW_NOW": "2023-01-20"}
    environment.pop("MAIL_SERVER", None)
    command = [sys.executable, "-m", "ikw", "deliver", "--until-empty"]
    subprocess.run(command, check=True, env=environment, timeout=30)
    assert count_rows(sqlite_url, WAITING) == 1


@pytest.mark.system
def test_delivery_stops_when_it_is_told_to(make_app: MakeApp, sqlite_url: str) -> None:
    with smtp_server() as (port, server):
        for number in (signal.SIGTERM, signal.SIGINT):
            with make_app(sqlite_url).app_context():
                event = make_event(f"fest-{int(number)}")
                sign_up(event, Contact("Anna", f"gast{int(number)}@example.org"))
            delivered = len(server.taken)
            with delivery(sqlite_url, port) as process:
                # Once a letter has left, it is up and listens to signals.
                while len(server.taken) == delivered:
                    assert process.poll() is None
                    time.sleep(0.1)
                process.send_signal(number)
                assert process.wait(PATIENCE) == 0


@pytest.mark.system
def test_nothing_is_lost_when_delivery_is_killed_ten_times(
    make_app: MakeApp, database_url: str
) -> None:
    addresses = [f"gast{n}@example.org" for n in range(60)]
    write_letters(make_app, database_url, addresses)
    draw = random.Random(1)

    def mood(recipient: str, tries: int) -> str | None:
        time.sleep(0.01)
        if recipient == "gast7@example.org":
            return "550 no such mailbox"
        # Bad luck ends before a letter would be given up.
        return draw.choice(["250 ok", "250 ok", "451 later", None]) if tries < 3 else "250 ok"

    with smtp_server(mood) as (port, server):
        for _ in range(5):
            before = sum(server.tries.values())
            with delivery(database_url, port) as one, delivery(database_url, port) as other:
                # Anywhere in the middle of the work, whatever starting takes.
                while sum(server.tries.values()) < before + draw.randint(1, 12):
                    assert one.poll() is None
                    assert other.poll() is None
                    time.sleep(0.005)
                for process in (one, other):
                    process.kill()
                    process.wait()
            let_a_day_pass(database_url)
        for _ in range(30):
            deliver_all(make_app, database_url, port)
            if count_rows(database_url, WAITING) == 0:
                break
            let_a_day_pass(database_url)
    failures = "SELECT \"to\" || ' ' || failure FROM letter WHERE failed_at IS NOT NULL ORDER BY 1"
    assert count_rows(database_url, failures) == "gast7@example.org 550 no such mailbox"
    arrived = {str(m["To"]) for m in server.taken}
    assert arrived == set(addresses) - {"gast7@example.org"}
    ids = {(str(m["To"]), str(m["Message-ID"])) for m in server.taken}
    assert len(ids) == len(arrived), "a repeated letter carries its first Message-ID"
    assert all(len(to) == 1 for to in server.envelopes)
    assert Counter(str(m["To"]) for m in server.taken).most_common(1)[0][1] <= 5


@pytest.mark.system
def test_two_deliveries_share_the_work(make_app: MakeApp, database_url: str) -> None:
    write_letters(make_app, database_url, [f"gast{n}@example.org" for n in range(40)])
    with smtp_server() as (port, server):
        how = (database_url, port, "--until-empty")
        with delivery(*how) as one, delivery(*how) as other:
            assert [one.wait(PATIENCE), other.wait(PATIENCE)] == [0, 0]
    assert len(server.taken) == 40
    assert count_rows(database_url, WAITING) == 0


def test_a_letter_is_in_the_transaction_of_what_it_tells(
    make_app: MakeApp, sqlite_url: str
) -> None:
    with make_app(sqlite_url).app_context():
        event = make_event()
        try:
            with db.write():
                sign_up_inside_a_failing_transaction(event.id)
        except ZeroDivisionError:
            pass
    assert count_rows(sqlite_url, "SELECT count(*) FROM letter") == 0
    assert count_rows(sqlite_url, "SELECT count(*) FROM registration") == 0
    assert count_rows(sqlite_url, "SELECT taken FROM event") == 0


def sign_up_inside_a_failing_transaction(event_id: int) -> None:
    register(
        db.session(),
        event_id,
        Party(ANNA),
        at(NOW),
        link=new_link(),
        calendar_link=new_link(),
        may_wait=True,
    )
    db.session().flush()
    raise ZeroDivisionError


def test_what_falls_due_first_leaves_first(make_app: MakeApp, sqlite_url: str) -> None:
    with make_app(sqlite_url).app_context():
        event = make_event()
        sign_up(event, ANNA)
        with db.write() as session:
            session.execute(update(Letter).values(sent_at=NOW))
            plan.call_off(session, event.id, None, at(NOW, by="Desk"))
            session.execute(
                update(Letter)
                .where(Letter.kind == "event_changed")
                .values(next_try_at=datetime.now(UTC) - timedelta(hours=1))
            )
        other = make_event("anderes")
        for number in range(3):
            sign_up(other, Contact("Gast", f"gast{number}@example.org"))
        first = db.session().get_one(Letter, claim())
        assert first.kind == "event_changed"


def test_news_wait_for_the_quiet_window_and_moot_ones_are_not_sent(
    make_app: MakeApp, sqlite_url: str
) -> None:
    with make_app(sqlite_url).app_context():
        event = make_event()
        anna = sign_up(event, ANNA)
        sign_up(event, Contact("Ben", "ben@example.org"))
        with db.write() as session:
            session.execute(update(Letter).values(sent_at=NOW))
            plan.announce_time(session, event.id, dt_time(19), None, at(NOW, by="Desk"))
    with smtp_server() as (port, server):
        deliver_all(make_app, sqlite_url, port)
        assert server.taken == []
        with make_app(sqlite_url).app_context(), db.write() as session:
            registration = session.get_one(Registration, anna.id)
            cancel(session, registration, at(NOW))
        let_a_day_pass(sqlite_url)
        deliver_all(make_app, sqlite_url, port)
    subjects = sorted((m["To"], m["Subject"].partition(":")[0]) for m in server.taken)
    assert subjects == [
        ("anna@example.org", "Ihre Anmeldung ist abgesagt"),
        ("ben@example.org", "Neue Uhrzeit"),
    ]
    withdrawn = "SELECT count(*) FROM letter WHERE withdrawn_at IS NOT NULL AND sent_at IS NULL"
    assert count_rows(sqlite_url, withdrawn) == 1


def test_delivery_reminds(make_app: MakeApp, sqlite_url: str) -> None:
    with make_app(sqlite_url).app_context():
        sign_up(make_event(date=NOW.date() + timedelta(days=1)), ANNA)
    with smtp_server() as (port, server):
        deliver_all(make_app, sqlite_url, port)
        deliver_all(make_app, sqlite_url, port)
    assert [m["Subject"].partition(":")[0] for m in server.taken] == [
        "Sie sind angemeldet",
        "Morgen 18",
    ]
