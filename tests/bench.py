"""`make bench`: how fast and how large the site is, each figure beside its yardstick.

Pages are compared with a Flask view that returns constant bytes of the same size from the same
server; sign-ups with bare insert-and-commit on the same database. Machines differ, ratios less.
"""

from __future__ import annotations

import http.client
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask, Response
from sqlalchemy import Column, Integer, MetaData, String, Table, select, text

from ikw import create_app, db, migrations
from ikw.actions.event import plan
from ikw.calendar.entry import known_entry
from ikw.db import connect
from ikw.model import Event, Letter, Registration
from ikw.print.typeset import typeset
from ikw.programmes.file import parse
from ikw.programmes.store import load
from ikw.sqlite_files import turn
from tests.actions.cast import at
from tests.conftest import NOW, make_event
from tests.mail.smtp import free_port
from tests.postgres import administer, private_postgres
from tests.processes import running
from tests.sites import environment, ikw
from tests.web.desk.desk import organiser, sign_in
from tests.web.desk.test_queries import EVENT, store_crowd
from tests.web.desk.test_queries import PAGES as DESK_PAGES
from tests.web.forms import TOKEN

SECONDS = 4
ROUNDS = 3
CLIENTS = 16
SIGN_UPS = 1600
PAGES = {
    "programme page, 60 events": "/programm/beispiel-ikw/",
    "the same in Ukrainian": "/uk/programm/beispiel-ikw/",
    "event page": "/veranstaltung/kochabend-vier-kuechen/",
    "calendar of all events": "/kalender/alle.ics",
}


def create_constant() -> Flask:
    """The yardstick: a view that returns as many constant bytes as it is asked for."""
    app = Flask("constant")

    @app.get("/<int:size>")
    def constant(size: int) -> Response:
        return Response(b"x" * size)

    @app.get("/healthz")
    def health() -> str:
        return "ok"

    return app


@contextmanager
def served(env: dict[str, str], *command: str) -> Iterator[subprocess.Popen[bytes]]:
    url = f"http://127.0.0.1:{env['PORT']}"
    nowhere = subprocess.DEVNULL
    with running([sys.executable, *command], answers_at=url, env=env, stdout=nowhere) as process:
        yield process


def requests_a_second(url: str) -> float:
    command = ["wrk", "-t1", f"-c{CLIENTS}", f"-d{SECONDS}s", "-H", "Accept-Encoding: gzip", url]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert "Non-2xx" not in printed, printed
    found = re.search(r"Requests/sec:\s+([\d.]+)", printed)
    assert found, printed
    return float(found[1])


