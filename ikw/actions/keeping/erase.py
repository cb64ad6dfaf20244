"""Erasing on request what is stored of a person (Art. 17 GDPR), for good and also from backups."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.keeping.forget import count_as_forgotten, forget_reasons
from ikw.actions.locking import lock
from ikw.actions.log import note
from ikw.actions.organiser.accounts import delete_account
from ikw.actions.registration.calendar import close_calendars
from ikw.actions.registration.places import let_others_move_up, tell_those_who_wait
from ikw.model import Feedback, Letter, LogEntry, Organiser, Registration
from ikw.model.phone_numbers import digits_of
from ikw.model.verbs import Verb

#: What can be erased: each a table with an address, and the column that identifies a row for good.
Row = Registration | Feedback | Organiser
IDENTITY: dict[type[Row], str] = {
    Registration: "made_by",
    Feedback: "made_by",
    Organiser: "handle",
}


def identity_of(row: Row) -> str:
    """Return what no other row ever has, unlike an id, which SQLite may give again."""
    return str(getattr(row, IDENTITY[type(row)]))


def rows_of(session: Session, address: str, numbers: Collection[str] = ()) -> list[Row]:
    """Return all that is stored of an e-mail address or of a telephone number in these forms."""
    found: list[Row] = []
    digits = {text for number in numbers if len(text := digits_of(number)) >= LEAST_DIGITS}
    for table in (Registration, Feedback):
        found += session.scalars(
            select(table).where(table.email == address.lower()).order_by(table.id)
        )
        if digits:
            called: list[Any] = list(session.scalars(select(table).where(table.phone.is_not(None))))
            found += [row for row in called if digits_of(row.phone) in digits]
    found += session.scalars(select(Organiser).where(Organiser.email == address.lower()))
    return found


#: A number with fewer digits is none.
LEAST_DIGITS = 5


def everyone(session: Session) -> Iterable[Row]:
    """Return all rows that can be erased."""
    for table in IDENTITY:
        yield from session.scalars(select(table))  # type: ignore[misc]


def erase(session: Session, rows: Iterable[Row], act: Act) -> int:
    """Erase rows with all that hangs on them; places come free. Return how many there were."""
    count = 0
    for row in rows:
        _ERASERS[type(row)](session, row, act)
        note(session, Verb.ERASE, act, new={"kind": row.__tablename__})
        count += 1
    session.flush()
    close_calendars(session)
    return count


def erase_old_letters(session: Session, is_meant: Callable[[str], bool]) -> int:
    """Erase letters to addresses that sign-ups had before; return how many.

    Those to the address that a sign-up has now go with it, or belong to somebody else.
    """
    former = (
        select(Letter.id, Letter.to)
        .join(Registration)
        .where(Letter.to.is_not(None), Letter.to != func.coalesce(Registration.email, ""))
    )
    theirs = [row[0] for row in session.execute(former) if row[1] and is_meant(row[1])]
    session.execute(delete(Letter).where(Letter.id.in_(theirs)))
    return len(theirs)


def _erase_registration(session: Session, registration: Registration, act: Act) -> None:
    event = lock(session, registration.event_id)
    session.refresh(registration)
    if event.is_over(act.now):
        count_as_forgotten(session, event, Registration.id == registration.id)
    event.taken -= registration.seats
    event.note_change_of_places()
    forget_reasons(session, LogEntry.registration_id == registration.id)
    session.execute(delete(Registration).where(Registration.id == registration.id))
    session.expunge(registration)
    tell_those_who_wait(session, event, act)
    let_others_move_up(session, event, None, act)


def _erase_feedback(session: Session, feedback: Feedback, act: Act) -> None:
    session.execute(delete(Feedback).where(Feedback.id == feedback.id))


def _erase_organiser(session: Session, organiser: Organiser, act: Act) -> None:
    delete_account(session, organiser)


_ERASERS: dict[type, Callable[[Session, Any, Act], None]] = {
    Registration: _erase_registration,
    Feedback: _erase_feedback,
    Organiser: _erase_organiser,
}
