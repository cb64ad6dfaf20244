"""Chaos: people sign up, change and cancel while processes die, the mail server fails, the disk is
full and the database restarts; then everything that was confirmed has to be there.

Usage: python -m tests.chaos [SECONDS]   (`make chaos`; 60 seconds on each database)
"""

from __future__ import annotations

import http.client
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Row, text, update
from sqlalchemy.exc import DBAPIError

from ikw.db import connect
from ikw.model import Letter
from ikw.model.letter import still_open
from tests.mail.smtp import Handler, MailServer, free_port, mail_server
from tests.postgres import Server, administer, postgres_server
from tests.processes import running
from tests.sites import environment, ikw, start

#: How many people are at it at once.
CLIENTS = 50

#: Events with few places and a waiting list.
EVENTS = ("fest", "tanz", "film")
CAPACITY = 12

#: Seconds between two kills, and for which the mail server and the disk are gone.
KILL_EVERY = 3.0
MAIL_IS_DEAD = 10.0
DISK_IS_FULL = 3.0

#: Seconds that nobody may be without an answer.
LONGEST_SILENCE = 5.0


@dataclass
class Act:
    """What a client knows of one sign-up: the last state that the site has confirmed."""

    token: str
    email: str
    places: int
    #: Whether the last try had no answer, so that either state is right.
    uncertain: bool = False
    cancelled: bool = False


@dataclass
class Report:
    """What happened, and what was wrong in the end."""

    acts: list[Act] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    oversold: list[str] = field(default_factory=list)
    silence: float = 0.0
    faults: list[str] = field(default_factory=list)
    rows: list[tuple[str, str]] = field(default_factory=list)

    def say(self, name: str, value: object) -> None:
        self.rows.append((name, str(value)))

    def require(self, holds: bool, fault: str) -> None:
        if not holds:
            self.faults.append(fault)

    def __str__(self) -> str:
        lines = [f"{name:48} {value}" for name, value in self.rows]
        return "\n".join([*lines, *(f"FAULT: {fault}" for fault in self.faults)])


