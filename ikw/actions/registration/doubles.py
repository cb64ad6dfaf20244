"""Who may be there twice: with two sign-ups for one event, or let in at two doors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from ikw.model import DoorAct, Event, Registration


def signed_up_twice(event: Event) -> ColumnElement[bool]:
    """The condition of parties whose address or number another party of the event has as well.

    Two people may share one (docs/decisions/0005), so it is shown, and nobody is refused.
    """
    return or_(
        *(_shared(event, column) for column in (Registration.email, Registration.phone))
    ) & Registration.cancelled_at.is_(None)


def _shared(event: Event, column: InstrumentedAttribute[str | None]) -> ColumnElement[bool]:
    several = (
        select(column)
        .where(
            Registration.event_id == event.id,
            Registration.cancelled_at.is_(None),
            column.is_not(None),
        )
        .group_by(column)
        .having(func.count() > 1)
    )
    return column.in_(several)


def find_doubles(session: Session, event: Event) -> set[int]:
    """Return the ids of the parties that may be there twice."""
    mine = select(Registration.id).where(Registration.event_id == event.id, signed_up_twice(event))
    return set(session.scalars(mine))


def let_in_twice(session: Session, party_ids: Collection[int]) -> set[int]:
    """Return which of these parties two telephones have let in, as nobody took it back since.

    Without a network neither knows of the other: a code that was passed on opens two doors.
    """
    if not party_ids:
        return set()
    noted = select(DoorAct).where(DoorAct.registration_id.in_(party_ids))
    doors: dict[int, set[str]] = defaultdict(set)
    for act in session.scalars(noted.order_by(DoorAct.at, DoorAct.key)):
        if act.registration_id is None:
            continue
        if act.what == "out":
            doors[act.registration_id].clear()
        elif act.what == "in":
            doors[act.registration_id].add(act.key.partition(".")[0])
    return {party_id for party_id, seen in doors.items() if len(seen) > 1}
