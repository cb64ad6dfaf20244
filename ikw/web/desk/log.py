"""The log: who did what, when, with the old and the new."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from flask import Blueprint, render_template, request, url_for
from sqlalchemy import String, cast, false, or_, select
from sqlalchemy.orm import joinedload

from ikw.clock import TOWN
from ikw.db import session
from ikw.model import Event, LogEntry
from ikw.web.desk.access import asked, only_coordination
from ikw.web.desk.entries import described
from ikw.web.desk.fields import DAY_FORMATS
from ikw.web.desk.words import VERBS
from ikw.web.security import LARGEST_ID

bp = Blueprint("log", __name__)

#: Entries on one page.
PAGE = 50


@bp.get("/protokoll/")
def index() -> str:
    """Answer with what happened, the latest first, by event, verb and words."""
    only_coordination()
    event = asked("veranstaltung")
    verb = asked("was")
    query = asked("q")
    before = request.args.get("vor", type=int)
    entries = (
        select(LogEntry)
        .options(joinedload(LogEntry.event))
        .order_by(LogEntry.id.desc())
        .limit(PAGE + 1)
    )
    if event:
        named = Event.title.icontains(event, autoescape=True)
        entries = entries.where(LogEntry.event.has(or_(Event.key == event, named)))
    since, until = _day("von"), _day("bis")
    if since:
        entries = entries.where(LogEntry.at >= dt.datetime.combine(since, dt.time.min, TOWN))
    if until:
        entries = entries.where(LogEntry.at <= dt.datetime.combine(until, dt.time.max, TOWN))
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
        since=since,
        until=until,
    )


def _day(name: str) -> dt.date | None:
    """Return a day from the address, however it is written there."""
    for pattern in DAY_FORMATS:
        try:
            return dt.datetime.strptime(asked(name), pattern).date()  # noqa: DTZ007 (a day)
        except ValueError:
            continue
    return None


def _holds(query: str) -> Any:
    """Return the condition that an entry holds these words: what, or about which event.

    Not who: no page lists what one organiser did (section 72 LPVG NRW).
    """

    def holds(column: Any) -> Any:
        return column.icontains(query, autoescape=True)

    verbs = [verb for verb, words in VERBS.items() if query.casefold() in str(words).casefold()]
    if re.search(r"\borganiser\b", query, re.IGNORECASE):
        return false()
    return or_(
        LogEntry.verb.in_(verbs),
        LogEntry.event.has(or_(holds(Event.title), holds(Event.key))),
        holds(cast(LogEntry.old, String)),
        holds(cast(LogEntry.new, String)),
    )
