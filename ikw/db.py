"""The database: one engine an application, one session a request, and write() for every change."""

from __future__ import annotations

import fcntl
import json
import os
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2
from flask import Flask, current_app, g
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool, PoolProxiedConnection

#: Below this, SQLite can corrupt a database when its WAL is reset (sqlite.org/wal.html).
SOUND_SQLITE = (3, 51, 3)

#: Milliseconds to wait for a locked SQLite database.
BUSY_TIMEOUT = 30_000


def connect(url: str, **options: Any) -> Engine:
    """Return an engine for a SQLite or PostgreSQL address, with the house rules set."""
    # Letters as they are, so that whoever searches the log for Özlem finds her. What statements
    # carry is personal data, and no error or log file shows it.
    serializer = partial(json.dumps, ensure_ascii=False)
    options = {"json_serializer": serializer, "hide_parameters": True, **options}
    address = make_url(url)
    if address.drivername in {"postgresql", "postgres"}:
        address = address.set(drivername="postgresql+psycopg")
        return create_engine(address, **{"pool_pre_ping": True, **options})
    if address.drivername != "sqlite":
        return create_engine(address, **options)
    if pysqlite3.dbapi2.sqlite_version_info < SOUND_SQLITE:
        raise RuntimeError(
            f"SQLite {pysqlite3.dbapi2.sqlite_version} can damage the database; "
            f"{'.'.join(map(str, SOUND_SQLITE))} or later is needed (the wheel of pysqlite3 has it)"
        )
    _keep_private(address.database)
    engine = create_engine(address, module=pysqlite3.dbapi2, **options)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _keep_private(database: str | None) -> None:
    """Let nobody else read the file, whatever the umask; SQLite gives its WAL the same mode.

    An existing file is never opened here: closing it again would drop the locks that SQLite holds
    in this process (sqlite.org/howtocorrupt.html, 2.2). Raises RuntimeError for a missing folder.
    """
    if not database or database == ":memory:":
        return
    path = Path(database)
    try:
        if path.exists():
            if path.stat().st_mode & 0o077:
                path.chmod(0o600)
        else:
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        # Another process was faster, by the same rule.
        pass
    except OSError as error:
        raise RuntimeError(f"the database {path} cannot be opened: {error.strerror}") from error


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
    app.extensions["ikw.engine"] = connect(app.config["IKW_DATABASE_URL"])
    app.teardown_appcontext(_close)


def engine() -> Engine:
    """Return the current application's engine."""
    found: Engine = current_app.extensions["ikw.engine"]
    return found


def session() -> Session:
    """Return the session of the current request or command."""
    if "session" not in g:
        g.session = Session(engine(), expire_on_commit=False)
    current: Session = g.session
    return current


def _close(_error: BaseException | None) -> None:
    if (current := g.pop("session", None)) is not None:
        current.close()


class NoAnswer(Exception):
    """The database does not answer, or not with what was asked for."""


class RowReader:
    """Reads one row with one statement, on connections that it keeps for this alone.

    For the small question that every page asks: taking a connection from the pool, beginning and
    ending a transaction costs ten times what the answer does.
    """

    def __init__(self, url: str, statement: str) -> None:
        self.engine = connect(url, poolclass=NullPool)
        self.statement = statement
        # Not one a thread: the server's threads come and go, and Python objects that die with a
        # thread it did not start take the process with them.
        self.idle: deque[PoolProxiedConnection] = deque()

    def __call__(self) -> Any:
        """Return the row. Raises NoAnswer when there is none, or no database."""
        errors = (self.engine.dialect.loaded_dbapi.Error, SQLAlchemyError)
        while True:
            try:
                connection = self.idle.pop()
            except IndexError:
                break
            try:
                return self._read(connection)
            except errors:
                # The server may have been started anew since; a fresh connection will tell.
                connection.invalidate()
        try:
            connection = self.engine.raw_connection()
            if self.engine.dialect.name == "postgresql":
                connection.dbapi_connection.autocommit = True  # type: ignore[union-attr]
            return self._read(connection)
        except errors as error:
            raise NoAnswer from error

    def _read(self, connection: PoolProxiedConnection) -> Any:
        cursor = connection.cursor()
        cursor.execute(self.statement)
        row = cursor.fetchone()
        cursor.close()
        self.idle.append(connection)
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
    with _turn(current.get_bind(), wait=wait):
        current.connection(execution_options={"ikw_writes": True})
        try:
            yield current
            current.commit()
        except BaseException:
            current.rollback()
            raise