class Browser:
    """One person with a browser; a lost connection is no answer."""

    def __init__(self, port: int, report: Report) -> None:
        self.port, self.report = port, report

    def ask(self, path: str, **form: object) -> tuple[int, str, str]:
        """Return status, Location and body; 0 where there was no answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        body = urllib.parse.urlencode(form) if form else None
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
        try:
            connection.request("POST" if form else "GET", path, body, headers)
            answer = connection.getresponse()
            page = answer.read().decode()
        except (OSError, http.client.HTTPException):
            self.report.answers["none"] += 1
            return 0, "", ""
        finally:
            connection.close()
        self.report.answers[str(answer.status)] += 1
        return answer.status, answer.headers.get("Location", ""), page


def be_a_client(port: int, report: Report, number: int, stop: threading.Event) -> None:
    """Sign up again and again; change or cancel some of them."""
    draw, browser = random.Random(number), Browser(port, report)
    token = None
    round_ = 0
    while not stop.is_set():
        if token is None:
            page = browser.ask(f"/veranstaltung/{EVENTS[0]}/anmelden")[2]
            found = re.search(r'name="form_token"[^>]*value="([^"]+)"', page)
            token = found[1] if found else None
            if token is None:
                stop.wait(0.3)
                continue
        round_ += 1
        act = _sign_up(browser, token, draw, f"gast{number}.{round_}@example.org")
        if act is None:
            stop.wait(0.3)
            continue
        report.acts.append(act)
        for _ in range(draw.randint(0, 2)):
            if stop.is_set() or act.uncertain or act.cancelled:
                break
            _change(browser, token, draw, act)
        stop.wait(draw.random())


def _sign_up(browser: Browser, token: str, draw: random.Random, email: str) -> Act | None:
    places = draw.randint(1, 3)
    form = {
        "form_token": token,
        "name": "Gast",
        "email": email,
        "places": places,
        "may_wait": "y",
    }
    path = f"/veranstaltung/{draw.choice(EVENTS)}/anmelden"
    status, location, _page = browser.ask(path, **form)
    found = re.search(r"/anmeldung/([\w-]{32})/", location)
    return Act(found[1], email, places) if status == 303 and found else None


def _change(browser: Browser, token: str, draw: random.Random, act: Act) -> None:
    if draw.random() < 0.5:
        status, _location, _page = browser.ask(f"/anmeldung/{act.token}/absage", form_token=token)
        if status == 303:
            act.cancelled = True
    else:
        wanted = draw.randint(1, 3)
        status, _location, _page = browser.ask(
            f"/anmeldung/{act.token}/plaetze", form_token=token, places=wanted, may_wait="y"
        )
        if status == 303:
            act.places = wanted
    if status != 303:
        act.uncertain = True


def watch_places(engine: Engine, report: Report, stop: threading.Event) -> None:
    """Look all the time whether anybody has a seat that is not there."""
    # One statement, so that it sees one moment.
    seen = text(
        "SELECT e.key, e.capacity, e.taken, coalesce(sum(r.seats), 0) FROM event e"
        " LEFT JOIN registration r ON r.event_id = e.id GROUP BY e.key, e.capacity, e.taken"
    )
    while not stop.wait(0.05):
        with suppress(DBAPIError), engine.connect() as connection:
            for key, capacity, taken, seats in connection.execute(seen):
                if capacity is not None and (seats > capacity or seats != taken):
                    report.oversold.append(f"{key}: {seats} seats, {taken} taken of {capacity}")


def watch_answers(port: int, report: Report, stop: threading.Event) -> None:
    """Measure the longest time in which no page was answered."""
    browser, answered_at = Browser(port, Report()), time.monotonic()
    while not stop.wait(0.1):
        is_answered = browser.ask("/")[0] == 200
        report.silence = max(report.silence, time.monotonic() - answered_at)
        if is_answered:
            answered_at = time.monotonic()


def children_of(pid: int) -> list[int]:
    """Return all processes below this one."""
    found: list[int] = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                child = int(stat.parent.name)
                found += [child, *children_of(child)]
    return found


def kill_now_and_then(pid: int, report: Report, stop: threading.Event) -> None:
    """Kill one process of the site every few seconds, whichever it is."""
    draw = random.Random(7)
    while not stop.wait(KILL_EVERY):
        victims = children_of(pid)
        if victims:
            victim = draw.choice(victims)
            with suppress(OSError):
                name = Path(f"/proc/{victim}/comm").read_text().strip()
                os.kill(victim, signal.SIGKILL)
                report.kills[name] += 1


def moody(_recipient: str, tries: int) -> str | None:
    """Answer as a mail server on a bad day, until the fourth try."""
    if tries > 3:
        return "250 taken"
    return random.choice(["250 taken", "250 taken", "451 later", None])


@contextmanager
def small_disk(folder: Path) -> Iterator[Callable[[], None]]:
    """Give the folder a disk of 64 MB, and a way to fill it for a while."""
    if os.getuid() != 0:
        raise SystemExit("A small disk needs root.")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)], check=True)

    def fill() -> None:
        stuffing = folder / "stuffing"
        with suppress(OSError), stuffing.open("wb", buffering=0) as file:
            while file.write(b"x" * 4096):
                pass
        time.sleep(DISK_IS_FULL)
        stuffing.unlink()

    try:
        yield fill
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def run_chaos(
    kind: str, seconds: float, clients: int = CLIENTS, silence: float = LONGEST_SILENCE
) -> Report:
    """Let it happen on one database for so long, and look at what is left."""
    report = Report()
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="ikw-chaos-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        fill, server = None, None
        if kind == "sqlite":
            fill = stack.enter_context(small_disk(folder))
            url = f"sqlite:///{folder / 'ikw.sqlite'}"
        else:
            server = stack.enter_context(postgres_server())
            administer(server.address, "CREATE DATABASE chaos")
            url = server.address.format(name="chaos")
        port = free_port()
        mail = stack.enter_context(mail_server(moody))
        env = environment(
            folder,
            port,
            IKW_DATABASE_URL=url,
            IKW_RATE_LIMITS="off",
            MAIL_SERVER="127.0.0.1",
            MAIL_PORT=str(mail.port),
            MAIL_TIMEOUT="3",
        )
        ikw(env, "migrate")
        engine = connect(url)
        stack.callback(engine.dispose)
        _plan_events(env)
        _happen(report, env, engine, seconds, clients, fill, server, mail)
        _judge(report, env, engine, mail.handler)
        report.require(report.silence <= silence, f"{report.silence:.1f} s without an answer")
    return report


def _plan_events(env: dict[str, str]) -> None:
    code = (
        "from ikw import create_app\n"
        "from tests.conftest import make_event\n"
        "app = create_app()\n"
        "with app.app_context():\n"
        f"    for key in {EVENTS!r}:\n"
        f"        make_event(key, capacity={CAPACITY}, has_waiting_list=True)\n"
    )
    subprocess.run([sys.executable, "-c", code], env=env, check=True)


def _happen(
    report: Report,
    env: dict[str, str],
    engine: Engine,
    seconds: float,
    clients: int,
    fill: Callable[[], None] | None,
    server: Server | None,
    mail: MailServer,
) -> None:
    port = int(env["PORT"])
    stop = threading.Event()
    # A second delivery beside the one that the site has.
    with start(env, stderr=subprocess.DEVNULL) as site, _deliver(env):
        people = [
            threading.Thread(target=be_a_client, args=(port, report, number, stop))
            for number in range(clients)
        ]
        watchers = [
            threading.Thread(target=watch_places, args=(engine, report, stop)),
            threading.Thread(target=watch_answers, args=(port, report, stop)),
            threading.Thread(target=kill_now_and_then, args=(site.pid, report, stop)),
        ]
        begun = time.monotonic()
        for thread in (*people, *watchers):
            thread.start()
        time.sleep(seconds * 0.3)
        if fill is not None:
            fill()
        if server is not None:
            server.restart()
        time.sleep(seconds * 0.2)
        mail.stop()
        time.sleep(min(MAIL_IS_DEAD, seconds * 0.3))
        mail.start()
        time.sleep(max(0.0, seconds - (time.monotonic() - begun)))
        stop.set()
        for thread in (*people, *watchers):
            thread.join()


def _deliver(env: dict[str, str]) -> AbstractContextManager[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "ikw", "deliver"]
    return running(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _judge(report: Report, env: dict[str, str], engine: Engine, mail: Handler) -> None:
    """Deliver what waits, and compare what was confirmed with what there is."""
    while _make_due(engine):
        ikw(env, "deliver", "--until-empty")
    with engine.connect() as connection:
        _judge_acts(report, connection)
        _judge_letters(report, connection, mail)
    report.say("kills", dict(report.kills))
    report.say("answers", dict(sorted(report.answers.items())))
    report.say("longest time without an answer", f"{report.silence:.1f} s")
    report.say("moments with more seats than places", len(report.oversold))
    report.require(not report.oversold, f"oversold: {report.oversold[:3]}")
    wrong = {code for code in report.answers if code.startswith("5") and code != "503"}
    report.require(not wrong, f"answers {wrong}")


def _make_due(engine: Engine) -> int:
    """Let all that waits for its next try be tried now; return how many letters that are."""
    waits = still_open(), Letter.to.is_not(None)
    with engine.connect().execution_options(ikw_writes=True) as connection:
        done = connection.execute(update(Letter).where(*waits).values(next_try_at=None))
        connection.commit()
    return done.rowcount


def _judge_acts(report: Report, connection: Connection) -> None:
    rows = connection.execute(
        text("SELECT email, places, cancelled_at, queued_at, seats, event_id FROM registration")
    ).all()
    there = {row.email: row for row in rows}
    lost, other = [], []
    for act in report.acts:
        row = there.get(act.email)
        if row is None:
            lost.append(act.email)
        elif not act.uncertain and (
            bool(row.cancelled_at) != act.cancelled or row.places != act.places
        ):
            other.append(act.email)
    report.say("sign-ups confirmed", len(report.acts))
    report.say("sign-ups in the database", len(rows))
    report.say("confirmed and lost", len(lost))
    report.say("confirmed and otherwise", len(other))
    report.require(not lost, f"lost: {lost[:3]}")
    report.require(not other, f"otherwise than confirmed: {other[:3]}")
    report.require(len(report.acts) > 0, "nobody signed up")
    _judge_the_line(report, rows, connection)


def _judge_the_line(report: Report, rows: Sequence[Row[Any]], connection: Connection) -> None:
    """Nobody waits for places that are free, and of two that fit alike the first moves up first."""
    left = connection.execute(text("SELECT id, capacity - taken FROM event"))
    free: dict[int, int] = {row[0]: row[1] for row in left}
    for row in rows:
        missing = row.places - row.seats
        waits = row.queued_at is not None and row.cancelled_at is None
        report.require(
            not (waits and missing <= free[row.event_id]),
            f"{row.email} waits for places that are free",
        )
    passed = connection.execute(
        text(
            "SELECT count(*) FROM log_entry up"
            " JOIN registration later ON later.id = up.registration_id"
            " JOIN registration first ON first.event_id = later.event_id"
            " WHERE up.verb = 'move up' AND first.queued_at < later.created_at"
            " AND first.cancelled_at IS NULL AND first.seats = 0 AND first.places <= later.places"
            " AND NOT EXISTS (SELECT 1 FROM log_entry c WHERE c.verb = 'change places'"
            " AND c.registration_id IN (first.id, later.id))"
        )
    ).scalar()
    report.say("passed over on the waiting list", passed)
    report.require(not passed, f"{passed} were passed over on the waiting list")


def _judge_letters(report: Report, connection: Connection, mail: Handler) -> None:
    unsent = connection.execute(
        text("SELECT count(*) FROM letter WHERE sent_at IS NULL AND withdrawn_at IS NULL")
    ).scalar()
    missing = connection.execute(
        text(
            "SELECT count(*) FROM registration r WHERE NOT EXISTS"
            " (SELECT 1 FROM letter l WHERE l.registration_id = r.id AND l.sent_at IS NOT NULL)"
        )
    ).scalar()
    sent = {
        row[0]
        for row in connection.execute(
            text("SELECT message_id FROM letter WHERE sent_at IS NOT NULL")
        )
    }
    arrived = Counter(
        str(message["Message-ID"]).strip("<>").partition("@")[0] for message in mail.taken
    )
    report.say("letters sent", len(sent))
    report.say("letters that arrived more than once", sum(n > 1 for n in arrived.values()))
    report.say("letters sent and not arrived", len(sent - set(arrived)))
    report.say("sign-ups without a letter", missing)
    report.require(not unsent, f"{unsent} letters are not sent")
    report.require(not missing, f"{missing} sign-ups have no letter")
    report.require(sent <= set(arrived), "letters noted as sent did not arrive")


def main() -> None:
    """Run it on both databases, and end with 1 if anything was wrong."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    wrong = False
    for kind in ("sqlite", "postgresql"):
        report = run_chaos(kind, seconds)
        print(f"{kind}, {seconds:.0f} s, {CLIENTS} people\n{report}\n", flush=True)
        wrong = wrong or bool(report.faults)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
