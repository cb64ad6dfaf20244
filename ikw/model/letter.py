"""Nachricht: a mail or a call to be made, written in the same transaction as what it tells."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, Text, and_
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from ikw.model.base import Base, Member
from ikw.model.feedback import Feedback
from ikw.model.letter_kinds import About, LetterKind
from ikw.model.mailing import Mailing
from ikw.model.organisation import Organisation
from ikw.model.organiser import Organiser
from ikw.model.registration import Registration


class LetterState(StrEnum):
    """How far a letter is."""

    QUEUED = "queued"
    RETRYING = "retrying"
    SENT = "sent"
    FAILED = "failed"
    #: It has no address: somebody has to call.
    CALL = "call"
    #: It was told on the telephone.
    REACHED = "reached"
    WITHDRAWN = "withdrawn"


class Letter(Base):
    """What one party is told: by mail, or on the telephone where there is no address.

    Times of sending are real ones, whatever clock the site shows.
    """

    __tablename__ = "letter"
    __table_args__ = (
        Index("ix_letter_due", "sent_at", "failed_at", "next_try_at"),
        Index("ix_letter_mailbox", "mailbox", "created_at"),
        CheckConstraint(
            " + ".join(f"CASE WHEN {about}_id IS NULL THEN 0 ELSE 1 END" for about in About)
            + " = 1",
            name="is_about_one_thing",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: What it is about: a registration, a message that we got about the site, an account, a club.
    registration_id: Mapped[int | None] = mapped_column(
        ForeignKey("registration.id", ondelete="CASCADE"), index=True
    )
    party: Mapped[Registration | None] = relationship()
    feedback_id: Mapped[int | None] = mapped_column(
        ForeignKey("feedback.id", ondelete="CASCADE"), index=True
    )
    feedback: Mapped[Feedback | None] = relationship()
    organiser_id: Mapped[int | None] = mapped_column(
        ForeignKey("organiser.id", ondelete="CASCADE"), index=True
    )
    organiser: Mapped[Organiser | None] = relationship()
    organisation_id: Mapped[int | None] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    organisation: Mapped[Organisation | None] = relationship()
    #: The text that an organiser wrote, for the kind message.
    mailing_id: Mapped[int | None] = mapped_column(
        ForeignKey("mailing.id", ondelete="CASCADE"), index=True
    )
    mailing: Mapped[Mailing | None] = relationship()
    kind: Mapped[LetterKind] = mapped_column(Member(LetterKind, 30))
    #: None: somebody has to call.
    to: Mapped[str | None] = mapped_column(String(254), index=True)
    #: The mailbox that the address means, however it is written; letters to one are counted.
    mailbox: Mapped[str | None] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(10), default="de")
    #: What was true when the letter was written: places, seats, position, code; of a changed event
    #: the plan before.
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: SEQUENCE of the invitation that goes with it (RFC 5546, 2.1.4). For one address and event it
    #: rises with every letter that has one, and never falls.
    sequence: Mapped[int | None]
    #: Left part of the Message-ID; the same at every try, so that a mailbox can tell a repetition.
    message_id: Mapped[str] = mapped_column(
        String(36), unique=True, default=lambda: str(uuid.uuid4())
    )
    created_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    #: Not before this moment: further changes may come, or the mail server asked for patience;
    #: while it is being sent, the end of the lease.
    next_try_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    #: What the mail server said last.
    failure: Mapped[str | None] = mapped_column(Text)
    #: When somebody told it on the telephone.
    reached_at: Mapped[datetime | None]
    #: When somebody tried to in vain, and what they noted.
    tried_calling_at: Mapped[datetime | None]
    call_note: Mapped[str | None] = mapped_column(String(300))
    #: When it was taken back unsent. It is kept: its SEQUENCE must not be given twice.
    withdrawn_at: Mapped[datetime | None]

    @validates("kind")
    def _known(self, _name: str, kind: str) -> LetterKind:
        return LetterKind(kind)

    @property
    def registration(self) -> Registration:
        """The registration that it is about. Raises ValueError for another letter."""
        if self.party is None:
            raise ValueError("this letter is not about a registration")
        return self.party

    @property
    def state(self) -> LetterState:
        """How far it is; `in_state` is the same as a condition."""
        if self.reached_at:
            return LetterState.REACHED
        if self.sent_at:
            return LetterState.SENT
        if self.withdrawn_at:
            return LetterState.WITHDRAWN
        if self.failed_at:
            return LetterState.FAILED
        if self.to is None:
            return LetterState.CALL
        # While it is being sent for the first time nothing has gone wrong yet.
        return LetterState.RETRYING if self.failure else LetterState.QUEUED

    def is_moot(self, now: datetime) -> bool:
        """Whether there is no point in telling it any more."""
        if self.party is None:
            return False
        event = self.registration.event
        if self.kind == LetterKind.REMINDER and (not event.takes_place or now >= event.starts_at):
            return True
        return self.kind.facts.about_coming and self.registration.is_cancelled

    @property
    def can_grow(self) -> bool:
        """Whether an open letter is not being sent just now: a further change can go into it.

        One that a mail server has put off says why; whoever takes it to send it clears that.
        """
        return self.to is None or self.tries == 0 or self.failure is not None


def still_open() -> ColumnElement[bool]:
    """The condition of letters that are still to be sent or told."""
    return and_(
        Letter.sent_at.is_(None),
        Letter.failed_at.is_(None),
        Letter.reached_at.is_(None),
        Letter.withdrawn_at.is_(None),
    )


def has_failed() -> ColumnElement[bool]:
    """The condition of letters that were given up, and nobody has told on the telephone."""
    return and_(
        Letter.failed_at.is_not(None),
        Letter.sent_at.is_(None),
        Letter.reached_at.is_(None),
        Letter.withdrawn_at.is_(None),
    )


def in_state(state: LetterState) -> ColumnElement[bool]:
    """The condition of letters in a state, as `Letter.state` says it."""
    told, sent = Letter.reached_at.is_not(None), Letter.sent_at.is_not(None)
    conditions: dict[LetterState, ColumnElement[bool]] = {
        LetterState.REACHED: told,
        LetterState.SENT: and_(sent, ~told),
        LetterState.WITHDRAWN: and_(Letter.withdrawn_at.is_not(None), ~sent, ~told),
        LetterState.FAILED: has_failed(),
        LetterState.CALL: and_(still_open(), Letter.to.is_(None)),
        LetterState.RETRYING: and_(
            still_open(), Letter.to.is_not(None), Letter.failure.is_not(None)
        ),
        LetterState.QUEUED: and_(still_open(), Letter.to.is_not(None), Letter.failure.is_(None)),
    }
    return conditions[state]
