"""INSERT … ON CONFLICT, which both databases know and SQLAlchemy offers for each apart."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session


def insert_into(session: Session, table: type[Any]) -> Any:
    """Return an INSERT that can say what to do about a row that is there already."""
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    insert: Any = postgresql.insert if on_postgresql else sqlite.insert
    return insert(table)
