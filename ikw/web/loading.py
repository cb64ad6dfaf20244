"""Loading is the permission: each function selects from what the reader may see, or it is a 404."""

from __future__ import annotations

from datetime import timedelta
from typing import NoReturn

from flask import abort
from sqlalchemy import Select, bindparam, case, or_, select
from sqlalchemy.orm import joinedload, selectinload

from ikw import clock
from ikw.actions.links import hash_of
from ikw.db import session
from ikw.model import Call, Event, PersonalCalendar, Registration, Series
from ikw.model.call import open_on
from ikw.model.event import is_on, lasts_until
from ikw.model.public import public_events, public_series
from ikw.model.vocabulary import EventKind, SeriesKind


def published_events() -> Select[Event]:
    """Select what is public, with everything that a list of events shows, in two queries."""
    return (
        public_events()
        .options(joinedload(Event.venue), joinedload(Event.series), selectinload(Event.host_rows))
        .order_by(Event.date, Event.start.is_(None), Event.start, Event.id)
    )


#: Of all events ever, those that calendars of everything show: so long after they were, and so many
#: at most.
KEPT_IN_SIGHT = timedelta(days=366)
MOST_IN_SIGHT = 2_000


def events_in_sight() -> Select[Event]:
    """Select what is to come and what was in the last twelve months, the latest 2,000 of it."""
    since = clock.today() - KEPT_IN_SIGHT
    latest = public_events().with_only_columns(Event.id).where(lasts_until(since))
    latest = latest.order_by(Event.date.desc(), Event.id.desc()).limit(MOST_IN_SIGHT)
    return published_events().where(Event.id.in_(latest))


def published_event_or_404(key: str) -> Event:
    """Return the event of this key."""
    wanted = (
        published_events()
        .where(Event.key == key)
        .options(joinedload(Event.former_venue), joinedload(Event.picture))
    )
    found: Event | None = session().scalar(wanted)
    return found or _not_found()


#: Written once, as many ask for the same in a rush.
_FOR_SIGN_UP = (
    public_events()
    .where(Event.key == bindparam("key"))
    .options(joinedload(Event.venue), joinedload(Event.series))
)


def event_for_sign_up_or_404(key: str) -> Event:
    """Return the event of this key with what its form shows, in one query."""
    return session().scalar(_FOR_SIGN_UP, {"key": key}) or _not_found()


def series_or_404(key: str) -> Series:
    """Return the series of this key."""
    return session().scalar(public_series().where(Series.key == key)) or _not_found()


def shown_first(kind: SeriesKind) -> Series | None:
    """Return the series of a kind that is shown first.

    That is the running one, else the next with an event to be seen, else the last that ended.
    """
    today = clock.today()
    has_events = public_events().where(Event.series_id == Series.id).correlate(Series).exists()
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
    over = public_series().where(Series.kind == kind, is_over)
    last_over = over.with_only_columns(Series.id).order_by(Series.last_day.desc(), Series.id.desc())
    # Of those that are over none but the last is looked at: there are more of them each year.
    of_kind = public_series().where(
        Series.kind == kind, or_(~is_over, Series.id == last_over.limit(1).scalar_subquery())
    )
    found: Series | None = session().scalar(
        of_kind.order_by(rank, latest, Series.first_day, Series.id).limit(1)
    )
    return found


def shown_picnic() -> Event | None:
    """Return the Bürgerpicknick that is next, else the last that was held."""
    today = clock.today()
    picnics = (
        public_events()
        .where(Event.kind == EventKind.PICNIC)
        .options(joinedload(Event.venue), joinedload(Event.series))
    )
    coming = picnics.where(lasts_until(today)).order_by(Event.date, Event.id)
    held = picnics.where(~lasts_until(today)).order_by(Event.date.desc(), Event.id.desc())
    return session().scalar(coming.limit(1)) or session().scalar(held.limit(1))


def open_calls() -> list[Call]:
    """Return the calls that are open today, by series, in two queries at most."""
    wanted = (
        select(Call)
        .join(Series)
        .outerjoin(Event, Call.event_id == Event.id)
        .where(
            Call.series_id.in_(public_series().with_only_columns(Series.id)),
            open_on(clock.today()),
            # Nobody bakes for a picnic that is off.
            or_(Event.id.is_(None), is_on()),
        )
        .options(joinedload(Call.series), joinedload(Call.event).joinedload(Event.venue))
    )
    calls = session().scalars(wanted)
    return sorted(calls, key=lambda call: (call.series.first_day, call.series_id, call.rank))


def next_call() -> Call | None:
    """Return the call that opens next, if one is to come."""
    public = public_series().with_only_columns(Series.id)
    found: Call | None = session().scalar(
        select(Call)
        .where(Call.series_id.in_(public), Call.opens > clock.today())
        .order_by(Call.opens, Call.id)
        .limit(1)
    )
    return found


def registration_or_404(token: str) -> Registration:
    """Return the registration behind a secret link."""
    return registration_behind(token) or _not_found()


_BEHIND_LINK = (
    select(Registration)
    .where(Registration.link_hash == bindparam("hash"))
    .options(joinedload(Registration.event).joinedload(Event.venue))
)


def registration_behind(token: str) -> Registration | None:
    """Return the registration behind a secret link, if there is one."""
    return session().scalar(_BEHIND_LINK, {"hash": hash_of(token)})


def owner_of_calendar_or_404(token: str) -> str:
    """Return the e-mail address whose sign-ups are behind the link to a personal calendar."""
    owner = select(PersonalCalendar.email).where(PersonalCalendar.link_hash == hash_of(token))
    email: str | None = session().scalar(owner)
    return email or _not_found()


def _not_found() -> NoReturn:
    abort(404)
