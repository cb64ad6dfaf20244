"""What all commands share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import Flask
from sqlalchemy import make_url, select
from sqlalchemy.exc import DatabaseError, NoResultFound

from ikw import create_app, db
from ikw.config import BadSetting
from ikw.model import Programme


@click.group(help="Plan, publish and fill an Interkulturelle Woche.")
def cli() -> None:
    """Collect the commands of the modules beside this one."""


def make_app() -> Flask:
    """Return the application, or end with a sentence about the setting that is wrong."""
    try:
        return create_app()
    except (BadSetting, RuntimeError) as error:
        raise click.ClickException(str(error)) from error


@contextmanager
def opened() -> Iterator[Flask]:
    """Give the application inside its context, and close its database at the end."""
    app = make_app()
    with app.app_context():
        yield app
    app.extensions["ikw.engine"].dispose()


@contextmanager
def opened_programme() -> Iterator[Flask]:
    """Give the application where there is a programme, or end with a hint where to find it."""
    with opened() as app:
        address = make_url(app.config["IKW_DATABASE_URL"]).render_as_string(hide_password=True)
        try:
            db.session().execute(select(Programme.id)).one()
        except (DatabaseError, NoResultFound) as error:
            raise click.ClickException(
                f"There is no programme in {address}. "
                "For the demonstration of `make run`: make ikw ARGS='…'. "
                "For a town: ikw migrate, ikw load."
            ) from error
        yield app
