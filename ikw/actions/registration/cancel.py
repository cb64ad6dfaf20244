"""Cancelling a registration."""

from __future__ import annotations

from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.letter.write import write_letter
from ikw.actions.log import note, size
from ikw.actions.registration.check_in import forget_arrival
from ikw.actions.registration.party import SignUpClosed
from ikw.actions.registration.places import (
    enter_again,
    let_others_move_up,
    tell_those_who_wait,
)
from ikw.model import Registration
from ikw.model.letter_kinds import LetterKind
from ikw.model.verbs import Verb


def cancel(session: Session, registration: Registration, act: Act) -> None:
    """Give all places back; the waiting list moves up. Cancelling twice is cancelling once.

    Raises SignUpClosed once the event has begun.
    """
    event = enter_again(session, registration, act)
    if registration.is_cancelled:
        return
    if not event.is_called_off and not event.can_be_changed(act.now):
        raise SignUpClosed
    before = size(registration)
    event.taken -= registration.seats
    registration.seats = 0
    registration.queued_at = None
    registration.cancelled_at = act.now
    forget_arrival(session, registration)
    note(session, Verb.CANCEL, act, registration=registration, old=before)
    write_letter(session, registration, LetterKind.CANCELLED, act)
    tell_those_who_wait(session, event, act)
    let_others_move_up(session, event, registration, act)
