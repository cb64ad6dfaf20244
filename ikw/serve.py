"""`ikw serve`: the web server and the delivery of letters, started, watched and stopped together.

Which server, and why with these numbers: docs/decisions/0002-web-server.md.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from io import BytesIO
from multiprocessing.process import BaseProcess
from threading import BoundedSemaphore, Lock
from types import FrameType
from typing import IO, Any

from ikw.config import MAX_REQUEST, MAX_UPLOAD

#: Threads of one web process that hold requests.
THREADS = 24

#: Of these, how many may wait for the body of a request; the others stay free for readers.
BODY_READERS = 12

#: How many of them one address may take.
READERS_EACH = 4

#: How many requests run Python at once. More would only wait for each other, and for longest while
#: one of them holds the lock of the database.
WRITERS_AT_WORK = 2
READERS_AT_WORK = 3

#: Seconds that a stopping process gets before it is killed.
PATIENCE = 8

# From <sys/prctl.h>.
PR_SET_PDEATHSIG = 1
PR_SET_NAME = 15

Environ = dict[str, Any]
StartResponse = Callable[..., Any]


PLAIN = [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")]

#: Said before the application is asked, so in the reference language only.
BUSY = """<!doctype html><html lang="de"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Gerade ist viel los</title>
<h1>Gerade ist viel los</h1>
<p>Ihre Angaben sind noch nicht angekommen. Bitte gehen Sie zurück, sie stehen noch im Formular,
und schicken Sie es in ein paar Sekunden noch einmal ab.</p></html>
"""
BUSY_HEADERS = [
    ("Content-Type", "text/html; charset=utf-8"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("X-Content-Type-Options", "nosniff"),
    ("Cache-Control", "no-store"),
    ("Retry-After", "5"),
]


class Gate:
    """Reads a request's body before the application runs, and lets a few requests in at a time.

    The server hands bodies over as they trickle in and never gives up on one; without the gate, a
    dozen slow senders would hold every thread. What finds no room is told to come again.
    """

    def __init__(
        self, app: Callable[[Environ, StartResponse], Iterable[bytes]], each: int = BODY_READERS
    ) -> None:
        self.app = app
        self.each = each
        self.readers: Counter[str] = Counter()
        self.lock = Lock()
        # Apart, so that writers who wait for the database keep no reader waiting.
        self.writers = BoundedSemaphore(WRITERS_AT_WORK)
        self.page_readers = BoundedSemaphore(READERS_AT_WORK)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if "HTTP_TRANSFER_ENCODING" in environ:
            # Browsers tell the length of a form; of a body without one we could not say when to
            # stop waiting for it.
            start_response("411 Length Required", PLAIN)
            return [b"Please send the length of the form (Content-Length).\n"]
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body: IO[bytes] | None = None
        # What is larger is refused by Flask before it is read.
        if 0 < length <= (MAX_UPLOAD if _may_upload(environ) else MAX_REQUEST):
            if not self._begin_reading(environ):
                start_response("503 Service Unavailable", [*BUSY_HEADERS])
                return [BUSY.encode()]
            try:
                body = environ["wsgi.input"] = _read(environ["wsgi.input"], length)
            finally:
                self._end_reading(environ)
        reads = environ["REQUEST_METHOD"] in {"GET", "HEAD"}
        try:
            with self.page_readers if reads else self.writers:
                return self.app(environ, start_response)
        finally:
            if body is not None:
                body.close()

    def _begin_reading(self, environ: Environ) -> bool:
        address = environ.get("REMOTE_ADDR", "")
        with self.lock:
            if self.readers.total() >= BODY_READERS or self.readers[address] >= self.each:
                return False
            self.readers[address] += 1
            return True

    def _end_reading(self, environ: Environ) -> None:
        with self.lock:
            self.readers.subtract([environ.get("REMOTE_ADDR", "")])
            self.readers += Counter()


def _may_upload(environ: Environ) -> bool:
    """Return whether a request may bring a picture or a workbook: at the desk, signed in."""
    at_the_desk = "/verwaltung/" in environ.get("PATH_INFO", "")
    return at_the_desk and "ikw_desk=" in environ.get("HTTP_COOKIE", "")


def _read(source: IO[bytes], length: int) -> IO[bytes]:
    """Return a body that has arrived whole; a large one is on the disk, not in memory."""
    if length <= MAX_REQUEST:
        return BytesIO(source.read(length))
    body = tempfile.TemporaryFile()  # noqa: SIM115 (closed by who asked for it)
    left = length
    while left > 0 and (part := source.read(min(left, MAX_REQUEST))):
        body.write(part)
        left -= len(part)
    body.seek(0)
    return body


def create_served_app() -> Gate:
    """Return the application of one web process."""
    from ikw import create_app

    end_with_parent()
    # Ctrl-C reaches everyone at a terminal; the parent alone decides when a worker stops.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    app = create_app()
    # Behind a proxy all have its address; it waits for bodies itself.
    return Gate(app, BODY_READERS if app.config["IKW_TRUSTED_PROXIES"] else READERS_EACH)


def end_with_parent() -> None:
    """Ask Linux to end this process when its parent is gone, however that went."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def serve_web(
    host: str,
    port: int,
    workers: int,
    target: str = "ikw.serve:create_served_app",
    thread_idle: int = 30,
) -> None:
    """Run the web server in this process until it is told to stop; `target` makes the app.

    A thread ends after `thread_idle` seconds without a request.
    """
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces, RuntimeModes
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    Granian(
        target,
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        blocking_threads_idle_timeout=thread_idle,
        # Counts connections, not requests: a small number would let a few idle ones lock us out.
        backpressure=512,
        runtime_mode=RuntimeModes.mt,
        http=HTTPModes.http1,
        websockets=False,
        http1_settings=HTTP1Settings(header_read_timeout=10_000, max_buffer_size=32_768),
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=5,
    ).serve()


def serve(tasks: dict[str, Callable[[], None]]) -> int:
    """Run tasks, each in a process of its own, until SIGINT or SIGTERM. Return the exit code.

    A task that ends is started again, except the first: without it there is nothing to serve.
    The processes are forks, so that they share the memory of what is loaded already.
    """
    os.environ["IKW_CLOCK_SET_AT"] = str(time.time())
    children: dict[str, BaseProcess] = {}
    stopping = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    for name, task in tasks.items():
        children[name] = _start(name, task)
    code = 0
    first = next(iter(tasks))
    while not stopping and code == 0:
        time.sleep(0.2)
        for name, child in children.items():
            if child.is_alive():
                continue
            print(f"{name} ended with code {child.exitcode}.", file=sys.stderr)
            if name == first:
                code = 1
                break
            time.sleep(1)
            children[name] = _start(name, tasks[name])
    _stop_all(list(children.values()))
    return code


def _start(name: str, task: Callable[[], None]) -> BaseProcess:
    server = os.getpid()

    def run() -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        # A session of its own: Ctrl-C at the terminal reaches the server alone, which tells us.
        os.setsid()
        end_with_parent()
        if os.getppid() != server:
            sys.exit(1)
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_NAME, f"ikw {name}".encode())
        task()

    child = multiprocessing.get_context("fork").Process(target=run, name=name)
    child.start()
    return child


def _stop_all(children: list[BaseProcess]) -> None:
    for child in children:
        child.terminate()
    deadline = time.monotonic() + PATIENCE
    for child in children:
        child.join(max(0.1, deadline - time.monotonic()))
        if child.is_alive():
            child.kill()
            child.join()
