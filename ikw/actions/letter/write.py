"""Writing a letter to a party, in the transaction of what it tells."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.letter.cap import is_used_up
from ikw.actions.letter.mailbox import mailbox_of
from ikw.actions.letter.overtake import is_being_sent, last_sequence_of, withdraw_older
from ikw.actions.log import size
from ikw.actions.registration.waiting_list import position
from ikw.model import Event, Letter, Mailing, Registration
from ikw.model.letter_kinds import Call, LetterKind


def write_letter(
    session: Session,
    registration: Registration,
    kind: LetterKind,
    act: Act,
    to: str | None = None,
    *,
    facts: dict[str, Any] | None = None,
    sequences: dict[str, int] | None = None,
    hold: timedelta | None = None,
    mailing: Mailing | None = None,
) -> None:
    """Put a letter into the outbox, where it stays for the time of `hold`.

    For those without an address it goes on the call list, if it is worth a call. Whoever writes
    many at once looks the `sequences` of their addresses up before. A letter too many for one
    mailbox is withdrawn at once; the page then says what it would have said.
    """
    address = to or registration.reachable_email
    if not address and not _is_worth_a_call(registration, kind):
        return
    mailbox = mailbox_of(address) if address else None
    real = act.real
    is_first = registration.id is None
    is_one_too_many = withheld = is_used_up(session, kind, mailbox, act.now)
    replaced: Sequence[Letter] = []
    if not is_first:
        replaced = withdraw_older(
            session, registration, kind, address, now=real, untried=is_one_too_many
        )
        # What takes the place of a letter that has not left, or comes back perhaps, is none more.
        withheld = (
            is_one_too_many and not replaced and not is_being_sent(session, registration, address)
        )
    told: dict[str, Any] = {
        **size(registration),
        # As they are now: a letter that is sent late must not carry a newer link or name.
        "seed": registration.link_seed,
        "name": registration.name,
        "companions": registration.companions,
        **(facts or {}),
        **({"withheld": True} if withheld else {}),
    }
    if registration.missing and kind.facts.tells_position:
        session.flush()
        told["position"] = position(session, registration)
    sequence = None
    invites = kind.facts.invites or last_sequence_of(replaced) is not None
    if address and invites and not withheld:
        if sequences is None:
            sequences = last_sequences(session, registration.event, address)
        sequence = next_sequence(registration, kind, address, sequences)
        if sequence is None and (last := last_sequence_of(replaced)) is not None:
            # An entry that the older one would have taken out of the calendar.
            sequence = max(registration.event.sequence, last + 1)
    session.add(
        Letter(
            party=registration,
            mailing=mailing,
            kind=kind,
            to=address,
            mailbox=mailbox,
            language=registration.language,
            facts=told,
            sequence=sequence,
            created_at=act.now,
            next_try_at=real + (hold or timedelta(0)),
            withdrawn_at=real if withheld else None,
        )
    )


def _is_worth_a_call(registration: Registration, kind: LetterKind) -> bool:
    """Return whether somebody without an address is told this on the telephone."""
    if kind.facts.call is Call.IF_UNREACHABLE:
        return registration.unreachable_at is not None
    return kind.facts.call is Call.ALWAYS


#: Written once: every sign-up asks.
_LAST = (
    select(Letter.to, func.max(Letter.sequence))
    .join(Registration)
    .where(
        Registration.event_id == bindparam("event_id"),
        Letter.sequence.is_not(None),
        or_(Letter.withdrawn_at.is_(None), Letter.tries > 0),
    )
    .group_by(Letter.to)
)
_LAST_OF_ONE = _LAST.where(Letter.to == bindparam("address"))


def last_sequences(session: Session, event: Event, address: str | None = None) -> dict[str, int]:
    """Return the SEQUENCE of the last invitation to this event by address, of one or of all.

    What was taken back before anyone tried to send it was none.
    """
    of = {"event_id": event.id, "address": address}
    found = session.execute(_LAST if address is None else _LAST_OF_ONE, of)
    return {to: last for to, last in found if to and last is not None}


def next_sequence(
    registration: Registration, kind: LetterKind, address: str | None, sequences: dict[str, int]
) -> int | None:
    """Return the SEQUENCE for an invitation, or None when there is nothing to invite to.

    That of the event, or more when this address has heard of this event before: what comes later
    has to win in its calendar (RFC 5546, 2.1.5), also after cancelling and signing up again.
    """
    last = sequences.get(address) if address else None
    invites = last is not None if kind.facts.is_farewell else registration.is_seated
    if not address or not invites:
        return None
    sequence = registration.event.sequence
    sequences[address] = sequence if last is None else max(sequence, last + 1)
    return sequences[address]


def told_lately(session: Session, registration: Registration, now: datetime) -> bool:
    """Return whether a letter about free places was written in the last hour, or awaits a call."""
    to_be_called = and_(Letter.to.is_(None), Letter.reached_at.is_(None))
    recent = select(Letter.id).where(
        Letter.registration_id == registration.id,
        Letter.kind == LetterKind.FREE,
        Letter.withdrawn_at.is_(None),
        or_(Letter.created_at > now - timedelta(hours=1), to_be_called),
    )
    return session.scalar(recent.limit(1)) is not None
