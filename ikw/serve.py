"""`ikw serve`: web workers and the delivery of letters, started, watched and stopped together.

Which server, and why with these numbers: docs/decisions/0002-web-server.md.
"""

from __future__ import annotations

import ctypes
import gc
import multiprocessing
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from multiprocessing import connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType

from flask import Flask
from sqlalchemy.orm import configure_mappers

from ikw import create_app, sqlite_files
from ikw.gate import BODY_READERS, READERS_EACH, AtWork, Gate
from ikw.names import InExtensions
from ikw.slow_senders import SlowSenders
from ikw.text.languages import load_all_languages

#: Threads of one web worker that hold requests.
THREADS = 48

#: Seconds that a stopping process gets before it is killed.
PATIENCE = 8

#: Seconds until a process that ended is started again: at once when it had been at work; the pause
#: grows to this only while it ends again and again before it is.
SHORTEST_PAUSE, LONGEST_PAUSE = 0.1, 10.0

#: Names the file by which a process tells that it is at work.
AT_WORK = "IKW_AT_WORK"

# From <sys/prctl.h>.
PR_SET_PDEATHSIG = 1
PR_SET_NAME = 15

# From <malloc.h>.
M_ARENA_MAX = -8

#: What a process holds as long as it lives.
_for_life = ExitStack()


def create_served_app() -> Gate:
    """Return the application of one web worker; end while somebody is alone with the database."""
    end_with_parent()
    # Ctrl-C reaches everyone at a terminal; the parent alone decides when a worker stops.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    app = shared_app or create_app()
    if sqlite_files.database_file(app.config["IKW_DATABASE_URL"]) is None:
        # Who holds the lock of an event asks the server a dozen times, and each time comes back to
        # wait for the interpreter: with the usual 5 ms all others wait as well.
        sys.setswitchinterval(0.001)
    cache = app.extensions[InExtensions.PAGES]
    cache.behind = AtWork(cache.behind)
    work_on(app.config["IKW_DATABASE_URL"])
    # Behind a proxy all have its address; it waits for bodies itself.
    if app.config["IKW_TRUSTED_PROXIES"]:
        return Gate(app, BODY_READERS, SlowSenders(end_them=False))
    return Gate(app, READERS_EACH)


#: Made before the workers are, which share its memory as long as they only read it.
shared_app: Flask | None = None


def share(app: Flask) -> None:
    """Make ready in this process what all workers need, and give it to those that it starts.

    The application must have no connection to its database yet.
    """
    global shared_app
    with app.app_context():
        load_all_languages()
    for name in app.jinja_env.list_templates(["html", "svg", "txt", "xml"]):
        app.jinja_env.get_template(name)
    app.url_map.update()
    configure_mappers()
    shared_app = app
    gc.collect()
    # What is shared is not looked through for waste: that alone would write to all of it.
    gc.freeze()
    if sys.platform == "linux":
        # A heap for each of the threads would keep what the others need.
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)


def work_on(url: str) -> None:
    """Tell other processes, for life, that this one works on a database; then it is at work.

    Exits while somebody is alone with it; `serve` tries again.
    """
    try:
        _for_life.enter_context(sqlite_files.in_use(url))
    except sqlite_files.DatabaseInUse:
        sys.exit("The database is just being replaced.")
    note_at_work()


def note_at_work() -> None:
    """Tell `serve` that this process has come so far as to answer."""
    if path := os.environ.get(AT_WORK):
        Path(path).touch()


def end_with_parent() -> None:
    """Ask Linux to end this process when its parent is gone, however that went."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


#: Makes the application of a web worker.
OURS = "ikw.serve:create_served_app"


def serve_web(host: str, port: int, target: str = OURS, thread_idle: int = 30) -> None:
    """Run one web worker until it is told to stop; `target` makes the app.

    Several share the port (SO_REUSEPORT). Each is a server of its own, for Granian ends all of its
    workers when one of them dies twice within 5.5 seconds. A thread ends after `thread_idle`
    seconds without a request.
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
        workers=1,
        blocking_threads=THREADS,
        blocking_threads_idle_timeout=thread_idle,
        # Counts connections, not requests: a small number would let a few idle ones lock us out.
        backpressure=512,
        runtime_mode=RuntimeModes.mt,
        http=HTTPModes.http1,
        websockets=False,
        http1_settings=HTTP1Settings(header_read_timeout=10_000, max_buffer_size=32_768),
        log_level=LogLevels.error,
        workers_kill_timeout=5,
    ).serve()


def web_tasks(
    host: str, port: int, workers: int, target: str = OURS
) -> dict[str, Callable[[], None]]:
    """Return the tasks of so many web workers, by their names."""
    return {f"web {n + 1}": partial(serve_web, host, port, target) for n in range(workers)}


@dataclass
class _Task:
    """Something that has to run, the process that does so, and when to start it again."""

    name: str
    run: Callable[[], None]
    at_work: Path
    process: BaseProcess | None = None
    pause: float = SHORTEST_PAUSE
    start_at: float = 0.0

    def start(self) -> None:
        self.at_work.unlink(missing_ok=True)
        self.process = _start(self)

    def note_end(self) -> None:
        """Note that the process is gone, and when the next one is to start."""
        code = self.process.exitcode if self.process else None
        print(f"{self.name} ended with code {code}.", file=sys.stderr)
        self.process = None
        was_at_work = self.at_work.exists()
        self.pause = SHORTEST_PAUSE if was_at_work else min(LONGEST_PAUSE, 2 * self.pause)
        self.start_at = time.monotonic() + self.pause


def serve(tasks: dict[str, Callable[[], None]]) -> int:
    """Run tasks, each in a process of its own, until SIGINT or SIGTERM. Return the exit code.

    A task that ends is started again, whichever it is: that one died is no reason for the others
    to go. The processes are forks, so that they share the memory of what is loaded already.
    """
    os.environ["IKW_CLOCK_SET_AT"] = str(time.time())
    stopping = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    with tempfile.TemporaryDirectory(prefix="ikw-serve-") as folder:
        watched = [_Task(name, run, Path(folder, name)) for name, run in tasks.items()]
        while not stopping:
            for task in watched:
                if task.process is not None and not task.process.is_alive():
                    task.note_end()
                if task.process is None and time.monotonic() >= task.start_at:
                    task.start()
            # Ends at once when a process does; a signal is seen at the next turn.
            connection.wait([task.process.sentinel for task in watched if task.process], 0.1)
        _stop_all([task.process for task in watched if task.process])
    return 0


def _start(task: _Task) -> BaseProcess:
    server = os.getpid()

    def run() -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        # A session of its own: Ctrl-C at the terminal reaches the server alone, which tells us.
        os.setsid()
        end_with_parent()
        if os.getppid() != server:
            sys.exit(1)
        os.environ[AT_WORK] = str(task.at_work)
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_NAME, f"ikw {task.name}".encode())
        task.run()

    child = multiprocessing.get_context("fork").Process(target=run, name=task.name)
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
