"""Commands for what people are told: letters, and the call list."""

from __future__ import annotations

import click
from sqlalchemy import select, update

from ikw import clock, db
from ikw.actions.letter import calls
from ikw.cli.base import act, cli, opened_programme
from ikw.mail.compose import compose
from ikw.mail.news import news_of
from ikw.model import Letter
from ikw.model.letter import has_failed
from ikw.text.languages import DEFAULT, LANGUAGES, speaking
from ikw.text.phones import write_phone


@cli.command("letters", help="List the letters, or show the one with this NUMBER.")
@click.argument("number", type=int, required=False)
@click.option("--again", is_flag=True, help="Send those that were given up once more.")
def letters_command(number: int | None, again: bool) -> None:
    with opened_programme():
        if again:
            with db.write() as session:
                failed = update(Letter).where(has_failed())
                if number is not None:
                    failed = failed.where(Letter.id == number)
                session.execute(failed.values(failed_at=None, next_try_at=None, tries=0))
            return
        if number is None:
            for letter in db.session().scalars(select(Letter).order_by(Letter.id)):
                to = letter.to or "to be called"
                click.echo(f"{letter.id:6} {letter.state:9} {letter.kind:16} {to}")
            return
        letter_or_none = db.session().get(Letter, number)
        if letter_or_none is None:
            raise click.ClickException(f"There is no letter {number}.")
        message = compose(letter_or_none)
        click.echo(f"To: {letter_or_none.to or 'call'}\nSubject: {message.subject}")
        click.echo(f"Message-ID: {message.msgId}")
        for attachment in message.attachments:
            click.echo(f"Attached: {attachment.filename}")
        if letter_or_none.failure:
            click.echo(f"Last answer of the mail server: {letter_or_none.failure}")
        click.echo(f"\n{message.body}")


@cli.command("calls", help="List whom to call: no e-mail address, or their letter failed.")
@click.option("--reached", type=int, metavar="NUMBER", help="Tick this one off.")
def calls_command(reached: int | None) -> None:
    with opened_programme():
        if reached is not None:
            try:
                with db.write() as session:
                    calls.reached(session, reached, act())
            except calls.NobodyToCall as error:
                raise click.ClickException(f"{reached} is not on the call list.") from error
            click.echo(f"{reached} is told.")
            return
        for letter in calls.call_list(db.session(), now=clock.now(), real=clock.real()):
            with speaking(DEFAULT):
                news = news_of(letter)
            who = letter.feedback or letter.registration
            click.echo(f"{letter.id:6} {write_phone(who.phone or '–'):18} {who.name or '–'}")
            if letter.party:
                click.echo(f"       {letter.party.event.title} ({letter.party.code})")
            if who.language != DEFAULT:
                click.echo(f"       wrote in: {LANGUAGES[who.language].name}")
            for sentence in [news.lead, *news.more]:
                click.echo(f"       {sentence}")
