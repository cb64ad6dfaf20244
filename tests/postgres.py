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

from tests.processes import if_we_die


class Server:
    """A server in a folder of its own; `address` has {name} for the database."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="ikw-postgres-"))
        self.as_postgres: list[str] = []
        if os.getuid() == 0:
            # The server refuses to run as root.
            shutil.chown(self.folder, "postgres", "postgres")
            self.as_postgres = ["runuser", "-u", "postgres", "--"]
        newest = sorted(
            Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: float(p.parent.name)
        )
        self.programs = newest[-1] if newest else Path(shutil.which("initdb") or "/").parent
        self.address = f"postgresql://postgres@/{{name}}?host={self.folder}"

    @property
    def last_command(self) -> list[str]:
        """What ends the server and removes its folder where nobody is left to do it."""
        stop = [str(self.programs / "pg_ctl"), "-D", f"{self.folder}/data", "-m", "immediate"]
        script = 'folder=$1; shift; "$@"; rm -rf "$folder"'
        return ["sh", "-c", script, "sh", str(self.folder), *self.as_postgres, *stop, "stop"]

    def start(self) -> None:
        self._run("initdb", "-A", "trust", "-U", "postgres")
        self._control("-w", "start")

    def restart(self) -> None:
        """End it as if the power had failed, and start it again."""
        self._control("-m", "immediate", "-w", "restart")

    def stop(self) -> None:
        self._control("-m", "immediate", "stop")
        shutil.rmtree(self.folder)

    def _control(self, *what: str) -> None:
        options = f"-k {self.folder} -c listen_addresses='' -c max_connections=200"
        self._run("pg_ctl", "-l", f"{self.folder}/log", "-o", options, *what)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), "-D", f"{self.folder}/data", *arguments]
        subprocess.run(
            [*self.as_postgres, *command], check=True, capture_output=True, cwd=self.folder
        )


@contextmanager
def postgres_server() -> Iterator[Server]:
    """Run a server; it is stopped and gone in the end."""
    server = Server()
    with if_we_die(*server.last_command):
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def private_postgres() -> Iterator[str]:
    """Run a server; gives its address with {name} for the database."""
    with postgres_server() as server:
        yield server.address


def administer(postgres: str, statement: str) -> None:
    """Run a statement for which no database is needed, such as CREATE DATABASE."""
    host = str(make_url(postgres.format(name="postgres")).query["host"])
    with psycopg.connect(user="postgres", dbname="postgres", host=host, autocommit=True) as server:
        server.execute(statement)
