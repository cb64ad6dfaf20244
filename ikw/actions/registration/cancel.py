"""Cancelling a registration."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from ikw.actions.letter.write import write_letter
from ikw.actions.log import CITIZEN, log, size
from ikw.actions.registration.check_in import forget_arrival
from ikw.actions.registration.party import SignUpClosed
from ikw.actions.registration.places import (
    enter_again,
    let_others_move_up,
    tell_those_who_wait,
)
from ikw.model import Registration


def cancel(
    session: Session, registration: Registration, *, now: datetime, by: str = CITIZEN
) -> None:
    """Give all places back; the waiting list moves up. Cancelling twice is cancelling once.

    Raises SignUpClosed once the event has begun.
    """
    event = enter_again(session, registration, now)
    if registration.is_cancelled:
        return
    if not event.is_called_off and not event.can_be_changed(now):
        raise SignUpClosed
    before = size(registration)
    event.taken -= registration.seats
    registration.seats = 0
    registration.queued_at = None
    registration.cancelled_at = now
    forget_arrival(session, registration)
    log(session, registration, "cancel", now, actor=by, old=before)
    write_letter(session, registration, "cancelled", now)
    tell_those_who_wait(session, event, now)
    let_others_move_up(session, event, registration, now)
