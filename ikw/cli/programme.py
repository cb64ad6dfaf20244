"""Commands for the programme as a file, and for its translations."""

from __future__ import annotations

import getpass
from collections import Counter
from datetime import timedelta
from pathlib import Path

import click
from flask import Flask
from sqlalchemy import func, select

from ikw import clock, db
from ikw.actions.places import settle
from ikw.cli.base import cli, opened, opened_programme
from ikw.model import Series
from ikw.programmes import file, store, translations
from ikw.text.languages import DEFAULT, LANGUAGES


@cli.command("load", help="Load programme FILEs (.toml) and their translations (.po).")
@click.argument(
    "paths",
    metavar="FILE...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False),
)
@click.option("--once", is_flag=True, help="Do nothing when there is a programme already.")
def load_command(paths: tuple[str, ...], once: bool) -> None:
    with opened() as app:
        if once and db.session().scalar(select(func.count()).select_from(Series)):
            return
        for path in paths:
            if path.endswith(".po"):
                _load_translations(path)
            else:
                _load_programme(path, app)


def _load_programme(path: str, app: Flask) -> None:
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


def _load_translations(path: str) -> None:
    try:
        with db.write() as session:
            stored = translations.load(session, Path(path).read_bytes())
    except translations.FaultyTranslation as error:
        raise click.ClickException(f"{path}: {error}") from error
    left_out = f", {stored.fuzzy} fuzzy ones left out" if stored.fuzzy else ""
    click.echo(f"{stored.language.name}: {stored.translated} texts{left_out}")


@cli.command("dump", help="Write the programme as a file to standard output.")
def dump_command() -> None:
    with opened():
        click.echo(file.render(store.dump(db.session())), nl=False)


@cli.command(
    "translations",
    help="Say which texts of the programme are not translated; with a LANGUAGE, write the PO file "
    "that a translator fills in and `ikw load` takes.",
)
@click.argument(
    "language", required=False, type=click.Choice([code for code in LANGUAGES if code != DEFAULT])
)
@click.option("--all", "everything", is_flag=True, help="Name every missing text.")
def translations_command(language: str | None, everything: bool) -> None:
    with opened_programme():
        if language is not None:
            click.echo(translations.dump(db.session(), LANGUAGES[language]), nl=False)
            return
        for code, texts in translations.missing(db.session()).items():
            click.echo(f"{code:8} {LANGUAGES[code].name}: {len(texts) or 'no'} texts missing")
            if not everything:
                rows = Counter(f"{place.table} {place.key}" for _text, place in texts)
                for row, count in rows.items():
                    click.echo(f"         {row}: {count}")
            for text, place in texts if everything else ():
                click.echo(f"         {place}: {text.splitlines()[0][:60]}")
