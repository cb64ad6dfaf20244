"""The command for messages about the site."""

from __future__ import annotations

import click

from ikw import clock, db
from ikw.actions import feedback as acts
from ikw.cli.base import act, cli, opened_programme
from ikw.model import Feedback
from ikw.text.phones import write_phone

#: What there is to say when it cannot be answered that way.
EXPLAINED: dict[type[Exception], str] = {
    acts.NoSuchFeedback: "There is no such message.",
    acts.AlreadyAnswered: "It is answered already.",
    acts.NobodyToAnswer: "It came without an address or a number.",
    acts.TooLate: "The last day to answer is over: only --answer helps now.",
}


@cli.command("feedback", help="List messages about the site, or answer the one with this NUMBER.")
@click.argument("number", type=int, required=False)
@click.option("--answer", metavar="TEXT", help="Answer by letter, or by the call list.")
@click.option("--interim", metavar="TEXT", help="Say how far you are; the answer is to follow.")
def feedback_command(number: int | None, answer: str | None, interim: str | None) -> None:
    if answer and interim:
        raise click.UsageError("Either --answer or --interim.")
    with opened_programme():
        if number is None:
            for feedback in acts.open_feedback(db.session()):
                _echo(feedback)
        elif answer or interim:
            _reply(number, answer, interim)
        elif (found := db.session().get(Feedback, number)) is not None:
            _echo(found)
            _echo_whole(found)
        else:
            raise click.ClickException(EXPLAINED[acts.NoSuchFeedback])


def _reply(number: int, answer: str | None, interim: str | None) -> None:
    try:
        with db.write() as session:
            if answer:
                feedback = acts.answer(session, number, answer, act())
            else:
                feedback = acts.tell_how_far(session, number, interim or "", act())
    except tuple(EXPLAINED) as error:
        raise click.ClickException(EXPLAINED[type(error)]) from error
    where = "by letter" if feedback.email else "on the call list" if feedback.phone else "noted"
    click.echo(f"{number}: {where}.")


def _echo(feedback: Feedback) -> None:
    late = " LATE" if feedback.is_late(clock.today()) else ""
    click.echo(f"{feedback.id:6} due {feedback.due}{late}  {feedback.about}  {feedback.page or ''}")
    click.echo(f"       {' '.join(feedback.message.split())[:90]}")


def _echo_whole(feedback: Feedback) -> None:
    phone = write_phone(feedback.phone or "–")
    click.echo(f"       from {feedback.name or '–'}, {feedback.email or phone}")
    click.echo(f"       in the language {feedback.language}, at the latest by {feedback.latest_on}")
    click.echo(f"\n{feedback.message}")
    if feedback.answer:
        click.echo(f"\nAnswer: {feedback.answer}")
