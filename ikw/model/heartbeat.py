"""Lebenszeichen: when a process of ours was seen last."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from ikw.model.base import Base


class Heartbeat(Base):
    """A process by its name, and when it wrote here last, by the real clock."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    seen_at: Mapped[datetime]
