"""Moving all there is from one database to another, e.g. from SQLite to PostgreSQL or back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Connection, Engine, Table, func, insert, select, text
from sqlalchemy.exc import SQLAlchemyError

from ikw import migrations
from ikw.model import Base

#: Rows that are on their way at once.
ROWS = 1_000


class CannotMove(Exception):
    """The target is not empty, others work on a database, or a row does not fit; says which."""


def move(source: Engine, target: Engine) -> dict[str, int]:
    """Copy all tables into an empty database and compare; return how many rows each has.

    All or nothing: what does not fit leaves the target empty. Raises CannotMove.
    """
    migrations.require_newest(source)
    migrations.migrate(target)
    for engine in (source, target):
        _require_alone(engine)
    tables = Base.metadata.sorted_tables
    writing = target.connect().execution_options(ikw_writes=True)
    with source.connect() as reading, writing as writing:
        _require_empty(writing, tables)
        counts = {}
        for table in tables:
            writing.execute(table.delete())
            try:
                for rows in _parts(reading, table):
                    writing.execute(insert(table), rows)
            except SQLAlchemyError as error:
                raise CannotMove(f"a row of {table.name} does not fit: {_reason(error)}") from error
            counts[table.name] = _compare(reading, writing, table)
        _set_sequences(writing, tables)
        writing.commit()
    return counts


def _reason(error: SQLAlchemyError) -> str:
    # Without the values: they are personal data.
    return str(getattr(error, "orig", error)).splitlines()[0]


def _require_alone(engine: Engine) -> None:
    """Raise CannotMove while others are connected to PostgreSQL; SQLite is locked by its file."""
    if engine.dialect.name != "postgresql":
        return
    others = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    engine.dispose()
    with engine.connect() as connection:
        if connection.execute(others).scalar():
            raise CannotMove("others are connected to the database; stop the site first")


def _require_empty(connection: Connection, tables: list[Table]) -> None:
    for table in tables:
        # That one has a row from the beginning.
        if table.name != "programme" and _count(connection, table):
            raise CannotMove(f"there are rows in {table.name} of the target already")


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _parts(connection: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    in_order = select(table).order_by(*table.primary_key.columns)
    rows = connection.execute(in_order.execution_options(yield_per=ROWS))
    for part in rows.mappings().partitions():
        yield [dict(row) for row in part]


def _compare(reading: Connection, writing: Connection, table: Table) -> int:
    """Return how many rows both have, which are the same. Raises CannotMove."""
    ours, theirs = _checksums(reading, table), _checksums(writing, table)
    if ours != theirs:
        raise CannotMove(f"{table.name} did not arrive as it was")
    return len(ours)


def _checksums(connection: Connection, table: Table) -> list[str]:
    """Return a checksum of each row, in an order that does not hang on the database's collation."""
    return sorted(
        hashlib.sha256(json.dumps(row, default=_plain, sort_keys=True).encode()).hexdigest()
        for part in _parts(connection, table)
        for row in part
    )


def _plain(value: object) -> Any:
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    raise TypeError(type(value).__name__)


def _set_sequences(connection: Connection, tables: list[Table]) -> None:
    """Let PostgreSQL give numbers from the highest on; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables:
        if "id" in table.columns and table.name != "programme":
            connection.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'),"  # noqa: S608
                    f" (SELECT coalesce(max(id), 0) + 1 FROM {table.name}), false)"
                )
            )
