"""Delivery: claim a letter with a lease, commit, send, note what came of it.

A letter is sent at least once: whoever is killed between sending and noting leaves a lease that
ends, and the next try carries the same Message-ID. Several processes may deliver at once.
"""

from __future__ import annotations

import logging
import random
import smtplib
from datetime import UTC, datetime, timedelta
from threading import Event as Stop

from flask import Flask, current_app
from flask_mail import BadHeaderError
from sqlalchemy import or_, select, update

from ikw import clock
from ikw.actions.forgetting import forget
from ikw.actions.importing import forget_uploads
from ikw.actions.passkeys import forget_challenges
from ikw.actions.reminding import Schedule, due_for_reminder, remind
from ikw.actions.signing_in import forget_accounts, forget_sessions
from ikw.db import session, write
from ikw.mail import Connection
from ikw.mail.compose import compose
from ikw.model import Letter
from ikw.model.letter import still_open

log = logging.getLogger(__name__)

#: A lease is this many times MAIL_TIMEOUT: longer than a conversation in which the mail server
#: takes all its time for every answer.
ANSWERS = 10

#: Pauses after each failed try; after the last, the letter is given up.
PAUSES = [
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
]

#: Seconds between two looks into an empty outbox.
POLL = 2.0

#: How often old sign-ups are looked for, and events to remind of.
FORGET_EVERY = timedelta(hours=1)
REMIND_EVERY = timedelta(minutes=1)


def deliver(app: Flask, stop: Stop, *, until_empty: bool = False, pause: float = POLL) -> int:
    """Send letters until told to stop, or until none is due. Return how many were sent."""
    sent = 0
    forgot_at = reminded_at = datetime.min.replace(tzinfo=UTC)
    while not stop.is_set():
        with app.app_context():
            if _now() - forgot_at > FORGET_EVERY:
                forgot_at = _now()
                _forget()
            if _now() - reminded_at > REMIND_EVERY:
                reminded_at = _now()
                _remind()
            letter_id = claim() if app.config["MAIL_SERVER"] else None
            if letter_id is not None:
                sent += send(letter_id)
        if letter_id is None:
            if until_empty:
                break
            stop.wait(pause)
    return sent


def _forget() -> None:
    with write() as current:
        count = forget(current, keep_days=current_app.config["IKW_KEEP_DAYS"], now=clock.now())
        forget_sessions(current, now=clock.real())
        forget_accounts(current, now=clock.real())
        forget_challenges(current, now=clock.real())
        forget_uploads(current, now=clock.real())
    if count:
        log.info("deleted %d registrations whose time was over", count)


def _remind() -> None:
    config = current_app.config
    schedule = Schedule(config["IKW_REMIND_DAYS"], config["IKW_REMIND_AT"])
    for event_id in due_for_reminder(session(), schedule, now=clock.now()):
        with write() as current:
            count = remind(current, event_id, schedule, now=clock.now())
        log.info("reminded %d parties of event %d", count, event_id)


def claim() -> int | None:
    """Lease the letter that has been due longest; return its id, or None when none is due."""
    now = _now()
    due = (
        select(Letter.id)
        .where(
            Letter.to.is_not(None),
            still_open(),
            or_(Letter.next_try_at.is_(None), Letter.next_try_at <= now),
        )
        .order_by(Letter.next_try_at.nulls_first(), Letter.id)
        .limit(1)
    )
    # Looking into an empty outbox takes no lock.
    if session().scalar(due) is None:
        return None
    lease = timedelta(seconds=ANSWERS * current_app.config["MAIL_TIMEOUT"])
    with write() as current:
        letter_id = current.scalar(due.with_for_update(skip_locked=True))
        if letter_id is not None:
            current.execute(
                update(Letter)
                .where(Letter.id == letter_id)
                .values(next_try_at=now + lease, tries=Letter.tries + 1, failure=None)
            )
    return letter_id


def send(letter_id: int) -> bool:
    """Send one leased letter and note the outcome. Return whether it was sent."""
    letter = session().get(Letter, letter_id)
    if letter is None or letter.withdrawn_at is not None:
        # Forgotten, or taken back, since it was claimed.
        return False
    if letter.is_moot(clock.now()):
        _note(letter_id, withdrawn_at=_now())
        return False
    tries = letter.tries
    try:
        message = compose(letter)
    except Exception as error:
        log.exception("letter %d cannot be composed", letter_id)
        _retry(letter_id, tries, f"cannot be composed: {error}")
        return False
    # While we talk to the mail server, no transaction is open.
    session().rollback()
    accepted = False
    try:
        with Connection(current_app._get_current_object()) as connection:  # type: ignore[attr-defined]
            connection.send(message)
            accepted = True
    except (smtplib.SMTPException, OSError, BadHeaderError) as error:
        # Once the letter was taken, what failed was saying goodbye.
        if not accepted:
            _refused(letter_id, tries, error)
    if accepted:
        _note(letter_id, sent_at=_now(), next_try_at=None, failure=None)
    return accepted


def _refused(letter_id: int, tries: int, error: Exception) -> None:
    """Note a refusal: for good when it is 5xx and about this letter (RFC 5321, 4.2.1).

    What is wrong before the recipient is named, such as our password, is not the letter's fault.
    """
    code, text = 0, f"{type(error).__name__}: {error}"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, reason = next(iter(error.recipients.values()))
        text = f"{code} {_decoded(reason)}"
    elif isinstance(error, smtplib.SMTPResponseException):
        text = f"{error.smtp_code} {_decoded(error.smtp_error)}"
        code = error.smtp_code if isinstance(error, smtplib.SMTPDataError) else 0
    if code >= 500 or isinstance(error, BadHeaderError):
        # The sentence of the server often names the address, which is nothing for a log file.
        log.warning("letter %d is refused: %s", letter_id, code or type(error).__name__)
        _note(letter_id, failed_at=_now(), next_try_at=None, failure=text)
    else:
        _retry(letter_id, tries, text)


def _retry(letter_id: int, tries: int, text: str) -> None:
    if tries > len(PAUSES):
        log.warning("letter %d is given up after %d tries", letter_id, tries)
        _note(letter_id, failed_at=_now(), next_try_at=None, failure=text)
        return
    pause = PAUSES[tries - 1] * random.uniform(0.8, 1.2)  # noqa: S311 (spreads load, no secret)
    log.info("letter %d waits %s", letter_id, pause)
    _note(letter_id, next_try_at=_now() + pause, failure=text)


def _note(letter_id: int, **values: object) -> None:
    with write() as current:
        current.execute(update(Letter).where(Letter.id == letter_id).values(**values))


def _decoded(text: object) -> str:
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)


def _now() -> datetime:
    """Return the real time: mail servers do not follow the clock that the site shows."""
    return datetime.now(UTC)
