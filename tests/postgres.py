"""A PostgreSQL of our own, for as long as it is needed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url


@contextmanager
def private_postgres() -> Iterator[str]:
    """Run a server in a folder of its own; gives its address with {name} for the database."""
    folder = Path(tempfile.mkdtemp(prefix="ikw-postgres-"))
    as_postgres: list[str] = []
    if os.getuid() == 0:
        # The server refuses to run as root.
        shutil.chown(folder, "postgres", "postgres")
        as_postgres = ["runuser", "-u", "postgres", "--"]
    newest = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: float(p.parent.name))
    programs = newest[-1] if newest else Path(shutil.which("initdb") or "/").parent

    def run(*command: str) -> None:
        subprocess.run([*as_postgres, *command], check=True, capture_output=True, cwd=folder)

    run(str(programs / "initdb"), "-D", f"{folder}/data", "-A", "trust", "-U", "postgres")
    options = f"-k {folder} -c listen_addresses='' -c max_connections=200"
    log = f"{folder}/log"
    run(str(programs / "pg_ctl"), "-D", f"{folder}/data", "-w", "-l", log, "-o", options, "start")
    try:
        yield f"postgresql://postgres@/{{name}}?host={folder}"
    finally:
        run(str(programs / "pg_ctl"), "-D", f"{folder}/data", "-m", "immediate", "stop")
        shutil.rmtree(folder)


def administer(postgres: str, statement: str) -> None:
    """Run a statement for which no database is needed, such as CREATE DATABASE."""
    host = str(make_url(postgres.format(name="postgres")).query["host"])
    with psycopg.connect(user="postgres", dbname="postgres", host=host, autocommit=True) as server:
        server.execute(statement)
