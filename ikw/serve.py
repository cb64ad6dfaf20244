"""`ikw serve`: the web server and the delivery of letters, started, watched and stopped together.

Which server, and why with these numbers: docs/decisions/0002-web-server.md.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from io import BytesIO
from threading import BoundedSemaphore
from types import FrameType
from typing import Any

#: Threads of one web process that run requests.
THREADS = 12

#: Of these, how many may wait for the body of a request; the others stay free for readers.
BODY_READERS = 8

#: Seconds that a stopping process gets before it is killed.
PATIENCE = 8

PR_SET_PDEATHSIG = 1

Environ = dict[str, Any]
StartResponse = Callable[..., Any]


class BodyGate:
    """Reads a request's body before the application runs, for a few requests at a time.

    The server hands bodies over as they trickle in and never gives up on one; without the gate, a
    dozen slow senders would hold every thread. What finds no room is told to come again.
    """

    def __init__(self, app: Callable[[Environ, StartResponse], Iterable[bytes]]) -> None:
        self.app = app
        self.room = BoundedSemaphore(BODY_READERS)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        # What is larger than a form is refused by Flask before it is read.
        if 0 < length <= 64 * 1024:
            if not self.room.acquire(blocking=False):
                start_response("503 Service Unavailable", [("Retry-After", "5")])
                return [b"busy, please try again in a moment\n"]
            try:
                environ["wsgi.input"] = BytesIO(environ["wsgi.input"].read(length))
            finally:
                self.room.release()
        return self.app(environ, start_response)


def create_served_app() -> BodyGate:
    """Return the application of one web process."""
    from ikw import create_app

    end_with_parent()
    # Ctrl-C reaches everyone at a terminal; the parent alone decides when a worker stops.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    return BodyGate(create_app())


def end_with_parent() -> None:
    """Ask Linux to end this process when its parent is gone, however that went."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def end_with_server() -> None:
    """End with `ikw serve`, if that is what started us; it may be gone already."""
    server = os.environ.get("IKW_SERVED_BY")
    if server is None:
        return
    end_with_parent()
    if os.getppid() != int(server):
        sys.exit(1)


def serve_web(
    host: str, port: int, workers: int, target: str = "ikw.serve:create_served_app"
) -> None:
    """Run the web server in this process until it is told to stop; `target` makes the app."""
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces, RuntimeModes
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    end_with_server()
    Granian(
        target,
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
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


def serve() -> int:
    """Run web server and delivery until SIGINT or SIGTERM. Return the exit code."""
    environment = {
        **os.environ,
        "IKW_CLOCK_SET_AT": str(time.time()),
        "IKW_SERVED_BY": str(os.getpid()),
    }
    children: dict[str, subprocess.Popen[bytes]] = {}
    stopping = False

    def start(name: str) -> None:
        # A session of its own: Ctrl-C at the terminal reaches us alone.
        children[name] = subprocess.Popen(  # noqa: S603 (our own command)
            [sys.executable, "-m", "ikw", name],
            env=environment,
            start_new_session=True,
        )

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    for name in ("web", "deliver"):
        start(name)
    code = 0
    while not stopping:
        time.sleep(0.2)
        if children["web"].poll() is not None:
            print("The web server ended; see above why.", file=sys.stderr)
            code = 1
            break
        if children["deliver"].poll() is not None:
            print("Delivery of letters ended and is started again.", file=sys.stderr)
            time.sleep(1)
            start("deliver")
    _stop_all(list(children.values()))
    return code


def _stop_all(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + PATIENCE
    for child in children:
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
