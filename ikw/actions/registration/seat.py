"""What organisers do by hand with the waiting list: the order, and seats out of order."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.letter.write import write_letter
from ikw.actions.log import note, size
from ikw.actions.registration.party import NotEnoughPlaces, SignUpClosed
from ikw.actions.registration.places import enter_again, seat
from ikw.actions.registration.waiting_list import queue
from ikw.model import Registration
from ikw.model.letter_kinds import LetterKind
from ikw.model.verbs import Verb


def move_in_line(session: Session, registration: Registration, act: Act, *, earlier: bool) -> None:
    """Let a party change places with the one before or after it on the waiting list."""
    event = enter_again(session, registration, act)
    line = list(session.scalars(queue(event.id)))
    if registration not in line:
        return
    here = line.index(registration)
    there = here - 1 if earlier else here + 1
    if not 0 <= there < len(line):
        return
    other = line[there]
    if registration.queued_at == other.queued_at:
        # Of two that came at the same moment the first has the lower number.
        _spread(line)
    registration.queued_at, other.queued_at = other.queued_at, registration.queued_at
    note(
        session,
        Verb.MOVE_IN_LINE,
        act,
        registration=registration,
        old={"position": here + 1},
        new={"position": there + 1},
    )


def _spread(line: list[Registration]) -> None:
    """Give everyone in line a moment of their own, in the same order."""
    last = None
    for registration in line:
        queued_at = registration.queued_at
        if last is not None and queued_at is not None and queued_at <= last:
            registration.queued_at = queued_at = last + timedelta(microseconds=1)
        last = queued_at


def seat_by_hand(
    session: Session, registration: Registration, act: Act, *, reason: str | None
) -> None:
    """Give a waiting party its seats, out of order or, with a reason, above the capacity.

    Raises NotEnoughPlaces when they do not fit and there is no reason, SignUpClosed when the event
    is over or called off.
    """
    event = enter_again(session, registration, act)
    if event.is_called_off or event.is_over(act.now) or registration.is_cancelled:
        raise SignUpClosed
    if registration.missing == 0:
        return
    above = not event.fits(registration.missing)
    if above and not reason:
        raise NotEnoughPlaces(event.free or 0, may_wait=True)
    seat(event, registration, act)
    new = size(registration) | ({"reason": reason} if above else {})
    verb = Verb.SEAT_ABOVE_CAPACITY if above else Verb.SEAT_BY_HAND
    note(session, verb, act, registration=registration, new=new)
    write_letter(session, registration, LetterKind.MOVED_UP, act)
