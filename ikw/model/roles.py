"""Who may do what at the desk: one row a role."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum, auto


class Role(StrEnum):
    """What somebody is at the desk. The values stand in databases."""

    COORDINATION = "coordination"
    CLUB = "club"
    DOOR = "door"
    READER = "reader"


class Scope(Enum):
    """Which events a role is about."""

    #: All of the town.
    TOWN = auto()
    #: Those that its organisation hosts.
    OWN = auto()
    #: Those at which it is on duty today.
    DUTY = auto()


class Can(Enum):
    """What one may do."""

    #: Everything that the town decides: publishing, series, money, accounts, the log.
    COORDINATE = auto()
    #: Plan events, and see and write to who has signed up.
    PLAN = auto()
    #: See names at the door, and let people in.
    CHECK_IN = auto()
    #: See numbers without names.
    COUNT = auto()


@dataclass(frozen=True)
class RoleFacts:
    """What a role may do, and where."""

    can: frozenset[Can]
    scope: Scope


ROLES: dict[Role, RoleFacts] = {
    Role.COORDINATION: RoleFacts(frozenset(Can), Scope.TOWN),
    Role.CLUB: RoleFacts(frozenset({Can.PLAN, Can.CHECK_IN, Can.COUNT}), Scope.OWN),
    Role.DOOR: RoleFacts(frozenset({Can.CHECK_IN}), Scope.DUTY),
    Role.READER: RoleFacts(frozenset({Can.COUNT}), Scope.TOWN),
}
