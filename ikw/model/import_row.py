"""Übernahme: what came of a file that somebody brought, so that it can be undone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ikw.model.base import Base
from ikw.model.organiser import Organiser
from ikw.model.series import Series

#: How long it can be undone.
UNDO_FOR = timedelta(days=30)


class Import(Base):
    """Events that a file has made or changed, all at once."""

    __tablename__ = "import"

    id: Mapped[int] = mapped_column(primary_key=True)
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id", ondelete="CASCADE"), index=True)
    series: Mapped[Series] = relationship()
    organiser_id: Mapped[int | None] = mapped_column(
        ForeignKey("organiser.id", ondelete="SET NULL"), index=True
    )
    organiser: Mapped[Organiser | None] = relationship()
    #: By the real clock.
    at: Mapped[datetime] = mapped_column(index=True)
    #: By table ("event", "venue", "organisation"): the key of each row that it made, and what tells
    #: whether somebody has changed it since.
    made: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: By the key of each event that it changed: the fields with what they said before and after.
    changed: Mapped[dict[str, Any]] = mapped_column(default=dict)
