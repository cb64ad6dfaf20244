"""Writing to participants, and looking after letters on their way."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.letter.mailbox import mailbox_of
from ikw.actions.letter.write_to_organiser import write_to_organiser
from ikw.actions.links import Link
from ikw.actions.locking import lock
from ikw.actions.log import note
from ikw.model import Event, Letter, Mailing, Organiser, Registration
from ikw.model.letter_kinds import LetterKind
from ikw.model.verbs import Verb
from ikw.model.vocabulary import Recipients

#: Letters of one text leave after so long, so that a mistake can be stopped.
HOLD = timedelta(minutes=2)


class NobodyToWriteTo(ValueError):
    """Nobody of those meant has an e-mail address or a telephone number."""


class NotOpen(ValueError):
    """The letter is sent or withdrawn; there is nothing to be done with it."""


@dataclass(frozen=True)
class Text:
    """What an organiser writes: {"subject": …, "text": …} by language, German always."""

    recipients: Recipients
    texts: dict[str, Any]
    reply_to: str | None


def recipients_of(event: Event, recipients: Recipients) -> Select[Registration]:
    """Select the parties that one may write to: all that come or wait, or some of them."""
    chosen: dict[Recipients, ColumnElement[bool]] = {
        Recipients.SEATED: Registration.seats > 0,
        Recipients.WAITING: Registration.queued_at.is_not(None),
        Recipients.CHECKED_IN: Registration.checked_in_at.is_not(None),
    }
    parties = select(Registration).where(
        Registration.event_id == event.id, Registration.cancelled_at.is_(None)
    )
    if recipients in chosen:
        parties = parties.where(chosen[recipients])
    return parties.order_by(Registration.id)


def count_recipients(session: Session, event: Event, recipients: Recipients) -> tuple[int, int]:
    """Return how many parties get a letter, and how many have to be called."""
    parties = recipients_of(event, recipients).order_by(None)
    counted = parties.with_only_columns(func.count().filter(*_by_letter()), func.count())
    letters, everyone = session.execute(counted).one()
    return letters, everyone - letters


def _by_letter() -> tuple[ColumnElement[bool], ...]:
    return Registration.email.is_not(None), Registration.unreachable_at.is_(None)


def languages_of(session: Session, event: Event) -> Counter[str]:
    """Return how many parties read which language."""
    counted = (
        recipients_of(event, Recipients.ALL)
        .order_by(None)
        .with_only_columns(Registration.language, func.count())
        .group_by(Registration.language)
    )
    return Counter({row[0]: row[1] for row in session.execute(counted)})


def write(
    session: Session, event: Event, text: Text, organiser: Organiser, act: Act, *, link: Link
) -> Mailing:
    """Write a letter to each of the parties; those without an address go on the call list.

    The same form sent again writes nothing new. Raises NobodyToWriteTo.
    """
    # Under the lock, so that a button pressed twice at once writes once.
    lock(session, event.id)
    if (made := already_written(session, link)) is not None:
        return made
    mailing = mailing_of(text, organiser, act, link, event=event)
    session.add(mailing)
    parties = list(session.scalars(recipients_of(event, text.recipients)))
    if not parties:
        raise NobodyToWriteTo
    session.add_all(_to_party(mailing, party, act) for party in parties)
    note(
        session,
        Verb.WRITE_TO_PARTICIPANTS,
        act,
        event=event,
        new={"recipients": text.recipients, "letters": len(parties)},
    )
    return mailing


def _to_party(mailing: Mailing, party: Registration, act: Act) -> Letter:
    facts = {
        "places": party.places,
        "seats": party.seats,
        "seed": party.link_seed,
        "name": party.name,
        "companions": party.companions,
    }
    to, language = party.reachable_email, party.language
    return letter_of(mailing, LetterKind.MESSAGE, to, language, facts, act, party=party)


def already_written(session: Session, link: Link) -> Mailing | None:
    """Return what this form has written before."""
    return session.scalar(select(Mailing).where(Mailing.made_by == link.hash))


def mailing_of(text: Text, organiser: Organiser, act: Act, link: Link, **about: Any) -> Mailing:
    """Return a text as it is stored, about an event or a series."""
    return Mailing(
        organiser=organiser,
        recipients=text.recipients,
        texts=text.texts,
        reply_to=text.reply_to,
        made_by=link.hash,
        created_at=act.now,
        **about,
    )


def letter_of(
    mailing: Mailing,
    kind: LetterKind,
    to: str | None,
    language: str,
    facts: dict[str, Any],
    act: Act,
    **whose: Any,
) -> Letter:
    """Return one letter of a text, to a party or a club; it leaves when HOLD is over."""
    return Letter(
        mailing=mailing,
        kind=kind,
        to=to,
        mailbox=mailbox_of(to) if to else None,
        language=language,
        facts=facts,
        created_at=act.now,
        next_try_at=act.real + HOLD,
        **whose,
    )


def write_trial(
    session: Session, organiser: Organiser, language: str, subject: str, text: str, act: Act
) -> None:
    """Send a text to who wrote it, filled in for an example, to see how it looks."""
    facts = {"subject": subject, "text": text}
    write_to_organiser(
        session, organiser, LetterKind.TRIAL, facts, real=act.real, language=language
    )


def stop(session: Session, mailing: Mailing, act: Act) -> int:
    """Take back the letters of a text that nobody has tried to send yet; return how many."""
    unsent = select(Letter).where(
        Letter.mailing_id == mailing.id,
        Letter.sent_at.is_(None),
        Letter.withdrawn_at.is_(None),
        Letter.reached_at.is_(None),
        Letter.tries == 0,
    )
    letters = session.scalars(unsent.with_for_update()).all()
    for letter in letters:
        letter.withdrawn_at = act.real
    note(session, Verb.STOP_LETTERS, act, event=mailing.event, new={"letters": len(letters)})
    return len(letters)


def send_again(session: Session, letter: Letter, act: Act) -> None:
    """Send a letter that failed, or was sent and got lost, once more. Raises NotOpen."""
    if letter.to is None or letter.withdrawn_at is not None:
        raise NotOpen
    letter.sent_at = letter.failed_at = letter.failure = letter.reached_at = None
    letter.tries = 0
    letter.next_try_at = act.real
    event = letter.party.event if letter.party else None
    note(session, Verb.SEND_LETTER_AGAIN, act, event=event, new={"letter": letter.id})


def mark_bounced(session: Session, letter: Letter, act: Act) -> None:
    """Note that a letter came back to the office's mailbox. Raises NotOpen."""
    if letter.sent_at is None:
        raise NotOpen
    letter.sent_at = None
    letter.failed_at = act.real
    letter.failure = "bounced"
    event = letter.party.event if letter.party else None
    note(session, Verb.LETTER_BOUNCED, act, event=event, new={"letter": letter.id})
