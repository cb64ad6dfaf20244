"""Steps from one shape of the database to the next."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config


def migrate(engine: Engine) -> None:
    """Bring the database to the newest shape, all steps in one transaction."""
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
    with engine.connect() as connection:
        command.revision(_config(connection), message, autogenerate=True)


def check(engine: Engine) -> None:
    """Raise an error when the models say something else than the newest step."""
    with engine.connect() as connection:
        command.check(_config(connection))
