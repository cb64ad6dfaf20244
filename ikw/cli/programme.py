"""Commands for the programme as a file, and for its translations."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ikw import db
from ikw.actions.registration.places import move_up_everywhere
from ikw.cli.base import act, cli, opened, opened_programme
from ikw.model import Event, Series
from ikw.model.verbs import Actor
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
@click.option("--once", is_flag=True, help="Leave alone what is there already.")
def load_command(paths: tuple[str, ...], once: bool) -> None:
    with opened() as app:
        # All are read before anything is stored: one that is faulty changes nothing at all.
        files = [_read(Path(path)) for path in paths]
        with db.write() as session:
            is_there = session.scalar(select(func.count()).select_from(Series)) or 0
            for read in files:
                if isinstance(read, Catalog):
                    _store_translations(session, read, once)
                elif not (once and is_there):
                    _store_programme(session, read, app)


def _read(path: Path) -> file.ProgrammeFile | Catalog:
    """Read a file of either kind, or end with its faults."""
    try:
        if path.suffix == ".po":
            return translations.parse(path.read_bytes())
        return file.parse(file.decode(path.read_bytes()))
    except (file.FaultyProgramme, translations.FaultyTranslation) as error:
        raise _refused(path, getattr(error, "faults", [str(error)])) from error


def _refused(path: Path | str, faults: list[str]) -> click.ClickException:
    for fault in faults:
        click.echo(fault, err=True)
    return click.ClickException(f"{path} has {len(faults)} fault(s); nothing was changed.")


def _store_programme(session: Session, read: file.ProgrammeFile, app: Flask) -> None:
    by_file = act(Actor.PROGRAMME_FILE)
    try:
        tally = store.load(session, read, by_file)
    except file.FaultyProgramme as error:
        raise _refused("The file", error.faults) from error
    session.flush()
    overfull = move_up_everywhere(session, by_file)
    click.echo(", ".join(f"{count} {word}" for word, count in sorted(tally.items())))
    for event in overfull:
        click.echo(
            f"event {event.key}: {event.taken} people have seats, but there are "
            f"{event.capacity} places, {event.reserved} of them reserved; nobody was dropped",
            err=True,
        )


def _store_translations(session: Session, read: Catalog, once: bool) -> None:
    language = translations.language_of(read)
    if once and translations.is_translated_into(session, language):
        return
    stored = translations.store(session, read)
    left_out = f", {stored.fuzzy} fuzzy ones left out" if stored.fuzzy else ""
    click.echo(f"{language.name}: {stored.translated} texts{left_out}")


@cli.command("dump", help="Write the programme as a file to standard output.")
def dump_command() -> None:
    with opened():
        click.echo(file.render(store.dump(db.session())), nl=False)
        binned = select(func.count()).where(Event.deleted_at.is_not(None))
        if count := db.session().scalar(binned):
            click.echo(f"{count} event(s) in the bin are left out", err=True)


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
