"""Persönlicher Kalender: all registrations of an e-mail address behind one secret link."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from ikw.model.base import Base


class PersonalCalendar(Base):
    """The link of one address; it lives as long as the address has registrations."""

    __tablename__ = "personal_calendar"

    email: Mapped[str] = mapped_column(String(254), primary_key=True)
    #: SHA-256 of the token in the link, in hex.
    link_hash: Mapped[str] = mapped_column(String(64), unique=True)
    #: Makes the link again, together with the secret key; alone it opens nothing.
    link_seed: Mapped[str] = mapped_column(String(64))
