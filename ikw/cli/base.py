"""What all commands share."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from importlib import import_module

import click
from flask import Flask, current_app
from sqlalchemy import make_url, select
from sqlalchemy.exc import DatabaseError, NoResultFound

from ikw import clock, create_app, db, desk_settings, migrations, sqlite_files
from ikw.actions.act import Act
from ikw.config import BadSetting
from ikw.model import Programme
from ikw.model.verbs import Actor
from ikw.names import InExtensions

#: Which module beside this one has which command.
COMMANDS = {
    "announce-time": "planning",
    "backup": "database",
    "call-off": "planning",
    "calls": "letters",
    "change-venue": "planning",
    "check-database": "database",
    "deliver": "running",
    "doctor": "doctor",
    "dump": "programme",
    "erase": "privacy",
    "example": "example",
    "feedback": "feedback",
    "forget": "database",
    "letters": "letters",
    "load": "programme",
    "migrate": "database",
    "move": "planning",
    "move-database": "database",
    "organiser": "organisers",
    "postpone": "planning",
    "privacy": "privacy",
    "reinstate": "planning",
    "restore": "database",
    "revision": "database",
    "serve": "running",
    "translations": "programme",
    "web": "running",
}


class Commands(click.Group):
    """Loads a command's module when it is called: no command waits for what others need."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in COMMANDS:
            import_module(f"ikw.cli.{COMMANDS[cmd_name]}")
        return super().get_command(ctx, cmd_name)


@click.group(cls=Commands, help="Plan, publish and fill an Interkulturelle Woche.")
def cli() -> None:
    """Collect the commands of the modules beside this one."""


def make_app(*, with_pages: bool = False) -> Flask:
    """Return the application, or end with a sentence about the setting that is wrong."""
    try:
        return create_app(with_pages=with_pages)
    except (BadSetting, RuntimeError, OSError) as error:
        raise click.ClickException(str(error)) from error


def act(by: Actor = Actor.COMMAND_LINE) -> Act:
    """Return that who works on the server changes something now; call it inside a context."""
    quiet = timedelta(minutes=current_app.config["IKW_QUIET_MINUTES"])
    return Act(by.of(getpass.getuser()), clock.now(), clock.real(), quiet)


@contextmanager
def opened_as_it_is() -> Iterator[Flask]:
    """Give the application inside its context, whatever its database is; close that at the end."""
    app = make_app()
    with in_use(app):
        try:
            with app.app_context():
                yield app
        except migrations.ForeignDatabase as error:
            raise click.ClickException(f"{error} ({address_of(app)})") from error
        except DatabaseError as error:
            raise click.ClickException(f"{address_of(app)}: {error.orig}") from error
        finally:
            app.extensions[InExtensions.ENGINE].dispose()


@contextmanager
def in_use(app: Flask) -> Iterator[None]:
    """Work on the database, or end with a sentence while it is being replaced."""
    try:
        with sqlite_files.in_use(app.config["IKW_DATABASE_URL"]):
            yield
    except sqlite_files.DatabaseInUse as error:
        raise click.ClickException(f"{error} is just being replaced.") from error


@contextmanager
def opened() -> Iterator[Flask]:
    """Give the application inside its context, on a database of the newest shape."""
    with opened_as_it_is() as app:
        require_newest(app)
        desk_settings.refresh(app)
        yield app


def require_newest(app: Flask) -> None:
    """End with a sentence about a database with which this program cannot work."""
    engine, address = app.extensions[InExtensions.ENGINE], address_of(app)
    try:
        migrations.require_newest(engine)
    except migrations.EmptyDatabase as error:
        raise click.ClickException(
            f"There is no programme in {address}. "
            "For the demonstration of `make run`: make ikw ARGS='…'. "
            "For a town: ikw migrate, ikw load."
        ) from error
    except migrations.OldDatabase as error:
        raise click.ClickException(
            f"{address} has the older shape {error}: ikw backup FILE, then ikw migrate."
        ) from error
    except migrations.ForeignDatabase as error:
        raise click.ClickException(f"{error} ({address})") from error
    except DatabaseError as error:
        raise click.ClickException(f"{address} cannot be read: {error.orig}") from error
    finally:
        engine.dispose()


def address_of(app: Flask) -> str:
    """Return the address of the database, without a password."""
    return make_url(app.config["IKW_DATABASE_URL"]).render_as_string(hide_password=True)


@contextmanager
def opened_programme() -> Iterator[Flask]:
    """Give the application where there is a programme, or end with a hint where to find it."""
    with opened() as app:
        try:
            db.session().execute(select(Programme.id)).one()
        except NoResultFound as error:
            raise click.ClickException(
                f"There is no programme in {address_of(app)}. For a town: ikw load."
            ) from error
        yield app
