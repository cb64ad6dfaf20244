"""People sign up while others read: at a fixed rate, in a rush, and as fast as they can."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import Column, Engine, Integer, MetaData, String, Table, text

from ikw.db import connect
from ikw.sqlite_files import turn
from tests.bench.load import (
    CLIENTS,
    Crowd,
    Taken,
    cpu,
    faults,
    memory,
    read,
    served,
    share,
    sign_up,
    warm,
)
from tests.bench.quiet import PROGRAMME, yardstick
from tests.bench.report import Report
from tests.mail.smtp import free_port
from tests.sites import environment, ikw

EVENT = "/veranstaltung/eroeffnungsfest/"
FORM = f"{EVENT}anmelden"
PAGES = [PROGRAMME, EVENT, "/", f"/uk{PROGRAMME}", FORM]

#: Sign-ups a second beside readers, and for how many seconds.
RATE, SECONDS = 10, 10
#: Offered in a minute for so many places, while so many poll.
OFFERED, PLACES, POLLING = 2_000, 500, 20
#: As fast as sixteen can, and one after the other.
AT_ONCE, ONE_BY_ONE = 800, 200


def bench(report: Report, name: str, folder: Path, url: str) -> None:
    env = environment(folder, free_port(), IKW_DATABASE_URL=url, IKW_RATE_LIMITS="off")
    ikw(env, "migrate")
    ikw(env, "load", "ikw/programmes/beispiel-60.toml")
    engine = connect(url)
    _set_places(engine, 1_000_000)
    constant, command = yardstick(folder)
    report.open(f"Sign-ups, {name}")
    with served(env, "-m", "ikw", "serve") as process:
        warm(env["PORT"], *PAGES)
        for number in range(20):
            sign_up(env["PORT"], FORM, number)
        with served(constant, *command) as other:
            _cost(report, env["PORT"], process.pid, constant["PORT"], other.pid)
        _beside_readers(report, env["PORT"])
        _as_fast_as_they_can(report, env["PORT"], engine)
        _in_a_rush(report, env["PORT"], process.pid, engine)
    engine.dispose()


def _set_places(engine: Engine, capacity: int) -> None:
    with engine.execution_options(ikw_writes=True).begin() as connection:
        connection.execute(
            text(
                "UPDATE event SET capacity = taken + :n, reserved = 0, has_waiting_list = true"
                " WHERE key = 'eroeffnungsfest'"
            ),
            {"n": capacity},
        )
        connection.execute(text("UPDATE programme SET revision = revision + 1"))


def _cost(report: Report, port: str, pid: int, constant: str, constant_pid: int) -> None:
    """What a complete sign-up takes of a processor, beside what a constant view does."""
    before = cpu(pid)
    for number in range(ONE_BY_ONE):
        assert not sign_up(port, FORM, 1_000 + number)[2]
    ours = 1000 * (cpu(pid) - before) / ONE_BY_ONE
    warm(constant, "/20000")
    before = cpu(constant_pid)
    answers = read(constant, "/20000", 1).rate * 4
    view = 1000 * (cpu(constant_pid) - before) / answers
    report.say(
        "CPU of a complete sign-up (form, answers, ticket, letter row)",
        f"{ours:.1f} ms; constant view {view:.2f} ms; × {ours / view:.0f}",
        "× 70, better × 45",
    )


def _beside_readers(report: Report, port: str) -> None:
    """Readers as fast as they are answered, while sign-ups arrive at a fixed rate."""
    quiet = read(port, PROGRAMME, seconds=SECONDS - 2)
    alone = Crowd.signing_up(port, FORM, RATE, RATE * SECONDS, 10_000).end()
    crowd = Crowd.signing_up(port, FORM, RATE, RATE * SECONDS, 20_000)
    time.sleep(1)
    rush = read(port, PROGRAMME, seconds=SECONDS - 2)
    beside = crowd.end()
    report.say(
        f"readers, {CLIENTS} connections, {RATE} sign-ups a second",
        f"{rush.rate:,.0f} of {quiet.rate:,.0f}/s (1 : {quiet.rate / rush.rate:.1f}), "
        f"p50 {rush.p50:.1f}, p99 {rush.p99:.1f} ms; "
        f"quiet p50 {quiet.p50:.1f}, p99 {quiet.p99:.1f} ms",
        "1 : 2; p99 5 × quiet p50",
    )
    slower = share(beside, 0.5) / share(alone, 0.5)
    report.say(
        "the sign-ups beside them",
        f"{_times(beside)}; alone {_times(alone)}; p50 × {slower:.1f}",
        "p50 × 2, none lost",
    )


def _as_fast_as_they_can(report: Report, port: str, engine: Engine) -> None:
    began = time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as people:
        taken = list(people.map(lambda n: sign_up(port, FORM, 30_000 + n), range(AT_ONCE)))
    ours = AT_ONCE / (time.monotonic() - began)
    assert not faults(taken), faults(taken)[:3]
    bare = bare_inserts(engine)
    report.say(
        f"complete sign-ups as fast as {CLIENTS} can",
        f"{ours:.0f}/s, {_times(taken)}; "
        f"bare insert and commit {bare:,.0f}/s (1 : {bare / ours:.0f})",
        "PostgreSQL 0.6 of SQLite",
    )


def _in_a_rush(report: Report, port: str, pid: int, engine: Engine) -> None:
    _set_places(engine, PLACES)
    before = _counted(engine)
    polling = Crowd.polling(port, PAGES, POLLING, 62)
    signing_up = Crowd.signing_up(port, FORM, OFFERED / 60, OFFERED, 40_000)
    largest = 0.0
    for _ in range(60):
        time.sleep(1)
        largest = max(largest, memory(pid))
    taken, reads = signing_up.end(), polling.end()
    seats, parties, letters = (
        after - before for after, before in zip(_counted(engine), before, strict=True)
    )
    report.say(
        f"{OFFERED} offered in 60 s for {PLACES} places, {POLLING} readers polling",
        f"sign-ups {_times(taken)}; reads {_times(reads)}",
        "sign-up p50 1 s, p99 5 s; read p50 0.2 s",
    )
    report.say(
        "what they left",
        f"{parties} parties, {seats} seats, {letters} letters, {len(faults(taken))} not answered",
        f"{OFFERED}, {PLACES}, {OFFERED}, 0",
    )
    report.say("memory of all processes (PSS) at most meanwhile", f"{largest:.0f} MB", "200 MB")


def _counted(engine: Engine) -> tuple[int, int, int]:
    """Return seats taken, parties and letters."""
    statement = (
        "SELECT (SELECT taken FROM event WHERE key = 'eroeffnungsfest'),"
        " (SELECT count(*) FROM registration), (SELECT count(*) FROM letter)"
    )
    with engine.connect() as connection:
        seats, parties, letters = connection.execute(text(statement)).one()
    return seats, parties, letters


def _times(taken: list[Taken]) -> str:
    return f"p50 {share(taken, 0.5):.0f}, p99 {share(taken, 0.99):.0f} ms"


def bare_inserts(engine: Engine) -> float:
    """Return how many rows a second sixteen threads insert, each in a transaction of its own."""
    bare = engine.execution_options(ikw_writes=True)
    table = Table("bench", MetaData(), Column("id", Integer, primary_key=True), Column("a", String))
    table.create(bare)

    def insert(_n: int) -> None:
        for _ in range(AT_ONCE // CLIENTS):
            with turn(engine), bare.begin() as connection:
                connection.execute(table.insert().values(a="x" * 200))

    began = time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(insert, range(CLIENTS)))
    took = time.monotonic() - began
    table.drop(bare)
    return AT_ONCE / took
