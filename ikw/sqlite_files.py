"""The files of a SQLite database: who works on them, who may read them, and that nothing is left.

On PostgreSQL all of this does nothing.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, make_url
from sqlalchemy.exc import OperationalError

#: Milliseconds to wait for a locked SQLite database.
BUSY_TIMEOUT = 30_000


def keep_private(database: str | None) -> None:
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


def turn(bind: Engine | Connection, *, wait: bool = True) -> Any:
    """Wait for our turn to write to SQLite. Without `wait`, raises BlockingIOError.

    SQLite lets waiting writers poll, and some starve; the kernel's queue for a lock on a file
    beside the database is fair, for threads as for processes.
    """
    database = bind.engine.url.database
    if bind.dialect.name != "sqlite" or not database or database == ":memory:":
        return nullcontext()
    how = fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB
    return file_lock(Path(f"{database}.lock"), how)


@contextmanager
def file_lock(path: Path, how: int = fcntl.LOCK_EX) -> Iterator[None]:
    """Hold a lock on a file, by which the kernel queues fairly. Raises BlockingIOError."""
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
            stack.enter_context(file_lock(Path(f"{database}.in-use"), how | fcntl.LOCK_NB))
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
    with outside_transactions(engine) as cursor, turn(engine):
        cursor.execute("VACUUM")


def give_to_owner(path: Path) -> None:
    """Give a file that root has made to whoever owns its folder, and runs the site."""
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.chown(path, owner.st_uid, owner.st_gid)


def note_deleted(engine: Engine) -> None:
    """Note, before it is committed, that bytes may be left: whoever dies, somebody cleans."""
    if (mark := _mark(engine)) is not None:
        mark.unlink(missing_ok=True)
        mark.touch(mode=0o600)
        give_to_owner(mark)


#: Stands in the mark once the file itself holds nothing any more.
OVERWRITTEN = "overwritten"


def clean(engine: Engine) -> bool:
    """Leave no byte of what was deleted, if anything was. Return whether nobody was in the way.

    Raises OperationalError while the database is not available.
    """
    mark = _mark(engine)
    if mark is None or not mark.exists():
        return True
    if mark.read_text() != OVERWRITTEN:
        overwrite_deleted(engine)
        # From now on the WAL alone has to be emptied, however often that takes.
        mark.write_text(OVERWRITTEN)
    if not checkpoint(engine):
        return False
    mark.unlink(missing_ok=True)
    return True


def _mark(engine: Engine) -> Path | None:
    database = database_file(engine.url.render_as_string(hide_password=False))
    return database and database.with_name(f"{database.name}.unclean")
