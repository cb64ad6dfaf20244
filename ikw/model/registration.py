"""Anmeldung: one party that signed up for one event."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ikw.model.base import Base
from ikw.model.event import Event

#: Letters and digits that cannot be mistaken for each other when read out on the telephone.
CODE_ALPHABET = "ACDEFGHJKLMNPQRTUVWXY34679"


def new_code() -> str:
    """Return a code such as "K7Q-4MX" to be told on the telephone or at the door."""
    drawn = "".join(secrets.choice(CODE_ALPHABET) for _ in range(6))
    return f"{drawn[:3]}-{drawn[3:]}"


class Registration(Base):
    """A contact and their companions, the places they asked for and the seats they have.

    `places` is what they asked for, `seats` what they hold. They differ only while part of the
    wish waits: for a new party all of it, for one that wants more than it has the rest.
    """

    __tablename__ = "registration"

    __table_args__ = (
        UniqueConstraint("event_id", "code"),
        CheckConstraint("seats >= 0 AND seats <= places", name="seats_within_places"),
        CheckConstraint("cancelled_at IS NULL OR seats = 0", name="cancelled_holds_no_seats"),
        Index("ix_registration_queue", "event_id", "queued_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    event: Mapped[Event] = relationship()
    code: Mapped[str] = mapped_column(String(7), default=new_code)
    #: Hash of the link that the form made at first; it stays when the link is renewed, so that the
    #: form sent again is known for good.
    made_by: Mapped[str] = mapped_column(String(64), unique=True)
    #: SHA-256 of the token in the party's link, in hex.
    link_hash: Mapped[str] = mapped_column(String(64), unique=True)
    #: Makes the link again, together with the secret key; alone it opens nothing.
    link_seed: Mapped[str] = mapped_column(String(64))

    name: Mapped[str] = mapped_column(String(200))
    #: In lower case: by it a person is known again.
    email: Mapped[str | None] = mapped_column(String(254), index=True)
    #: As `ikw.text.phones` keeps it.
    phone: Mapped[str | None] = mapped_column(String(100))
    language: Mapped[str] = mapped_column(String(10), default="de")
    companions: Mapped[list[str]] = mapped_column(default=list)
    #: Since when the mail server says that nobody has this address; None again once corrected.
    unreachable_at: Mapped[datetime | None]
    #: By this sign-ups from one network are known: an HMAC with the key of the day.
    network: Mapped[str | None] = mapped_column(String(32))
    #: Codes of ikw.model.vocabulary.NEEDS, and what else they wrote. Deleted before the rest.
    needed: Mapped[list[str]] = mapped_column(default=list)
    needs: Mapped[str | None] = mapped_column(Text)
    #: Answers by the key of the question.
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)

    places: Mapped[int]
    seats: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    #: Since when (part of) the wish has been waiting; None when nothing waits.
    queued_at: Mapped[datetime | None]
    seated_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    #: When they came, and how many of them.
    checked_in_at: Mapped[datetime | None]
    arrived: Mapped[int] = mapped_column(default=0)

    @property
    def ticket(self) -> str:
        """What the QR code says that is shown at the door."""
        return f"ikw:{self.event.key}:{self.code}"

    @property
    def is_cancelled(self) -> bool:
        return self.cancelled_at is not None

    @property
    def is_seated(self) -> bool:
        return self.seats > 0

    @property
    def reachable_email(self) -> str | None:
        """The address to write to; None also when the mail server knows nobody there."""
        return None if self.unreachable_at else self.email

    @property
    def is_waiting(self) -> bool:
        """Whether the party has no seat yet and stands on the waiting list."""
        return not self.is_cancelled and self.seats == 0

    @property
    def is_checked_in(self) -> bool:
        return self.checked_in_at is not None

    @property
    def wants_more(self) -> bool:
        """Whether the party has seats and waits for more."""
        return 0 < self.seats < self.places

    def can_be_changed(self, now: datetime) -> bool:
        """Whether the party can still change it; cancelled ones are taken up again instead."""
        return not self.is_cancelled and self.event.can_be_changed(now)

    def can_take_places(self, now: datetime) -> bool:
        """Whether what is missing is free, and has to be taken by hand as the list rests."""
        return (
            self.missing > 0
            and not self.event.moves_up(now)
            and self.can_be_changed(now)
            and self.event.fits(self.missing)
        )

    @property
    def missing(self) -> int:
        """Seats that are still to come."""
        return 0 if self.is_cancelled else self.places - self.seats
