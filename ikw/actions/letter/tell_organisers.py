"""Telling the other side: clubs what the coordination does with their events, and the other way."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.letter.write_to_organiser import write_to_organiser
from ikw.clock import TOWN, in_town
from ikw.model import Event, EventHost, Heartbeat, Letter, LogEntry, Organiser
from ikw.model.letter import still_open
from ikw.model.letter_kinds import LetterKind
from ikw.model.roles import ROLES, Role, Scope
from ikw.model.verbs import NEWS, Verb

#: When each coordinator gets a letter with what is new since the day before, by the real clock.
DIGEST_AT = time(7)

#: The heartbeat that says until when the last one told.
DIGEST = "digest"


class News(StrEnum):
    """What a club is told of its event."""

    PUBLISHED = "published"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    CHANGED = "changed"


def tell_clubs(
    session: Session, event: Event, news: News, act: Act, *, reason: str | None = None
) -> None:
    """Write to whoever works for a host of an event, unless they did it themselves.

    Of several changes in a row there is one letter, which leaves after the quiet window.
    """
    hosts = select(EventHost.organisation_id).where(EventHost.event_id == event.id)
    own = [role for role in Role if ROLES[role].scope is Scope.OWN]
    clubs = select(Organiser).where(
        Organiser.organisation_id.in_(hosts),
        Organiser.role.in_(own),
        Organiser.disabled_at.is_(None),
    )
    for organiser in session.scalars(clubs.order_by(Organiser.id)).all():
        if organiser.actor == act.by:
            continue
        facts = {"event": event.key, "title": event.title, "news": news, "reason": reason}
        waiting = session.scalars(
            select(Letter).where(
                Letter.organiser_id == organiser.id,
                Letter.kind == LetterKind.CLUB_NEWS,
                still_open(),
                Letter.tries == 0,
            )
        ).all()
        if news is News.CHANGED and any(one.facts["event"] == event.key for one in waiting):
            continue
        leaves_at = act.real + (act.quiet if news is News.CHANGED else timedelta(0))
        write_to_organiser(
            session, organiser, LetterKind.CLUB_NEWS, facts, real=act.real, leaves_at=leaves_at
        )


def digest_is_due(session: Session, real: datetime) -> bool:
    """Return whether it is past seven, and nothing was told of the time until then."""
    last = session.get(Heartbeat, DIGEST)
    return last is None or last.seen_at < _seven(real)


def _seven(real: datetime) -> datetime:
    """Return when it was seven last, in the town."""
    here = in_town(real)
    today = datetime.combine(here.date(), DIGEST_AT, TOWN)
    return today if here >= today else today - timedelta(days=1)


def write_digests(session: Session, act: Act) -> int:
    """Write one letter to each coordinator with what clubs have done since; return how many.

    None if they did nothing. Call it inside write().
    """
    until = _seven(act.real)
    last = session.get(Heartbeat, DIGEST, with_for_update=True, populate_existing=True)
    if last is None:
        # Of what was before there is nothing to tell: the site is new, or just brought up to date.
        session.add(Heartbeat(name=DIGEST, seen_at=until))
        return 0
    if last.seen_at >= until:
        return 0
    # The log goes by the clock that the site shows.
    shift = act.now - act.real
    news = _news(session, last.seen_at + shift, until + shift)
    last.seen_at = until
    if not news:
        return 0
    all_of_them = select(Organiser).where(Organiser.disabled_at.is_(None)).order_by(Organiser.id)
    told = [one for one in session.scalars(all_of_them) if one.coordinates]
    for organiser in told:
        write_to_organiser(session, organiser, LetterKind.DIGEST, {"news": news}, real=act.real)
    return len(told)


def _news(session: Session, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """Return what clubs handed in, and what they changed of what is published, by event."""
    clubs = {
        one.actor: one.organisation.name
        for one in session.scalars(select(Organiser).where(Organiser.organisation_id.is_not(None)))
        if one.organisation
    }
    entries = (
        select(LogEntry, Event)
        .join(Event, LogEntry.event_id == Event.id)
        .where(
            LogEntry.at >= since,
            LogEntry.at < until,
            LogEntry.actor.in_(clubs),
            LogEntry.verb.in_({Verb.SUBMIT_EVENT, Verb.EDIT_EVENT, *NEWS}),
            Event.deleted_at.is_(None),
        )
        .order_by(Event.date, LogEntry.id)
    )
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for entry, event in session.execute(entries):
        is_new = entry.verb == Verb.SUBMIT_EVENT
        if (is_new and event.is_submitted) or (not is_new and event.published_at):
            what = "submitted" if is_new else "changed"
            found[what, event.key] = {
                "what": what,
                "event": event.key,
                "title": event.title,
                "day": event.date.isoformat(),
                "club": clubs[entry.actor],
            }
    return list(found.values())
