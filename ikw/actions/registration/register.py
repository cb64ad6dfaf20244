"""Signing up, be it with seats or on the waiting list."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.letter.write import write_letter
from ikw.actions.links import Link
from ikw.actions.log import note, size
from ikw.actions.registration.calendar import open_calendar
from ikw.actions.registration.change import change_places
from ikw.actions.registration.party import Party, SignUpClosed
from ikw.actions.registration.places import (
    ask_for_places,
    check_room,
    check_size,
    enter,
    enter_again,
    seat,
)
from ikw.model import Event, LogEntry, Registration
from ikw.model.letter_kinds import LetterKind
from ikw.model.registration import new_code
from ikw.model.verbs import OF_THE_FORM, Actor, Verb

#: Written once: every sign-up asks.
_MADE_BY = select(Registration).where(
    Registration.made_by == bindparam("hash"), Registration.event_id == bindparam("event_id")
)
_OF_CODE = select(Registration.id).where(
    Registration.event_id == bindparam("event_id"), Registration.code == bindparam("code")
)


def register(
    session: Session,
    event_id: int,
    party: Party,
    act: Act,
    *,
    link: Link,
    calendar_link: Link,
    may_wait: bool,
    above: str | None = None,
    network: str | None = None,
) -> Registration:
    """Sign a party up, with seats or on the waiting list, and write the letter that says so.

    `calendar_link` opens the calendar of its address, should it have none yet. `above` is the
    reason for which an organiser seats it although it does not fit, `network` a mark of where the
    form came from.

    The same link again gives the registration that it already made, corrected if the party now
    says something else. Raises SignUpClosed, TooManyPlaces, or NotEnoughPlaces when the party does
    not fit and may not or would not wait.
    """
    event = enter(session, event_id, act)
    made = session.scalar(_MADE_BY, {"hash": link.hash, "event_id": event_id})
    if made is not None:
        _correct(session, made, party, act, may_wait=may_wait)
        return made
    if not event.sign_up_is_open(act.now):
        raise SignUpClosed
    check_size(event, party.places)
    if not above:
        check_room(event, party.places, may_wait=may_wait)
    registration = Registration(
        event=event,
        code=_unused_code(session, event),
        made_by=link.hash,
        link_hash=link.hash,
        link_seed=link.seed,
        name=party.contact.name,
        email=party.contact.email,
        phone=party.contact.phone,
        language=party.language,
        companions=party.companions[: party.places - 1],
        needed=party.needed,
        needs=party.needs,
        answers=party.answers,
        places=party.places,
        seats=0,
        created_at=act.now,
        network=network,
    )
    open_calendar(session, registration.email, calendar_link)
    # All is written at once, in the end: the shorter the event is locked, the more can sign up.
    with session.no_autoflush:
        _store(session, registration, act, above)
    return registration


def _store(session: Session, registration: Registration, act: Act, above: str | None) -> None:
    """Give a new party its seats or its place in line, and write the letter that says so."""
    event, places = registration.event, registration.places
    session.add(registration)
    if above and not event.fits(places):
        seat(event, registration, act)
        counted = size(registration) | {"reason": above}
        note(session, Verb.SEAT_ABOVE_CAPACITY, act, registration=registration, new=counted)
    else:
        ask_for_places(session, registration, places, act)
    note(session, Verb.REGISTER, act, registration=registration, new=size(registration))
    write_letter(
        session,
        registration,
        LetterKind.WAITING if registration.is_waiting else LetterKind.CONFIRMED,
        act,
    )


def sign_up_again(
    session: Session, registration: Registration, act: Act, *, may_wait: bool
) -> None:
    """Take a cancelled registration up again, at the end of the line.

    Who had places above the capacity, and is taken back at the desk, has them again for the same
    reason. Raises SignUpClosed and NotEnoughPlaces, as register() does.
    """
    event = enter_again(session, registration, act)
    if not registration.is_cancelled:
        return
    # What was cancelled at the desk by mistake is taken back although sign-up has closed meanwhile.
    undoes = act.by != Actor.CITIZEN and event.takes_sign_up and event.can_be_changed(act.now)
    if not event.sign_up_is_open(act.now) and not undoes:
        raise SignUpClosed
    above = None
    if act.by != Actor.CITIZEN and not event.fits(registration.places):
        above = _reason_above(session, registration)
    if above is None:
        check_room(event, registration.places, may_wait=may_wait)
    registration.cancelled_at = registration.seated_at = None
    if above is None:
        ask_for_places(session, registration, registration.places, act)
    else:
        seat(event, registration, act)
    note(session, Verb.SIGN_UP_AGAIN, act, registration=registration, new=size(registration))
    if above is not None:
        new = size(registration) | {"reason": above}
        note(session, Verb.SEAT_ABOVE_CAPACITY, act, registration=registration, new=new)
    write_letter(
        session,
        registration,
        LetterKind.WAITING if registration.is_waiting else LetterKind.CONFIRMED,
        act,
    )


def _reason_above(session: Session, registration: Registration) -> str | None:
    """Return why somebody had places above the capacity when they were last seated, if they had."""
    given = (
        select(LogEntry)
        .where(
            LogEntry.registration_id == registration.id,
            LogEntry.verb == Verb.SEAT_ABOVE_CAPACITY,
        )
        .order_by(LogEntry.id.desc())
        .limit(1)
    )
    entry = session.scalar(given)
    return entry.new.get("reason") if entry is not None else None


def _correct(
    session: Session, made: Registration, party: Party, act: Act, *, may_wait: bool
) -> None:
    """Take over what a party wrote when it sent its form again."""
    before = (made.places, made.companions, made.needed, made.needs, made.answers)
    companions = party.companions[: party.places - 1]
    after = (party.places, companions, party.needed, party.needs, party.answers)
    if made.is_cancelled or before == after or _was_touched(session, made):
        return
    made.needed, made.needs, made.answers = party.needed, party.needs, party.answers
    change_places(
        session, made, party.places, party.companions, act, may_wait=may_wait, verb=Verb.CORRECT
    )


def _was_touched(session: Session, made: Registration) -> bool:
    """Return whether a party has changed something since: then its old form has nothing to say."""
    acts = select(LogEntry.id).where(
        LogEntry.registration_id == made.id,
        LogEntry.actor != Actor.WAITING_LIST,
        LogEntry.verb.not_in(OF_THE_FORM),
    )
    return session.scalar(acts.limit(1)) is not None


def _unused_code(session: Session, event: Event) -> str:
    while session.scalar(_OF_CODE, {"event_id": event.id, "code": (code := new_code())}):
        pass
    return code
