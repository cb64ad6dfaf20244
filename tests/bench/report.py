"""What was measured, printed as it comes and written down in the end: docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from ikw import clock

PATH = Path("docs/benchmarks.md")


@dataclass
class Report:
    """Tables of rows: what, how much, and what it should be."""

    tables: list[tuple[str, list[tuple[str, str, str]]]] = field(default_factory=list)

    def open(self, title: str) -> None:
        self.tables.append((title, []))
        print(f"\n{title}", flush=True)

    def say(self, what: str, measured: str, aim: str = "") -> None:
        self.tables[-1][1].append((what, measured, aim))
        print(f"  {what:58} {measured:60} {aim}", flush=True)

    def write(self) -> None:
        """Write all tables, with the machine and the day."""
        PATH.write_text("\n".join([*_head(), *self._body(), ""]), "utf-8")

    def _body(self) -> list[str]:
        lines = []
        for title, rows in self.tables:
            lines += ["", f"## {title}", "", "| What | Measured | Aim |", "|---|---|---|"]
            lines += [f"| {what} | {measured} | {aim} |" for what, measured, aim in rows]
        return lines


def _head() -> list[str]:
    cpu = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    total = re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())
    gigabytes = round(int(total[1]) / 2**20) if total else "?"
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    return [
        "# Benchmarks",
        "",
        f"Written by `make bench` on {clock.real():%Y-%m-%d} at {commit.stdout.strip()}, in one",
        f"run on {os.cpu_count()} cores ({cpu[1] if cpu else 'unknown'}), {gigabytes} GB,",
        f"Python {platform.python_version()}, two workers. What makes the load runs on the same",
        "machine and takes its share of it. Machines differ, ratios less: so each figure stands",
        "beside its yardstick, a Flask view that answers constant bytes from the same server, or a",
        "bare insert with its commit in the same database.",
    ]
