"""What lets the made-up programme be tried: parties that are plainly invented, and what they do."""

from __future__ import annotations

import datetime as dt
import random

import click
from flask import current_app
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from ikw import clock, db
from ikw.actions.event.edit import create_event
from ikw.actions.event.plan import call_off
from ikw.actions.event.publish import publish
from ikw.actions.links import Link, new_seed
from ikw.actions.registration.cancel import cancel
from ikw.actions.registration.check_in import check_in
from ikw.actions.registration.party import Contact, NotEnoughPlaces, Party, SignUpClosed
from ikw.actions.registration.register import register
from ikw.cli.base import act, cli, opened_programme
from ikw.clock import in_town
from ikw.model import Event, Letter, Organisation, Programme, Registration, Series, Venue
from ikw.model.vocabulary import Need, QuestionKind, SeriesKind

#: Nobody is called like that.
NAMES = (
    *("Apfel", "Birne", "Kirsche", "Pflaume", "Quitte", "Mandel", "Walnuss", "Feige", "Dattel"),
    *("Melone", "Traube", "Zitrone", "Minze", "Salbei", "Thymian", "Lavendel", "Kamille"),
    *("Fenchel", "Kürbis", "Rübe", "Linse", "Erbse", "Bohne", "Hirse"),
)
FIRST = ("Frau", "Herr", "Familie")
LANGUAGES = ("de", "de", "de", "de", "uk", "ar", "tr", "ro", "ru", "fa", "pl", "einfach")

#: Telephone numbers that the Federal Network Agency gives to nobody (Berlin, for stories).
NUMBER = "+493023125{:03}"


@cli.command("example", help="Sign invented parties up for the made-up programme, once.")
def example_command() -> None:
    with opened_programme():
        with db.write() as session:
            made_up = session.scalar(select(Programme.example))
            has_sign_ups = session.scalar(select(exists().where(Registration.id > 0)))
        if not made_up:
            raise click.ClickException("This programme is a real one: nobody is invented for it.")
        if not has_sign_ups:
            click.echo(f"{Cast().sign_up_all()} invented parties")


class Cast:
    """Invented parties, the same each time."""

    def __init__(self) -> None:
        self.dice = random.Random(51)  # noqa: S311 (no secret: the same cast each time)
        self.number = 0

    def sign_up_all(self) -> int:
        """Let them sign up for everything, and do what people do; return how many they are."""
        with db.write() as session:
            tonight = _tonight(session)
            _last_year(session)
            events = session.scalars(select(Event).where(Event.takes_sign_up).order_by(Event.id))
            chosen = [event.id for event in events if event.sign_up_is_open(clock.now())]
        for place, event_id in enumerate(chosen):
            # Of four in a row one fills up, with a waiting list where it has one.
            share = 1.3 if place % 4 == 0 or event_id == tonight.id else None
            self._fill(event_id, share or self.dice.uniform(0.1, 0.8))
        with db.write() as session:
            self._at_the_door(session, tonight)
            self._change_their_minds(session)
            self._call_one_off(session, tonight)
            _send(session)
        return self.number

    def _fill(self, event_id: int, share: float) -> None:
        with db.write() as session:
            event = session.get_one(Event, event_id)
            wanted = min(80, int((event.capacity or 40) * share))
            asked = 0
            while asked < wanted:
                party = self._party(event)
                asked += party.places
                try:
                    register(
                        session,
                        event_id,
                        party,
                        act(),
                        link=_link(),
                        calendar_link=_link(),
                        may_wait=True,
                    )
                except (NotEnoughPlaces, SignUpClosed):
                    return

    def _party(self, event: Event) -> Party:
        self.number += 1
        name = f"{self.dice.choice(FIRST)} {self.dice.choice(NAMES)} (Beispiel {self.number})"
        calls = self.dice.random() < 0.15
        phone = NUMBER.format(self.number % 1000) if calls or self.dice.random() < 0.2 else None
        places = min(event.party_max, self.dice.choice((1, 1, 2, 2, 3, 4)))
        answers = {
            question["key"]: self.dice.choice(question.get("choices") or ["yes"])
            if question["kind"] in (QuestionKind.CHOICE, QuestionKind.YES_NO)
            else "Beispielantwort"
            for question in event.questions
        }
        return Party(
            Contact(name, None if calls else f"beispiel-{self.number}@example.org", phone),
            places,
            [f"Begleitung {n}" for n in range(2, places + 1)] if self.dice.random() < 0.3 else [],
            [self.dice.choice(list(Need)).value] if self.dice.random() < 0.12 else [],
            "Das ist ein erfundener Bedarf." if self.dice.random() < 0.04 else None,
            answers,
            self.dice.choice(LANGUAGES),
        )

    def _at_the_door(self, session: Session, event: Event) -> None:
        mine = select(Registration).where(Registration.event_id == event.id, Registration.seats > 0)
        for party in session.scalars(mine.order_by(Registration.id)).all()[::2]:
            check_in(session, party, party.seats, act())

    def _change_their_minds(self, session: Session) -> None:
        active = select(Registration).where(Registration.cancelled_at.is_(None))
        for party in session.scalars(active.order_by(Registration.id)).all():
            if party.checked_in_at is None and self.dice.random() < 0.06:
                cancel(session, party, act())

    def _call_one_off(self, session: Session, tonight: Event) -> None:
        """Call off an event for which somebody signed up by telephone, so that there are calls."""
        calls = select(Registration.event_id).where(
            Registration.email.is_(None),
            Registration.cancelled_at.is_(None),
            Registration.event_id != tonight.id,
        )
        event_id = session.scalar(calls.order_by(Registration.id.desc()).limit(1))
        if event_id is not None:
            call_off(session, event_id, "Der Beispielsaal hat einen Wasserschaden.", act())


