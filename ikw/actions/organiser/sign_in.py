"""Signing in at the desk: by a link to the e-mail address, once, without a password.

Times here are real ones, whatever clock the site shows: a demonstration opens no door for longer.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Session, joinedload

from ikw.actions.act import Act
from ikw.actions.letter.write_to_organiser import write_to_organiser
from ikw.actions.links import Link, hash_of
from ikw.actions.log import note
from ikw.model import (
    DeskSession,
    Letter,
    Organiser,
    SignInLink,
)
from ikw.model.kept_form import KEPT_FOR
from ikw.model.letter_kinds import LetterKind
from ikw.model.verbs import Verb

#: A session notes that it was used once in so long, not at every request.
NOTE_EVERY = timedelta(minutes=5)

#: So many letters with a link go to one organiser in an hour.
LETTERS = 3


class LinkIsOver(Exception):
    """The link was used, is too old, or there never was one."""


def make_link(
    session: Session,
    organiser: Organiser,
    link: Link,
    *,
    now: datetime,
    is_mailed: bool = False,
    onward: str | None = None,
) -> None:
    """Let a link open the desk for an organiser, once and for a few minutes."""
    session.add(
        SignInLink(
            organiser=organiser,
            link_hash=link.hash,
            created_at=now,
            is_mailed=is_mailed,
            onward=onward,
        )
    )


def send_link(
    session: Session, email: str, link: Link, *, now: datetime, onward: str | None = None
) -> None:
    """Write a letter with a link to the organiser of this address; to anybody else none.

    It leads to the page `onward`, which was wanted when it was asked for.

    After LETTERS in an hour, be it that a stranger asked for them, none goes out: the last one that
    was not used is good again instead, so that nobody is kept out by who knows their address.
    """
    known = select(Organiser).where(Organiser.email == email, Organiser.disabled_at.is_(None))
    organiser = session.scalar(known.with_for_update())
    if organiser is None:
        return
    last = (
        select(SignInLink)
        .where(
            SignInLink.organiser_id == organiser.id,
            SignInLink.used_at.is_(None),
            SignInLink.is_mailed,
            SignInLink.expires_at.is_(None),
        )
        .order_by(SignInLink.id.desc())
    )
    enough = _letters_of_the_hour(session, organiser, now) >= LETTERS
    if enough and (unused := session.scalar(last.limit(1))) is not None:
        unused.created_at, unused.onward = now, onward
        return
    make_link(session, organiser, link, now=now, is_mailed=True, onward=onward)
    write_to_organiser(session, organiser, LetterKind.SIGN_IN, {"seed": link.seed}, real=now)


def _letters_of_the_hour(session: Session, organiser: Organiser, now: datetime) -> int:
    sent = select(func.count()).where(
        Letter.organiser_id == organiser.id,
        Letter.kind == LetterKind.SIGN_IN,
        Letter.created_at > now - timedelta(hours=1),
    )
    return session.scalar(sent) or 0


def link_behind(session: Session, token: str, *, now: datetime) -> SignInLink:
    """Return the link of this secret part. Raises LinkIsOver."""
    wanted = (
        select(SignInLink)
        .where(SignInLink.link_hash == hash_of(token))
        .options(joinedload(SignInLink.organiser))
    )
    found = session.scalar(wanted)
    if found is None or not found.is_good(now):
        raise LinkIsOver
    return found


def sign_in(
    session: Session, token: str, secret: str, *, browser: str, now: datetime
) -> DeskSession:
    """Open the desk in a browser that keeps `secret`. Raises LinkIsOver.

    Whatever session it had before is another one: what somebody planted there opens nothing.
    """
    link = link_behind(session, token, now=now)
    used = (
        update(SignInLink)
        .where(SignInLink.id == link.id, SignInLink.used_at.is_(None))
        .values(used_at=now)
    )
    # Two who use it at once: one of them changes the row.
    if session.execute(used).rowcount != 1:  # type: ignore[attr-defined]
        raise LinkIsOver
    return open_session(session, link.organiser, secret, browser=browser, now=now)


def open_session(
    session: Session, organiser: Organiser, secret: str, *, browser: str, now: datetime
) -> DeskSession:
    """Open the desk for an organiser who has shown who they are."""
    opened = DeskSession(
        organiser=organiser,
        token_hash=hash_of(secret),
        browser=browser[:200],
        created_at=now,
        seen_at=now,
    )
    session.add(opened)
    note_account(session, Verb.SIGN_IN, organiser, now=now)
    return opened


def session_of(session: Session, secret: str, *, now: datetime) -> DeskSession | None:
    """Return the session whose cookie holds `secret`, if it still opens the desk."""
    found = session.scalar(_session_behind(secret))
    return found if found is not None and found.is_good(now) else None


def former_session_of(session: Session, secret: str, *, now: datetime) -> DeskSession | None:
    """Return the session whose cookie holds `secret`, if it has ended by time, and not long ago."""
    found = session.scalar(_session_behind(secret))
    if found is None or found.ended_at is not None or found.organiser.disabled_at is not None:
        return None
    return found if found.ends_at <= now < found.ends_at + KEPT_FOR else None


def _session_behind(secret: str) -> Select[DeskSession]:
    return (
        select(DeskSession)
        .where(DeskSession.token_hash == hash_of(secret))
        .options(joinedload(DeskSession.organiser).joinedload(Organiser.organisation))
    )


def open_sessions(session: Session, organiser: Organiser, *, now: datetime) -> list[DeskSession]:
    """Return where somebody is signed in, the latest first."""
    mine = (
        select(DeskSession)
        .where(DeskSession.organiser_id == organiser.id)
        .order_by(DeskSession.seen_at.desc(), DeskSession.id.desc())
    )
    return [one for one in session.scalars(mine) if one.is_good(now)]


def note_use(session: Session, desk_session: DeskSession, *, now: datetime) -> None:
    """Note that a session was used, so that it lasts."""
    desk_session.seen_at = now


def end_session(session: Session, desk_session: DeskSession, *, now: datetime) -> None:
    """Close the desk in one browser."""
    if desk_session.ended_at is None:
        desk_session.ended_at = now
        organiser = desk_session.organiser
        note_account(session, Verb.SIGN_OUT, organiser, now=now)


def end_all(session: Session, organiser: Organiser, now: datetime) -> None:
    mine = DeskSession.organiser_id == organiser.id, DeskSession.ended_at.is_(None)
    session.execute(update(DeskSession).where(*mine).values(ended_at=now))
    session.execute(delete(SignInLink).where(SignInLink.organiser_id == organiser.id))


def forget_links(session: Session, *, before: datetime) -> None:
    """Delete the links to the desk that open nothing any more."""
    ended = func.coalesce(SignInLink.expires_at, SignInLink.created_at)
    session.execute(delete(SignInLink).where(ended < before))


def forget_sessions(session: Session, *, before: datetime) -> int:
    """Delete sessions that open nothing any more; return how many."""
    old = delete(DeskSession).where(DeskSession.created_at < before)
    return int(session.execute(old).rowcount)  # type: ignore[attr-defined]


def note_account(session: Session, verb: Verb, organiser: Organiser, *, now: datetime) -> None:
    """Note what somebody did with their own account."""
    note(session, verb, Act(organiser.actor, now, now), new={"account": organiser.actor})
