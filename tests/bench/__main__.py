"""Measure all, print it as it comes, and write it down."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.bench import growth, quiet, rush, work
from tests.bench.report import Report
from tests.postgres import administer, private_postgres


def main() -> None:
    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        quiet.bench(report, Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        rush.bench(report, "SQLite", Path(folder), f"sqlite:///{folder}/ikw.sqlite")
    with tempfile.TemporaryDirectory() as folder:
        growth.bench(report, "SQLite", f"sqlite:///{folder}/{{name}}.sqlite")
    with tempfile.TemporaryDirectory() as folder:
        work.bench(report, "SQLite", f"sqlite:///{folder}/{{name}}.sqlite")
    with private_postgres() as address, tempfile.TemporaryDirectory() as folder:
        for name in ("rush", "small", "large", "feeds", "news", "desk"):
            administer(address, f"CREATE DATABASE {name}")
        rush.bench(report, "PostgreSQL", Path(folder), address.format(name="rush"))
        growth.bench(report, "PostgreSQL", address)
        work.bench(report, "PostgreSQL", address)
    report.write()


if __name__ == "__main__":
    main()
