"""Sites as towns run them: `ikw serve` in a folder of its own, and commands beside it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.commands import Command, run_ikw
from tests.mail.smtp import Handler
from tests.processes import Process, ending, running


@dataclass
class Site:
    """A running `ikw serve`."""

    url: str
    database_url: str
    process: Process
    letters: Handler
    #: For further commands on the same database.
    env: dict[str, str]


def environment(folder: Path, port: int, **more: str) -> dict[str, str]:
    ours = ("IKW_", "MAIL_", "PYTHON")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {
        **kept,
        "IKW_INSTANCE": str(folder),
        "IKW_NOW": "2023-01-20T12:00",
        "PORT": str(port),
        **more,
    }


def ikw(env: dict[str, str], *arguments: str) -> str:
    done = run_ikw(env, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def start(env: dict[str, str], *arguments: str, **options: Any) -> Iterator[Any]:
    """Run `ikw serve` for as long as it is needed; it is stopped as a town stops it.

    Unless somebody wants to see what it prints, it is a fork with its imports behind it: a
    `Process`, else a `subprocess.Popen`.
    """
    url = env.get("IKW_BASE_URL") or f"http://127.0.0.1:{env['PORT']}"
    if not arguments and not options:
        with ending(Command(env, "serve"), url) as site:
            yield site
        return
    command = [sys.executable, "-m", "ikw", *(arguments or ("serve",))]
    options.setdefault("stdout", subprocess.DEVNULL)
    with running(command, answers_at=url, env=env, **options) as process:
        yield process


def stock(env: dict[str, str], programme: str = "rheine-2023.toml") -> None:
    """Give a site that does not run yet a programme with its translations."""
    shutil.copytree(_stocked(programme), env["IKW_INSTANCE"], dirs_exist_ok=True)


#: The folders that are copied: two commands a site would take longer than most tests.
_FOLDERS = tempfile.TemporaryDirectory(prefix="ikw-sites-")


@cache
def _stocked(programme: str) -> Path:
    folder = Path(_FOLDERS.name, programme)
    env = environment(folder, 8000)
    ikw(env, "migrate")
    source = Path("ikw/programmes", programme)
    translations = sorted(source.with_suffix("").glob("*.po"))
    ikw(env, "load", str(source), *map(str, translations))
    return folder
