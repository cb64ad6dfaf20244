"""Steps from one shape of the database to the next."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

if TYPE_CHECKING:
    # Large, and needed only where something is migrated: every command asks for the shape.
    from alembic.config import Config

FOLDER = Path(__file__).parent

#: All steps, the oldest first.
STEPS = sorted(path.name.partition("_")[0] for path in (FOLDER / "versions").glob("[0-9]*.py"))


def _config(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config


class ForeignDatabase(Exception):
    """The database is none of ours, or of a newer version; the message is a sentence about it."""


class OldDatabase(Exception):
    """The database has not the newest shape yet."""


class EmptyDatabase(OldDatabase):
    """There is nothing in the database yet."""


def revision_of(connection: Connection) -> str | None:
    """Return the newest step that a database has; None when it is empty. Raises ForeignDatabase."""
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    if "alembic_version" not in tables:
        raise ForeignDatabase("The database holds tables of another program.")
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if found is not None and found not in STEPS:
        raise ForeignDatabase(
            f"The database has the shape {found}, which this version of the program does not know."
        )
    return found


def require_newest(engine: Engine) -> None:
    """Raise ForeignDatabase, OldDatabase or EmptyDatabase for what this program cannot serve."""
    with engine.connect() as connection:
        found = revision_of(connection)
        if found is None:
            raise EmptyDatabase
        if found != STEPS[-1]:
            raise OldDatabase(found)


def migrate(engine: Engine) -> None:
    """Bring the database to the newest shape, all steps in one transaction.

    Raises ForeignDatabase.
    """
    from alembic import command

    with engine.connect() as connection:
        revision_of(connection)
    with engine.connect().execution_options(ikw_writes=True) as connection:
        on_sqlite = engine.dialect.name == "sqlite"
        if on_sqlite:
            # SQLite changes a table by making it anew; with foreign keys on, dropping the old one
            # would delete what refers to it (sqlite.org/lang_altertable.html, 7).
            connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
        with connection.begin():
            command.upgrade(_config(connection), "head")
            if on_sqlite and (
                broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            ):
                raise RuntimeError(f"the migration would break references: {broken}")
        if on_sqlite:
            connection.connection.cursor().execute("PRAGMA foreign_keys=ON")


def write_step(engine: Engine, message: str) -> None:
    """Write a new step from what the database has to what the models say (for developers)."""
    from alembic import command

    with engine.connect() as connection:
        command.revision(_config(connection), message, autogenerate=True)


def check(engine: Engine) -> None:
    """Raise an error when the models say something else than the newest step."""
    from alembic import command

    with engine.connect() as connection:
        command.check(_config(connection))
