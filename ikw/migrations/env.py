"""Alembic's entry point; `ikw migrate` calls it with a connection."""

from typing import Any, Literal

from alembic import context

from ikw.model import Base
from ikw.model.base import Member, Moment

connection = context.config.attributes["connection"]


def include_name(name: str | None, kind: str, _parents: object) -> bool:
    """Leave the counts alone: no table of the model, and only on PostgreSQL."""
    return not (kind == "table" and name == "rate_limit")


def render_item(kind: str, item: Any, _context: object) -> str | Literal[False]:
    """Write our own types as what they are in the database: a step outlives the model."""
    if kind == "type" and isinstance(item, Moment):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Member):
        return f"sa.String(length={item.length})"
    return False


context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_item=render_item,
    include_name=include_name,
    render_as_batch=connection.dialect.name == "sqlite",
)
with context.begin_transaction():
    context.run_migrations()
