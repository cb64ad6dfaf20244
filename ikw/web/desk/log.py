"""The log: who did what, when, with the old and the new."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request, url_for
from sqlalchemy import String, cast, or_, select
from sqlalchemy.orm import joinedload

from ikw.db import session
from ikw.model import Event, LogEntry, Organiser
from ikw.text.lists import listed
from ikw.text.translate import _
from ikw.web.desk.access import only_coordination
from ikw.web.desk.words import ACTORS, VERBS
from ikw.web.security import LARGEST_ID

bp = Blueprint("log", __name__)

#: Entries on one page.
PAGE = 50


@dataclass(frozen=True)
class Line:
    """An entry of the log as it is shown."""

    entry: LogEntry
    who: str
    what: str
    old: str
    new: str


@bp.get("/protokoll/")
def index() -> str:
    """Answer with what happened, the latest first, by event, verb and words."""
    only_coordination()
    event = request.args.get("veranstaltung", "")[:80]
    verb = request.args.get("was", "")
    query = " ".join(request.args.get("q", "").split())[:100]
    before = request.args.get("vor", type=int)
    entries = (
        select(LogEntry)
        .options(joinedload(LogEntry.event))
        .order_by(LogEntry.id.desc())
        .limit(PAGE + 1)
    )
    if event:
        entries = entries.where(LogEntry.event.has(Event.key == event))
    if verb in VERBS:
        entries = entries.where(LogEntry.verb == verb)
    if before and 0 < before <= LARGEST_ID:
        entries = entries.where(LogEntry.id < before)
    if query:
        entries = entries.where(_holds(query))
    found = list(session().scalars(entries))
    older = None
    if len(found) > PAGE:
        kept: dict[str, Any] = {
            name: value for name, value in request.args.items() if name != "vor" and value
        }
        older = url_for(".index", **kept, vor=found[PAGE - 1].id)
    return render_template(
        "desk/log.html",
        lines=described(found[:PAGE]),
        older=older,
        event=event,
        verb=verb,
        verbs=VERBS,
        query=query,
    )


def _holds(query: str) -> Any:
    """Return the condition that an entry holds these words: what, who or about which event."""

    def holds(column: Any) -> Any:
        return column.icontains(query, autoescape=True)

    named = [
        organiser.actor
        for organiser in session().scalars(
            select(Organiser).where(or_(holds(Organiser.name), holds(Organiser.email)))
        )
    ]
    verbs = [verb for verb, words in VERBS.items() if query.casefold() in str(words).casefold()]
    return or_(
        LogEntry.actor.in_(named),
        holds(LogEntry.actor),
        LogEntry.verb.in_(verbs),
        LogEntry.event.has(or_(holds(Event.title), holds(Event.key))),
        holds(cast(LogEntry.old, String)),
        holds(cast(LogEntry.new, String)),
    )


def described(entries: list[LogEntry]) -> list[Line]:
    """Return entries as they are shown, with the names of those who have an account still."""
    names = _names({entry.actor for entry in entries})
    return [
        Line(
            entry,
            names.get(entry.actor, entry.actor),
            str(VERBS.get(entry.verb, entry.verb)),
            in_words(entry.old),
            in_words(entry.new),
        )
        for entry in entries
    ]


def name_of_actor(actor: str) -> str:
    """Return who an actor of the log is."""
    return _names({actor}).get(actor, actor)


def _names(actors: set[str]) -> dict[str, str]:
    """Return what actors are called: the log itself holds no names of people."""
    names = {actor: str(ACTORS[actor]) for actor in actors if actor in ACTORS}
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
    return "; ".join(f"{_field(name)}: {_value(value)}" for name, value in values.items())


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
    }
    return names.get(name, name.replace("_", " "))


def _value(value: Any) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return (
            listed(str(one) if not isinstance(one, dict) else one.get("label", "") for one in value)
            or "–"
        )
    text = str(value)
    return text if len(text) <= 200 else f"{text[:200]} …"
