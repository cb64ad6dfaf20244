"""News of the programme: what came in, and what changed."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ikw.db import session
from ikw.model import Event, LogEntry, Plan
from ikw.model.public import public_events
from ikw.model.verbs import NEWS
from ikw.text import changes, dates
from ikw.text.content import words
from ikw.text.lists import address, listed
from ikw.text.translate import _
from ikw.web.loading import published_events

#: Of the news, so many are shown.
LATEST = 50


@dataclass(frozen=True)
class News:
    """One thing that happened to an event."""

    id: uuid.UUID
    at: datetime
    title: str
    summary: str
    event: Event


def latest_news() -> list[News]:
    """Return what happened last, the newest first."""
    changed = (
        select(LogEntry)
        .where(
            LogEntry.verb.in_(NEWS),
            public_events().where(Event.id == LogEntry.event_id).correlate(LogEntry).exists(),
        )
        .options(joinedload(LogEntry.event))
        .order_by(LogEntry.at.desc(), LogEntry.id.desc())
        .limit(LATEST)
    )
    added = published_events().order_by(None).order_by(Event.published_at.desc(), Event.id.desc())
    news = [_of_change(entry, entry.event) for entry in session().scalars(changed) if entry.event]
    news += [_of_event(event) for event in session().scalars(added.limit(LATEST))]
    return sorted(news, key=lambda one: one.at, reverse=True)[:LATEST]


def _of_change(entry: LogEntry, event: Event) -> News:
    before, after = Plan.from_facts(entry.old), Plan.from_facts(entry.new)
    return News(
        uuid.uuid5(uuid.UUID(event.uid), str(entry.id)),
        entry.at,
        changes.headline(event, before, after),
        " ".join(changes.sentences(event, before, after)),
        event,
    )


def _of_event(event: Event) -> News:
    # Seen since both are published.
    at = max(event.published_at or event.created_at, event.series.published_at or event.created_at)
    title = _("New: %(title)s", title=words(event.title))
    where = listed(address(event.venue))
    summary = " · ".join(filter(None, [dates.when(event), where, words(event.summary)]))
    return News(uuid.UUID(event.uid), at, title, summary, event)