def size_of(port: str, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", int(port))
    connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
    return len(connection.getresponse().read())


def bench_pages(folder: Path) -> None:
    site = environment(folder, free_port())
    ikw(site, "migrate")
    ikw(site, "load", "ikw/programmes/beispiel-60.toml")
    yardstick = environment(folder, free_port())
    code = (
        "from ikw.serve import serve, web_tasks;"
        f"serve(web_tasks('127.0.0.1', {yardstick['PORT']}, 2, 'tests.bench:create_constant'))"
    )
    with served(site, "-m", "ikw", "serve") as process, served(yardstick, "-c", code):
        for name, path in PAGES.items():
            size = size_of(site["PORT"], path)
            pairs = [
                (
                    requests_a_second(f"http://127.0.0.1:{site['PORT']}{path}"),
                    requests_a_second(f"http://127.0.0.1:{yardstick['PORT']}/{size}"),
                )
                for _ in range(ROUNDS)
            ]
            ours, constant = (statistics.median(side) for side in zip(*pairs, strict=True))
            ratio = statistics.median(a / b for a, b in pairs)
            print(
                f"{name:28} {size:6} bytes  {ours:7.0f}/s  constant {constant:7.0f}/s"
                f"  ratio {ratio:.2f}"
            )
        print(f"{'memory of all processes':28} {memory(process.pid):6.0f} MB (PSS)")


def memory(pid: int) -> float:
    """Return the proportional set size of a process and all below it, in MB."""
    total = 0
    for one in [pid, *descendants(pid)]:
        rollup = Path(f"/proc/{one}/smaps_rollup").read_text()
        found = re.search(r"^Pss:\s+(\d+) kB", rollup, re.M)
        total += int(found[1]) if found else 0
    return total / 1024


def descendants(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [below for child in map(int, children) for below in [child, *descendants(child)]]


def bench_sign_ups(name: str, folder: Path, url: str) -> None:
    env = environment(folder, free_port(), IKW_DATABASE_URL=url, IKW_RATE_LIMITS="off")
    ikw(env, "migrate")
    ikw(env, "load", "ikw/programmes/rheine-2023.toml")
    with served(env, "-m", "ikw", "serve"), ThreadPoolExecutor(CLIENTS) as clients:
        began = time.monotonic()
        each = [(env["PORT"], n) for n in range(CLIENTS)]
        slowest = sorted(t for times in clients.map(sign_up_many, each) for t in times)
        took = time.monotonic() - began
    engine = connect(url)
    with engine.connect() as connection:
        stored = connection.execute(text("SELECT count(*) FROM registration")).scalar()
    assert stored == SIGN_UPS, stored
    bare = bare_inserts(engine)
    ours = SIGN_UPS / took
    print(
        f"{'sign-ups, ' + name:28} {ours:7.0f}/s  (form, answers, letter; p99 "
        f"{slowest[int(len(slowest) * 0.99)] * 1000:.0f} ms)  bare insert {bare:7.0f}/s"
        f"  ratio {ours / bare:.2f}"
    )
    engine.dispose()


def sign_up_many(who: tuple[str, int]) -> list[float]:
    """Fetch the form and send it, again and again; return how long each answer took."""
    port, number = who
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=60)
    path = "/veranstaltung/infoabend/anmelden"
    times = []
    for n in range(SIGN_UPS // CLIENTS):
        connection.request("GET", path)
        token = TOKEN.search(connection.getresponse().read().decode())
        assert token
        answers = {
            "form_token": token[1],
            "name": "Anna",
            "email": f"gast{number}-{n}@example.org",
            "places": "2",
        }
        began = time.monotonic()
        connection.request(
            "POST",
            path,
            urlencode(answers),
            {"Content-Type": "application/x-www-form-urlencoded"},
        )
        answer = connection.getresponse()
        answer.read()
        times.append(time.monotonic() - began)
        assert answer.status == 303, answer.status
    return times


def bare_inserts(engine: object) -> float:
    """Return how many rows a second sixteen threads insert, each in a transaction of its own."""
    from sqlalchemy import Engine

    assert isinstance(engine, Engine)
    bare = engine.execution_options(ikw_writes=True)
    table = Table("bench", MetaData(), Column("id", Integer, primary_key=True), Column("a", String))
    table.create(bare)

    def insert(_n: int) -> None:
        for _ in range(SIGN_UPS // CLIENTS):
            with turn(engine), bare.begin() as connection:
                connection.execute(table.insert().values(a="x" * 200))

    began = time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(insert, range(CLIENTS)))
    return SIGN_UPS / (time.monotonic() - began)


def bench_feeds(folder: Path) -> None:
    """CPU of a feed that is not kept, with its entries new and known; the yardstick is one kept."""
    app = create_app({"IKW_DATABASE_URL": f"sqlite:///{folder}/feeds.sqlite"})
    client = app.test_client()
    with app.app_context():
        migrations.migrate(db.engine())
        programme = Path("ikw/programmes/beispiel-60.toml").read_text("utf-8")
        with db.write() as session:
            load(session, parse(programme), at(NOW))

    def milliseconds(entries_known: bool, kept: bool = False) -> float:
        if not kept:
            app.extensions["ikw.pages"].pages.clear()
        if not entries_known:
            known_entry.cache_clear()
        begun = time.process_time()
        assert client.get("/kalender/alle.ics").status_code == 200
        return 1000 * (time.process_time() - begun)

    for count in (60, 1000):
        if count > 60:
            with app.app_context():
                add_events(count)
        milliseconds(False)
        cold, warm = (min(milliseconds(known) for _ in range(5)) for known in (False, True))
        kept = min(milliseconds(True, kept=True) for _ in range(50))
        print(
            f"feed of {count:4} events          {cold:6.1f} ms CPU cold, {warm:.1f} with entries "
            f"known, {kept:.2f} kept (1/{cold / kept:.0f})"
        )
    app.extensions["ikw.engine"].dispose()


def bench_rendering(folder: Path) -> None:
    """CPU of what is made anew: pages in two languages, and what Typst sets."""
    app = create_app({"IKW_DATABASE_URL": f"sqlite:///{folder}/feeds.sqlite"})
    client = app.test_client()

    def milliseconds(path: str) -> float:
        app.extensions["ikw.pages"].pages.clear()
        typeset.cache_clear()
        begun = time.process_time()
        assert client.get(path).status_code == 200
        return 1000 * (time.process_time() - begun)

    for name, path in {
        "programme page of 1000": "/programm/beispiel-ikw/",
        "the same in Ukrainian": "/uk/programm/beispiel-ikw/",
        "event page": "/veranstaltung/kochabend-vier-kuechen/",
        "programme as PDF": "/programm/beispiel-ikw.pdf",
        "picture of an event": "/veranstaltung/kochabend-vier-kuechen/bild.png",
    }.items():
        milliseconds(path)
        print(f"{name:28} {min(milliseconds(path) for _ in range(5)):6.1f} ms CPU, made anew")
    app.extensions["ikw.engine"].dispose()


def bench_desk(name: str, url: str, parties: int = 5000) -> None:
    """CPU of the desk's pages for an event with many parties, and of taking them away as files."""
    app = create_app({"IKW_DATABASE_URL": url, "IKW_NOW": NOW.isoformat()})
    with app.app_context():
        migrations.migrate(db.engine())
        store_crowd(parties)
        who = organiser("coordination")
    client = sign_in(app.test_client(), who)

    def milliseconds(path: str) -> float:
        begun = time.process_time()
        answer = client.get(path)
        assert answer.status_code == 200, path
        # What streams is made while it is read.
        assert answer.data
        return 1000 * (time.process_time() - begun)

    pages = {path: min(milliseconds(path) for _ in range(3)) for path in DESK_PAGES}
    slowest = max(pages, key=lambda path: pages[path])
    print(
        f"desk, {parties} parties, {name:10} slowest page {pages[slowest]:.0f} ms CPU ({slowest}), "
        f"list {pages[f'{EVENT}anmeldungen/']:.0f} ms"
    )
    for form in ("csv", "xlsx"):
        print(f"  as {form:4} {milliseconds(f'{EVENT}anmeldungen.{form}'):6.0f} ms CPU")
    app.extensions["ikw.engine"].dispose()


def add_events(count: int) -> None:
    """Make as many events of the programme's own as are missing."""
    with db.write() as session:
        some = list(session.scalars(select(Event)))
        for number in range(count - len(some)):
            event = some[number % len(some)]
            session.add(
                Event(
                    key=f"noch-{number}",
                    series=event.series,
                    title=f"{event.title} {number}",
                    summary=event.summary,
                    description=event.description,
                    date=event.date,
                    start=event.start,
                    venue=event.venue,
                    hosts=list(event.hosts),
                    topics=event.topics,
                    published_at=NOW,
                    created_at=NOW,
                    changed_at=NOW,
                )
            )


def bench_news(name: str, url: str, parties: int = 5000) -> None:
    """Time to tell many parties under the lock; the yardstick is inserting as many bare letters."""
    app = create_app({"IKW_DATABASE_URL": url, "IKW_NOW": NOW.isoformat()})
    with app.app_context():
        migrations.migrate(db.engine())
        event = make_event(f"gross-{name.lower()}")
        with db.write() as session:
            session.add_all(
                Registration(
                    event=event,
                    made_by=f"{name}{number}",
                    link_hash=f"{name}{number}",
                    link_seed="seed",
                    code=f"{number:07}",
                    name="Gast",
                    email=f"gast{number}@example.org",
                    places=1,
                    seats=1,
                    created_at=NOW,
                )
                for number in range(parties)
            )
            event.taken = parties
        begun = time.perf_counter()
        with db.write() as session:
            plan.call_off(session, event.id, "Sturm", at(NOW, by="bench"))
        told = time.perf_counter() - begun
        begun = time.perf_counter()
        with db.write() as session:
            plan.postpone(session, event.id, "Sturm", at(NOW, by="bench"))
        again = time.perf_counter() - begun
        begun = time.perf_counter()
        with db.write() as session:
            ids = session.scalars(select(Registration.id)).all()
            session.add_all(
                Letter(registration_id=id_, kind="link", to="x@example.org", created_at=NOW)
                for id_ in ids
            )
        bare = time.perf_counter() - begun
    app.extensions["ikw.engine"].dispose()
    print(
        f"a change for {parties} parties, {name:10} {told:5.2f} s, the next one within the window "
        f"{again:.2f} s, bare letters {bare:.2f} s (ratio {told / bare:.1f})"
    )


def main() -> None:
    """Print all figures."""
    print(f"{os.cpu_count()} cores, {CLIENTS} clients on the same machine, {ROUNDS} rounds")
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        bench_pages(Path(one))
        bench_sign_ups("SQLite", Path(two), f"sqlite:///{two}/ikw.sqlite")
        bench_feeds(Path(one))
        bench_rendering(Path(one))
        bench_news("SQLite", f"sqlite:///{two}/news.sqlite")
        bench_desk("SQLite", f"sqlite:///{two}/desk.sqlite")
    with private_postgres() as postgres, tempfile.TemporaryDirectory() as three:
        administer(postgres, "CREATE DATABASE bench")
        bench_sign_ups("PostgreSQL", Path(three), postgres.format(name="bench"))
        administer(postgres, "CREATE DATABASE news")
        bench_news("PostgreSQL", postgres.format(name="news"))
        administer(postgres, "CREATE DATABASE desk")
        bench_desk("PostgreSQL", postgres.format(name="desk"))


if __name__ == "__main__":
    main()
