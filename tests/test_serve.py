"""`ikw serve`: started, watched, stopped."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from threading import Barrier, Event
from typing import Any

import pytest

from ikw.config import MAX_REQUEST
from ikw.gate import BODY_READERS, READERS_EACH, WRITERS_AT_WORK, Gate
from ikw.serve import THREADS
from ikw.web.timing import LONG_ENOUGH
from tests.mail.smtp import free_port
from tests.processes import alive, children_of, running, until
from tests.sites import environment, ikw, start, stock
from tests.web.forms import token_in

pytestmark = pytest.mark.system


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    port = free_port()
    env = environment(tmp_path, port)
    stock(env)
    with start(env, stdout=subprocess.PIPE) as process:
        yield process, port


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_cleanly_and_leaves_no_child(
    served: tuple[subprocess.Popen[bytes], int], number: signal.Signals
) -> None:
    process, _ = served
    children = children_of(process.pid)
    assert len(children) >= 4, "web server, two workers, delivery"
    process.send_signal(number)
    assert process.wait(10) == 0
    assert alive(children) == set()
    assert process.stdout is not None
    printed = process.stdout.read().decode()
    assert "/workshops/" in printed
    assert "Letters wait in the outbox" in printed


def test_when_it_is_killed_its_children_go_too(
    served: tuple[subprocess.Popen[bytes], int],
) -> None:
    process, _ = served
    children = children_of(process.pid)
    process.kill()
    process.wait()
    until(lambda: not alive(children), "its children are gone")


def name_of(pid: int) -> str:
    """Return what a process is called, or nothing when it has ended meanwhile."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except FileNotFoundError:
        return ""


def test_delivery_that_dies_is_started_again(
    served: tuple[subprocess.Popen[bytes], int],
) -> None:
    process, _ = served
    delivery = next(pid for pid in children_of(process.pid) if name_of(pid) == "ikw deliver")
    os.kill(delivery, signal.SIGKILL)

    def is_there() -> bool:
        names = [name_of(pid) for pid in children_of(process.pid)]
        return "ikw deliver" in names and not alive({delivery})

    until(is_there, "letters are delivered again")


def workers_of(pid: int) -> set[int]:
    """Return the processes that answer: below a server each has one."""
    return {child for child in children_of(pid) if not children_of(child)} - {
        child for child in children_of(pid) if name_of(child) == "ikw deliver"
    }


def test_two_workers_that_die_at_once_do_not_end_the_site(
    served: tuple[subprocess.Popen[bytes], int],
) -> None:
    """Granian takes two deaths within 5.5 seconds for a loop and ends; we start them again."""
    process, port = served
    answered_at, silence = time.monotonic(), 0.0
    for _round in range(3):
        for worker in workers_of(process.pid):
            os.kill(worker, signal.SIGKILL)
        gone_at = time.monotonic()
        while time.monotonic() - gone_at < 3:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                    silence = max(silence, time.monotonic() - answered_at)
                    answered_at = time.monotonic()
            except OSError:
                time.sleep(0.05)
    assert process.poll() is None
    assert silence < 5
    assert len(workers_of(process.pid)) == 2


def test_a_process_that_never_comes_to_work_is_not_started_over_and_over(
    tmp_path: Path,
) -> None:
    """Pauses grow while it dies before it could answer, and the others go on."""
    starts = tmp_path / "starts"
    code = (
        "import sys, time\n"
        "from ikw.serve import note_at_work, serve\n"
        "def broken():\n"
        f"    open({str(starts)!r}, 'a').write('x')\n"
        "    sys.exit(1)\n"
        "def sound():\n"
        "    note_at_work()\n"
        "    time.sleep(60)\n"
        "sys.exit(serve({'broken': broken, 'sound': sound}))\n"
    )
    with running([sys.executable, "-c", code], stderr=subprocess.DEVNULL) as process:
        until(starts.exists, "the broken one has begun")
        # Not for something to happen, but for too much not to.
        time.sleep(4)
        assert 2 <= len(starts.read_text()) <= 6
        assert "ikw sound" in {name_of(pid) for pid in children_of(process.pid)}


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        env = environment(tmp_path, taken.getsockname()[1])
        ikw(env, "migrate")
        command = [sys.executable, "-m", "ikw", "serve"]
        result = subprocess.run(command, env=env, capture_output=True, text=True, timeout=20)
    assert result.returncode == 1
    assert "is in use; choose another one with PORT=" in result.stderr


