"""One letter to all who signed up in a series, or to all clubs."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.letter.mailing import (
    NobodyToWriteTo,
    Text,
    already_written,
    letter_of,
    mailing_of,
)
from ikw.actions.links import Link
from ikw.actions.log import note
from ikw.model import (
    Event,
    EventHost,
    Letter,
    Mailing,
    Organisation,
    Organiser,
    Registration,
    Series,
)
from ikw.model.letter_kinds import LetterKind
from ikw.model.phone_numbers import digits_of
from ikw.model.roles import ROLES, Role, Scope
from ikw.model.verbs import Verb
from ikw.model.vocabulary import Recipients


@dataclass(frozen=True)
class Club:
    """A club with an address to write to, and by which name and in which language."""

    organisation: Organisation
    to: str
    name: str
    language: str


def people_of(session: Session, series: Series) -> list[Registration]:
    """Return one sign-up of each person who comes or waits in a series, the latest.

    A person is known by the address, else by the number. Who cancelled everything is left out.
    """
    parties = (
        select(Registration)
        .join(Event)
        .where(Event.series_id == series.id, Registration.cancelled_at.is_(None))
        .order_by(Registration.id)
    )
    latest = {_person(party): party for party in session.scalars(parties)}
    return list(latest.values())


def _person(party: Registration) -> str:
    return party.email or digits_of(party.phone or "") or party.code


def clubs_of(
    session: Session, series: Series, recipients: Recipients
) -> tuple[list[Club], list[Organisation]]:
    """Return the clubs that one can write to, and those that have no address at all.

    Everybody who works for one gets a letter, and its own address if nobody does. With HOSTS those
    alone that host something in the series.
    """
    wanted = select(Organisation).order_by(Organisation.name)
    if recipients == Recipients.HOSTS:
        hosts = (
            select(EventHost.organisation_id)
            .join(Event, Event.id == EventHost.event_id)
            .where(Event.series_id == series.id, Event.deleted_at.is_(None))
        )
        wanted = wanted.where(Organisation.id.in_(hosts))
    own = [role for role in Role if ROLES[role].scope is Scope.OWN]
    accounts = select(Organiser).where(Organiser.disabled_at.is_(None), Organiser.role.in_(own))
    at_work: dict[int | None, list[Organiser]] = {}
    for organiser in session.scalars(accounts.order_by(Organiser.id)):
        at_work.setdefault(organiser.organisation_id, []).append(organiser)
    found: dict[str, Club] = {}
    unreachable = []
    for organisation in session.scalars(wanted):
        people = at_work.get(organisation.id, [])
        clubs = [Club(organisation, one.email, one.name, one.language) for one in people]
        if not clubs and organisation.email:
            clubs = [Club(organisation, organisation.email, organisation.name, "de")]
        if not clubs:
            unreachable.append(organisation)
        for club in clubs:
            found.setdefault(club.to.lower(), club)
    return list(found.values()), unreachable


def write_to_series(
    session: Session, series: Series, text: Text, organiser: Organiser, act: Act, *, link: Link
) -> Mailing:
    """Write a letter to each of those meant; people without an address go on the call list.

    The same form sent again writes nothing new. Raises NobodyToWriteTo.
    """
    # Under the lock, so that a button pressed twice at once writes once.
    session.get_one(Series, series.id, with_for_update=True)
    if (made := already_written(session, link)) is not None:
        return made
    mailing = mailing_of(text, organiser, act, link, series=series)
    session.add(mailing)
    letters = (
        _to_people(session, series, mailing, act)
        if text.recipients == Recipients.SERIES
        else _to_clubs(session, series, mailing, act)
    )
    if not letters:
        raise NobodyToWriteTo
    session.add_all(letters)
    new = {"series": series.key, "recipients": text.recipients, "letters": len(letters)}
    note(session, Verb.WRITE_TO_PARTICIPANTS, act, new=new)
    return mailing


def _to_people(session: Session, series: Series, mailing: Mailing, act: Act) -> list[Letter]:
    return [
        letter_of(
            mailing,
            LetterKind.SERIES_MESSAGE,
            party.reachable_email,
            party.language,
            {"name": party.name},
            act,
            party=party,
        )
        for party in people_of(session, series)
    ]


def _to_clubs(session: Session, series: Series, mailing: Mailing, act: Act) -> list[Letter]:
    clubs, _unreachable = clubs_of(session, series, mailing.recipients)
    return [
        letter_of(
            mailing,
            LetterKind.CLUB_MESSAGE,
            club.to,
            club.language,
            {"name": club.name},
            act,
            organisation=club.organisation,
        )
        for club in clubs
    ]
