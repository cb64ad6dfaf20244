"""Migrations keep what is there."""

from __future__ import annotations

import pytest
from sqlalchemy import String, create_engine, select, text
from sqlalchemy.engine import Engine

from ikw import db, migrations
from ikw.model import Letter
from tests.actions.cast import ANNA, sign_up
from tests.conftest import MakeApp, make_event


def test_making_a_table_anew_loses_no_letter(
    make_app: MakeApp, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(sqlite_url)
    with app.app_context():
        sign_up(make_event(), ANNA)
        db.session().close()

        def widen(config: object, _target: str) -> None:
            from alembic.migration import MigrationContext
            from alembic.operations import Operations

            connection = config.attributes["connection"]  # type: ignore[attr-defined]
            steps = Operations(MigrationContext.configure(connection))
            with steps.batch_alter_table("registration") as table:
                table.alter_column("phone", type_=String(60))

        monkeypatch.setattr("alembic.command.upgrade", widen)
        migrations.migrate(db.engine())
        assert db.session().scalars(select(Letter.to)).all() == ["anna@example.org"]
        assert db.session().execute(text("PRAGMA foreign_keys")).scalar() == 1


def test_all_steps_run_from_nothing_and_again(postgres_url: str) -> None:
    engine: Engine = create_engine(postgres_url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    for _ in range(2):
        migrations.migrate(engine)
    migrations.check(engine)
    engine.dispose()
