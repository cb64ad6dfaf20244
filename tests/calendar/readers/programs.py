"""Readers that run as programs of their own: libraries in JavaScript, and in other versions."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.calendar.readers.shape import Read, from_json

HERE = Path(__file__).parent

#: The environment of the calendar programs in Python (`make readers`).
PROGRAMS = Path(sys.prefix) / "readers" / "bin"

#: They run far from the town: whoever takes the machine's zone for that of the feed is found out.
ELSEWHERE = "America/New_York"


def program(name: str) -> str:
    """Return the path of a program of ours, or say how to get it."""
    path = PROGRAMS / name
    assert path.exists(), f"{path} is missing: make readers"
    return str(path)


def through_python(name: str) -> Callable[[bytes], list[Read]]:
    return lambda body: _read([program("python"), str(HERE / "read.py"), name], body)


def through_node(name: str) -> Callable[[bytes], list[Read]]:
    def read(body: bytes) -> list[Read]:
        node = shutil.which("node")
        assert node, "Node is needed: tests/install-system-packages"
        assert (HERE / "node_modules" / name).exists(), f"npm's {name} is missing: make readers"
        return _read([node, str(HERE / "read.mjs"), name], body)

    return read


def _read(command: list[str], body: bytes) -> list[Read]:
    env = {**os.environ, "TZ": ELSEWHERE}
    done = subprocess.run(command, input=body, env=env, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    return [from_json(values) for values in json.loads(done.stdout)]