def test_slow_senders_do_not_keep_readers_out(
    served: tuple[subprocess.Popen[bytes], int],
) -> None:
    _, port = served
    slow = []
    for _ in range(4 * THREADS):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.sendall(
            b"POST /anmeldung/link HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 5000\r\n\r\nemail="
        )
        slow.append(connection)
    assert len(slow) > 2 * BODY_READERS
    for _ in range(20):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/workshops/", timeout=2) as answer:
            assert answer.status == 200
    for connection in slow:
        connection.close()

    def is_taken() -> bool:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/anmeldung/link", b"email=x", 5)
        except urllib.error.HTTPError as error:
            return error.code == 422
        return False

    until(is_taken, "forms are taken again")


def test_bodies_of_unknown_length_are_refused(
    served: tuple[subprocess.Popen[bytes], int],
) -> None:
    _, port = served
    waiting = []
    for _ in range(2 * THREADS):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.sendall(
            b"POST /anmeldung/link HTTP/1.1\r\nHost: localhost\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n"
        )
        waiting.append(connection)
    for _ in range(10):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/workshops/", timeout=2) as answer:
            assert answer.status == 200
    assert b" 411 " in waiting[0].recv(200)
    for connection in waiting:
        connection.close()


def test_workers_outlive_their_idle_threads(tmp_path: Path) -> None:
    env = environment(tmp_path, port := free_port())
    stock(env)
    code = f"from ikw.serve import serve_web; serve_web('127.0.0.1', {port}, thread_idle=5)"
    url, serve = f"http://127.0.0.1:{port}", [sys.executable, "-c", code]
    with (
        (tmp_path / "log").open("wb") as log,
        running(serve, answers_at=url, env=env, stderr=log) as process,
    ):
        workers = children_of(process.pid)
        for path in ("workshops/", "veranstaltung/infoabend/anmelden"):
            command = ["wrk", "-t1", "-c24", "-d1s", f"{url}/{path}"]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        # Threads that are idle for five seconds end; nothing else shows it.
        time.sleep(8)
        assert children_of(process.pid) == workers
    assert (tmp_path / "log").read_bytes() == b""


def begin_a_form(port: int, address: str, length: int = 300, cookie: str = "") -> socket.socket:
    """Send the head of a form and three bytes of it."""
    path = "/verwaltung/x" if cookie else "/anmeldung/link"
    connection = socket.create_connection(("127.0.0.1", port), source_address=(address, 0))
    connection.sendall(
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\n{cookie}\r\nema".encode()
    )
    return connection


def is_over(connection: socket.socket) -> bool:
    """Whether the other side has ended a connection, be it with an answer."""
    connection.settimeout(0.001)
    try:
        return not connection.recv(10_000) or is_over(connection)
    except TimeoutError:
        return False
    except OSError:
        return True


