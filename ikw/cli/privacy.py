"""Commands for the right to be forgotten, and for the register of what is kept."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app

from ikw import clock, db, sqlite_files
from ikw.actions.keeping import erase
from ikw.cli.base import act, cli, make_app, opened_programme
from ikw.erasures import Erasures, marks_of
from ikw.model.keeping import FILES, KEEPINGS, Keeping
from ikw.text.phones import as_kept


@cli.command(
    "erase",
    help="Erase all that is stored of ADDRESS, an e-mail address or a telephone number, for good: "
    "places come free, and a restored backup does not bring it back.",
)
@click.argument("address")
@click.option("--yes", is_flag=True, help="Do not ask first.")
def erase_command(address: str, yes: bool) -> None:
    with opened_programme() as app:
        wanted = address.strip()
        numbers = as_kept(wanted)
        found = erase.rows_of(db.session(), wanted, numbers)
        if not found:
            click.echo("No sign-up, message or account has it; letters to it are looked for.")
        for row in found:
            click.echo(f"{row.__tablename__} {row.id}")
        if not yes:
            click.confirm("Erase this for good?", abort=True)
        with db.write() as session:
            rows = erase.rows_of(session, wanted, numbers)
            # First, so that nothing is erased here of which a backup knows nothing.
            _note(Erasures(Path(app.instance_path)), rows, wanted, numbers)
            count = erase.erase(session, rows, act())
            letters = erase.erase_old_letters(session, lambda to: to == wanted.lower())
            sqlite_files.note_deleted(db.engine())
        db.session().close()
        if not sqlite_files.clean(db.engine()):
            click.echo(
                "Somebody is reading: the last bytes go within minutes, while the site runs."
            )
        click.echo(f"{count} erased, and {letters} letters to an address that was given up.")


def _note(erasures: Erasures, rows: list[erase.Row], wanted: str, numbers: list[str]) -> None:
    marks = marks_of(wanted, numbers, current_app.config["SECRET_KEY"])
    noted = [(row.__tablename__, erase.identity_of(row)) for row in rows]
    try:
        erasures.note_rows(noted, marks, clock.now())
    except OSError as error:
        raise click.ClickException(
            f"{erasures.path} cannot be written: {error.strerror}. Nothing was erased."
        ) from error


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
