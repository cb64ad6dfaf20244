"""`make bench`: how fast and how large the site is, each figure beside its yardstick.

Pages are compared with a Flask view that returns constant bytes of the same size from the same
server; sign-ups with bare insert-and-commit on the same database. Machines differ, ratios less.
"""

from __future__ import annotations

import http.client
import os
import re
import signal
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
from sqlalchemy import Column, Integer, MetaData, String, Table, text

from ikw import db
from ikw.db import connect
from tests.browser.conftest import environment, ikw, wait_for
from tests.mail.smtp import free_port
from tests.postgres import administer, private_postgres
from tests.web.forms import TOKEN

SECONDS = 4
ROUNDS = 3
CLIENTS = 16
SIGN_UPS = 1600
PAGES = {
    "programme page, 60 events": "/programm/beispiel-ikw/",
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
    process = subprocess.Popen([sys.executable, *command], env=env, stdout=subprocess.DEVNULL)
    try:
        wait_for(f"http://127.0.0.1:{env['PORT']}")
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


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
        "from ikw.serve import serve_web;"
        f"serve_web('127.0.0.1', {yardstick['PORT']}, 2, 'tests.bench:create_constant')"
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
            with db._turn(engine), bare.begin() as connection:
                connection.execute(table.insert().values(a="x" * 200))

    began = time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(insert, range(CLIENTS)))
    return SIGN_UPS / (time.monotonic() - began)


def main() -> None:
    """Print all figures."""
    print(f"{os.cpu_count()} cores, {CLIENTS} clients on the same machine, {ROUNDS} rounds")
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        bench_pages(Path(one))
        bench_sign_ups("SQLite", Path(two), f"sqlite:///{two}/ikw.sqlite")
    with private_postgres() as postgres, tempfile.TemporaryDirectory() as three:
        administer(postgres, "CREATE DATABASE bench")
        bench_sign_ups("PostgreSQL", Path(three), postgres.format(name="bench"))


if __name__ == "__main__":
    main()
