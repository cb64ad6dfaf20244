"""Entries of the log in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from ikw.db import session
from ikw.model import LogEntry, Organiser
from ikw.text.dates import price
from ikw.text.lists import listed
from ikw.text.translate import _
from ikw.web.desk.words import ACTORS, RECIPIENTS, ROLES, VERBS


@dataclass(frozen=True)
class Line:
    """An entry of the log as it is shown."""

    entry: LogEntry
    who: str
    what: str
    old: str
    new: str


def described(entries: list[LogEntry]) -> list[Line]:
    """Return entries as they are shown, with the names of those who have an account still."""
    accounts = {entry.new["account"] for entry in entries if "account" in entry.new}
    names = _names({entry.actor for entry in entries} | accounts)
    return [
        Line(
            entry,
            names.get(entry.actor, entry.actor),
            str(VERBS.get(entry.verb, entry.verb)),
            in_words(entry.old),
            "; ".join(filter(None, [_whose(entry, names), in_words(entry.new)])),
        )
        for entry in entries
    ]


def _whose(entry: LogEntry, names: dict[str, str]) -> str:
    """Return whose account an entry is about, where that is somebody else's."""
    account = entry.new.get("account", entry.actor)
    return names.get(account, account) if account != entry.actor else ""


def name_of_actor(actor: str) -> str:
    """Return who an actor of the log is."""
    return _names({actor}).get(actor, actor)


def _names(actors: set[str]) -> dict[str, str]:
    """Return what actors are called: the log itself holds no names of people."""
    names = {}
    for actor in actors:
        # Who works on the server is named by the account there, e.g. "command line (root)".
        kind, bracket, user = actor.partition(" (")
        if kind in ACTORS:
            names[actor] = f"{ACTORS[kind]}{bracket}{user}"
        elif kind in ROLES:
            # After a while, and of accounts that are gone, the role alone is known.
            names[actor] = str(ROLES[kind])
    numbers = {
        actor: int(actor.removeprefix("organiser "))
        for actor in actors
        if actor.startswith("organiser ") and actor.removeprefix("organiser ").isdigit()
    }
    if numbers:
        known = select(Organiser.id, Organiser.name).where(Organiser.id.in_(numbers.values()))
        by_id = {row[0]: row[1] for row in session().execute(known)}
        for actor, number in numbers.items():
            names[actor] = by_id.get(number, _("a former account"))
    return names


def in_words(values: dict[str, Any]) -> str:
    """Return what an entry holds, such as "seats: 2, places: 3"."""
    said = [(name, value) for name, value in values.items() if name != "account"]
    return "; ".join(f"{_field(name)}: {_value(name, value)}" for name, value in said)


def _field(name: str) -> str:
    names = {
        "places": _("places"),
        "seats": _("seats"),
        "capacity": _("places in all"),
        "reserved": _("kept back"),
        "arrived": _("have come"),
        "walked_in": _("without a sign-up"),
        "reason": _("reason"),
        "title": _("title"),
        "date": _("day"),
        "start": _("begins"),
        "end": _("ends"),
        "place": _("place"),
        "venue": _("venue"),
        "room": _("room"),
        "letters": _("letters"),
        "deleted": _("deleted"),
        "position": _("number in line"),
        "sign_up_closes": _("sign-up closes"),
        "is_called_off": _("called off"),
        "is_postponed": _("postponed"),
        "cents": _("Amount"),
        "planned": _("Planned"),
        "granted": _("Granted"),
        "spent": _("Spent"),
        "source": _("Source"),
        "recipients": _("To"),
        "role": _("Role"),
        "event": _("Event"),
        "series": _("Which series?"),
        "summary": _("In one or two sentences"),
        "description": _("Description"),
        "hosts": _("Hosts"),
        "topics": _("Topics"),
        "languages": _("Languages spoken there"),
        "audiences": _("For whom in particular"),
        "access": _("Access"),
        "price_cents": _("Price in euros"),
        "price_note": _("About the price"),
        "hours": _("Daily hours"),
        "end_date": _("Last day"),
        "takes_sign_up": _("People sign up"),
        "has_waiting_list": _("With a waiting list"),
        "party_max": _("Places for one sign-up at most"),
        "sign_up_opens": _("Sign-up opens"),
        "questions": _("Questions at sign-up"),
        "name": _("Name"),
        "alt": _("Picture"),
    }
    return names.get(name, name.replace("_", " "))


#: Amounts, in euro cents.
CENTS = {"cents", "planned", "granted", "spent", "price_cents"}


def _value(name: str, value: Any) -> str:
    if value is None or value == "":
        return "–"
    if name in CENTS and isinstance(value, int):
        return price(value)
    if name == "recipients" and value in RECIPIENTS:
        return str(RECIPIENTS[value])
    if name == "role" and value in ROLES:
        return str(ROLES[value])
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return (
            listed(str(one) if not isinstance(one, dict) else one.get("label", "") for one in value)
            or "–"
        )
    text = str(value)
    return text if len(text) <= 200 else f"{text[:200]} …"
