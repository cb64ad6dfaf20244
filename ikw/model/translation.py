"""Übersetzung: what a text of the programme is in another language."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ikw.model.base import Base
from ikw.model.programme import Public


class Translation(Public, Base):
    """One German text in one language, wherever the programme says it.

    It belongs to the German words and not to an event: what is said twice is translated once, and
    when the German changes it no longer fits, so that nobody reads what is not true any more.
    """

    __tablename__ = "translation"

    language: Mapped[str] = mapped_column(String(10), primary_key=True)
    source_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    source: Mapped[str] = mapped_column(Text)
    #: Empty once it is taken away: calendars have to be told since when.
    text: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime]


def hash_of(source: str) -> str:
    """Return by what a German text is found: SHA-256, in hex."""
    return hashlib.sha256(source.encode()).hexdigest()
