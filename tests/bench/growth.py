"""The same pages for a small programme, and with the archive of fifteen years behind it."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

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
    app = create_app({"IKW_DATABASE_URL": url, "IKW_NOW": NOW.isoformat()})
    with app.app_context():
        migrations.migrate(db.engine())
        programme = Path("ikw/programmes/beispiel-60.toml").read_text("utf-8")
        with db.write() as session:
            load(session, parse(programme), at(NOW))
    client = app.test_client()
    small = {path: _milliseconds(client, path) for path in PAGES.values()}
    began = time.monotonic()
    with app.app_context():
        with db.write() as session:
            rows = store_archive(session, LAST)
        if url.startswith("postgresql"):
            with db.engine().connect() as connection:
                connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql(
                    "ANALYZE"
                )
    report.open(f"With an archive of {rows:,} rows, {name}")
    report.say("to make it", f"{time.monotonic() - began:.0f} s")
    for what, path in PAGES.items():
        cpu, wall = _milliseconds(client, path)
        ratio = wall / small[path][1]
        report.say(
            what,
            f"{cpu:.1f} ms CPU, {wall:.1f} ms in all; before {small[path][0]:.1f} and "
            f"{small[path][1]:.1f} ms; × {ratio:.2f}",
            "× 1.2",
        )
    app.extensions["ikw.engine"].dispose()


def _milliseconds(client: FlaskClient, path: str) -> tuple[float, float]:
    """Return what making a page anew takes at least, of this process and with the database."""
    taken = []
    for _ in range(9):
        client.application.extensions["ikw.pages"].pages.clear()
        cpu, wall = time.process_time(), time.perf_counter()
        assert client.get(path).status_code == 200, path
        taken.append((1000 * (time.process_time() - cpu), 1000 * (time.perf_counter() - wall)))
    return min(one[0] for one in taken), min(one[1] for one in taken)
