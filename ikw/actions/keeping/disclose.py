"""Telling somebody what is stored of them (Art. 15 GDPR), whatever table it stands in."""

from __future__ import annotations

import datetime as dt
from enum import Enum
from typing import Any

from sqlalchemy import Column, select
from sqlalchemy.orm import Session

from ikw.actions.keeping.erase import IDENTITY, Row
from ikw.model import Event, LogEntry, Organiser, Registration
from ikw.model.base import Base
from ikw.model.keeping import KEEPINGS, Keeping

#: Open doors or tell keys apart, and say nothing of anybody; and bodies of files that they brought.
KEPT_BACK = {
    *("id", "link_hash", "link_seed", "made_by", "token_hash", "seed"),
    *("credential_id", "public_key", "handle", "value", "body"),
}


def disclose(session: Session, row: Row) -> dict[str, Any]:
    """Return what is stored of a sign-up, a message or an account, as JSON can hold it.

    With everything that hangs on it, by the names of tables: letters, arrivals, the log. What is
    empty is left out.
    """
    told: dict[str, Any] = {"table": row.__tablename__, **_values(row)}
    if isinstance(row, Registration):
        told["event"] = _named(row.event)
    hanging: dict[str, list[dict[str, Any]]] = {}
    for mapper in Base.registry.mappers:
        model = mapper.class_
        for column in _references(model, type(row)):
            found = session.scalars(select(model).where(column == row.id).order_by(column))
            hanging.setdefault(model.__tablename__, []).extend(map(_values, found))
    if isinstance(row, Organiser):
        done = select(LogEntry).where(LogEntry.actor == row.actor).order_by(LogEntry.id)
        hanging["log_entry"] = [_values(entry) for entry in session.scalars(done)]
    return told | {table: rows for table, rows in sorted(hanging.items()) if rows}


def keepings_of(told: list[dict[str, Any]]) -> list[Keeping]:
    """Return why what was told is stored, and until when (Art. 15 (1) a, c, d GDPR)."""
    tables = {one["table"] for one in told}
    tables |= {name for one in told for name, rows in one.items() if isinstance(rows, list)}
    return [keeping for keeping in KEEPINGS if keeping.table in tables]


def _references(model: type[Any], to: type[Any]) -> list[Column[Any]]:
    """Return the columns by which rows of a table belong to a row of another one."""
    if model in IDENTITY:
        return []
    return [
        column
        for column in model.__table__.columns
        if any(key.column.table is to.__table__ for key in column.foreign_keys)
    ]


def _named(event: Event) -> dict[str, str]:
    return {"title": event.title, "date": event.date.isoformat()}


def _values(row: Any) -> dict[str, Any]:
    """Return the columns of a row that say something."""
    return {
        column.key: _plain(value)
        for column in row.__table__.columns
        if column.key not in KEPT_BACK and not column.key.endswith("_id")
        if (value := getattr(row, column.key)) not in (None, "", [], {})
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items() if key not in KEPT_BACK}
    return value.isoformat() if isinstance(value, dt.date | dt.time) else value