def _turn(bind: Engine | Connection, *, wait: bool = True) -> Any:
    """Wait for our turn to write to SQLite. Without `wait`, raises BlockingIOError.

    SQLite lets waiting writers poll, and some starve; the kernel's queue for a lock on a file
    beside the database is fair, for threads as for processes.
    """
    database = bind.engine.url.database
    if bind.dialect.name != "sqlite" or not database or database == ":memory:":
        return nullcontext()
    how = fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB
    return _file_lock(Path(f"{database}.lock"), how)


@contextmanager
def _file_lock(path: Path, how: int = fcntl.LOCK_EX) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, how)
        yield
    finally:
        os.close(descriptor)


class DatabaseInUse(Exception):
    """Another process works on the database, or replaces it just now."""


def in_use(url: str) -> AbstractContextManager[None]:
    """Tell other processes that this one works on a SQLite database.

    Raises DatabaseInUse while somebody is `alone` with it.
    """
    return _claimed(url, fcntl.LOCK_SH)


def alone(url: str) -> AbstractContextManager[None]:
    """Keep all other processes away from a SQLite database. Raises DatabaseInUse."""
    return _claimed(url, fcntl.LOCK_EX)


@contextmanager
def _claimed(url: str, how: int) -> Iterator[None]:
    database = database_file(url)
    if database is None:
        yield
        return
    with ExitStack() as stack:
        try:
            stack.enter_context(_file_lock(Path(f"{database}.in-use"), how | fcntl.LOCK_NB))
        except BlockingIOError:
            raise DatabaseInUse(database) from None
        yield


def database_file(url: str) -> Path | None:
    """Return the file of a SQLite database; None for any other."""
    address = make_url(url)
    is_file = address.drivername == "sqlite" and address.database not in {None, "", ":memory:"}
    return Path(str(address.database)) if is_file else None


#: Milliseconds that a checkpoint waits for readers; meanwhile nobody can write.
PATIENCE = 1_000


def checkpoint(engine: Engine) -> bool:
    """Bring what is in SQLite's WAL into the file and empty the WAL.

    Returns whether nobody was in the way; until then it holds what was deleted from the database.
    """
    if engine.dialect.name != "sqlite":
        return True
    with outside_transactions(engine) as cursor:
        cursor.execute(f"PRAGMA busy_timeout={PATIENCE}")
        busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT}")
    return not busy


@contextmanager
def outside_transactions(engine: Engine) -> Iterator[Any]:
    """Give a cursor for what SQLite does outside transactions. Raises OperationalError."""
    connection = engine.raw_connection()
    try:
        yield connection.cursor()
    except engine.dialect.loaded_dbapi.Error as error:
        raise OperationalError(None, None, error) from error
    finally:
        connection.close()


def overwrite_deleted(engine: Engine) -> None:
    """Write a SQLite database anew, without what was deleted.

    secure_delete overwrites rows, but not the copies that are left where pages were rearranged.
    """
    if engine.dialect.name != "sqlite":
        return
    with outside_transactions(engine) as cursor, _turn(engine):
        cursor.execute("VACUUM")


def close_down(url: str) -> None:
    """Leave a SQLite database as one sound file, where no other process works on it any more."""
    if database_file(url) is not None:
        engine = connect(url, poolclass=NullPool)
        checkpoint(engine)
        engine.dispose()
