"""Angefangenes: a form that somebody had filled in and could not send, until they are back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ikw.model.base import Base

#: So long after the end of a session what was typed in it is taken, and so long it is kept.
KEPT_FOR = timedelta(days=1)

#: Bytes of what was typed, with the names of the fields.
MOST = 64 * 1024


class KeptForm(Base):
    """What an organiser had typed into the form of one address."""

    __tablename__ = "kept_form"
    __table_args__ = (UniqueConstraint("organiser_id", "path"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organiser_id: Mapped[int] = mapped_column(ForeignKey("organiser.id", ondelete="CASCADE"))
    #: Where it is sent to, without the language.
    path: Mapped[str] = mapped_column(String(300))
    #: A list of {"name", "value"}, as a browser sends them.
    answers: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    #: By the real clock.
    created_at: Mapped[datetime] = mapped_column(index=True)
