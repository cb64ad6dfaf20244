"""Copies of a SQLite database: written while the site runs, and put in its place again.

A database in WAL mode is more than its file: a copy of the file alone lacks what stands in the WAL,
and a file laid over the one of a site that was not closed is torn by the old WAL.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, make_url, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from ikw import db, migrations, sqlite_files
from ikw.actions.act import Act
from ikw.actions.keeping.erase import erase, erase_old_letters, everyone, identity_of
from ikw.actions.keeping.forget import forget
from ikw.erasures import Erasures, mark_of, mark_of_number
from ikw.model import Letter, LogEntry, Registration
from ikw.model.keeping import End

#: Stands in the names of files that a restored backup has replaced.
REPLACED = ".replaced-"


class BadBackup(ValueError):
    """A file that cannot be restored; the message says why."""


@dataclass(frozen=True)
class Restored:
    """What came of restoring: the last act in the backup and in what it replaced, and what went."""

    last_act: datetime | None
    last_act_replaced: datetime | None
    sign_ups_lost: int | None
    erased_again: int
    forgotten: int
    replaced: Path | None


@dataclass(frozen=True)
class Today:
    """What has to hold in a restored database as well: who was erased since, what is over."""

    erasures: Erasures
    key: str
    keep_days: int
    act: Act


def write_backup(engine: Engine, path: Path) -> None:
    """Write a sound copy of a SQLite database, for its owner alone.

    Raises OSError and OperationalError.
    """
    # First and empty, so that it is never readable for others, not even while it grows.
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    # Outside a transaction; copying the file instead would miss what is in the WAL.
    try:
        with sqlite_files.outside_transactions(engine) as cursor:
            cursor.execute("VACUUM INTO ?", (str(path),))
    except BaseException:
        path.unlink()
        raise


def restore(url: str, backup: Path, today: Today) -> Restored:
    """Put a backup in the place of a SQLite database, brought up to today first.

    Nothing is replaced before the copy is found sound, migrated, and without those who were erased
    and what has ended. The old files stay beside it for a week. Raises BadBackup, and DatabaseInUse
    while the site runs.
    """
    database = sqlite_files.database_file(url)
    if database is None:
        raise BadBackup("only a SQLite database is restored from a file")
    with sqlite_files.alone(url):
        fresh = _fresh(database)
        _remove(fresh)
        try:
            _copy(backup, fresh)
            engine = db.connect(_url_of(fresh), poolclass=NullPool)
            _check(engine)
            lost = _last_act(engine), _last_act_of(database)
            sign_ups = _sign_ups_since(database, lost[0])
            migrations.migrate(engine)
            _take_over_sent(engine, database)
            erased, forgotten = bring_up_to_date(engine, today)
            sqlite_files.overwrite_deleted(engine)
            sqlite_files.checkpoint(engine)
            engine.dispose()
            replaced = _swap(database, fresh, today.act.real)
        finally:
            _remove(fresh)
    return Restored(*lost, sign_ups, erased, forgotten, replaced)


def bring_up_to_date(engine: Engine, today: Today) -> tuple[int, int]:
    """Migrate a restored database, erase who was erased since, forget what is over.

    Returns how many rows were erased and how many forgotten.
    """
    migrations.migrate(engine)
    with Session(engine) as session:
        session.connection(execution_options={"ikw_writes": True})
        erased = _erase_again(session, today)
        gone = forget(session, today.act, keep_days=today.keep_days)
        session.commit()
    return erased, gone.total()


def _erase_again(session: Session, today: Today) -> int:
    noted = today.erasures.read()
    identities = {(one.kind, one.identity) for one in noted}
    # The last time counts: whoever came again after being erased has come to stay.
    erased_at = {one.mark: one.at for one in noted}

    def is_noted(row: Any) -> bool:
        was_there = any(
            mark in erased_at and row.created_at <= erased_at[mark] for mark in _marks(row, today)
        )
        return was_there or (row.__tablename__, identity_of(row)) in identities

    rows = [row for row in everyone(session) if is_noted(row)]
    erase_old_letters(session, lambda to: mark_of(to, today.key) in erased_at)
    return erase(session, rows, today.act)


def _marks(row: Any, today: Today) -> list[str]:
    """Return by which marks an erasure may mean a row: that of its address, and of its number."""
    phone = getattr(row, "phone", None)
    marks = [mark_of(row.email, today.key)] if row.email else []
    return [*marks, mark_of_number(phone, today.key)] if phone else marks


def _fresh(database: Path) -> Path:
    """Return where a database is made ready that is to take the place of another."""
    return database.with_name(f"{database.name}.restoring")


def _copy(backup: Path, fresh: Path) -> None:
    try:
        for ending in ("", "-wal"):
            source = backup.with_name(backup.name + ending)
            if ending == "" or source.exists():
                target = fresh.with_name(fresh.name + ending)
                os.close(os.open(target, os.O_WRONLY | os.O_CREAT, 0o600))
                shutil.copyfile(source, target)
    except OSError as error:
        raise BadBackup(f"{backup} cannot be copied: {error.strerror}") from error


def _check(engine: Engine) -> None:
    """Raise BadBackup for a file that is damaged, or none of ours."""
    try:
        with engine.connect() as connection:
            verdict = connection.execute(text("PRAGMA integrity_check(1)")).scalar()
            if verdict != "ok":
                raise BadBackup(f"it is damaged: {verdict}")
            if connection.execute(text("PRAGMA foreign_key_check")).first() is not None:
                raise BadBackup("it is damaged: rows refer to what is not there")
            if migrations.revision_of(connection) is None:
                raise BadBackup("there is nothing in it")
    except migrations.ForeignDatabase as error:
        raise BadBackup(str(error)) from error
    except DatabaseError as error:
        raise BadBackup(f"it is no SQLite database, or damaged: {error.orig}") from error


def _last_act(engine: Engine) -> datetime | None:
    with Session(engine) as session:
        return session.scalar(select(func.max(LogEntry.at)))


def _last_act_of(database: Path) -> datetime | None:
    """Return when something was done last in the database to be replaced, if it can be read."""
    with suppress(DatabaseError), _opened(database) as engine:
        return _last_act(engine)
    return None


def _sign_ups_since(database: Path, moment: datetime | None) -> int | None:
    if moment is None:
        return None
    later = select(func.count()).where(Registration.created_at > moment)
    with suppress(DatabaseError), _opened(database) as engine, Session(engine) as session:
        return session.scalar(later)
    return None


def _take_over_sent(engine: Engine, database: Path) -> None:
    """Let letters that have left since the backup stay sent, so that nobody gets them twice."""
    with suppress(DatabaseError), _opened(database) as old, Session(old) as session:
        sent = dict(
            session.execute(
                select(Letter.message_id, Letter.sent_at).where(Letter.sent_at.is_not(None))
            ).all()
        )
        with Session(engine) as fresh:
            fresh.connection(execution_options={"ikw_writes": True})
            for letter in fresh.scalars(select(Letter).where(Letter.sent_at.is_(None))):
                if letter.message_id in sent:
                    letter.sent_at, letter.next_try_at = sent[letter.message_id], None
            fresh.commit()


class _opened:
    """An engine for a database that may be there, closed again at the end."""

    def __init__(self, database: Path) -> None:
        self.database = database

    def __enter__(self) -> Engine:
        if not self.database.exists() or not self.database.stat().st_size:
            raise DatabaseError(None, None, FileNotFoundError(str(self.database)))
        self.engine = db.connect(_url_of(self.database), poolclass=NullPool)
        return self.engine

    def __exit__(self, *_error: object) -> None:
        self.engine.dispose()


def _swap(database: Path, fresh: Path, now: datetime) -> Path | None:
    """Put a finished database in the place of another, which stays beside it."""
    # Whoever restores as root leaves it to the user whose folder it is.
    sqlite_files.give_to_owner(fresh)
    aside = f"{database.name}{REPLACED}{now:%Y%m%dT%H%M%S%f}"
    # A WAL that is left belongs to the old file, and would be laid over the new one.
    for ending in ("-wal", "-shm"):
        left = database.with_name(database.name + ending)
        if left.exists():
            left.rename(database.with_name(aside + ending))
    replaced = None
    if database.exists():
        replaced = database.with_name(aside)
        try:
            replaced.hardlink_to(database)
        except OSError:
            # A file of somebody else, or a file system that knows no links.
            shutil.copyfile(database, replaced)
        replaced.chmod(0o600)
    fresh.replace(database)
    folder = os.open(database.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return replaced


def _remove(database: Path) -> None:
    for ending in ("", "-wal", "-shm", "-journal", ".lock"):
        database.with_name(database.name + ending).unlink(missing_ok=True)


def forget_replaced(url: str, *, now: datetime) -> None:
    """Delete the files that a restored backup replaced a week ago, and what one left half done."""
    database = sqlite_files.database_file(url)
    if database is None:
        return
    # While it is being restored nobody else works on the database.
    _remove(_fresh(database))
    for path in database.parent.glob(f"{database.name}{REPLACED}*"):
        stamp = path.name.partition(REPLACED)[2][:15]
        with suppress(ValueError):
            replaced_at = datetime.strptime(stamp, "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
            if now - replaced_at > End.REPLACED.period:
                path.unlink(missing_ok=True)


def _url_of(path: Path) -> str:
    return make_url("sqlite://").set(database=str(path)).render_as_string()
