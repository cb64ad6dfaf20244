"""Commands that change when, where and whether an event is; everyone it concerns is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import click
from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ikw import db
from ikw.actions.act import Act
from ikw.actions.event.plan import (
    BadPlan,
    NothingToChange,
    announce_time,
    call_off,
    change_venue,
    move,
    postpone,
    reinstate,
)
from ikw.cli.base import act, cli, opened_programme
from ikw.model import Event, Letter, Plan, Registration, Venue
from ikw.model.letter import still_open
from ikw.model.letter_kinds import LetterKind
from ikw.names import Route
from ikw.text.cleaning import clean_line


class Time(click.ParamType[dt.time]):
    """A time of day, such as 17:00."""

    name = "HH:MM"

    def convert(self, value: Any, param: Any, ctx: Any) -> dt.time:
        try:
            return dt.datetime.strptime(value, "%H:%M").time()  # noqa: DTZ007 (a time of day)
        except ValueError:
            self.fail(f"{value} is not a time like 17:00", param, ctx)


class Date(click.ParamType[dt.date]):
    """A day, such as 10.03.2023 or 2023-03-10."""

    name = "DD.MM.YYYY"

    def convert(self, value: Any, param: Any, ctx: Any) -> dt.date:
        form = "%d.%m.%Y" if "." in value else "%Y-%m-%d"
        try:
            return dt.datetime.strptime(value, form).date()  # noqa: DTZ007 (a day)
        except ValueError:
            self.fail(f"{value} is not a date like 10.03.2023", param, ctx)


class Sentence(click.ParamType[str]):
    """Words for everyone, without line breaks and control characters."""

    name = "TEXT"

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        if not (words := clean_line(value)):
            self.fail("there are no words in it", param, ctx)
        return words


Verb = Callable[[Session, int, Act], Event]


@cli.command("announce-time", help="Say at what time of day EVENT is: 17:00 19:30.")
@click.argument("event")
@click.argument("start", type=Time())
@click.argument("end", type=Time(), required=False)
def announce_time_command(event: str, start: dt.time, end: dt.time | None) -> None:
    _change(event, lambda session, id_, act: announce_time(session, id_, start, end, act))


@cli.command("move", help="Move EVENT to another DATE; without START its time is open.")
@click.argument("event")
@click.argument("date", type=Date())
@click.argument("start", type=Time(), required=False)
@click.argument("end", type=Time(), required=False)
def move_command(event: str, date: dt.date, start: dt.time | None, end: dt.time | None) -> None:
    _change(event, lambda session, id_, act: move(session, id_, date, start, end, act))


@cli.command("change-venue", help="Hold EVENT at another VENUE, by its key.")
@click.argument("event")
@click.argument("venue")
@click.option("--room", type=Sentence(), help="The room in it.")
def change_venue_command(event: str, venue: str, room: str | None) -> None:
    def change(session: Session, event_id: int, act: Act) -> Event:
        there = session.scalar(select(Venue).where(Venue.key == venue))
        if there is None:
            raise click.ClickException(f"There is no venue {venue}.")
        return change_venue(session, event_id, there, room, act)

    _change(event, change)


@cli.command("call-off", help="Call EVENT off.")
@click.argument("event")
@click.option("--reason", type=Sentence(), help="Why, in a sentence for everyone.")
def call_off_command(event: str, reason: str | None) -> None:
    _change(event, lambda session, id_, act: call_off(session, id_, reason, act))


@cli.command("postpone", help="Say that EVENT will be on another day, not known yet.")
@click.argument("event")
@click.option("--reason", type=Sentence(), help="Why, in a sentence for everyone.")
def postpone_command(event: str, reason: str | None) -> None:
    _change(event, lambda session, id_, act: postpone(session, id_, reason, act))


@cli.command("reinstate", help="Hold EVENT after all, as it was planned.")
@click.argument("event")
def reinstate_command(event: str) -> None:
    _change(event, reinstate)


def _change(key: str, verb: Verb) -> None:
    with opened_programme() as app:
        event_id = db.session().scalar(select(Event.id).where(Event.key == key))
        if event_id is None:
            raise click.ClickException(f"There is no event {key}.")
        try:
            with db.write() as session:
                event = verb(session, event_id, act())
        except BadPlan as error:
            raise click.ClickException(f"{key}: {error}.") from error
        except NothingToChange as error:
            raise click.ClickException(f"{key} is so already; nobody was told.") from error
        click.echo(f"{key}: {_in_words(Plan.of(event))}")
        click.echo(_who_is_told(event))
        if not event.takes_place or event.is_moved:
            base = app.config["IKW_BASE_URL"]
            click.echo(f"A notice for the door: {base}{Route.EVENT_NOTICE.path(event=key)}")


def _in_words(plan: Plan) -> str:
    if not plan.takes_place:
        return "called off" if plan.is_called_off else "postponed"
    time = f"{plan.start:%H:%M}" if plan.start else plan.hours or "time open"
    if plan.start and plan.end:
        time += f" to {plan.end:%H:%M}"
    return ", ".join(filter(None, [f"{plan.date:%d.%m.%Y}", time, plan.place]))


def _who_is_told(event: Event) -> str:
    """Say how many letters and calls the change makes."""
    waiting = (
        select(func.count(Letter.to), func.count())
        .join(Registration)
        .where(
            Registration.event_id == event.id,
            Letter.kind == LetterKind.EVENT_CHANGED,
            still_open(),
        )
    )
    letters, all_told = db.session().execute(waiting).one()
    minutes = current_app.config["IKW_QUIET_MINUTES"]
    if all_told == 0:
        return "Nobody has to be told; pages and calendars show it."
    told = f"{letters} letter(s)"
    if calls := all_told - letters:
        told += f" and {calls} call(s) (see ikw calls)"
    return f"{told} wait {minutes} minutes for further changes."
