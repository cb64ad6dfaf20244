"""Aufruf: that one kind of contribution to a series is asked for, from when until when."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, ForeignKey, String, Text, UniqueConstraint, and_, or_
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ikw.model.base import Base, Member
from ikw.model.event import Event
from ikw.model.programme import Public
from ikw.model.series import Series
from ikw.model.vocabulary import ContributionKind


class Call(Public, Base):
    """A call for events, stalls, stage acts, dishes or help; a kind without one is closed."""

    __tablename__ = "call"
    __table_args__ = (UniqueConstraint("series_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id", ondelete="CASCADE"), index=True)
    series: Mapped[Series] = relationship()
    kind: Mapped[ContributionKind] = mapped_column(Member(ContributionKind, 20))
    #: For which event of the series a stall, act, dish or help is meant.
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id", ondelete="SET NULL"))
    event: Mapped[Event | None] = relationship()
    #: First and last day; None: at once, and without an end.
    opens: Mapped[date | None]
    closes: Mapped[date | None]
    #: What is expected and what the town gives, in the organisers' own words.
    text: Mapped[str | None] = mapped_column(Text)

    @property
    def rank(self) -> int:
        """Its place among the calls of a series: kinds stand as they are named."""
        return list(ContributionKind).index(self.kind)

    def is_open(self, today: date) -> bool:
        """Whether contributions can be proposed on this day; `open_on` is the same for rows."""
        has_begun = self.opens is None or self.opens <= today
        return has_begun and (self.closes is None or today <= self.closes)


def open_on(today: date) -> ColumnElement[bool]:
    """The condition of calls that are open on a day."""
    return and_(
        or_(Call.opens.is_(None), Call.opens <= today),
        or_(Call.closes.is_(None), Call.closes >= today),
    )
