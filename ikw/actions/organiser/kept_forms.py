"""Keeping what an organiser has typed, until they can send it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ikw.model import KeptForm
from ikw.model.kept_form import MOST

Answers = list[tuple[str, str]]


def keep(
    session: Session,
    organiser_id: int,
    path: str,
    answers: Iterable[tuple[str, str]],
    now: datetime,
) -> KeptForm | None:
    """Keep what was typed into the form of an address, in the place of what was kept of it.

    Nothing is kept of what is longer than a form is.
    """
    rows = [{"name": name, "value": value} for name, value in answers]
    if sum(len(row["name"]) + len(row["value"]) for row in rows) > MOST:
        return None
    session.execute(
        delete(KeptForm).where(KeptForm.organiser_id == organiser_id, KeptForm.path == path)
    )
    kept = KeptForm(organiser_id=organiser_id, path=path, answers=rows, created_at=now)
    session.add(kept)
    session.flush()
    return kept


def kept_of(session: Session, organiser_id: int, number: int) -> KeptForm | None:
    """Return what is kept of this number, if it is this organiser's."""
    found = session.get(KeptForm, number)
    return found if found is not None and found.organiser_id == organiser_id else None


def answers_of(kept: KeptForm) -> Answers:
    """Return what was typed, as pairs."""
    return [(row["name"], row["value"]) for row in kept.answers]


def answer(kept: KeptForm, name: str, value: str, *, several: bool = False) -> None:
    """Put another answer in the place of the one that is kept, or beside those that are."""
    others = [row for row in kept.answers if several or row["name"] != name]
    kept.answers = [*others, {"name": name, "value": value}]


def all_kept(session: Session, organiser_id: int) -> list[KeptForm]:
    """Return what somebody has begun, the last first."""
    mine = select(KeptForm).where(KeptForm.organiser_id == organiser_id)
    return list(session.scalars(mine.order_by(KeptForm.id.desc())))


def note_sent(session: Session, organiser_id: int, path: str) -> None:
    """Forget what was kept of a form that has been sent."""
    session.execute(
        delete(KeptForm).where(KeptForm.organiser_id == organiser_id, KeptForm.path == path)
    )
