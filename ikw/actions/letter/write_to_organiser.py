"""Writing a letter to somebody who works at the desk."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from ikw.model import Letter, Organiser
from ikw.model.letter_kinds import LetterKind


def write_to_organiser(
    session: Session,
    organiser: Organiser,
    kind: LetterKind,
    facts: dict[str, Any],
    *,
    real: datetime,
    leaves_at: datetime | None = None,
    language: str | None = None,
) -> None:
    """Put a letter into the outbox, in their language; it leaves at once unless told otherwise.

    All times are by the real clock: letters to organisers end a day later.
    """
    session.add(
        Letter(
            organiser=organiser,
            kind=kind,
            to=organiser.email,
            language=language or organiser.language,
            facts=facts,
            created_at=real,
            next_try_at=leaves_at or real,
        )
    )
