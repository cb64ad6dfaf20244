"""Entries of the log in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from ikw.db import session
from ikw.model import LogEntry, Organiser
from ikw.text.dates import price
from ikw.text.lists import listed
from ikw.text.translate import _, _l
from ikw.web.desk.labels import LABELS
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
        # Anyone who works on the server is named by the account there, e.g. "command line (root)".
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
    shown = [(name, value) for name, value in values.items() if name != "account"]
    return "; ".join(f"{_field(name)}: {_value(name, value)}" for name, value in shown)


#: What entries hold besides the fields of events, venues, hosts and series.
OTHERS: dict[str, str] = {
    "places": _l("places"),
    "seats": _l("seats"),
    "arrived": _l("have come"),
    "walked_in": _l("without a sign-up"),
    "reason": _l("reason"),
    "place": _l("place"),
    "letters": _l("letters"),
    "deleted": _l("deleted"),
    "position": _l("number in line"),
    "is_called_off": _l("called off"),
    "is_postponed": _l("postponed"),
    "cents": _l("Amount"),
    "planned": _l("Planned"),
    "granted": _l("Granted"),
    "spent": _l("Spent"),
    "source": _l("Source"),
    "recipients": _l("To"),
    "role": _l("Role"),
    "event": _l("Event"),
    "name": _l("Name"),
    "alt": _l("Picture"),
}


def _field(name: str) -> str:
    """Return what a fact of an entry is called; fields as their forms call them."""
    for known in (OTHERS, *LABELS.values()):
        if name in known:
            return str(known[name])
    return name.replace("_", " ")


#: Amounts, in euro cents.
CENTS = {"cents", "planned", "granted", "spent", "price_cents"}


def _one_of_many(one: Any) -> str:
    """Return a word, a question or a figure of a list."""
    if not isinstance(one, dict):
        return str(one)
    return " ".join(one[name] for name in ("value", "label") if name in one)


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
        return listed(_one_of_many(one) for one in value) or "–"
    text = str(value)
    return text if len(text) <= 200 else f"{text[:200]} …"
