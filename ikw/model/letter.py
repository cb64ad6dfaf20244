"""Nachricht: a mail to be sent, written in the same transaction as what it tells."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ikw.model.base import Base
from ikw.model.registration import Registration


class Letter(Base):
    """One mail to one address. Times of sending are real ones, whatever clock the site shows."""

    __tablename__ = "letter"
    __table_args__ = (Index("ix_letter_due", "sent_at", "failed_at", "next_try_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(
        ForeignKey("registration.id", ondelete="CASCADE"), index=True
    )
    registration: Mapped[Registration] = relationship()
    #: confirmed: seats from the start · waiting: on the list · moved_up: seats from the list ·
    #: free: places to be taken by hand · changed: places, names or contact · cancelled · link: the
    #: link again · address_changed: to the address that was given up.
    kind: Mapped[str] = mapped_column(String(30))
    to: Mapped[str] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(10), default="de")
    #: What was true when the letter was written: places, seats, position, code.
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: Left part of the Message-ID; the same at every try, so that a mailbox can tell a repetition.
    message_id: Mapped[str] = mapped_column(
        String(36), unique=True, default=lambda: str(uuid.uuid4())
    )
    created_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    #: Not before this moment; while it is being sent, the end of the lease.
    next_try_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    #: What the mail server said last.
    failure: Mapped[str | None] = mapped_column(Text)
