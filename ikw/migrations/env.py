"""Alembic's entry point; `ikw migrate` calls it with a connection."""

from alembic import context

from ikw.model import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    # Own types are imported by name at the head of a step.
    user_module_prefix="",
    render_as_batch=connection.dialect.name == "sqlite",
)
with context.begin_transaction():
    context.run_migrations()
