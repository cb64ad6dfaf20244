"""Alembic's entry point; `ikw migrate` calls it with a connection."""

from alembic import context

from ikw.model import Base

connection = context.config.attributes["connection"]


def include_name(name: str | None, kind: str, _parents: object) -> bool:
    """Leave the counts alone: no table of the model, and only on PostgreSQL."""
    return not (kind == "table" and name == "rate_limit")


context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    # Own types are imported by name at the head of a step.
    user_module_prefix="",
    include_name=include_name,
    render_as_batch=connection.dialect.name == "sqlite",
)
with context.begin_transaction():
    context.run_migrations()
