"""Messages about the site: kept with the day by which they have to be answered, and answered."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ikw.actions.links import Link
from ikw.clock import in_town
from ikw.model import Feedback, Letter, LogEntry
from ikw.model.feedback import ANSWER_AT_MOST, ANSWER_WITHIN, KEEP


class AlreadyAnswered(ValueError):
    """Somebody has answered this message."""


class NobodyToAnswer(ValueError):
    """The message came without an address or a telephone number."""


@dataclass(frozen=True)
class Message:
    """What somebody wrote to us."""

    about: str
    text: str
    page: str | None
    name: str | None
    email: str | None
    phone: str | None
    language: str


def give(session: Session, message: Message, *, link: Link, now: datetime) -> Feedback:
    """Keep a message, and confirm it to its sender; the same form again makes nothing new."""
    made = session.scalar(select(Feedback).where(Feedback.made_by == link.hash))
    if made is not None:
        return made
    today = in_town(now).date()
    feedback = Feedback(
        about=message.about,
        page=message.page,
        message=message.text,
        name=message.name,
        email=message.email,
        phone=message.phone,
        language=message.language,
        made_by=link.hash,
        created_at=now,
        due_on=today + ANSWER_WITHIN,
        latest_on=today + ANSWER_AT_MOST,
        forget_on=today + KEEP,
    )
    session.add(feedback)
    if feedback.email:
        _write(session, feedback, "feedback", now)
    _log(session, "give feedback", now, feedback)
    return feedback


def open_feedback(session: Session) -> list[Feedback]:
    """Return what is still to be answered, the most urgent first."""
    wanted = select(Feedback).where(Feedback.answered_at.is_(None))
    return list(session.scalars(wanted.order_by(Feedback.due_on, Feedback.id)))


def answer(
    session: Session,
    feedback: Feedback,
    text: str,
    *,
    by: str,
    now: datetime,
    interim: bool = False,
) -> None:
    """Answer by letter, or put the answer on the call list where there is no address.

    An interim reply leaves it open until the last day (BITVNRW § 5 (2)). Raises AlreadyAnswered.
    """
    if not feedback.is_open:
        raise AlreadyAnswered
    if interim:
        feedback.interim_at = now
    else:
        feedback.answered_at, feedback.answer = now, text
    if feedback.can_be_answered:
        _write(session, feedback, "feedback_answer", now, answer=text, interim=interim)
    elif interim:
        raise NobodyToAnswer
    _log(session, "answer feedback", now, feedback, actor=by)


def forget_feedback(session: Session, today: dt.date) -> None:
    """Delete the messages whose day has come, letters included."""
    session.execute(delete(Feedback).where(Feedback.forget_on <= today))


def _write(session: Session, feedback: Feedback, kind: str, now: datetime, **facts: object) -> None:
    session.add(
        Letter(
            feedback=feedback,
            kind=kind,
            to=feedback.email,
            language=feedback.language,
            facts={"name": feedback.name or "", **facts},
            created_at=now,
            next_try_at=datetime.now(UTC),
        )
    )


def _log(
    session: Session, verb: str, now: datetime, feedback: Feedback, actor: str = "citizen"
) -> None:
    session.flush()
    session.add(LogEntry(at=now, actor=actor, verb=verb, new={"feedback": feedback.id}))
