"""Who signs up in the tests."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ikw import clock, db
from ikw.actions.act import Act
from ikw.actions.links import Link, new_seed
from ikw.actions.registration.change import correct_contact
from ikw.actions.registration.party import Contact, Party
from ikw.actions.registration.register import register
from ikw.model import Event, Registration
from ikw.model.verbs import Actor
from tests.conftest import NOW

KEY = "the same in all processes of a test"

ANNA = Contact("Anna", "anna@example.org")
BEN = Contact("Ben", "ben@example.org")
CHIARA = Contact("Chiara", "chiara@example.org")
DILAN = Contact("Dilan", None, "05971 12345")


def at(now: datetime = NOW, by: str = Actor.CITIZEN, **more: Any) -> Act:
    """Return that somebody does something at this moment, be it a citizen."""
    return Act(by, now, **{"real": clock.real(), **more})


def new_link() -> Link:
    return Link.from_seed(new_seed(), KEY)


def sign_up(
    event: Event,
    contact: Contact,
    places: int = 1,
    *,
    may_wait: bool = True,
    now: datetime = NOW,
    link: Link | None = None,
    calendar_link: Link | None = None,
    **more: Any,
) -> Registration:
    """Sign a party up in a transaction of its own."""
    with db.write() as session:
        return register(
            session,
            event.id,
            Party(contact, places, **more),
            at(now),
            link=link or new_link(),
            calendar_link=calendar_link or new_link(),
            may_wait=may_wait,
        )


def correct(registration: Registration, contact: Contact) -> bool:
    """Correct a contact in a transaction of its own; return whether the link was renewed."""
    with db.write() as session:
        return correct_contact(
            session, registration, contact, at(NOW), link=new_link(), calendar_link=new_link()
        )
