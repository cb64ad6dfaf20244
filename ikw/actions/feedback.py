"""Messages about the site: kept with the day by which they have to be answered, and answered."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ikw.actions.letter.cap import is_used_up
from ikw.actions.letter.mailbox import mailbox_of
from ikw.actions.links import Link
from ikw.clock import in_town
from ikw.model import Feedback, Letter, LogEntry
from ikw.model.feedback import ANSWER_AT_MOST, ANSWER_WITHIN, KEEP

#: The office is told in German, whoever wrote in what language.
DEFAULT_LANGUAGE = "de"


class NoSuchFeedback(LookupError):
    """There is no message of this number."""


class TooLate(ValueError):
    """The last day to answer is over; only the answer itself helps now."""


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


def give(
    session: Session, message: Message, *, link: Link, now: datetime, office: str | None = None
) -> Feedback:
    """Keep a message, confirm it to its sender and tell the office, if it has an address.

    The same form sent again makes nothing new, be it at the same moment.
    """
    mine = select(Feedback).where(Feedback.made_by == link.hash)
    if (made := session.scalar(mine)) is not None:
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
    try:
        with session.begin_nested():
            session.add(feedback)
    except IntegrityError:
        return session.scalars(mine).one()
    if feedback.email:
        _write(session, feedback, "feedback", now, to=feedback.email)
    if office:
        _write(session, feedback, "feedback_notice", now, to=office, language=DEFAULT_LANGUAGE)
    _log(session, "give feedback", now, feedback)
    return feedback


def open_feedback(session: Session) -> list[Feedback]:
    """Return what is still to be answered, the most urgent first."""
    wanted = select(Feedback).where(Feedback.answered_at.is_(None)).order_by(Feedback.id)
    return sorted(session.scalars(wanted), key=lambda feedback: feedback.due)


def answer(session: Session, feedback_id: int, text: str, *, by: str, now: datetime) -> Feedback:
    """Answer by letter, or put the answer on the call list where there is no address.

    Raises NoSuchFeedback and AlreadyAnswered.
    """
    feedback = _lock(session, feedback_id)
    feedback.answered_at, feedback.answer = now, text
    if feedback.can_be_answered:
        _write(session, feedback, "feedback_answer", now, to=feedback.email, answer=text)
    _log(session, "answer feedback", now, feedback, actor=by)
    return feedback


def tell_how_far(
    session: Session, feedback_id: int, text: str, *, by: str, now: datetime
) -> Feedback:
    """Send an interim reply; it leaves the message open until the last day (BITVNRW § 5 (2)).

    Raises NoSuchFeedback, AlreadyAnswered, NobodyToAnswer, and TooLate when that day is over.
    """
    feedback = _lock(session, feedback_id)
    if not feedback.can_be_answered:
        raise NobodyToAnswer
    if in_town(now).date() > feedback.latest_on:
        raise TooLate
    feedback.interim_at = now
    _write(session, feedback, "feedback_interim", now, to=feedback.email, answer=text)
    _log(session, "tell how far", now, feedback, actor=by)
    return feedback


def _lock(session: Session, feedback_id: int) -> Feedback:
    """Return an open message, locked, so that two who answer at once do it once."""
    found = session.get(Feedback, feedback_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NoSuchFeedback
    if not found.is_open:
        raise AlreadyAnswered
    return found


def forget_feedback(session: Session, today: dt.date) -> int:
    """Delete the messages whose day has come, letters included; return how many."""
    due = delete(Feedback).where(Feedback.forget_on <= today)
    return int(session.execute(due).rowcount)  # type: ignore[attr-defined]


def _write(
    session: Session,
    feedback: Feedback,
    kind: str,
    now: datetime,
    *,
    to: str | None,
    language: str | None = None,
    **facts: object,
) -> None:
    mailbox = mailbox_of(to) if to else None
    if is_used_up(session, kind, mailbox, now):
        return
    session.add(
        Letter(
            feedback=feedback,
            kind=kind,
            to=to,
            mailbox=mailbox,
            language=language or feedback.language,
            facts=facts,
            created_at=now,
            next_try_at=datetime.now(UTC),
        )
    )


def _log(
    session: Session, verb: str, now: datetime, feedback: Feedback, actor: str = "reader"
) -> None:
    session.flush()
    session.add(LogEntry(at=now, actor=actor, verb=verb, new={"feedback": feedback.id}))
