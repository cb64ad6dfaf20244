"""Counts of limits that all processes share: a file beside SQLite, a table in PostgreSQL.

A storage for the library `limits`. What a crash loses is counted anew, so nothing waits for the
disk.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from limits.storage import Storage
from sqlalchemy import Column, Double, Engine, Integer, MetaData, Table, Text, case, delete, select
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DatabaseError, OperationalError, SQLAlchemyError

from ikw import db, sqlite_files

#: Seconds between two looks for counts that have ended.
TIDY_EVERY = 60.0

#: Name of the file beside a SQLite database.
FILE = "limits.sqlite"

COUNTS = Table(
    # On PostgreSQL a step of the migrations makes it.
    "rate_limit",
    MetaData(),
    Column("key", Text, primary_key=True),
    Column("count", Integer, nullable=False),
    #: Unix time at which it ends.
    Column("expires_at", Double, nullable=False),
)


def uri_for(database_url: str) -> str:
    """Return where the counts of a database live, as the library `limits` takes it."""
    file = sqlite_files.database_file(database_url)
    return f"ikw+{database_url}" if file is None else f"ikw+sqlite:///{file.with_name(FILE)}"


class SharedCounts(Storage):
    """Counts in fixed windows, each ending by itself."""

    STORAGE_SCHEME = [  # noqa: RUF012
        "ikw+sqlite",
        "ikw+postgresql",
        "ikw+postgres",
        "ikw+postgresql+psycopg",
    ]

    def __init__(self, uri: str, wrap_exceptions: bool = False, **options: Any) -> None:
        super().__init__(uri, wrap_exceptions, **options)
        url = uri.removeprefix("ikw+")
        self.engine = _engine(url)
        self.tidy_at = 0.0

    @property
    def base_exceptions(self) -> type[Exception]:
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count once more, in a new window where the last one has ended; return the count."""
        now = time.time()
        insert: Any = sqlite.insert if self.engine.dialect.name == "sqlite" else postgresql.insert
        fresh = insert(COUNTS).values(key=key, count=amount, expires_at=now + expiry)
        over = COUNTS.c.expires_at <= now
        counted = fresh.on_conflict_do_update(
            index_elements=["key"],
            set_={
                "count": amount + _unless(over, COUNTS.c.count, 0),
                "expires_at": _unless(over, COUNTS.c.expires_at, now + expiry),
            },
        ).returning(COUNTS.c.count)
        with self.engine.begin() as connection:
            count: int = connection.execute(counted).scalar_one()
        if now >= self.tidy_at:
            self.tidy_at = now + TIDY_EVERY
            self.forget()
        return count

    def get(self, key: str) -> int:
        """Return the count of a window that has not ended."""
        wanted = COUNTS.c.key == key, COUNTS.c.expires_at > time.time()
        with self.engine.connect() as connection:
            return connection.execute(select(COUNTS.c.count).where(*wanted)).scalar() or 0

    def get_expiry(self, key: str) -> float:
        """Return the Unix time at which a window ends."""
        wanted = select(COUNTS.c.expires_at).where(COUNTS.c.key == key)
        with self.engine.connect() as connection:
            return connection.execute(wanted).scalar() or time.time()

    def check(self) -> bool:
        """Return whether the counts can be read."""
        try:
            self.get("")
        except SQLAlchemyError:
            return False
        return True

    def reset(self) -> int | None:
        """Forget all counts."""
        return self._delete(delete(COUNTS))

    def clear(self, key: str) -> None:
        """Forget one count."""
        self._delete(delete(COUNTS).where(COUNTS.c.key == key))

    def forget(self) -> int:
        """Delete the counts of windows that have ended; return how many."""
        return self._delete(delete(COUNTS).where(COUNTS.c.expires_at <= time.time()))

    def _delete(self, statement: Any) -> int:
        with self.engine.begin() as connection:
            return connection.execute(statement).rowcount


def _unless(condition: Any, value: Any, otherwise: Any) -> Any:
    return case((condition, otherwise), else_=value)


def _engine(url: str) -> Engine:
    engine = db.connect(url, execution_options={"ikw_writes": True})
    if engine.dialect.name == "sqlite":
        sqlalchemy_event.listen(engine, "connect", _hurry)
        try:
            _create(engine)
        except OperationalError:
            # Busy, or the disk is full: the table is there already, or counts go on in memory.
            pass
        except DatabaseError:
            # A power cut may have torn it, as it does not wait for the disk; it holds nothing that
            # could not be counted anew.
            engine.dispose()
            _remove(url)
            _create(engine)
    return engine


def _create(engine: Engine) -> None:
    with engine.begin() as connection:
        COUNTS.metadata.create_all(connection)
        if connection.exec_driver_sql("PRAGMA quick_check(1)").scalar() != "ok":
            raise DatabaseError("PRAGMA quick_check", None, ValueError("it is damaged"))


def _remove(url: str) -> None:
    if (file := sqlite_files.database_file(url)) is not None:
        for ending in ("", "-wal", "-shm"):
            file.with_name(file.name + ending).unlink(missing_ok=True)


def _hurry(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")


def forget_counts(database_url: str) -> None:
    """Delete the counts that have ended, also where nobody counts any more."""
    uri = uri_for(database_url)
    if (file := sqlite_files.database_file(uri.removeprefix("ikw+"))) and not Path(file).exists():
        return
    counts = SharedCounts(uri)
    try:
        counts.forget()
    except OperationalError:
        raise
    except DatabaseError:
        _remove(uri.removeprefix("ikw+"))
    finally:
        counts.engine.dispose()
