"""The same pages for a small programme, and with the archive of fifteen years behind it."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from ikw import create_app, db, migrations
from ikw.programmes.file import parse
from ikw.programmes.store import load
from tests.actions.cast import at
from tests.archive import store_archive
from tests.bench.report import Report
from tests.conftest import NOW

#: Thirteen months before the day on which the site stands.
LAST = date(2021, 12, 20)

PAGES = {
    "home": "/",
    "programme of 60 events": "/programm/beispiel-ikw/",
    "event": "/veranstaltung/kochabend-vier-kuechen/",
    "form": "/veranstaltung/kochabend-vier-kuechen/anmelden",
    "workshops": "/workshops/",
    "how to subscribe": "/kalender/",
    "calendar of everything": "/kalender/alle.ics",
    "news": "/kalender/neues.atom",
    "search": "/programm/?q=kochen",
    "sitemap": "/sitemap.xml",
}


def bench(report: Report, name: str, url: str) -> None:
    """Measure both in turn, as machines are not always as fast; the address has {name}."""
    small, large = (_site(url.format(name=database)) for database in ("small", "large"))
    began = time.monotonic()
    with large.app_context():
        with db.write() as session:
            rows = store_archive(session, LAST)
        if url.startswith("postgresql"):
            with db.engine().connect() as connection:
                commits = connection.execution_options(isolation_level="AUTOCOMMIT")
                commits.exec_driver_sql("ANALYZE")
    report.open(f"With an archive of {rows:,} rows, {name}")
    report.say("to make it", f"{time.monotonic() - began:.0f} s")
    clients = small.test_client(), large.test_client()
    for what, path in PAGES.items():
        taken = [[_milliseconds(client, path) for client in clients] for _ in range(ROUNDS)]
        (cpu, wall), (cpu_large, wall_large) = (
            (min(one[0] for one in side), min(one[1] for one in side))
            for side in zip(*taken, strict=True)
        )
        report.say(
            what,
            f"{cpu_large:.1f} ms CPU, {wall_large:.1f} ms in all; without it {cpu:.1f} and "
            f"{wall:.1f} ms; × {wall_large / wall:.2f}",
            "× 1.2",
        )
    for app in (small, large):
        app.extensions["ikw.engine"].dispose()


ROUNDS = 12


def _site(url: str) -> Flask:
    app = create_app({"IKW_DATABASE_URL": url, "IKW_NOW": NOW.isoformat()})
    with app.app_context():
        migrations.migrate(db.engine())
        programme = Path("ikw/programmes/beispiel-60.toml").read_text("utf-8")
        with db.write() as session:
            load(session, parse(programme), at(NOW))
    return app


def _milliseconds(client: FlaskClient, path: str) -> tuple[float, float]:
    """Return what making a page anew takes, of this process and with the database."""
    client.application.extensions["ikw.pages"].pages.clear()
    cpu, wall = time.process_time(), time.perf_counter()
    assert client.get(path).status_code == 200, path
    return 1000 * (time.process_time() - cpu), 1000 * (time.perf_counter() - wall)
