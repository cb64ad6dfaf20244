"""Hochgeladenes: a file that somebody brought, until they have confirmed what comes of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ikw.model.base import Base
from ikw.model.organiser import Organiser
from ikw.model.series import Series


class Upload(Base):
    """A programme as a spreadsheet or a calendar, to be taken over into a series."""

    __tablename__ = "upload"

    id: Mapped[int] = mapped_column(primary_key=True)
    organiser_id: Mapped[int] = mapped_column(
        ForeignKey("organiser.id", ondelete="CASCADE"), index=True
    )
    organiser: Mapped[Organiser] = relationship()
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id", ondelete="CASCADE"), index=True)
    series: Mapped[Series] = relationship()
    #: xlsx or ics.
    kind: Mapped[str] = mapped_column(String(10))
    body: Mapped[bytes]
    #: How it is to be read, as `ikw.model.choice.Choice` says it.
    choice: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
