"""Rundschreiben: what an organiser writes to those who signed up for an event."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ikw.model.base import ONE_OF_BOTH, Base, Member
from ikw.model.event import Event
from ikw.model.organiser import Organiser
from ikw.model.series import Series
from ikw.model.vocabulary import Recipients


class Mailing(Base):
    """One text to many parties; each of them gets a letter of its own."""

    __tablename__ = "mailing"
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
    organiser_id: Mapped[int | None] = mapped_column(
        ForeignKey("organiser.id", ondelete="SET NULL")
    )
    organiser: Mapped[Organiser | None] = relationship()
    recipients: Mapped[Recipients] = mapped_column(Member(Recipients, 20))
    #: {"subject": …, "text": …} by language; those without one of their own get the German one.
    texts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: Where answers go.
    reply_to: Mapped[str | None] = mapped_column(String(254))
    #: Hash of the link that the form made, so that a form sent twice writes once.
    made_by: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]

    def in_language(self, language: str) -> tuple[str, str]:
        """Return subject and text for those who read this language."""
        written = self.texts.get(language) or self.texts["de"]
        return written["subject"], written["text"]
