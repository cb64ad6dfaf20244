"""What the site is measured with: readers (wrk), people who sign up at a fixed rate, a stop-watch.

All of it runs on the same machine as the site, and takes its share of it.
"""

from __future__ import annotations

import http.client
import multiprocessing
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.queues import Queue
from pathlib import Path
from urllib.parse import urlencode

from tests.processes import running
from tests.web.forms import TOKEN

CLIENTS = 16

#: A sign-up: when it began, how many seconds it took, and what went wrong.
Taken = tuple[float, float, str]


@contextmanager
def served(env: dict[str, str], *command: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a site, and have every worker of it load what it needs."""
    url = f"http://127.0.0.1:{env['PORT']}"
    nowhere = subprocess.DEVNULL
    with running([sys.executable, *command], answers_at=url, env=env, stdout=nowhere) as process:
        yield process


def warm(port: str, *paths: str) -> None:
    """Ask for pages over many connections, so that each worker has had its turn."""
    for _ in range(30):
        for path in paths:
            get(port, path)


def get(port: str, path: str) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=120)
    try:
        connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == 200, (path, answer.status)
        return body
    finally:
        connection.close()


@dataclass
class Read:
    """What readers with some connections got: answers a second, and how long they took, in ms."""

    rate: float
    p50: float
    p99: float


#: How wrk writes times, in ms.
UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


def read(port: str, path: str, clients: int = CLIENTS, seconds: float = 4) -> Read:
    """Ask for a page as fast as it is answered."""
    url = f"http://127.0.0.1:{port}{path}"
    command = ["wrk", "-t1", f"-c{clients}", f"-d{seconds:.0f}s", "--latency"]
    command += ["-H", "Accept-Encoding: gzip", url]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert "Non-2xx" not in printed, printed
    rate = re.search(r"Requests/sec:\s+([\d.]+)", printed)
    times = dict(re.findall(r"^\s+(50|99)%\s+(\S+)", printed, re.M))
    assert rate, printed
    p50, p99 = (_milliseconds(times[share]) for share in ("50", "99"))
    return Read(float(rate[1]), p50, p99)


def _milliseconds(text: str) -> float:
    found = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text)
    assert found, text
    return float(found[1]) * UNITS[found[2]]


def sign_up(port: str, path: str, number: int) -> Taken:
    """Sign somebody up as a browser does: the form, the answers, the ticket."""
    began = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=120)
    try:
        connection.request("GET", path)
        token = TOKEN.search(connection.getresponse().read().decode())
        assert token, "no form"
        answers = {"form_token": token[1], "name": "Anna", "places": "1", "may_wait": "y"}
        answers["email"] = f"gast{number}@example.org"
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", path, urlencode(answers), form)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 303, answer.status
        connection.request("GET", answer.headers["Location"])
        assert connection.getresponse().status == 200
    except (OSError, http.client.HTTPException, AssertionError) as error:
        return began, time.monotonic() - began, repr(error)
    finally:
        connection.close()
    return began, time.monotonic() - began, ""


def _arrive(
    port: str, path: str, rate: float, count: int, first: int, out: Queue[list[Taken]]
) -> None:
    """Let people come at a fixed rate, however long those before them take."""
    taken: list[Taken] = []
    threads = []
    began = time.monotonic()
    for number in range(count):
        time.sleep(max(0.0, began + number / rate - time.monotonic()))
        thread = threading.Thread(
            target=lambda n=first + number: taken.append(sign_up(port, path, n))
        )
        thread.start()
        threads.append(thread)
    for thread in threads:
        thread.join()
    out.put(taken)


def _poll(
    port: str, paths: list[str], readers: int, seconds: float, out: Queue[list[Taken]]
) -> None:
    """Let readers look at one page after the other, with a pause of 0.2 s."""
    taken: list[Taken] = []
    end = time.monotonic() + seconds

    def look(number: int) -> None:
        while time.monotonic() < end:
            began = time.monotonic()
            get(port, paths[number % len(paths)])
            taken.append((began, time.monotonic() - began, ""))
            number += 1
            time.sleep(0.2)

    threads = [threading.Thread(target=look, args=(number,)) for number in range(readers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    out.put(taken)


class Crowd:
    """People in a process of their own, so that they are not held up by what is measured."""

    def __init__(self, target: object, *arguments: object) -> None:
        processes = multiprocessing.get_context("spawn")
        self.out: Queue[list[Taken]] = processes.Queue()
        self.process = processes.Process(target=target, args=(*arguments, self.out))  # type: ignore[arg-type]
        self.process.start()

    @classmethod
    def signing_up(cls, port: str, path: str, rate: float, count: int, first: int = 0) -> Crowd:
        return cls(_arrive, port, path, rate, count, first)

    @classmethod
    def polling(cls, port: str, paths: list[str], readers: int, seconds: float) -> Crowd:
        return cls(_poll, port, paths, readers, seconds)

    def end(self) -> list[Taken]:
        """Wait until all are through, and return how it went."""
        taken = self.out.get()
        self.process.join()
        return taken


def share(taken: list[Taken], part: float) -> float:
    """Return the time in ms below which this part of what went well stayed."""
    times = sorted(seconds for _began, seconds, fault in taken if not fault)
    return 1000 * times[min(len(times) - 1, int(len(times) * part))]


def faults(taken: list[Taken]) -> list[str]:
    return [fault for _began, _seconds, fault in taken if fault]


def memory(pid: int) -> float:
    """Return the proportional set size of a process and all below it, in MB."""
    total = 0
    for one in [pid, *descendants(pid)]:
        rollup = Path(f"/proc/{one}/smaps_rollup").read_text()
        found = re.search(r"^Pss:\s+(\d+) kB", rollup, re.M)
        total += int(found[1]) if found else 0
    return total / 1024


def cpu(pid: int) -> float:
    """Return how many seconds of a processor a process and all below it have taken."""
    ticks = 0
    for one in [pid, *descendants(pid)]:
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def descendants(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [below for child in map(int, children) for below in [child, *descendants(child)]]
