"""Messages about the site: kept with the day by which they have to be answered, and answered."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.letter.cap import is_used_up
from ikw.actions.letter.mailbox import mailbox_of
from ikw.actions.links import Link
from ikw.actions.log import note
from ikw.clock import in_town
from ikw.model import Feedback, Letter
from ikw.model.feedback import ANSWER_AT_MOST, ANSWER_WITHIN, KEEP
from ikw.model.letter_kinds import LetterKind
from ikw.model.verbs import Verb

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
    session: Session, message: Message, act: Act, *, link: Link, office: str | None = None
) -> Feedback:
    """Keep a message, confirm it to its sender and tell the office, if it has an address.

    The same form sent again makes nothing new, be it at the same moment.
    """
    mine = select(Feedback).where(Feedback.made_by == link.hash)
    if (made := session.scalar(mine)) is not None:
        return made
    today = in_town(act.now).date()
    feedback = Feedback(
        about=message.about,
        page=message.page,
        message=message.text,
        name=message.name,
        email=message.email,
        phone=message.phone,
        language=message.language,
        made_by=link.hash,
        created_at=act.now,
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
        _write(session, feedback, LetterKind.FEEDBACK, act, to=feedback.email)
    if office:
        _write(
            session, feedback, LetterKind.FEEDBACK_NOTICE, act, to=office, language=DEFAULT_LANGUAGE
        )
    _note(session, Verb.GIVE_FEEDBACK, act, feedback)
    return feedback


def open_feedback(session: Session) -> list[Feedback]:
    """Return what is still to be answered, the most urgent first."""
    wanted = select(Feedback).where(Feedback.answered_at.is_(None)).order_by(Feedback.id)
    return sorted(session.scalars(wanted), key=lambda feedback: feedback.due)


def answer(session: Session, feedback_id: int, text: str, act: Act) -> Feedback:
    """Answer by letter, or put the answer on the call list where there is no address.

    Raises NoSuchFeedback and AlreadyAnswered.
    """
    feedback = _lock(session, feedback_id)
    feedback.answered_at, feedback.answer = act.now, text
    if feedback.can_be_answered:
        _write(session, feedback, LetterKind.FEEDBACK_ANSWER, act, to=feedback.email, answer=text)
    _note(session, Verb.ANSWER_FEEDBACK, act, feedback)
    return feedback


def tell_how_far(session: Session, feedback_id: int, text: str, act: Act) -> Feedback:
    """Send an interim reply; it leaves the message open until the last day (BITVNRW § 5 (2)).

    Raises NoSuchFeedback, AlreadyAnswered, NobodyToAnswer, and TooLate when that day is over.
    """
    feedback = _lock(session, feedback_id)
    if not feedback.can_be_answered:
        raise NobodyToAnswer
    if in_town(act.now).date() > feedback.latest_on:
        raise TooLate
    feedback.interim_at = act.now
    _write(session, feedback, LetterKind.FEEDBACK_INTERIM, act, to=feedback.email, answer=text)
    _note(session, Verb.TELL_HOW_FAR, act, feedback)
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
    kind: LetterKind,
    act: Act,
    *,
    to: str | None,
    language: str | None = None,
    **facts: object,
) -> None:
    mailbox = mailbox_of(to) if to else None
    if is_used_up(session, kind, mailbox, act.now):
        return
    session.add(
        Letter(
            feedback=feedback,
            kind=kind,
            to=to,
            mailbox=mailbox,
            language=language or feedback.language,
            facts=facts,
            created_at=act.now,
            next_try_at=act.real,
        )
    )


def _note(session: Session, verb: Verb, act: Act, feedback: Feedback) -> None:
    session.flush()
    note(session, verb, act, new={"feedback": feedback.id})
