"""A party: who signs up, and what can stand in its way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Contact:
    """Who signs up: a name, and an e-mail address or a telephone number."""

    name: str
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True)
class Party:
    """What a citizen fills in to sign up."""

    contact: Contact
    places: int = 1
    companions: list[str] = field(default_factory=list)
    #: Codes of ikw.model.vocabulary.NEEDS, and what else they wrote.
    needed: list[str] = field(default_factory=list)
    needs: str | None = None
    answers: dict[str, Any] = field(default_factory=dict)
    language: str = "de"


class SignUpClosed(Exception):
    """The event takes no registrations, or no changes of them, at this time."""


class NotEnoughPlaces(Exception):
    """The wish does not fit; `free` places are left, and `may_wait` says if there is a list."""

    def __init__(self, free: int, may_wait: bool) -> None:
        super().__init__(f"{free} places left")
        self.free = free
        self.may_wait = may_wait


class TooManyPlaces(Exception):
    """More places than one registration may take at this event, or fewer than one."""


class NoSuchCompanion(Exception):
    """There is no companion of this number, or no longer the one that was shown."""
