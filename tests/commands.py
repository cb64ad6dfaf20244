"""Commands of `ikw`, each in a process of its own that has its imports behind it.

A server that has imported everything forks for each command (`multiprocessing`, "forkserver"): a
command then takes a tenth of the time, and is a process like any other.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from ikw.cli.base import COMMANDS

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(
    [__name__, "ikw.cli", *(f"ikw.cli.{module}" for module in set(COMMANDS.values()))]
)


def run_ikw(env: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; returns its exit code and what it printed."""
    with tempfile.TemporaryDirectory() as folder:
        printed = [Path(folder, name) for name in ("stdout", "stderr")]
        process = _forks.Process(target=_command, args=(dict(env), arguments, *map(str, printed)))
        process.start()
        process.join()
        assert process.exitcode is not None
        out, err = (path.read_text("utf-8") for path in printed)
        return subprocess.CompletedProcess(["ikw", *arguments], process.exitcode, out, err)


class Command:
    """A command that runs on, with what `subprocess.Popen` has for tests."""

    def __init__(self, env: Mapping[str, str], *arguments: str) -> None:
        nowhere = (os.devnull, os.devnull)
        self._process = _forks.Process(target=_command, args=(dict(env), arguments, *nowhere))
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(str(self), timeout or 0)
        return self._process.exitcode

    def communicate(self, *, timeout: float | None = None) -> object:
        return self.wait(timeout)

    def send_signal(self, sig: int) -> None:
        os.kill(self.pid, sig)

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()


def _command(env: dict[str, str], arguments: tuple[str, ...], out: str, err: str) -> None:
    from ikw.cli import main

    os.environ.clear()
    os.environ.update(env)
    for descriptor, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), descriptor)
    sys.argv = ["ikw", *arguments]
    main()
