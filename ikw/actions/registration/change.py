"""Changing a registration: places, companions, contact."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.letter.write import write_letter
from ikw.actions.links import Link
from ikw.actions.log import note, size
from ikw.actions.registration.calendar import open_calendar
from ikw.actions.registration.party import Contact, NoSuchCompanion, NotEnoughPlaces
from ikw.actions.registration.places import (
    ask_for_places,
    check_room,
    check_size,
    enter_again,
    open_for_change,
    seat,
)
from ikw.model import Letter, Registration
from ikw.model.letter import has_failed, still_open
from ikw.model.letter_kinds import LetterKind
from ikw.model.verbs import Verb


def change_places(
    session: Session,
    registration: Registration,
    places: int,
    companions: list[str],
    act: Act,
    *,
    may_wait: bool,
    verb: Verb = Verb.CHANGE_PLACES,
) -> None:
    """Ask for another number of places. Seats that one has are never lost by asking for more.

    Raises SignUpClosed, TooManyPlaces, or NotEnoughPlaces, as register() does.
    """
    event = open_for_change(session, registration, act)
    before = size(registration)
    if places > registration.places:
        check_size(event, places)
        check_room(event, places - registration.seats, may_wait=may_wait)
    if places != registration.places:
        ask_for_places(session, registration, places, act)
    renamed = registration.companions != companions[: places - 1]
    registration.companions = companions[: places - 1]
    if renamed or size(registration) != before:
        note(session, verb, act, registration=registration, old=before, new=size(registration))
        write_letter(session, registration, LetterKind.CHANGED, act)


def remove_companion(
    session: Session,
    registration: Registration,
    index: int,
    name: str,
    act: Act,
    *,
    of: int | None = None,
) -> None:
    """Take one named companion out, and give their place back.

    `name` is the one that was shown, `of` how many there were, so that a form sent twice removes
    one person. Raises NoSuchCompanion and SignUpClosed.
    """
    open_for_change(session, registration, act)
    named = registration.companions
    if not 0 <= index < len(named) or named[index] != name or of not in (None, len(named)):
        raise NoSuchCompanion
    left = [*named[:index], *named[index + 1 :]]
    places = max(1, registration.places - 1)
    change_places(session, registration, places, left, act, may_wait=True)


def contact_of(registration: Registration) -> Contact:
    """Return the contact of a party."""
    return Contact(registration.name, registration.email, registration.phone)


def correct_contact(
    session: Session,
    registration: Registration,
    contact: Contact,
    act: Act,
    *,
    link: Link,
    calendar_link: Link,
    even_late: bool = False,
) -> bool:
    """Correct name, address and telephone. Return whether the link was renewed.

    Another e-mail address gets a new link and its own calendar, the old link ends, and the old
    address is told. With `even_late` also what is cancelled or over, without letters: what is
    stored has to be right (Art. 16 GDPR). Raises SignUpClosed.
    """
    if even_late and not registration.can_be_changed(act.now):
        enter_again(session, registration, act)
        renewed = contact.email != registration.email
        _set_contact(registration, contact)
        if renewed:
            registration.link_seed, registration.link_hash = link.seed, link.hash
        note(session, Verb.CORRECT_CONTACT, act, registration=registration)
        return renewed
    open_for_change(session, registration, act)
    old_email = registration.email
    if contact_of(registration) == contact:
        if registration.unreachable_at is not None:
            # Whoever says that it is right has perhaps just opened the mailbox.
            registration.unreachable_at = None
            write_letter(session, registration, LetterKind.CHANGED, act)
        return False
    _set_contact(registration, contact)
    renewed = contact.email != old_email
    if renewed:
        registration.unreachable_at = None
        registration.link_seed, registration.link_hash = link.seed, link.hash
        open_calendar(session, registration.email, calendar_link)
        _hand_on_letters(session, registration, old_email, act)
        if old_email:
            write_letter(session, registration, LetterKind.ADDRESS_CHANGED, act, to=old_email)
    note(session, Verb.CORRECT_CONTACT, act, registration=registration)
    write_letter(session, registration, LetterKind.CHANGED, act)
    return renewed


def _set_contact(registration: Registration, contact: Contact) -> None:
    registration.name = contact.name
    registration.email = contact.email
    registration.phone = contact.phone


def _hand_on_letters(
    session: Session, registration: Registration, old_email: str | None, act: Act
) -> None:
    """Take back what is still to be sent to the old address; news and reminders are sent anew."""
    to_the_old = Letter.to == old_email
    if registration.email:
        # What was to be told on the telephone goes by letter now.
        to_the_old = or_(to_the_old, Letter.to.is_(None))
    unsent = select(Letter).where(
        Letter.registration_id == registration.id,
        to_the_old,
        or_(still_open(), has_failed()),
        # That one is about the address, whichever registration it hangs on.
        Letter.kind != LetterKind.CALENDAR,
    )
    real = act.real
    for letter in session.scalars(unsent).all():
        letter.withdrawn_at = real
        if letter.kind.facts.about_coming:
            known = ("before", "held_at")
            facts = {name: letter.facts[name] for name in known if name in letter.facts}
            # The old mailbox's troubles are not those of the new one.
            hold = timedelta(0)
            if letter.tries == 0 and letter.next_try_at:
                hold = letter.next_try_at - real
            write_letter(
                session,
                registration,
                letter.kind,
                act,
                facts=facts,
                hold=hold,
                mailing=letter.mailing,
            )


def claim(session: Session, registration: Registration, act: Act) -> None:
    """Take free places from the waiting list by hand, when it no longer moves up by itself.

    Raises SignUpClosed once the event has begun, NotEnoughPlaces when others were faster.
    """
    event = open_for_change(session, registration, act)
    if registration.missing == 0:
        return
    if not event.fits(registration.missing):
        raise NotEnoughPlaces(event.free or 0, may_wait=True)
    seat(event, registration, act)
    note(session, Verb.CLAIM, act, registration=registration, new=size(registration))
    write_letter(session, registration, LetterKind.MOVED_UP, act)
