"""`ikw serve`: started, watched, stopped."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from ikw.config import MAX_REQUEST
from ikw.gate import BODY_READERS, WRITERS_AT_WORK, Gate
from ikw.serve import THREADS
from tests.mail.smtp import free_port
from tests.sites import environment, ikw, stock, wait_for


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    port = free_port()
    env = environment(tmp_path, port)
    stock(env)
    process = subprocess.Popen(
        [sys.executable, "-m", "ikw", "serve"], env=env, stdout=subprocess.PIPE
    )
    wait_for(f"http://127.0.0.1:{port}")
    yield process, port
    if process.poll() is None:
        process.kill()
    process.communicate()


def children_of(pid: int) -> set[int]:
    """Return all processes below this one."""
    found: set[int] = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            child = int(stat.parent.name)
            found |= {child} | children_of(child)
    return found


def alive(pids: set[int]) -> set[int]:
    return {pid for pid in pids if Path(f"/proc/{pid}").exists()}


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
    for _ in range(100):
        if not alive(children):
            return
        time.sleep(0.1)
    raise AssertionError("children are left")


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
    for _ in range(100):
        names = [name_of(pid) for pid in children_of(process.pid)]
        if "ikw deliver" in names and not alive({delivery}):
            return
        time.sleep(0.1)
    raise AssertionError("no delivery")


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
    for _ in range(50):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/anmeldung/link", b"email=x", 5)
        except urllib.error.HTTPError as error:
            if error.code == 422:
                return
        time.sleep(0.1)
    raise AssertionError("forms are not taken again")


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
    process = subprocess.Popen([sys.executable, "-c", code], env=env, stderr=subprocess.PIPE)
    wait_for(f"http://127.0.0.1:{port}")
    workers = children_of(process.pid)
    for path in ("workshops/", "veranstaltung/infoabend/anmelden"):
        command = ["wrk", "-t1", "-c24", "-d1s", f"http://127.0.0.1:{port}/{path}"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    time.sleep(8)
    assert children_of(process.pid) == workers
    process.terminate()
    assert process.communicate(timeout=20)[1] == b""


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
