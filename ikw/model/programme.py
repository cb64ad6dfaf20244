"""The programme as a whole: which state of it is shown."""

from __future__ import annotations

from sqlalchemy import event
from sqlalchemy.orm import Mapped, Session, UOWTransaction, mapped_column

from ikw.model.base import Base


class Programme(Base):
    """The only row of its table; its revision rises with every change that a page could show."""

    __tablename__ = "programme"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: A page rendered from this revision stays true until the number rises.
    revision: Mapped[int] = mapped_column(default=0)
    #: Whether the programme is made up; every page then says so.
    example: Mapped[bool] = mapped_column(default=False)


class Public:
    """Marks tables that public pages and calendars are made from, be it only by counting."""


@event.listens_for(Session, "before_flush")
def _raise_revision(session: Session, _context: UOWTransaction, _instances: object) -> None:
    changed = [*session.new, *session.deleted, *filter(session.is_modified, session.dirty)]
    if any(isinstance(row, Public) for row in changed):
        session.info["programme_changed"] = True


@event.listens_for(Session, "before_commit")
def _store_revision(session: Session) -> None:
    session.flush()
    # Last in the transaction, so that writers of different events wait for each other only briefly.
    if session.info.pop("programme_changed", False):
        session.query(Programme).update(
            {Programme.revision: Programme.revision + 1}, synchronize_session=False
        )


@event.listens_for(Session, "after_rollback")
def _forget_change(session: Session) -> None:
    session.info.pop("programme_changed", None)
