"""Loading is the permission: each function selects from what the reader may see, or it is a 404."""

from __future__ import annotations

from typing import NoReturn

from flask import abort
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from ikw.actions.links import hash_of
from ikw.db import session
from ikw.model import Event, PersonalCalendar, Registration, Series
from ikw.model.vocabulary import EventKind, SeriesKind


def published_events() -> Select[Event]:
    """Select what is public, with everything that a list of events shows, in two queries."""
    return (
        select(Event)
        .where(Event.published_at.is_not(None))
        .options(joinedload(Event.venue), joinedload(Event.series), selectinload(Event.host_rows))
        .order_by(Event.date, Event.start.is_(None), Event.start, Event.id)
    )


def published_event_or_404(key: str) -> Event:
    """Return the event of this key."""
    wanted = (
        published_events()
        .where(Event.key == key)
        .options(joinedload(Event.former_venue), joinedload(Event.picture))
    )
    found: Event | None = session().scalar(wanted)
    return found or _not_found()


def event_for_sign_up_or_404(key: str) -> Event:
    """Return the event of this key with what its form shows, in one query."""
    wanted = (
        select(Event)
        .where(Event.key == key, Event.published_at.is_not(None))
        .options(joinedload(Event.venue))
    )
    return session().scalar(wanted) or _not_found()


def series_or_404(key: str) -> Series:
    """Return the series of this key."""
    return session().scalar(select(Series).where(Series.key == key)) or _not_found()


def latest_series(kind: SeriesKind) -> Series | None:
    """Return the newest series of a kind."""
    newest = select(Series).where(Series.kind == kind).order_by(Series.last_day.desc()).limit(1)
    return session().scalar(newest)


def newest_picnic() -> Event | None:
    """Return the Bürgerpicknick that was held or is planned last."""
    newest = (
        select(Event)
        .where(Event.kind == EventKind.PICNIC, Event.published_at.is_not(None))
        .options(joinedload(Event.venue), joinedload(Event.series))
        .order_by(Event.date.desc())
        .limit(1)
    )
    return session().scalar(newest)


def registration_or_404(token: str) -> Registration:
    """Return the registration behind a secret link."""
    return registration_behind(token) or _not_found()


def registration_behind(token: str) -> Registration | None:
    """Return the registration behind a secret link, if there is one."""
    wanted = (
        select(Registration)
        .where(Registration.link_hash == hash_of(token))
        .options(joinedload(Registration.event).joinedload(Event.venue))
    )
    return session().scalar(wanted)


def owner_of_calendar_or_404(token: str) -> str:
    """Return the e-mail address whose sign-ups are behind the link to a personal calendar."""
    owner = select(PersonalCalendar.email).where(PersonalCalendar.link_hash == hash_of(token))
    email: str | None = session().scalar(owner)
    return email or _not_found()


def _not_found() -> NoReturn:
    abort(404)
