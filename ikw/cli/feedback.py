"""The command for messages about the site."""

from __future__ import annotations

import getpass

import click

from ikw import clock, db
from ikw.actions import feedback as acts
from ikw.cli.base import cli, opened_programme
from ikw.model import Feedback


@cli.command("feedback", help="List messages about the site, or answer the one with this NUMBER.")
@click.argument("number", type=int, required=False)
@click.option("--answer", metavar="TEXT", help="Answer by letter, or by the call list.")
@click.option("--interim", metavar="TEXT", help="Say how far you are; the answer is to follow.")
def feedback_command(number: int | None, answer: str | None, interim: str | None) -> None:
    with opened_programme():
        if number is None:
            for feedback in acts.open_feedback(db.session()):
                _echo(feedback)
            return
        with db.write() as session:
            found = session.get(Feedback, number)
            if found is None:
                raise click.ClickException(f"There is no message {number}.")
            if answer or interim:
                _answer(found, answer, interim)
            else:
                _echo(found, whole=True)


def _answer(feedback: Feedback, answer: str | None, interim: str | None) -> None:
    try:
        acts.answer(
            db.session(),
            feedback,
            answer or interim or "",
            by=getpass.getuser(),
            now=clock.now(),
            interim=answer is None,
        )
    except acts.AlreadyAnswered as error:
        raise click.ClickException(f"{feedback.id} is answered already.") from error
    except acts.NobodyToAnswer as error:
        raise click.ClickException("It came without address or number.") from error
    where = "by letter" if feedback.email else "on the call list" if feedback.phone else "noted"
    click.echo(f"{feedback.id} is answered: {where}.")


def _echo(feedback: Feedback, whole: bool = False) -> None:
    today = clock.in_town(clock.now()).date()
    late = " LATE" if feedback.is_late(today) else ""
    due = feedback.latest_on if feedback.interim_at else feedback.due_on
    click.echo(f"{feedback.id:6} due {due}{late}  {feedback.about}  {feedback.page or ''}")
    if not whole:
        click.echo(f"       {feedback.message.splitlines()[0][:90]}")
        return
    click.echo(f"       from {feedback.name or '–'}, {feedback.email or feedback.phone or '–'}")
    click.echo(f"       in the language {feedback.language}, at the latest by {feedback.latest_on}")
    click.echo(f"\n{feedback.message}")
    if feedback.answer:
        click.echo(f"\nAnswer: {feedback.answer}")