@pytest.mark.parametrize("trickles", [False, True])
def test_slow_bodies_from_three_addresses_keep_nobody_from_signing_up(
    served: tuple[subprocess.Popen[bytes], int], trickles: bool
) -> None:
    """Telephones in a tunnel that say nothing more, and programs that send a byte now and then."""
    _process, port = served
    everyone = [begin_a_form(port, f"127.0.0.{2 + n % 3}") for n in range(120)]
    slow = everyone
    begun = time.monotonic()
    answered, longest = 0, 0.0
    while slow and time.monotonic() - begun < 30:
        asked_at = time.monotonic()
        for path, form in (("healthz", None), ("workshops/", None), ("anmeldung/link", b"email=x")):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", form, 5).read()
            except urllib.error.HTTPError as error:
                assert error.code == 422, "the form is read, and refused for what it says"
        answered += 1
        longest = max(longest, time.monotonic() - asked_at)
        slow = [connection for connection in slow if not is_over(connection)]
        for connection in slow if trickles else []:
            with suppress(OSError):
                connection.sendall(b"x")
        time.sleep(0.2)
    for connection in everyone:
        connection.close()
    assert slow == [], "all are let go"
    assert answered > 10
    assert longest < 5


def test_a_made_up_cookie_opens_no_more_than_a_few_places(
    served: tuple[subprocess.Popen[bytes], int],
) -> None:
    """Whoever says to be at the desk may send nine megabytes, and has to send them."""
    _process, port = served
    cookie = "Cookie: ikw_desk=x\r\n"
    slow = [begin_a_form(port, f"127.0.0.{2 + n}", 9_000_000, cookie) for n in range(40)]
    try:
        for _ in range(5):
            with pytest.raises(urllib.error.HTTPError, match="422"):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/anmeldung/link", b"email=x", 5)
        deadline = time.monotonic() + 20
        while not all(map(is_over, slow)) and time.monotonic() < deadline:
            time.sleep(0.2)
        assert all(map(is_over, slow))
    finally:
        for connection in slow:
            connection.close()


def test_a_slow_line_that_goes_on_sending_arrives(
    served: tuple[subprocess.Popen[bytes], int],
) -> None:
    """A form of 40 kB over a line of 20 kB a second takes longer than the grace, nearly."""
    _process, port = served
    length = 60_000
    connection = begin_a_form(port, "127.0.0.9", length)
    sent = 3
    while sent < length:
        part = min(2_500, length - sent)
        connection.sendall(b"x" * part)
        sent += part
        time.sleep(0.45)
    connection.settimeout(10)
    assert connection.recv(200).startswith(b"HTTP/1.1 422")
    connection.close()


def test_half_a_form_is_none() -> None:
    """The line broke in the middle: what arrived says something else than all of it."""
    asked: list[bytes] = []

    def app(environ: dict[str, Any], _start: Any) -> list[bytes]:
        asked.append(environ["wsgi.input"].read())
        return [b"ok"]

    gate = Gate(app)
    statuses: list[str] = []
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/veranstaltung/fest/anmelden",
        "CONTENT_LENGTH": "40",
        "REMOTE_ADDR": "192.0.2.1",
        "wsgi.input": BytesIO(b"name=Anna&email=anna@exam"),
    }
    gate(environ, lambda status, _headers: statuses.append(status))
    assert asked == []
    assert statuses == ["503 Service Unavailable"]


def test_a_club_room_that_sends_its_forms_at_once_is_not_sent_away() -> None:
    """Ten telephones behind one address: each body is here in a moment, and nobody starts again."""

    class Prompt(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            time.sleep(0.05)
            return super().read(size)

    def app(environ: dict[str, Any], _start: Any) -> list[bytes]:
        return [environ["wsgi.input"].read()]

    gate = Gate(app, READERS_EACH)
    together = Barrier(10)

    def send(number: int) -> list[bytes]:
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/veranstaltung/fest/anmelden",
            "CONTENT_LENGTH": "11",
            "REMOTE_ADDR": "192.0.2.1",
            "wsgi.input": Prompt(b"name=Anna%02d" % number),
        }
        together.wait()
        return list(gate(environ, lambda *_answer: None))

    with ThreadPoolExecutor(10) as people:
        answers = list(people.map(send, range(10)))
    assert answers == [[b"name=Anna%02d" % number] for number in range(10)]


