"""Pages while nobody signs up, against a view that answers constant bytes; and memory."""

from __future__ import annotations

import re
import statistics
import time
from pathlib import Path

from flask import Flask, Response

from tests.bench.load import CLIENTS, get, memory, read, served, warm
from tests.bench.report import Report
from tests.mail.smtp import free_port
from tests.sites import environment, ikw

ROUNDS = 3
PROGRAMME = "/programm/beispiel-ikw/"
PAGES = {
    "the same in Ukrainian": f"/uk{PROGRAMME}",
    "event page": "/veranstaltung/kochabend-vier-kuechen/",
    "calendar of all events": "/kalender/alle.ics",
}
#: So many answers in three languages, and a minute's rest.
ANSWERS = 1_000
REST = 60


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


def yardstick(folder: Path) -> tuple[dict[str, str], list[str]]:
    """Return the environment and the command of a server of constant views."""
    env = environment(folder, free_port())
    code = (
        "from ikw.serve import serve, web_tasks;"
        f"serve(web_tasks('127.0.0.1', {env['PORT']}, 2, 'tests.bench.quiet:create_constant'))"
    )
    return env, ["-c", code]


def bench(report: Report, folder: Path) -> None:
    site = environment(folder, free_port())
    ikw(site, "migrate")
    ikw(site, "load", "ikw/programmes/beispiel-60.toml")
    constant, command = yardstick(folder)
    with served(site, "-m", "ikw", "serve") as process, served(constant, *command):
        ports = site["PORT"], constant["PORT"]
        report.open("Readers in quiet, SQLite")
        size = len(get(ports[0], PROGRAMME))
        warm(ports[0], PROGRAMME, *PAGES.values())
        warm(ports[1], f"/{size}")
        for clients in (2, CLIENTS, 64):
            _compare(report, f"programme page, 60 events, {clients} connections", ports, clients)
        for name, path in PAGES.items():
            _compare(report, f"{name}, {CLIENTS} connections", ports, CLIENTS, path)
        report.open("Memory of all processes (PSS)")
        _read_a_thousand(ports[0])
        time.sleep(REST)
        name = f"after {ANSWERS} answers in three languages and a minute's rest"
        report.say(name, f"{memory(process.pid):.0f} MB", "150 MB")


def _compare(
    report: Report, name: str, ports: tuple[str, str], clients: int, path: str = PROGRAMME
) -> None:
    size = len(get(ports[0], path))
    pairs = [
        (read(ports[0], path, clients), read(ports[1], f"/{size}", clients)) for _ in range(ROUNDS)
    ]
    rate = statistics.median(ours.rate / theirs.rate for ours, theirs in pairs)
    late = statistics.median(ours.p99 / theirs.p99 for ours, theirs in pairs)
    ours, theirs = pairs[-1]
    report.say(
        name,
        f"{ours.rate:,.0f}/s, p50 {ours.p50:.1f}, p99 {ours.p99:.1f} ms; constant view "
        f"{theirs.rate:,.0f}/s, {theirs.p50:.1f}, {theirs.p99:.1f} ms; "
        f"rate × {rate:.2f}, p99 × {late:.2f}",
        "p99 × 1.5",
    )


def _read_a_thousand(port: str) -> None:
    page = get_text(port, PROGRAMME)
    links = {link.replace("&amp;", "&") for link in re.findall(r'href="(/[^"#]*)"', page)}
    own = re.compile(r"/(static|verwaltung|kmr|einfach|\w\w)/")
    paths = sorted(link for link in links if not own.match(link))
    paths += [f"{path}anmelden" for path in paths if path.startswith("/veranstaltung/")]
    asked = 0
    while asked < ANSWERS:
        for prefix in ("", "/en", "/ar"):
            for path in paths:
                # Each round has addresses of its own, as with readers who filter.
                query = f"{'&' if '?' in path else '?'}n={asked // 500}"
                try:
                    get(port, prefix + path + query)
                except AssertionError:
                    # A form that is closed, or a page that leads to another one.
                    continue
                asked += 1


def get_text(port: str, path: str) -> str:
    import gzip

    return gzip.decompress(get(port, path)).decode()
