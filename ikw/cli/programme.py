"""Commands for the programme as a file."""

from __future__ import annotations

import getpass
from datetime import timedelta
from pathlib import Path

import click
from sqlalchemy import func, select

from ikw import clock, db
from ikw.actions.places import settle
from ikw.cli.base import cli, opened
from ikw.model import Series
from ikw.programmes import file, store


@cli.command("load", help="Load a programme FILE; rows are updated by their keys.")
@click.argument("path", metavar="FILE", type=click.Path(exists=True, dir_okay=False))
@click.option("--once", is_flag=True, help="Do nothing when there is a programme already.")
def load_command(path: str, once: bool) -> None:
    with opened() as app:
        if once and db.session().scalar(select(func.count()).select_from(Series)):
            return
        try:
            programme = file.parse(Path(path).read_text("utf-8"))
        except (file.FaultyProgramme, UnicodeDecodeError) as error:
            faults = getattr(error, "faults", [str(error)])
            for fault in faults:
                click.echo(fault, err=True)
            raise click.ClickException(
                f"{path} has {len(faults)} fault(s); nothing was changed."
            ) from error
        with db.write() as session:
            by = f"programme file ({getpass.getuser()})"
            quiet = timedelta(minutes=app.config["IKW_QUIET_MINUTES"])
            tally = store.load(session, programme, now=clock.now(), by=by, quiet=quiet)
            session.flush()
            overfull = settle(session, now=clock.now())
        click.echo(", ".join(f"{count} {word}" for word, count in sorted(tally.items())))
        for event in overfull:
            click.echo(
                f"event {event.key}: {event.taken} people have seats, but there are "
                f"{event.capacity} places, {event.reserved} of them reserved; nobody was dropped",
                err=True,
            )


@cli.command("dump", help="Write the programme as a file to standard output.")
def dump_command() -> None:
    with opened():
        click.echo(file.render(store.dump(db.session())), nl=False)
