"""Bild: what an event shows of itself, made small and without what the camera noted."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from ikw.model.base import Base
from ikw.model.programme import Public


class Picture(Public, Base):
    """The picture of an event, as WebP, with its words for those who do not see it."""

    __tablename__ = "picture"

    event_id: Mapped[int] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), primary_key=True
    )
    #: Never loaded with an event: pages name its address only.
    body: Mapped[bytes] = mapped_column(deferred=True)
    #: In pixels.
    width: Mapped[int]
    height: Mapped[int]
    #: Stands in its address, so that browsers may keep it for a year.
    digest: Mapped[str] = mapped_column(String(16))
    alt: Mapped[str] = mapped_column(String(300))
    #: Who took it.
    credit: Mapped[str | None] = mapped_column(String(200))
