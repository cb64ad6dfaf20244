"""What pages, feeds and letters take to make anew, without a server."""

from __future__ import annotations

import resource
import time
from pathlib import Path

from sqlalchemy import select

from ikw import create_app, db, migrations
from ikw.actions.event import plan
from ikw.calendar.entry import known_entry
from ikw.model import Event, Letter, Registration
from ikw.print.typeset import typeset
from ikw.programmes.file import parse
from ikw.programmes.store import load
from tests.actions.cast import at
from tests.bench.report import Report
from tests.conftest import NOW, make_event
from tests.web.desk.desk import organiser, sign_in
from tests.web.desk.test_queries import EVENT, store_crowd
from tests.web.desk.test_queries import PAGES as DESK_PAGES


def bench(report: Report, name: str, url: str) -> None:
    """Measure all; the address has {name} for the database."""
    report.open(f"What is made anew, {name}")
    bench_feeds(report, url.format(name="feeds"))
    bench_rendering(report, url.format(name="feeds"))
    bench_news(report, url.format(name="news"))
    bench_desk(report, url.format(name="desk"))


def bench_feeds(report: Report, url: str) -> None:
    """CPU of a feed that is not kept, with its entries new and known; the yardstick is one kept."""
    app = create_app({"IKW_DATABASE_URL": url, "IKW_NOW": NOW.isoformat()})
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
        report.say(
            f"calendar of {count} events",
            f"{cold:.1f} ms CPU, {warm:.1f} with entries known, "
            f"{kept:.2f} kept (1 : {cold / kept:.0f})",
        )
    app.extensions["ikw.engine"].dispose()


def bench_rendering(report: Report, url: str) -> None:
    """CPU of what is made anew: pages in two languages, and what Typst sets."""
    app = create_app({"IKW_DATABASE_URL": url, "IKW_NOW": NOW.isoformat()})
    client = app.test_client()

    def milliseconds(path: str) -> float:
        app.extensions["ikw.pages"].pages.clear()
        typeset.cache_clear()
        begun = _cpu()
        assert client.get(path).status_code == 200
        return 1000 * (_cpu() - begun)

    for name, path in {
        "programme page of 1000": "/programm/beispiel-ikw/",
        "the same in Ukrainian": "/uk/programm/beispiel-ikw/",
        "event page": "/veranstaltung/kochabend-vier-kuechen/",
        "programme as PDF": "/programm/beispiel-ikw.pdf",
        "picture of an event": "/veranstaltung/kochabend-vier-kuechen/bild.png",
    }.items():
        milliseconds(path)
        report.say(name, f"{min(milliseconds(path) for _ in range(5)):.1f} ms CPU")
    app.extensions["ikw.engine"].dispose()


def _cpu() -> float:
    """Return the seconds that this process has taken, and those it started and that have ended."""
    mine, theirs = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return mine.ru_utime + mine.ru_stime + theirs.ru_utime + theirs.ru_stime


def bench_desk(report: Report, url: str, parties: int = 5000) -> None:
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
    report.say(
        f"desk, {parties} parties: slowest page, list of sign-ups",
        f"{pages[slowest]:.0f} ms CPU ({slowest}), {pages[f'{EVENT}anmeldungen/']:.0f} ms",
    )
    for form in ("csv", "xlsx"):
        report.say(
            f"the list as {form}", f"{milliseconds(f'{EVENT}anmeldungen.{form}'):.0f} ms CPU"
        )
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


def bench_news(report: Report, url: str, parties: int = 5000) -> None:
    """Time to tell many parties under the lock; the yardstick is inserting as many bare letters."""
    app = create_app({"IKW_DATABASE_URL": url, "IKW_NOW": NOW.isoformat()})
    with app.app_context():
        migrations.migrate(db.engine())
        event = make_event("gross")
        with db.write() as session:
            session.add_all(
                Registration(
                    event=event,
                    made_by=f"{number}",
                    link_hash=f"{number}",
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
    report.say(
        f"a change for {parties} parties",
        f"{told:.2f} s, the next one within the window {again:.2f} s; as many bare letters "
        f"{bare:.2f} s (× {told / bare:.1f})",
    )
