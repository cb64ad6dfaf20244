"""Delivery: claim a letter with a lease, commit, send, note what came of it.

A letter is sent at least once: whoever is killed between sending and noting leaves a lease that
ends, and the next try carries the same Message-ID. Several processes may deliver at once.
"""

from __future__ import annotations

import logging
import random
import re
import smtplib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Event as Stop

from flask import Flask, current_app
from flask_mail import BadHeaderError
from sqlalchemy import Select, or_, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from ikw import clock
from ikw.actions.letter.calls import note_unreachable
from ikw.actions.letter.overtake import is_behind_another, overtake
from ikw.db import session, write
from ikw.mail import Connection
from ikw.mail.compose import compose
from ikw.model import Letter, Registration
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


def deliver(
    app: Flask,
    stop: Stop,
    *,
    rounds: Callable[[], None] = lambda: None,
    until_empty: bool = False,
    pause: float = POLL,
) -> int:
    """Send letters until told to stop, or until none is due. Return how many were sent.

    `rounds` is called between letters, inside an application context. When the database does not
    take a write for now, be it that the disk is full, it is tried again after a pause.
    """
    sent = 0
    while not stop.is_set():
        letter_id = None
        with app.app_context():
            try:
                rounds()
                letter_id = claim() if app.config["MAIL_SERVER"] else None
                if letter_id is not None:
                    sent += send(letter_id)
            except OperationalError as error:
                if until_empty:
                    raise
                log.warning("the database is not available: %s", error.orig)
                letter_id = None
        if letter_id is None:
            if until_empty:
                break
            stop.wait(pause)
    return sent


#: How often another letter is looked for, when somebody else is at the one that was found.
LOOKS = 10


def claim() -> int | None:
    """Lease the letter that has been due longest; return its id, or None when none is due.

    Raises OperationalError while another process is at the older letters that it overtakes.
    """
    # Looking into an empty outbox takes no lock.
    if session().scalar(_due(_now())) is None:
        return None
    for _ in range(LOOKS):
        with write() as current:
            letter_id, is_ours = _lease(current)
        if is_ours:
            return letter_id
    return None


def _due(now: datetime) -> Select[int]:
    """Select the letter that has been due longest, of those that are behind no other."""
    return (
        select(Letter.id)
        .where(
            Letter.to.is_not(None),
            still_open(),
            or_(Letter.next_try_at.is_(None), Letter.next_try_at <= now),
            ~is_behind_another(now),
        )
        .order_by(Letter.next_try_at.nulls_first(), Letter.id)
        .limit(1)
    )


def _lease(current: Session) -> tuple[int | None, bool]:
    """Lease a letter; return its id, and whether it, or that there is none, can be relied on.

    Of one sign-up no two letters are leased: its row is locked first, and then looked at again, as
    a lease that was not committed before could not be seen.
    """
    now = _now()
    letter_id = current.scalar(_due(now).with_for_update(skip_locked=True, of=Letter))
    if letter_id is None:
        return None, True
    letter = current.get_one(Letter, letter_id, populate_existing=True)
    if letter.registration_id is not None:
        mine = select(Registration.id).where(Registration.id == letter.registration_id)
        if current.scalar(mine.with_for_update(skip_locked=True)) is None:
            return None, False
        if current.scalar(_due(now).where(Letter.id == letter_id)) is None:
            return None, False
    lease = timedelta(seconds=ANSWERS * current_app.config["MAIL_TIMEOUT"])
    letter.next_try_at, letter.failure = now + lease, None
    letter.tries += 1
    overtake(current, letter, now=now)
    return letter_id, True


def send(letter_id: int) -> bool:
    """Send one leased letter and note the outcome. Return whether it was sent."""
    letter = session().get(Letter, letter_id)
    if letter is None:
        # Forgotten since it was claimed.
        return False
    if letter.withdrawn_at is not None:
        # Taken back since then; whoever waits behind it need not.
        _note(letter_id, next_try_at=None)
        return False
    if letter.is_moot(clock.now()):
        _note(letter_id, withdrawn_at=_now(), next_try_at=None, failure=None)
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
        if knows_nobody(code, text):
            with write() as current:
                note_unreachable(current, letter_id, now=clock.now())
    else:
        _retry(letter_id, tries, text)


#: What a refusal begins with that says the recipient's address is wrong: a code of RFC 3463, 3.2.
#: Others of this class are about the sender's, and so is 5.1.0 now and then.
ADDRESS_IS_WRONG = re.compile(r"\s*\d{3}[ -]5\.1\.(1|2|3|6|10)\b")
ANY_STATUS = re.compile(r"\s*\d{3}[ -][245]\.\d{1,3}\.\d{1,3}\b")
ABOUT_THE_SENDER = re.compile(r"sender|from address|mail from|return.?path|envelope", re.IGNORECASE)
UNKNOWN_USER = re.compile(
    r"(user|recipient|mailbox|address|account)\W+(is\W+)?(unknown|not found|does(n't| not) exist)"
    r"|(unknown|no such|invalid) (user|recipient|mailbox|address|account)",
    re.IGNORECASE,
)


def knows_nobody(code: int, text: str) -> bool:
    """Return whether a refusal says that nobody has this address: no full box, no spam verdict."""
    if ABOUT_THE_SENDER.search(text):
        return False
    if ANY_STATUS.match(text):
        return ADDRESS_IS_WRONG.match(text) is not None
    return code in {550, 551, 553} and UNKNOWN_USER.search(text) is not None


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
