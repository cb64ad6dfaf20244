"""Commands that run the site."""

from __future__ import annotations

import logging
import signal
import socket
import sys
import threading
from collections.abc import Callable
from types import FrameType

import click
from flask import Flask

from ikw import db, serve
from ikw.cli.base import cli, in_use, make_app, opened_programme, require_newest
from ikw.cli.organisers import Email, new_desk_link
from ikw.mail.deliver import deliver
from ikw.names import InExtensions, Route
from ikw.rounds import Rounds


@cli.command("serve", help="Run web server and delivery; stop with Ctrl-C.")
@click.option("--sign-in", metavar="EMAIL", type=Email(), help="Print a link into the desk, too.")
def serve_command(sign_in: str | None) -> None:
    app = make_app(with_pages=True)
    require_newest(app)
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
    click.echo(f"The workshops: {base}{Route.WORKSHOPS}")
    click.echo(f"The calendar:  {base}{Route.CALENDAR}")
    if sign_in:
        with opened_programme():
            link = new_desk_link(sign_in)
        click.echo(f"The desk:      {link}")
        click.echo("               (opens once, within 15 minutes; make desk prints another)")
    if not app.config["MAIL_SERVER"]:
        click.echo(
            "Letters wait in the outbox, as no MAIL_SERVER is set; `make letters` reads them."
        )
    click.echo("Stop with Ctrl-C.")
    sys.stdout.flush()
    tasks = serve.web_tasks(host, port, app.config["IKW_WORKERS"])
    sys.exit(_serve(app, {**tasks, "deliver": run_delivery}))


@cli.command("web", help="Run the web server alone.")
def web_command() -> None:
    app = make_app(with_pages=True)
    require_newest(app)
    config = app.config
    tasks = serve.web_tasks(config["IKW_HOST"], config["PORT"], config["IKW_WORKERS"])
    sys.exit(_serve(app, tasks))


def _serve(app: Flask, tasks: dict[str, Callable[[], None]]) -> int:
    """Run tasks until told to stop, and leave a database that can be copied."""
    # Held here as well, as for a moment there may be no worker that holds it.
    serve.share(app)
    with in_use(app):
        code = serve.serve(tasks)
    db.close_down(app.config["IKW_DATABASE_URL"])
    return code


@cli.command("deliver", help="Send the letters in the outbox and delete what is due.")
@click.option("--until-empty", is_flag=True, help="Stop when no letter is due.")
def deliver_command(until_empty: bool) -> None:
    run_delivery(until_empty)


def run_delivery(until_empty: bool = False) -> None:
    """Deliver letters until SIGTERM or SIGINT."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    app = serve.shared_app or make_app()
    require_newest(app)
    url = app.config["IKW_DATABASE_URL"]
    serve.work_on(url)
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    deliver(app, stop, rounds=Rounds(), until_empty=until_empty)
    app.extensions[InExtensions.ENGINE].dispose()
    db.close_down(url)
