"""Places: counted under the lock of the event, given back, and taken by who waits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from ikw.actions.act import Act
from ikw.actions.letter.write import last_sequences, told_lately, write_letter
from ikw.actions.locking import lock
from ikw.actions.log import note, size
from ikw.actions.registration.party import NotEnoughPlaces, SignUpClosed, TooManyPlaces
from ikw.actions.registration.waiting_list import QUEUE, queue
from ikw.model import Event, Registration
from ikw.model.letter_kinds import LetterKind
from ikw.model.verbs import Actor, Verb


def enter(session: Session, event_id: int, act: Act) -> Event:
    """Lock the event, and first seat whoever waits and would fit, e.g. since it has more places."""
    # Whether it takes sign-ups hangs on its series.
    event = lock(session, event_id, joinedload(Event.series, innerjoin=True))
    let_others_move_up(session, event, None, act)
    return event


def enter_again(session: Session, registration: Registration, act: Act) -> Event:
    """Enter the event of a registration, and read that anew under the lock as well."""
    event = enter(session, registration.event_id, act)
    session.refresh(registration)
    return event


def open_for_change(session: Session, registration: Registration, act: Act) -> Event:
    """Enter for a change of this registration. Raises SignUpClosed when it is too late for one."""
    event = enter_again(session, registration, act)
    if not registration.can_be_changed(act.now):
        raise SignUpClosed
    return event


def check_size(event: Event, places: int) -> None:
    """Raise TooManyPlaces for more than one party may have, or none at all."""
    if not 1 <= places <= event.party_max:
        raise TooManyPlaces


def check_room(event: Event, places: int, *, may_wait: bool) -> None:
    """Raise NotEnoughPlaces when so many do not fit, and cannot or would not wait."""
    if not event.fits(places) and not (event.has_waiting_list and may_wait):
        raise NotEnoughPlaces(event.free or 0, event.has_waiting_list)


def ask_for_places(session: Session, registration: Registration, places: int, act: Act) -> None:
    """Set the wish, seat it if it fits, queue it if not, and let others have what is given back."""
    event = registration.event
    registration.places = places
    if places <= registration.seats:
        given_back = registration.seats - places
        event.taken -= given_back
        registration.seats = places
        registration.arrived = min(registration.arrived, places)
        registration.queued_at = None
        if given_back:
            tell_those_who_wait(session, event, act)
            let_others_move_up(session, event, registration, act)
    elif event.fits(registration.missing):
        # Nobody is passed over: whoever waits and would fit has moved up, or may take places by
        # hand in the last hours, when the list rests.
        seat(event, registration, act)
    elif registration.queued_at is None:
        registration.queued_at = act.now


def seat(event: Event, registration: Registration, act: Act) -> None:
    """Give a party all the seats it asked for; the event is locked and they fit."""
    event.taken += registration.missing
    registration.seats = registration.places
    registration.seated_at = registration.seated_at or act.now
    registration.queued_at = None


def move_up(session: Session, event: Event, act: Act) -> list[Registration]:
    """Seat whoever waits and fits; the event is locked. Return who moved up."""
    if event.is_full or not event.moves_up(act.now):
        return []
    session.flush()
    moved = []
    anew = {"populate_existing": True}
    for registration in session.scalars(
        QUEUE, {"event_id": event.id}, execution_options=anew
    ).all():
        if event.is_full:
            break
        if event.fits(registration.missing):
            seat(event, registration, act)
            moved.append(registration)
    return moved


def who_would_move_up(
    session: Session, registration: Registration, now: datetime
) -> list[Registration]:
    """Return who would get the places of a registration that is cancelled; nothing is changed."""
    event = registration.event
    if not event.moves_up(now) or event.free is None:
        return []
    free = event.free + registration.seats
    moved = []
    for waiting in session.scalars(queue(event.id)):
        if waiting.id != registration.id and waiting.missing <= free:
            moved.append(waiting)
            free -= waiting.missing
    return moved


def tell_those_who_wait(session: Session, event: Event, act: Act) -> None:
    """Write to who waits and would fit, when places come free while the list rests.

    In the last hours the first to take them has them, be it by hand or by a new sign-up.
    """
    if event.has_waiting_list and not event.moves_up(act.now) and event.can_be_changed(act.now):
        session.flush()
        for registration in session.scalars(queue(event.id)):
            if event.fits(registration.missing) and not told_lately(session, registration, act.now):
                write_letter(session, registration, LetterKind.FREE, act)


def offer_places(session: Session, event: Event, act: Act) -> None:
    """Seat whoever waits and fits, or tell them of free places while the list rests."""
    let_others_move_up(session, event, None, act)
    tell_those_who_wait(session, event, act)


def move_up_everywhere(session: Session, act: Act) -> list[Event]:
    """Let the lists of all events move up, e.g. after capacities changed.

    Returns the events that have more people seated than places; nobody is dropped.
    """
    overfull = []
    waits = select(Registration.event_id).where(Registration.queued_at.is_not(None))
    concerned = select(Event.id).where(or_(Event.capacity.is_not(None), Event.id.in_(waits)))
    for event_id in session.scalars(concerned.order_by(Event.id)).all():
        event = enter(session, event_id, act)
        if event.is_overfull:
            overfull.append(event)
    return overfull


def let_others_move_up(
    session: Session, event: Event, mover: Registration | None, act: Act
) -> None:
    """Seat whoever waits and fits, and write to all of them but the one who is acting."""
    moved = move_up(session, event, act)
    sequences = last_sequences(session, event) if len(moved) > 1 else None
    for registration in moved:
        note(
            session,
            Verb.MOVE_UP,
            act,
            by=Actor.WAITING_LIST,
            registration=registration,
            new=size(registration),
        )
        if registration is not mover:
            write_letter(session, registration, LetterKind.MOVED_UP, act, sequences=sequences)
