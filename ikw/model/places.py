"""What sign-ups change of an event for everyone: how many places are left, and how many wait.

It is counted apart from what editors change (`ikw.model.programme`), so that a sign-up makes no
page anew.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, case, event, func, inspect, select
from sqlalchemy.orm import InstanceState, Session, UOWTransaction

from ikw.model.event import Event, free_of
from ikw.model.registration import Registration


@dataclass(frozen=True)
class Places:
    """The places of an event at one moment."""

    #: None is unlimited.
    capacity: int | None
    free: int | None
    #: Parties on the waiting list.
    waiting: int = 0

    @property
    def is_full(self) -> bool:
        return self.free == 0


_WAITING = (
    select(func.count())
    .where(Registration.event_id == Event.id, Registration.queued_at.is_not(None))
    .correlate(Event)
    .scalar_subquery()
)
#: Written once: it is asked for each page and state of places.
_PLACES = select(
    Event.id,
    Event.capacity,
    Event.reserved,
    Event.taken,
    case((Event.has_waiting_list, _WAITING), else_=0),
).where(Event.id.in_(bindparam("ids", expanding=True)))


def places_of(connection: Connection | Session, event_ids: Collection[int]) -> dict[int, Places]:
    """Return the places of events as they are now, by id; of one that is gone there are none."""
    rows = connection.execute(_PLACES, {"ids": list(event_ids)})
    return {
        id_: Places(capacity, free_of(capacity, reserved, taken), waiting)
        for id_, capacity, reserved, taken, waiting in rows
    }


@event.listens_for(Session, "before_flush")
def _note_changes(session: Session, _context: UOWTransaction, _instances: object) -> None:
    moved: set[Event] = set()
    for row in [*session.new, *session.deleted, *session.dirty]:
        if isinstance(row, Registration) and _moves_the_line(session, row):
            moved.add(row.event)
        elif isinstance(row, Event) and row.capacity is not None and _has_changed(row, "taken"):
            moved.add(row)
    for event_ in moved - set(session.deleted):
        # Unless it is set already, be it back to the beginning.
        if not _has_changed(event_, "places_revision"):
            event_.note_change_of_places()


def _moves_the_line(session: Session, registration: Registration) -> bool:
    if registration in session.new or registration in session.deleted:
        return registration.queued_at is not None
    return _has_changed(registration, "queued_at")


def _has_changed(row: Event | Registration, name: str) -> bool:
    state: InstanceState[Any] = inspect(row)
    return state.attrs[name].history.has_changes()
