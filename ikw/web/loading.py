"""Loading is the permission: each function selects from what the reader may see, or it is a 404."""

from __future__ import annotations

from typing import NoReturn

from flask import abort
from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import joinedload, selectinload

from ikw import clock
from ikw.actions.links import hash_of
from ikw.db import session
from ikw.model import Event, PersonalCalendar, Registration, Series
from ikw.model.public import public_events, public_series
from ikw.model.vocabulary import EventKind, SeriesKind


def published_events() -> Select[Event]:
    """Select what is public, with everything that a list of events shows, in two queries."""
    return (
        public_events()
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
        public_events()
        .where(Event.key == key)
        .options(joinedload(Event.venue), joinedload(Event.series))
    )
    return session().scalar(wanted) or _not_found()


def series_or_404(key: str) -> Series:
    """Return the series of this key."""
    return session().scalar(public_series().where(Series.key == key)) or _not_found()


def shown_first(kind: SeriesKind) -> Series | None:
    """Return the series of a kind that is shown first.

    That is the running one, else the next with an event to be seen, else the last that ended.
    """
    today = clock.in_town(clock.now()).date()
    has_events = Series.id.in_(public_events().with_only_columns(Event.series_id))
    is_over = Series.last_day < today
    rank = case(
        ((Series.first_day <= today) & ~is_over, 0),
        (~is_over & has_events, 1),
        (is_over, 2),
        # Published, and nothing in it yet.
        else_=3,
    )
    # Of those that have begun the latest, of those to come the first.
    latest = case((Series.first_day <= today, Series.first_day)).desc()
    of_kind = public_series().where(Series.kind == kind)
    found: Series | None = session().scalar(
        of_kind.order_by(rank, latest, Series.first_day, Series.id).limit(1)
    )
    return found


def shown_picnic() -> Event | None:
    """Return the Bürgerpicknick that is next, else the last that was held."""
    today = clock.in_town(clock.now()).date()
    picnics = (
        public_events()
        .where(Event.kind == EventKind.PICNIC)
        .options(joinedload(Event.venue), joinedload(Event.series))
    )
    last_date = func.coalesce(Event.end_date, Event.date)
    coming = picnics.where(last_date >= today).order_by(Event.date, Event.id)
    held = picnics.where(last_date < today).order_by(Event.date.desc(), Event.id.desc())
    return session().scalar(coming.limit(1)) or session().scalar(held.limit(1))


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
