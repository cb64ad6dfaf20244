"""Entries of the log in words."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from ikw.db import session
from ikw.model import Event, LogEntry, Organisation, Organiser, Series, Venue
from ikw.model.fields import TABLES, Kind
from ikw.text import dates
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
    rows = _names_of_rows([values for entry in entries for values in (entry.old, entry.new)])
    return [
        Line(
            entry,
            names.get(entry.actor, entry.actor),
            str(VERBS.get(entry.verb, entry.verb)),
            in_words(entry.old, rows),
            "; ".join(filter(None, [_whose(entry, names), in_words(entry.new, rows)])),
        )
        for entry in entries
    ]


#: Facts that name rows by their keys, and which.
ROWS: dict[str, type[Any]] = {
    "venue": Venue,
    "former_venue": Venue,
    "organisation": Organisation,
    "hosts": Organisation,
    "series": Series,
    "event": Event,
}


def _names_of_rows(facts: list[dict[str, Any]]) -> dict[tuple[type[Any], str], str]:
    """Return what the rows are called that entries name by their keys, in a query each."""
    wanted: dict[type[Any], set[str]] = defaultdict(set)
    for values in facts:
        for name, value in values.items():
            if name in ROWS:
                keys = value if isinstance(value, list) else [value]
                wanted[ROWS[name]].update(key for key in keys if isinstance(key, str))
    found = {}
    for model, named in wanted.items():
        called = model.title if model in (Series, Event) else model.name
        for key, name in session().execute(select(model.key, called).where(model.key.in_(named))):
            found[model, key] = name
    return found


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


def in_words(values: dict[str, Any], rows: dict[tuple[type[Any], str], str]) -> str:
    """Return what an entry holds, such as "seats: 2, places: 3"; `rows` are the names of rows."""
    shown = [
        (name, _with_names(name, value, rows))
        for name, value in values.items()
        if name != "account"
    ]
    return "; ".join(f"{_field(name)}: {_value(name, value)}" for name, value in shown)


def _with_names(name: str, value: Any, rows: dict[tuple[type[Any], str], str]) -> Any:
    """Return a fact with the names of rows in the place of their keys; of what is gone, the key."""
    if name not in ROWS:
        return value
    if isinstance(value, list):
        return [rows.get((ROWS[name], one), one) for one in value]
    return rows.get((ROWS[name], value), value)


#: What facts are that are fields of the tables, by their names.
KINDS = {field.name: field.kind for table in TABLES.values() for field in table}


def _as_people_write(name: str, value: str) -> str | None:
    """Return a day, a time or a moment as it is written; of anything else nothing."""
    try:
        if KINDS.get(name) is Kind.DATE:
            return dates.long_day(dt.date.fromisoformat(value))
        if KINDS.get(name) is Kind.TIME:
            return dates.clock(dt.time.fromisoformat(value))
        if KINDS.get(name) in {Kind.MOMENT, Kind.STAMP}:
            return dates.day_and_time(dt.datetime.fromisoformat(value))
    except ValueError:
        # From before these were kept as they are.
        return None
    return None


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
    "setting": _l("Setting"),
    "language": _l("Language"),
    "texts": _l("texts"),
    "keep_days": _l("Days until deletion"),
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
    if written := _as_people_write(name, text):
        return written
    return text if len(text) <= 200 else f"{text[:200]} …"
