"""The database: one engine an application, one session a request, and write() for every change."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from threading import Lock
from typing import Any

import pysqlite3.dbapi2
from flask import Flask, current_app, g
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import InvalidatePoolError, SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry, NullPool, PoolProxiedConnection

from ikw.names import InExtensions
from ikw.sqlite_files import BUSY_TIMEOUT, checkpoint, database_file, keep_private, turn

#: Below this, SQLite can corrupt a database when its WAL is reset (sqlite.org/wal.html).
SOUND_SQLITE = (3, 51, 3)


def connect(url: str, **options: Any) -> Engine:
    """Return an engine for a SQLite or PostgreSQL address, with the house rules set."""
    # Letters as they are, so that whoever searches the log for Özlem finds her. What statements
    # carry is personal data, and no error or log file shows it.
    serializer = partial(json.dumps, ensure_ascii=False)
    options = {"json_serializer": serializer, "hide_parameters": True, **options}
    address = make_url(url)
    if address.drivername in {"postgresql", "postgres"}:
        address = address.set(drivername="postgresql+psycopg")
        engine = create_engine(address, **options)
        _ping_what_was_idle(engine)
        return engine
    if address.drivername != "sqlite":
        return create_engine(address, **options)
    if pysqlite3.dbapi2.sqlite_version_info < SOUND_SQLITE:
        raise RuntimeError(
            f"SQLite {pysqlite3.dbapi2.sqlite_version} can damage the database; "
            f"{'.'.join(map(str, SOUND_SQLITE))} or later is needed (the wheel of pysqlite3 has it)"
        )
    keep_private(address.database)
    engine = create_engine(address, module=pysqlite3.dbapi2, **options)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


#: For so many seconds a connection that was in use is taken to be alive.
ALIVE = 1.0


def _ping_what_was_idle(engine: Engine) -> None:
    """Ask a connection that has rested whether its server is still there, and open another if not.

    Not each time, as `pool_pre_ping` does: a sign-up would ask three times.
    """

    @event.listens_for(engine, "checkin")
    def note(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info["used_at"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def ping(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        used_at = record.info.get("used_at")
        if used_at is None or time.monotonic() - used_at < ALIVE:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver would begin transactions by its own rules, too late to keep two writers apart.
    connection.isolation_level = None
    # SQLite itself knows the small letters of English only, and who looks for Özlem finds nobody.
    connection.create_function("lower", 1, _lower, deterministic=True)
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT}",
        # What is deleted is overwritten: personal data ends with its row.
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _lower(text: object) -> object:
    return text.lower() if isinstance(text, str) else text


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("ikw_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def init_app(app: Flask) -> None:
    """Open the application's database and close each request's session after it."""
    app.extensions[InExtensions.ENGINE] = connect(app.config["IKW_DATABASE_URL"])
    app.teardown_appcontext(_close)


def engine() -> Engine:
    """Return the current application's engine."""
    found: Engine = current_app.extensions[InExtensions.ENGINE]
    return found


def for_reading(engine: Engine) -> Engine:
    """Return the engine as what only reads uses it: on PostgreSQL, without a transaction.

    Each statement sees what is committed in either way, and beginning and ending takes as many
    messages as asking; without them a rush is served a seventh faster. What reads by a cursor on
    the server needs a transaction all the same.
    """
    if engine.dialect.name != "postgresql":
        return engine
    return engine.execution_options(isolation_level="AUTOCOMMIT")


#: What a transaction that writes is begun with.
WRITES: dict[str, dict[str, Any]] = {
    "sqlite": {"ikw_writes": True},
    "postgresql": {"ikw_writes": True, "isolation_level": "READ COMMITTED"},
}


def session() -> Session:
    """Return the session of the current request or command."""
    if "session" not in g:
        g.session = Session(for_reading(engine()), expire_on_commit=False)
        event.listen(g.session, "before_flush", _only_in_write)
    current: Session = g.session
    return current


def _only_in_write(current: Session, *_: object) -> None:
    # Without a transaction nothing would roll it back.
    if not current.connection().get_execution_options().get("ikw_writes"):
        raise RuntimeError("what is changed is changed inside write()")


def _close(_error: BaseException | None) -> None:
    if (current := g.pop("session", None)) is not None:
        current.close()


class NoAnswer(Exception):
    """The database does not answer, or not with what was asked for."""


class RowReader:
    """Reads one row with one statement, on a connection that it keeps for this alone.

    For the small question that every page asks: taking a connection from the pool, beginning and
    ending a transaction costs ten times what the answer does. One thread asks at a time, and what
    it is told is true for all who came before it asked.
    """

    def __init__(self, url: str, statement: str) -> None:
        self.engine = connect(url, poolclass=NullPool)
        self.errors = (self.engine.dialect.loaded_dbapi.Error, SQLAlchemyError)
        self.statement = statement
        self.lock = Lock()
        # Not one a thread: the server's threads come and go, and Python objects that die with a
        # thread it did not start take the process with them.
        self.connection: PoolProxiedConnection | None = None
        self.moments = count()
        self.asked_at = -1
        self.row: Any = None

    def __call__(self) -> Any:
        """Return the row as it is now. Raises NoAnswer when there is none, or no database."""
        came_at = next(self.moments)
        with self.lock:
            if self.asked_at < came_at:
                asked_at = next(self.moments)
                self.row = self._ask()
                self.asked_at = asked_at
            return self.row

    def _ask(self) -> Any:
        if self.connection is not None:
            try:
                return self._read(self.connection)
            except self.errors:
                # The server may have been started anew since; a fresh connection will tell.
                self.connection.invalidate()
                self.connection = None
        try:
            connection = self.engine.raw_connection()
            if self.engine.dialect.name == "postgresql":
                connection.dbapi_connection.autocommit = True  # type: ignore[union-attr]
            row = self._read(connection)
        except self.errors as error:
            raise NoAnswer from error
        self.connection = connection
        return row

    def _read(self, connection: PoolProxiedConnection) -> Any:
        cursor = connection.cursor()
        cursor.execute(self.statement)
        row = cursor.fetchone()
        cursor.close()
        if row is None:
            raise NoAnswer
        return row


@contextmanager
def write(*, wait: bool = True) -> Iterator[Session]:
    """Run one write transaction: commit at its end, roll back if anything is raised.

    What the session had read before is read again inside, so no decision rests on an old value.
    Without `wait`, raises BlockingIOError while somebody else writes to SQLite.
    """
    current = session()
    current.rollback()
    with turn(current.get_bind(), wait=wait):
        current.connection(execution_options=WRITES[current.get_bind().dialect.name])
        try:
            yield current
            current.commit()
        except BaseException:
            current.rollback()
            raise


def close_down(url: str) -> None:
    """Leave a SQLite database as one sound file, where no other process works on it any more."""
    if database_file(url) is not None:
        engine = connect(url, poolclass=NullPool)
        checkpoint(engine)
        engine.dispose()
