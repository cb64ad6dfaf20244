"""Signing up, changing, cancelling: what a citizen does to a registration.

Every verb first takes the lock of the event's row, so that places are counted under it, and lets
the waiting list move up in the same transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ikw.actions.links import Link
from ikw.actions.waiting import lock, move_up, position, seat
from ikw.model import Event, Letter, LogEntry, Registration
from ikw.model.registration import new_code


class SignUpClosed(Exception):
    """The event takes no registrations, or no changes of them, at this time."""


class NotEnoughPlaces(Exception):
    """The wish does not fit; `free` places are left, and `may_wait` says if there is a list."""

    def __init__(self, free: int, may_wait: bool) -> None:
        super().__init__(f"{free} places left")
        self.free = free
        self.may_wait = may_wait


class TooManyPlaces(Exception):
    """More places than one registration may take at this event, or fewer than one."""


class NoSuchCompanion(Exception):
    """There is no companion of this number, or no longer the one that was shown."""


@dataclass(frozen=True)
class Contact:
    """Who signs up: a name, and an e-mail address or a telephone number."""

    name: str
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True)
class Party:
    """What a citizen fills in to sign up."""

    contact: Contact
    places: int = 1
    companions: list[str] = field(default_factory=list)
    needs: str | None = None
    answers: dict[str, Any] = field(default_factory=dict)
    language: str = "de"


def register(
    session: Session,
    event_id: int,
    party: Party,
    *,
    link: Link,
    may_wait: bool,
    now: datetime,
) -> Registration:
    """Sign a party up, with seats or on the waiting list, and write the letter that says so.

    The same link again gives the registration that it already made, corrected if the party now
    says something else. Raises SignUpClosed, TooManyPlaces, or NotEnoughPlaces when the party does
    not fit and may not or would not wait.
    """
    event = _enter(session, event_id, now)
    made = session.scalar(select(Registration).where(Registration.link_hash == link.hash))
    if made is not None:
        _correct(session, made, party, may_wait=may_wait, now=now)
        return made
    if not event.takes_registrations(now):
        if event.is_full and not event.has_waiting_list and event.takes_sign_up:
            raise NotEnoughPlaces(0, may_wait=False)
        raise SignUpClosed
    _check_size(event, party.places)
    if not event.fits(party.places) and not (event.has_waiting_list and may_wait):
        raise NotEnoughPlaces(event.free or 0, event.has_waiting_list)
    registration = Registration(
        event=event,
        code=_unused_code(session, event),
        link_hash=link.hash,
        link_seed=link.seed,
        name=party.contact.name,
        email=party.contact.email,
        phone=party.contact.phone,
        language=party.language,
        companions=party.companions[: party.places - 1],
        needs=party.needs,
        answers=party.answers,
        places=party.places,
        seats=0,
        created_at=now,
    )
    session.add(registration)
    _ask_for_places(session, registration, party.places, now)
    _log(session, registration, "register", now, new=_size(registration))
    write_letter(session, registration, "waiting" if registration.is_waiting else "confirmed", now)
    return registration


def _correct(
    session: Session, made: Registration, party: Party, *, may_wait: bool, now: datetime
) -> None:
    """Take over what a party wrote when it sent its form again."""
    if made.is_cancelled:
        return
    made.needs, made.answers = party.needs, party.answers
    change_places(session, made, party.places, party.companions, may_wait=may_wait, now=now)


def change_places(
    session: Session,
    registration: Registration,
    places: int,
    companions: list[str],
    *,
    may_wait: bool,
    now: datetime,
) -> None:
    """Ask for another number of places. Seats that one has are never lost by asking for more.

    Raises SignUpClosed, TooManyPlaces, or NotEnoughPlaces, as register() does.
    """
    event = _open_for_change(session, registration, now)
    before = _size(registration)
    if places != registration.places:
        _check_size(event, places)
        more = places - registration.seats
        grows = places > registration.places
        if grows and not event.fits(more) and not (event.has_waiting_list and may_wait):
            raise NotEnoughPlaces(event.free or 0, event.has_waiting_list)
        _ask_for_places(session, registration, places, now)
    renamed = registration.companions != companions[: places - 1]
    registration.companions = companions[: places - 1]
    if renamed or _size(registration) != before:
        _log(session, registration, "change places", now, old=before, new=_size(registration))
        write_letter(session, registration, "changed", now)


def remove_companion(
    session: Session, registration: Registration, index: int, name: str, *, now: datetime
) -> None:
    """Take one named companion out, and give their place back.

    `name` is the one that was shown, so that a form sent twice removes one person. Raises
    NoSuchCompanion and SignUpClosed.
    """
    _open_for_change(session, registration, now)
    named = registration.companions
    if not 0 <= index < len(named) or named[index] != name:
        raise NoSuchCompanion
    left = [*named[:index], *named[index + 1 :]]
    change_places(
        session, registration, max(1, registration.places - 1), left, may_wait=True, now=now
    )


def correct_contact(
    session: Session, registration: Registration, contact: Contact, *, link: Link, now: datetime
) -> bool:
    """Correct name, address and telephone. Return whether the link was renewed.

    Another e-mail address gets a new link, the old link ends, and the old address is told.
    Raises SignUpClosed.
    """
    _open_for_change(session, registration, now)
    old_email = registration.email
    if Contact(registration.name, old_email, registration.phone) == contact:
        return False
    registration.name = contact.name
    registration.email = contact.email
    registration.phone = contact.phone
    renewed = contact.email != old_email
    if renewed:
        registration.link_seed, registration.link_hash = link.seed, link.hash
        if old_email:
            write_letter(session, registration, "address_changed", now, to=old_email)
    _log(session, registration, "correct contact", now)
    write_letter(session, registration, "changed", now)
    return renewed


def cancel(session: Session, registration: Registration, *, now: datetime) -> None:
    """Give all places back; the waiting list moves up. Cancelling twice is cancelling once.

    Raises SignUpClosed once the event has begun.
    """
    event = _enter(session, registration.event_id, now)
    session.refresh(registration)
    if registration.is_cancelled:
        return
    if now >= event.starts_at:
        raise SignUpClosed
    before = _size(registration)
    event.taken -= registration.seats
    registration.seats = 0
    registration.queued_at = registration.seated_at = None
    registration.cancelled_at = now
    _log(session, registration, "cancel", now, old=before)
    write_letter(session, registration, "cancelled", now)
    _let_others_move_up(session, event, registration, now)


def sign_up_again(
    session: Session, registration: Registration, *, may_wait: bool, now: datetime
) -> None:
    """Take a cancelled registration up again, at the end of the line.

    Raises SignUpClosed and NotEnoughPlaces, as register() does.
    """
    event = _enter(session, registration.event_id, now)
    session.refresh(registration)
    if not registration.is_cancelled:
        return
    if not event.takes_registrations(now):
        raise SignUpClosed
    if not event.fits(registration.places) and not (event.has_waiting_list and may_wait):
        raise NotEnoughPlaces(event.free or 0, event.has_waiting_list)
    registration.cancelled_at = None
    _ask_for_places(session, registration, registration.places, now)
    _log(session, registration, "sign up again", now, new=_size(registration))
    write_letter(session, registration, "waiting" if registration.is_waiting else "confirmed", now)


def claim(session: Session, registration: Registration, *, now: datetime) -> None:
    """Take free places from the waiting list by hand, when it no longer moves up by itself.

    Raises SignUpClosed once the event has begun, NotEnoughPlaces when others were faster.
    """
    event = _open_for_change(session, registration, now)
    if registration.missing == 0:
        return
    if not event.fits(registration.missing):
        raise NotEnoughPlaces(event.free or 0, may_wait=True)
    seat(event, registration, now)
    _log(session, registration, "claim", now, new=_size(registration))
    write_letter(session, registration, "moved_up", now)


def send_links(session: Session, email: str, *, now: datetime) -> None:
    """Write a letter with the link for each registration of this address that is not over."""
    mine = select(Registration).where(
        func.lower(Registration.email) == email.lower(), Registration.cancelled_at.is_(None)
    )
    for registration in session.scalars(mine.order_by(Registration.id)):
        if not registration.event.is_over(now):
            write_letter(session, registration, "link", now)


def write_letter(
    session: Session, registration: Registration, kind: str, now: datetime, to: str | None = None
) -> None:
    """Put a letter into the outbox; those without an address have their page on paper."""
    address = to or registration.email
    if not address:
        return
    facts: dict[str, Any] = _size(registration)
    if registration.missing:
        session.flush()
        facts["position"] = position(session, registration)
    session.add(
        Letter(
            registration=registration,
            kind=kind,
            to=address,
            language=registration.language,
            facts=facts,
            created_at=now,
        )
    )


def _enter(session: Session, event_id: int, now: datetime) -> Event:
    """Lock the event, and first seat whoever waits and would fit, e.g. since it has more places."""
    event = lock(session, event_id)
    _let_others_move_up(session, event, None, now)
    return event


def _open_for_change(session: Session, registration: Registration, now: datetime) -> Event:
    event = _enter(session, registration.event_id, now)
    session.refresh(registration)
    if registration.is_cancelled or not event.can_be_changed(now):
        raise SignUpClosed
    return event


def _check_size(event: Event, places: int) -> None:
    if not 1 <= places <= event.party_max:
        raise TooManyPlaces


def _unused_code(session: Session, event: Event) -> str:
    while session.scalar(
        select(Registration.id).where(
            Registration.event_id == event.id, Registration.code == (code := new_code())
        )
    ):
        pass
    return code


def _ask_for_places(
    session: Session, registration: Registration, places: int, now: datetime
) -> None:
    """Set the wish, seat it if it fits, queue it if not, and let others have what is given back."""
    event = registration.event
    registration.places = places
    if places <= registration.seats:
        event.taken -= registration.seats - places
        registration.seats = places
        registration.queued_at = None
    elif event.fits(registration.missing):
        # Nobody is passed over: who waits and would fit has moved up before.
        seat(event, registration, now)
    elif registration.queued_at is None:
        registration.queued_at = now
    _let_others_move_up(session, event, registration, now)


def _let_others_move_up(
    session: Session, event: Event, mover: Registration | None, now: datetime
) -> None:
    for registration in move_up(session, event, now=now):
        _log(session, registration, "move up", now, actor="waiting list", new=_size(registration))
        if registration is not mover:
            write_letter(session, registration, "moved_up", now)


def _size(registration: Registration) -> dict[str, Any]:
    return {"places": registration.places, "seats": registration.seats}


def _log(
    session: Session,
    registration: Registration,
    verb: str,
    now: datetime,
    *,
    actor: str = "citizen",
    old: dict[str, Any] | None = None,
    new: dict[str, Any] | None = None,
) -> None:
    session.add(
        LogEntry(
            at=now,
            actor=actor,
            verb=verb,
            event=registration.event,
            registration=registration,
            old=old or {},
            new=new or {},
        )
    )
