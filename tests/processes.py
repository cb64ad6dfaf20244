"""Programs that tests start: waited for by what they do, and never left running."""

from __future__ import annotations

import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

T = TypeVar("T")

#: Seconds after which something will not happen any more, however busy the machine is.
PATIENCE = 120


@contextmanager
def running(
    command: Sequence[str], *, answers_at: str = "", **options: Any
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program, from when it answers until it has ended by SIGTERM, as a town ends it.

    Raises AssertionError when it does not start or does not end well.
    """
    with ending(subprocess.Popen(command, **options), answers_at) as process:
        yield process


class Process(Protocol):
    """What the tests ask of a process, as `subprocess.Popen` answers it."""

    pid: int

    @property
    def returncode(self) -> int | None: ...
    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, sig: int) -> None: ...
    def terminate(self) -> None: ...
    def kill(self) -> None: ...
    def communicate(self, *, timeout: float | None = None) -> object: ...


P = TypeVar("P", bound=Process)


@contextmanager
def ending(process: P, answers_at: str = "") -> Iterator[P]:
    """Yield a process from when it answers, and end it as `running` does."""
    try:
        with if_we_die("kill", "-TERM", str(process.pid)):
            if answers_at:
                wait_for(answers_at, process)
            yield process
    finally:
        was_there = process.poll() is None
        process.terminate()
        try:
            process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
    assert not was_there or process.returncode == 0, f"{process} ended with {process.returncode}"


@contextmanager
def if_we_die(*command: str) -> Iterator[None]:
    """Have a command run if the tests are killed meanwhile: a pipe closes, whatever ends them."""
    waits = ["sh", "-c", 'cat >/dev/null; exec "$@"', "sh", *command]
    guard = subprocess.Popen(waits, stdin=subprocess.PIPE, start_new_session=True)
    try:
        yield
    finally:
        guard.kill()
        guard.communicate()


def wait_for(url: str, process: Process) -> None:
    """Wait until a site answers. Raises AssertionError when its process has ended."""

    def answers() -> bool:
        assert process.poll() is None, f"the site ended with {process.returncode}"
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=5):
                return True
        except OSError:
            return False

    until(answers, f"{url} answers")


def until(find: Callable[[], T], what: str, every: float = 0.05) -> T:
    """Ask every so many seconds until there is something, and return it. Raises TimeoutError."""
    deadline = time.monotonic() + PATIENCE
    while not (found := find()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"it never came that {what}")
        time.sleep(every)
    return found


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
    """Return those of some processes that have not ended."""
    return {pid for pid in pids if Path(f"/proc/{pid}").exists()}