@pytest.mark.parametrize("path", ["/anmeldung/link", "/verwaltung/anmelden"])
def test_the_time_of_an_answer_does_not_tell_who_is_known(
    served: tuple[subprocess.Popen[bytes], int], path: str
) -> None:
    """Whatever was found, no answer comes sooner than the longest of them."""
    _process, port = served
    url = f"http://127.0.0.1:{port}{path}"
    with urllib.request.urlopen(url) as page:
        token = token_in(page.read().decode())
    for email in ("niemand@example.org", "karla@example.org"):
        body = urllib.parse.urlencode({"form_token": token, "email": email}).encode()
        begun = time.monotonic()
        with urllib.request.urlopen(url, body) as answer:
            assert answer.status == 200
        assert time.monotonic() - begun >= LONG_ENOUGH


def test_two_slow_uploads_keep_no_form_waiting() -> None:
    """A club sends a picture over a bad line while citizens sign up."""
    release = Event()
    arrived: list[bytes] = []

    class Slow(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            release.wait(20)
            return super().read(size)

    def app(environ: dict[str, Any], _start: Any) -> list[bytes]:
        arrived.append(environ["wsgi.input"].read())
        return [b"ok"]

    gate = Gate(app)
    picture = b"x" * (3 * MAX_REQUEST)

    def ask(body: BytesIO, length: int, path: str, **more: str) -> list[bytes]:
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": path,
            "CONTENT_LENGTH": str(length),
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.input": body,
            **more,
        }
        return list(gate(environ, lambda *_answer: None))

    desk, cookie = "/verwaltung/veranstaltung/fest/bild", {"HTTP_COOKIE": "ikw_desk=x"}
    with ThreadPoolExecutor(3) as pool:
        slow = [
            pool.submit(ask, Slow(picture), len(picture), desk, **cookie)
            for _ in range(WRITERS_AT_WORK)
        ]
        form = pool.submit(ask, BytesIO(b"name=Anna"), 9, "/veranstaltung/fest/anmelden")
        assert form.result(timeout=10) == [b"ok"]
        assert arrived == [b"name=Anna"]
        release.set()
        assert [one.result(timeout=10) for one in slow] == [[b"ok"]] * WRITERS_AT_WORK
    assert arrived[1:] == [picture] * WRITERS_AT_WORK


def test_nobody_sees_an_older_state_than_was_confirmed(tmp_path: Path, database_url: str) -> None:
    """Two processes answer; whichever it is, a seat that somebody has is on its page."""
    env = environment(tmp_path, free_port(), IKW_DATABASE_URL=database_url, IKW_RATE_LIMITS="off")
    ikw(env, "load", "ikw/programmes/beispiel-60.toml")
    url = f"http://127.0.0.1:{env['PORT']}/veranstaltung/eroeffnungsfest/"

    def page(path: str = "") -> str:
        # Each connection is another one's turn.
        with urllib.request.urlopen(url + path) as answer:
            return str(answer.read().decode())

    def sign_up(number: int) -> None:
        answers = {"name": "Anna", "email": f"a{number}@example.org", "places": "1"}
        answers["form_token"] = token_in(page("anmelden"))
        body = urllib.parse.urlencode(answers).encode()
        with urllib.request.urlopen(url + "anmelden", body) as answer:
            assert "/anmeldung/" in answer.url

    with start(env):
        for number in range(1, 26):
            sign_up(number)
            for _ in range(4):
                assert f"{386 - number} von 600 Plätzen sind frei" in page()
        confirmed, seen = [25], []

        def watch(_number: int) -> None:
            for _ in range(60):
                before = confirmed[0]
                found = re.search(r"(\d+) von 600 Plätzen", page())
                assert found
                seen.append(386 - int(found[1]) - before)

        with ThreadPoolExecutor(4) as readers:
            watching = [readers.submit(watch, number) for number in range(4)]
            for number in range(26, 46):
                sign_up(number)
                confirmed[0] = number
            for one in watching:
                one.result()
        assert min(seen) >= 0, "older than what was confirmed before it was asked for"
        assert "341 von 600 Plätzen sind frei" in page()
