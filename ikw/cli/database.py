"""Commands for the database: its shape, its copies, its move."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from datetime import datetime
from pathlib import Path

import click
from flask import Flask, current_app
from sqlalchemy import make_url, text
from sqlalchemy.exc import ArgumentError, DatabaseError
from sqlalchemy.pool import NullPool

from ikw import backups, clock, db, migrations, moving, sqlite_files
from ikw.actions.act import Act
from ikw.actions.heartbeat import beat
from ikw.actions.keeping.forget import forget
from ikw.cli.base import act, address_of, cli, make_app, opened, opened_as_it_is, require_newest
from ikw.erasures import Erasures
from ikw.model.verbs import Actor
from ikw.names import InExtensions

#: Under this name stands when the last backup was written.
BACKUP = "backup"


@cli.command("migrate", help="Create the database or bring it to the newest shape.")
def migrate_command() -> None:
    with opened_as_it_is():
        migrations.migrate(db.engine())


@cli.command("forget", help="Delete what has ended (delivery does so hourly).")
def forget_command() -> None:
    with opened() as app:
        with db.write() as session:
            gone = forget(session, act(), keep_days=app.config["IKW_KEEP_DAYS"])
            if gone.total():
                sqlite_files.note_deleted(db.engine())
        db.session().close()
        sqlite_files.clean(db.engine())
        for end, count in gone.items():
            if count:
                click.echo(f"{count:6} {end.name.lower()}")
        click.echo(f"{gone.total()} deleted")


@cli.command("backup", help="Write a sound copy of the SQLite database to FILE; the site may run.")
@click.argument("path", metavar="FILE", type=click.Path(exists=False, dir_okay=False))
def backup_command(path: str) -> None:
    # Whatever shape it has: before it is migrated a copy is wanted most.
    with opened_as_it_is() as app:
        engine = db.engine()
        if engine.dialect.name != "sqlite":
            raise click.ClickException("This is PostgreSQL; use pg_dump.")
        with engine.connect() as connection:
            if migrations.revision_of(connection) is None:
                raise click.ClickException(f"There is no programme in {address_of(app)}.")
        try:
            backups.write_backup(engine, Path(path))
        except FileExistsError as error:
            raise click.ClickException(f"{path} exists already.") from error
        except OSError as error:
            raise click.ClickException(f"{path} cannot be written: {error.strerror}.") from error
        except DatabaseError as error:
            raise click.ClickException(f"{path} cannot be written: {error.orig}.") from error
        # Not before it is migrated there is a place to note it.
        with suppress(DatabaseError), db.write() as session:
            beat(session, BACKUP, now=clock.real())


@cli.command(
    "restore",
    help="Put a backup FILE in the place of the SQLite database, brought up to today: migrated, "
    "without those who were erased since and what has ended. Without FILE, on PostgreSQL: do the "
    "same to what pg_restore has brought back. The site has to be stopped.",
)
@click.argument(
    "path", metavar="[FILE]", required=False, type=click.Path(exists=True, dir_okay=False)
)
def restore_command(path: str | None) -> None:
    app = make_app()
    url, today = app.config["IKW_DATABASE_URL"], _today(app)
    if sqlite_files.database_file(url) is None:
        _bring_up_to_date(app, path, today)
        return
    if path is None:
        raise click.UsageError("Which file? See ikw backup.")
    app.extensions[InExtensions.ENGINE].dispose()
    try:
        done = backups.restore(url, Path(path), today)
    except sqlite_files.DatabaseInUse as error:
        raise click.ClickException(f"The site runs on {error}. Stop it first.") from error
    except backups.BadBackup as error:
        raise click.ClickException(f"{path}: {error}. Nothing was changed.") from error
    except OSError as error:
        raise click.ClickException(f"{path} cannot be put in place: {error}.") from error
    _tell(done)


def _today(app: Flask) -> backups.Today:
    return backups.Today(
        erasures=Erasures(Path(app.instance_path)),
        key=app.config["SECRET_KEY"],
        keep_days=app.config["IKW_KEEP_DAYS"],
        act=Act(Actor.RESTORE, clock.now(), clock.real()),
    )


def _bring_up_to_date(app: Flask, path: str | None, today: backups.Today) -> None:
    if path is not None:
        raise click.UsageError("On PostgreSQL: pg_restore, then ikw restore without a file.")
    engine = app.extensions[InExtensions.ENGINE]
    try:
        erased, forgotten = backups.bring_up_to_date(engine, today)
    except migrations.ForeignDatabase as error:
        raise click.ClickException(f"{error} ({address_of(app)})") from error
    finally:
        engine.dispose()
    click.echo(f"{erased} erased again, {forgotten} forgotten.")


def _tell(done: backups.Restored) -> None:
    click.echo(f"The last act in the backup: {_moment(done.last_act)}.")
    if done.replaced:
        click.echo(f"The last act in what it replaced: {_moment(done.last_act_replaced)}.")
        click.echo("What was done between the two is lost here.")
        if done.sign_ups_lost is not None:
            click.echo(f"Sign-ups among it: {done.sign_ups_lost}.")
        click.echo(f"It is kept for a week: {done.replaced}")
    click.echo(f"{done.erased_again} erased again, {done.forgotten} forgotten.")


def _moment(moment: datetime | None) -> str:
    return f"{clock.in_town(moment):%d.%m.%Y %H:%M:%S}" if moment else "not known"


@cli.command(
    "move-database",
    help="Copy everything into the empty database at URL (sqlite:///…, postgresql://…) and compare "
    "rows and checksums. The site has to be stopped; then set IKW_DATABASE_URL.",
)
@click.argument("url")
def move_command(url: str) -> None:
    app = make_app()
    require_newest(app)
    try:
        make_url(url)
        with ExitStack() as stack:
            stack.enter_context(sqlite_files.alone(app.config["IKW_DATABASE_URL"]))
            target = db.connect(url, poolclass=NullPool)
            stack.callback(target.dispose)
            stack.enter_context(sqlite_files.alone(url))
            counts = moving.move(app.extensions[InExtensions.ENGINE], target)
            sqlite_files.checkpoint(target)
    except ArgumentError as error:
        raise click.ClickException(f"{url} is no address of a database.") from error
    except sqlite_files.DatabaseInUse as error:
        raise click.ClickException(f"The site runs on {error}. Stop it first.") from error
    except (moving.CannotMove, migrations.ForeignDatabase, RuntimeError) as error:
        raise click.ClickException(f"Nothing was moved: {error}.") from error
    except DatabaseError as error:
        raise click.ClickException(f"Nothing was moved: {error.orig}.") from error
    finally:
        app.extensions[InExtensions.ENGINE].dispose()
    for table, count in counts.items():
        click.echo(f"{count:8} {table}")
    click.echo(f"{sum(counts.values()):8} rows, all checksums the same")


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
        click.echo(f"ok ({current_app.config['IKW_DATABASE_URL'].partition(':')[0]})")
