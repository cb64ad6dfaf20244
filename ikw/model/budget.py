"""Geld und Aufgaben: what a series costs, where it comes from, and what is still to be done."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ikw.model.base import ONE_OF_BOTH, Base
from ikw.model.event import Event
from ikw.model.organiser import Organiser
from ikw.model.series import Series


class Source(Base):
    """Where money for a series comes from, such as the budget of the Integrationsrat."""

    __tablename__ = "source"

    id: Mapped[int] = mapped_column(primary_key=True)
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id", ondelete="CASCADE"), index=True)
    series: Mapped[Series] = relationship()
    name: Mapped[str] = mapped_column(String(200))
    #: In euro cents.
    cents: Mapped[int]
    #: When it may be spent, e.g. since the town's budget is approved; None: it is blocked.
    released_at: Mapped[dt.datetime | None]

    @property
    def is_blocked(self) -> bool:
        return self.released_at is None


class Cost(Base):
    """What something for an event costs: planned, granted from a source, spent. In euro cents."""

    __tablename__ = "cost"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    event: Mapped[Event] = relationship()
    source_id: Mapped[int | None] = mapped_column(
        ForeignKey("source.id", ondelete="SET NULL"), index=True
    )
    source: Mapped[Source | None] = relationship()
    title: Mapped[str] = mapped_column(String(200))
    planned_cents: Mapped[int] = mapped_column(default=0)
    granted_cents: Mapped[int] = mapped_column(default=0)
    spent_cents: Mapped[int] = mapped_column(default=0)


class Task(Base):
    """Something to be done for an event, by somebody, until a day."""

    __tablename__ = "task"
    __table_args__ = (CheckConstraint(ONE_OF_BOTH, name="of_event_or_series"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: It belongs to an event, or to a whole series.
    event_id: Mapped[int | None] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), index=True
    )
    event: Mapped[Event | None] = relationship()
    series_id: Mapped[int | None] = mapped_column(
        ForeignKey("series.id", ondelete="CASCADE"), index=True
    )
    series: Mapped[Series | None] = relationship()
    title: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("organiser.id", ondelete="SET NULL"))
    owner: Mapped[Organiser | None] = relationship()
    due_on: Mapped[dt.date | None] = mapped_column(index=True)
    done_at: Mapped[dt.datetime | None]

    def is_late(self, today: dt.date) -> bool:
        """Whether the day has passed and it is still to be done."""
        return self.done_at is None and self.due_on is not None and self.due_on < today
