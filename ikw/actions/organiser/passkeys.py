"""Passkeys: kept, used once for each challenge, and as the second factor."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session, joinedload

from ikw.actions.organiser.sign_in import note_account, open_session
from ikw.model import Challenge, DeskSession, Organiser, Passkey
from ikw.model.organiser import CHALLENGE_LASTS
from ikw.model.verbs import Verb

#: More than this nobody needs.
MOST = 10


class ChallengeIsOver(Exception):
    """It was answered, is too old, or belongs to another session."""


class PasskeyNotTaken(ValueError):
    """It is known already, or there are too many."""


def ask(session: Session, value: str, asker: DeskSession | None, *, now: datetime) -> None:
    """Remember a challenge, for one session or for somebody who signs in."""
    session_id = asker.id if asker else None
    session.add(Challenge(value=value, session_id=session_id, created_at=now))


def answered(session: Session, value: str, asker: DeskSession | None, *, now: datetime) -> None:
    """Use a challenge up, whatever the answer is worth. Raises ChallengeIsOver."""
    session_id = asker.id if asker else None
    same = Challenge.session_id == session_id if asker else Challenge.session_id.is_(None)
    mine = delete(Challenge).where(
        Challenge.value == value, same, Challenge.created_at > now - CHALLENGE_LASTS
    )
    if session.execute(mine).rowcount != 1:  # type: ignore[attr-defined]
        raise ChallengeIsOver


def passkeys_of(session: Session, organiser: Organiser) -> list[Passkey]:
    """Return somebody's passkeys."""
    mine = select(Passkey).where(Passkey.organiser_id == organiser.id)
    return list(session.scalars(mine.order_by(Passkey.id)))


def add_passkey(
    session: Session,
    passkey: Passkey,
    name: str,
    desk_session: DeskSession,
    *,
    now: datetime,
) -> None:
    """Keep a passkey of who is signed in; this session is confirmed by it as well.

    Raises PasskeyNotTaken.
    """
    organiser = desk_session.organiser
    known = select(Passkey.id).where(Passkey.credential_id == passkey.credential_id)
    if session.scalar(known) is not None or len(passkeys_of(session, organiser)) >= MOST:
        raise PasskeyNotTaken
    passkey.organiser = organiser
    passkey.name, passkey.created_at = name, now
    session.add(passkey)
    desk_session.confirmed_at = now
    note_account(session, Verb.ADD_PASSKEY, organiser, now=now)


def remove_passkey(session: Session, passkey: Passkey, *, now: datetime) -> None:
    """Forget a passkey; the device keeps its half, which opens nothing any more."""
    note_account(session, Verb.REMOVE_PASSKEY, passkey.organiser, now=now)
    session.delete(passkey)


def passkey_behind(session: Session, credential_id: str) -> Passkey | None:
    """Return the passkey that an authenticator names, of an account that is open."""
    wanted = (
        select(Passkey)
        .join(Organiser)
        .where(Passkey.credential_id == credential_id, Organiser.disabled_at.is_(None))
        .options(joinedload(Passkey.organiser))
    )
    return session.scalar(wanted)


def use_passkey(session: Session, passkey: Passkey, count: int, *, now: datetime) -> None:
    """Note the use of a passkey that has proved itself. Raises PasskeyNotTaken for a copy.

    Where it counts, the count rises: one that falls is of a copied key (WebAuthn, 6.1.1).
    """
    rises = or_(Passkey.sign_count < count, (Passkey.sign_count == 0) & (count == 0))
    used = update(Passkey).where(Passkey.id == passkey.id, rises)
    done = session.execute(used.values(sign_count=count, used_at=now))
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise PasskeyNotTaken


def sign_in_by(
    session: Session, passkey: Passkey, secret: str, *, browser: str, now: datetime
) -> DeskSession:
    """Open the desk for the owner of a passkey; it is both factors in one."""
    opened = open_session(session, passkey.organiser, secret, browser=browser, now=now)
    opened.confirmed_at = now
    return opened


def forget_challenges(session: Session, *, before: datetime) -> None:
    """Delete the challenges that nobody can answer any more."""
    session.execute(delete(Challenge).where(Challenge.created_at < before))
