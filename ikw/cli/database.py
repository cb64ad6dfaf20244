"""Commands for the database."""

from __future__ import annotations

from pathlib import Path

import click
from sqlalchemy import text

from ikw import clock, db, migrations
from ikw.actions.forgetting import forget
from ikw.cli.base import cli, opened


@cli.command("migrate", help="Create the database or bring it to the newest shape.")
def migrate_command() -> None:
    with opened():
        migrations.migrate(db.engine())


@cli.command("forget", help="Delete the sign-ups whose time is over (delivery does so hourly).")
def forget_command() -> None:
    with opened() as app, db.write() as session:
        count = forget(session, keep_days=app.config["IKW_KEEP_DAYS"], now=clock.now())
    click.echo(f"{count} deleted")


@cli.command("backup", help="Write a sound copy of the SQLite database to FILE.")
@click.argument("path", metavar="FILE", type=click.Path(exists=False, dir_okay=False))
def backup_command(path: str) -> None:
    with opened():
        engine = db.engine()
        if engine.dialect.name != "sqlite":
            raise click.ClickException("This is PostgreSQL; use pg_dump.")
        if Path(path).exists():
            raise click.ClickException(f"{path} exists already.")
        # Outside a transaction; copying the file instead would miss what is in the log.
        connection = engine.raw_connection()
        try:
            connection.cursor().execute("VACUUM INTO ?", (path,))
        finally:
            connection.close()
        Path(path).chmod(0o600)


@cli.command("revision", hidden=True, help="Write a migration (for developers).")
@click.argument("message")
def revision_command(message: str) -> None:
    with opened():
        migrations.write_step(db.engine(), message)


@cli.command("check-database", help="Say whether the database answers and has the newest shape.")
def check_database_command() -> None:
    with opened():
        db.session().execute(text("SELECT 1"))
        db.session().close()
        migrations.check(db.engine())
        click.echo("ok")