def _tonight(session: Session) -> Event:
    """Return an event of this evening, so that there is a door to stand at."""
    series = session.scalars(select(Series).order_by(Series.first_day)).first()
    now = in_town(clock.now())
    values = {
        "series": series,
        "title": "Neujahrstreffen der Vereine (Beispiel)",
        "summary": "Ein erfundener Abend, damit der Einlass auszuprobieren ist.",
        "date": now.date(),
        "start": dt.time(min(22, now.hour + 2)),
        "venue": session.scalars(select(Venue).order_by(Venue.id)).first(),
        "hosts": session.scalars(select(Organisation).order_by(Organisation.id).limit(1)).all(),
        "takes_sign_up": True,
        "capacity": 40,
        "has_waiting_list": True,
        "party_max": 5,
    }
    event = create_event(session, values, act())
    session.flush()
    return publish(session, event.id, act())


def _last_year(session: Session) -> None:
    """Leave the headcounts of a week that is over and forgotten."""
    year = in_town(clock.now()).year - 1
    series = Series(key=f"beispiel-{year}", title=f"Beispielwoche {year}", kind=SeriesKind.WEEK)
    series.first_day, series.last_day = dt.date(year, 9, 25), dt.date(year, 10, 2)
    series.published_at = clock.now() - dt.timedelta(days=200)
    session.add(series)
    for n, (title, people) in enumerate(
        (("Lesung", 31), ("Kochabend", 14), ("Abschlussfest", 240))
    ):
        event = Event(
            key=f"beispiel-{year}-{n + 1}",
            title=f"{title} {year} (Beispiel)",
            series=series,
            date=series.first_day + dt.timedelta(days=2 * n),
            start=dt.time(18),
            takes_sign_up=True,
            published_at=series.published_at,
            created_at=series.published_at,
            changed_at=series.published_at,
            people_counted=people,
            parties_counted=people // 2,
            arrived_counted=int(people * 0.8),
        )
        session.add(event)


def _send(session: Session) -> None:
    """Let the letters be in every state: most are sent, the last wait, a few were refused."""
    letters = session.scalars(
        select(Letter).where(Letter.to.is_not(None)).order_by(Letter.id)
    ).all()
    for letter in letters[:-12]:
        letter.tries, letter.sent_at, letter.next_try_at = 1, clock.real(), None
    for letter in letters[:60:20]:
        letter.sent_at, letter.failed_at = None, clock.real()
        letter.failure = "550 5.1.1 Dieses Postfach gibt es nicht (Beispiel)"


def _link() -> Link:
    return Link.from_seed(new_seed(), current_app.config["SECRET_KEY"])
