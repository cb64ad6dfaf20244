"""Protokoll: who changed what, when."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ikw.model.base import Base
from ikw.model.event import Event
from ikw.model.registration import Registration


class LogEntry(Base):
    """One act. It holds no names and no addresses, so it may outlive the registration."""

    __tablename__ = "log_entry"
    #: News ask for the last of a few verbs.
    __table_args__ = (Index("ix_log_entry_verb", "verb", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    #: "citizen", "reader", "waiting list", "programme file", "reminder", "deletion", "organiser 7",
    #: or who gave the command.
    actor: Mapped[str] = mapped_column(String(80))
    verb: Mapped[str] = mapped_column(String(40))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"), index=True)
    event: Mapped[Event | None] = relationship()
    registration_id: Mapped[int | None] = mapped_column(
        ForeignKey("registration.id", ondelete="SET NULL"), index=True
    )
    registration: Mapped[Registration | None] = relationship()
    old: Mapped[dict[str, Any]] = mapped_column(default=dict)
    new: Mapped[dict[str, Any]] = mapped_column(default=dict)
