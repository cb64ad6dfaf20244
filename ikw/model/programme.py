"""The programme as a whole: which state of it is shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import event, inspect
from sqlalchemy.orm import Mapped, Session, UOWTransaction, mapped_column

from ikw import clock
from ikw.model.base import Base


class Programme(Base):
    """The only row of its table; its revision rises with every change that a page could show.

    But for what sign-ups change, which is counted with each event (`Event.places_revision`).
    """

    __tablename__ = "programme"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: A page rendered from this revision stays true until the number rises.
    revision: Mapped[int] = mapped_column(default=0)
    #: Whether the programme is made up; every page then says so.
    example: Mapped[bool] = mapped_column(default=False)
    #: Rises whenever translations of the programme are stored.
    wording: Mapped[int] = mapped_column(default=0)
    #: When something that calendars show changed last, appeared or disappeared.
    changed_at: Mapped[datetime] = mapped_column(default=datetime(2023, 1, 1, tzinfo=UTC))


class Public:
    """Marks tables that public pages and calendars are made from."""

    #: Columns whose change nobody sees there.
    unseen: frozenset[str] = frozenset()


@event.listens_for(Session, "before_flush")
def _note_changes(session: Session, _context: UOWTransaction, _instances: object) -> None:
    touched = [*session.new, *session.deleted, *filter(session.is_modified, session.dirty)]
    if any(isinstance(row, Public) and _is_seen(session, row) for row in touched):
        note_change(session)


def _is_seen(session: Session, row: Public) -> bool:
    if not row.unseen or row in session.new or row in session.deleted:
        return True
    changed = {attribute.key for attribute in inspect(row).attrs if attribute.history.has_changes()}
    return not changed <= row.unseen


def note_change(session: Session) -> None:
    """Have every page and calendar made anew once this transaction is committed."""
    session.info["programme_changed"] = True


@event.listens_for(Session, "before_commit")
def _store_revision(session: Session) -> None:
    session.flush()
    # Last in the transaction, so that writers of different events wait for each other only briefly.
    if session.info.pop("programme_changed", False):
        before = session.query(Programme.changed_at).with_for_update().scalar()
        if before is not None:
            session.query(Programme).update(
                {
                    Programme.revision: Programme.revision + 1,
                    Programme.changed_at: next_stamp(before, clock.now()),
                },
                synchronize_session=False,
            )


def next_stamp(before: datetime, now: datetime) -> datetime:
    """Return the moment of a change, later than the one before by a second at least.

    HTTP and iCalendar know whole seconds: two changes within one must not look like the same.
    """
    return max(now.replace(microsecond=0), before.replace(microsecond=0) + timedelta(seconds=1))


@event.listens_for(Session, "after_rollback")
def _forget_change(session: Session) -> None:
    session.info.pop("programme_changed", None)
