"""Rückmeldung: a barrier that somebody met on the site, or a mistake in a translation."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ikw.model.base import Base

#: BITVNRW § 5 (2): an answer within two weeks, six at most where it is not simple.
ANSWER_WITHIN = dt.timedelta(weeks=2)
ANSWER_AT_MOST = dt.timedelta(weeks=6)

#: An ombudsman's proceedings may follow; after a year the message is deleted.
KEEP = dt.timedelta(days=365)


class Feedback(Base):
    """A message about the site itself, with the days by which it has to be answered."""

    __tablename__ = "feedback"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: accessibility: a barrier · translation: a mistake in one.
    about: Mapped[str] = mapped_column(String(20))
    #: Path of the page that it is about.
    page: Mapped[str | None] = mapped_column(String(300))
    message: Mapped[str] = mapped_column(Text)
    name: Mapped[str | None] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(100))
    language: Mapped[str] = mapped_column(String(10), default="de")
    #: Hash of the link that the form made, so that a form sent twice makes one.
    made_by: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[dt.datetime]
    #: The day by which it should be answered, and the last one by which it has to be.
    due_on: Mapped[dt.date] = mapped_column(index=True)
    latest_on: Mapped[dt.date]
    #: When an interim reply was sent.
    interim_at: Mapped[dt.datetime | None]
    answered_at: Mapped[dt.datetime | None]
    answer: Mapped[str | None] = mapped_column(Text)
    #: The day on which it is deleted.
    forget_on: Mapped[dt.date] = mapped_column(index=True)

    @property
    def is_open(self) -> bool:
        return self.answered_at is None

    @property
    def can_be_answered(self) -> bool:
        """Whether there is an address or a number to answer to."""
        return bool(self.email or self.phone)

    @property
    def due(self) -> dt.date:
        """The day to answer by; an interim reply gives time until the last one."""
        return self.latest_on if self.interim_at else self.due_on

    def is_late(self, today: dt.date) -> bool:
        return self.is_open and today > self.due
