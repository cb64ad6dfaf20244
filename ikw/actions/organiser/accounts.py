"""Accounts at the desk: opened, changed, closed. Times here are real ones."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, cast, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.log import note
from ikw.actions.organiser.sign_in import end_all
from ikw.model import (
    DoorDuty,
    LogEntry,
    Organisation,
    Organiser,
    Passkey,
)
from ikw.model.roles import ROLES, Role, Scope
from ikw.model.verbs import Verb


class NoSuchOrganiser(LookupError):
    """Nobody has an account with this address."""


class AddressInUse(ValueError):
    """Somebody has an account with this address already."""


def add_organiser(
    session: Session,
    name: str,
    email: str,
    role: Role,
    act: Act,
    *,
    organisation: Organisation | None = None,
    language: str = "de",
) -> Organiser:
    """Open an account. Raises AddressInUse."""
    organiser = Organiser(
        name=name,
        email=email,
        role=role,
        organisation=organisation if ROLES[role].scope is Scope.OWN else None,
        language=language,
        created_at=act.real,
    )
    try:
        # Be it that somebody else is about to open the same one.
        with session.begin_nested():
            session.add(organiser)
    except IntegrityError:
        raise AddressInUse(email) from None
    _note(session, Verb.OPEN_ACCOUNT, act, organiser, role=role)
    return organiser


def organiser_of(session: Session, email: str) -> Organiser:
    """Return the account of an address. Raises NoSuchOrganiser."""
    found = session.scalar(select(Organiser).where(Organiser.email == email))
    if found is None:
        raise NoSuchOrganiser(email)
    return found


def choose_language(session: Session, organiser: Organiser, code: str) -> None:
    """Write to an organiser in another language from now on."""
    organiser.language = code


def change_organiser(
    session: Session,
    organiser: Organiser,
    name: str,
    email: str,
    role: Role,
    act: Act,
    *,
    organisation: Organisation | None,
    duties: list[DoorDuty],
) -> None:
    """Change an account; another role or address ends its sessions. Raises AddressInUse."""
    others = select(Organiser.id).where(Organiser.email == email, Organiser.id != organiser.id)
    if session.scalar(others) is not None:
        raise AddressInUse(email)
    if (organiser.role, organiser.email) != (role, email):
        end_all(session, organiser, act.real)
    if organiser.email != email:
        # Another person: the devices of the one before open nothing any more.
        session.execute(delete(Passkey).where(Passkey.organiser_id == organiser.id))
    organiser.name, organiser.email, organiser.role = name, email, role
    organiser.organisation = organisation if ROLES[role].scope is Scope.OWN else None
    organiser.duties.clear()
    session.flush()
    organiser.duties = duties
    _note(session, Verb.CHANGE_ACCOUNT, act, organiser, role=role)


def disable(session: Session, organiser: Organiser, act: Act) -> None:
    """Close an account; all its sessions and links are dead at once."""
    if organiser.disabled_at is None:
        organiser.disabled_at = act.real
        end_all(session, organiser, act.real)
        _note(session, Verb.CLOSE_ACCOUNT, act, organiser)


def enable(session: Session, organiser: Organiser, act: Act) -> None:
    """Open a closed account again; old sessions stay closed."""
    if organiser.disabled_at is not None:
        end_all(session, organiser, act.real)
        organiser.disabled_at = None
        _note(session, Verb.REOPEN_ACCOUNT, act, organiser, role=organiser.role)


def forget_accounts(session: Session, *, before: datetime) -> int:
    """Delete accounts that were closed before; return how many."""
    closed = session.scalars(select(Organiser).where(Organiser.disabled_at < before)).all()
    for organiser in closed:
        delete_account(session, organiser)
    return len(closed)


def delete_account(session: Session, organiser: Organiser) -> None:
    """Delete an account with all that opened it; the log keeps what was done, by a role."""
    mine = LogEntry.actor == organiser.actor
    session.execute(update(LogEntry).where(mine).values(actor=organiser.role))
    # SQLite may give the number to somebody else.
    about = cast(LogEntry.new, String).like(f'%"{organiser.actor}"%')
    for entry in session.scalars(select(LogEntry).where(about)):
        if entry.new.get("account") == organiser.actor:
            entry.new = {name: value for name, value in entry.new.items() if name != "account"}
    session.execute(delete(Organiser).where(Organiser.id == organiser.id))
    session.expunge(organiser)


def _note(session: Session, verb: Verb, act: Act, organiser: Organiser, **more: str) -> None:
    note(session, verb, act, at=act.real, new={"account": organiser.actor, **more})
