"""Commands for the right to be forgotten, and for the register of what is kept."""

from __future__ import annotations

import getpass
from pathlib import Path

import click
from flask import current_app

from ikw import clock, db
from ikw.actions import erasing
from ikw.cli.base import cli, make_app, opened_programme
from ikw.erasures import Erasure, Erasures, mark_of
from ikw.model.keeping import FILES, KEEPINGS, Keeping


@cli.command(
    "erase",
    help="Erase all that is stored of ADDRESS, an e-mail address or a telephone number, for good: "
    "places come free, and a restored backup does not bring it back.",
)
@click.argument("address")
@click.option("--yes", is_flag=True, help="Do not ask first.")
def erase_command(address: str, yes: bool) -> None:
    with opened_programme() as app:
        found = erasing.rows_of(db.session(), address.strip())
        if not found:
            raise click.ClickException(f"There is nothing of {address}.")
        for row in found:
            click.echo(f"{row.__tablename__} {row.id}")
        if not yes:
            click.confirm("Erase this for good?", abort=True)
        with db.write() as session:
            rows = erasing.rows_of(session, address.strip())
            # First, so that nothing is erased here of which a backup knows nothing.
            Erasures(Path(app.instance_path)).note(_noted(row) for row in rows)
            count = erasing.erase(
                session, rows, by=f"command line ({getpass.getuser()})", now=clock.now()
            )
        db.session().close()
        db.overwrite_deleted(db.engine())
        if not db.checkpoint(db.engine()):
            click.echo("Somebody is reading: the WAL is emptied at the next stop or round.")
        click.echo(f"{count} erased.")


def _noted(row: erasing.Row) -> Erasure:
    key = current_app.config["SECRET_KEY"]
    return Erasure(
        clock.now(),
        row.__tablename__,
        erasing.identity_of(row),
        mark_of(erasing.address_of(row), key),
    )


@cli.command("privacy", help="Write the register of what is kept (Art. 30 GDPR), in German.")
def privacy_command() -> None:
    app = make_app()
    click.echo(f"# Verzeichnis der Verarbeitungstätigkeiten: {app.config['IKW_TOWN']}, IKW\n")
    click.echo(f"Verantwortlich: {app.config['IKW_CONTACT_NAME']}\n")
    click.echo("| Was | Zweck | Rechtsgrundlage | Wer es sieht | Ende |")
    click.echo("|---|---|---|---|---|")
    for keeping in (*KEEPINGS, *FILES):
        click.echo(_row(keeping, app.config["IKW_KEEP_DAYS"], app.config["IKW_BACKUP_DAYS"]))


def _row(keeping: Keeping, keep_days: int, backup_days: int) -> str:
    what = f"`{keeping.table}`: {keeping.columns.replace(' ', ', ')}"
    end = keeping.end.in_words(keep_days=keep_days, backup_days=backup_days)
    return f"| {what} | {keeping.purpose} | {keeping.basis} | {keeping.seen_by} | {end} |"
