"""The `ikw` command."""

from __future__ import annotations

import logging
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import FrameType

import click
from flask import Flask
from sqlalchemy import func, select, text, update

from ikw import clock, create_app, db, migrations, serve
from ikw.actions.forgetting import forget
from ikw.actions.places import settle
from ikw.config import BadSetting
from ikw.mail.compose import compose
from ikw.mail.deliver import deliver
from ikw.model import Letter, Series
from ikw.programmes import file, store


@click.group(help="Plan, publish and fill an Interkulturelle Woche.")
def cli() -> None:
    """Collect the commands below."""


def _app() -> Flask:
    try:
        return create_app()
    except (BadSetting, RuntimeError) as error:
        raise click.ClickException(str(error)) from error


@contextmanager
def _opened() -> Iterator[Flask]:
    """Give the application inside its context, and close its database at the end."""
    app = _app()
    with app.app_context():
        yield app
    app.extensions["ikw.engine"].dispose()


@cli.command("migrate", help="Create the database or bring it to the newest shape.")
def migrate_command() -> None:
    with _opened():
        migrations.migrate(db.engine())


@cli.command("load", help="Load a programme FILE; rows are updated by their keys.")
@click.argument("path", metavar="FILE", type=click.Path(exists=True, dir_okay=False))
@click.option("--once", is_flag=True, help="Do nothing when there is a programme already.")
def load_command(path: str, once: bool) -> None:
    with _opened():
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
            tally = store.load(session, programme, now=clock.now())
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
    with _opened():
        click.echo(file.render(store.dump(db.session())), nl=False)


@cli.command("serve", help="Run web server and delivery; stop with Ctrl-C.")
def serve_command() -> None:
    app = _app()
    host, port = app.config["IKW_HOST"], app.config["PORT"]
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(
                f"Port {port} is in use; choose another one with PORT=…"
            ) from error
    base = app.config["IKW_BASE_URL"]
    click.echo(f"The site:      {base}/")
    click.echo(f"The workshops: {base}/workshops/")
    click.echo(f"The calendar:  {base}/kalender/")
    if not app.config["MAIL_SERVER"]:
        click.echo(
            "Letters wait in the outbox, as no MAIL_SERVER is set; `make letters` reads them."
        )
    click.echo("Stop with Ctrl-C.")
    sys.stdout.flush()
    workers = app.config["IKW_WORKERS"]
    tasks: dict[str, Callable[[], None]] = {
        "web": partial(serve.serve_web, host, port, workers),
        "deliver": run_delivery,
    }
    sys.exit(serve.serve(tasks))


@cli.command("web", help="Run the web server alone.")
def web_command() -> None:
    config = _app().config
    serve.serve_web(config["IKW_HOST"], config["PORT"], config["IKW_WORKERS"])


@cli.command("deliver", help="Send the letters in the outbox and delete what is due.")
@click.option("--until-empty", is_flag=True, help="Stop when no letter is due.")
def deliver_command(until_empty: bool) -> None:
    run_delivery(until_empty)


def run_delivery(until_empty: bool = False) -> None:
    """Deliver letters until SIGTERM or SIGINT."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    app = _app()
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    deliver(app, stop, until_empty=until_empty)


@cli.command("letters", help="List the letters, or show the one with this NUMBER.")
@click.argument("number", type=int, required=False)
@click.option("--again", is_flag=True, help="Send those that were given up once more.")
def letters_command(number: int | None, again: bool) -> None:
    with _opened():
        if again:
            with db.write() as session:
                failed = update(Letter).where(Letter.failed_at.is_not(None))
                if number is not None:
                    failed = failed.where(Letter.id == number)
                session.execute(failed.values(failed_at=None, next_try_at=None, tries=0))
            return
        if number is None:
            for letter in db.session().scalars(select(Letter).order_by(Letter.id)):
                click.echo(f"{letter.id:6} {_state(letter):9} {letter.kind:16} {letter.to}")
            return
        letter_or_none = db.session().get(Letter, number)
        if letter_or_none is None:
            raise click.ClickException(f"There is no letter {number}.")
        message = compose(letter_or_none)
        click.echo(f"To: {letter_or_none.to}\nSubject: {message.subject}")
        click.echo(f"Message-ID: {message.msgId}")
        for attachment in message.attachments:
            click.echo(f"Attached: {attachment.filename}")
        if letter_or_none.failure:
            click.echo(f"Last answer of the mail server: {letter_or_none.failure}")
        click.echo(f"\n{message.body}")


def _state(letter: Letter) -> str:
    if letter.sent_at:
        return "sent"
    if letter.failed_at:
        return "failed"
    return "retrying" if letter.tries else "waiting"


@cli.command("forget", help="Delete the sign-ups whose time is over (delivery does so hourly).")
def forget_command() -> None:
    with _opened() as app, db.write() as session:
        count = forget(session, keep_days=app.config["IKW_KEEP_DAYS"], now=clock.now())
    click.echo(f"{count} deleted")


@cli.command("backup", help="Write a sound copy of the SQLite database to FILE.")
@click.argument("path", metavar="FILE", type=click.Path(exists=False, dir_okay=False))
def backup_command(path: str) -> None:
    with _opened():
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
    with _opened():
        migrations.write_step(db.engine(), message)


@cli.command("check-database", help="Say whether the database answers and has the newest shape.")
def check_database_command() -> None:
    with _opened():
        db.session().execute(text("SELECT 1"))
        db.session().close()
        migrations.check(db.engine())
        click.echo("ok")


def main() -> None:
    """Run the command line."""
    cli()
