"""Events from the first draft to the programme: written, handed in, published, copied, binned."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import unicodedata
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from ikw.actions.announcing import Act, announce
from ikw.actions.locking import lock
from ikw.actions.places import offer_places
from ikw.actions.planning import BadPlan, end_of, note_move
from ikw.clock import TOWN, in_town
from ikw.model import Event, LogEntry, Picture, Plan, Programme, Registration, Series

#: What of an event is written at the desk.
TEXTS = (
    "kind",
    "series",
    "title",
    "summary",
    "description",
    "easy_text",
    "easy_checked_by",
    "hosts",
    "topics",
    "languages",
    "audiences",
    "access",
    "price_cents",
    "price_note",
)
TIMES = ("date", "start", "end_date", "end", "hours")
PLACE = ("venue", "room")
SIGN_UP = (
    "takes_sign_up",
    "sign_up_opens",
    "sign_up_closes",
    "capacity",
    "reserved",
    "party_max",
    "has_waiting_list",
    "questions",
)
EDITABLE = (*TEXTS, *TIMES, *PLACE, *SIGN_UP)

#: So long what was binned can be taken back.
BIN_KEEPS = timedelta(days=30)

#: What letters that are no ASCII become in a key.
SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "o", "ı": "i"})


class EditedMeanwhile(Exception):
    """Somebody else has changed the event since the form was opened; `event` is as it is now."""

    def __init__(self, event: Event) -> None:
        super().__init__(event.key)
        self.event = event


class HasSignUps(ValueError):
    """People have signed up; the event can be called off, but not vanish."""


def said(event: Event) -> dict[str, Any]:
    """Return what an event says as JSON can hold it, other rows by their keys."""
    return {name: _plain(getattr(event, name)) for name in EDITABLE}


def _plain(value: Any) -> Any:
    if isinstance(value, str | int | list | None):
        return value
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if hasattr(value, "key"):
        return value.key
    # The hosts: an association proxy, which is a list of rows.
    return [row.key for row in value]


def version(event: Event) -> str:
    """Return what tells two states of an event apart; it is the same as long as nobody edits it."""
    text = json.dumps(said(event), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def create_event(session: Session, values: dict[str, Any], act: Act) -> Event:
    """Write a new draft, with the given columns and rows."""
    event = Event(key=new_key(session, Event, values["title"]), created_at=act.now)
    event.changed_at = act.now
    for name in EDITABLE:
        if name in values:
            setattr(event, name, values[name])
    event.end_date = event.end_date or end_of(event.date, event.start, event.end)
    session.add(event)
    _log(session, "create event", event, act, new={"title": event.title})
    return event


def edit_event(
    session: Session, event_id: int, values: dict[str, Any], act: Act, *, known: str
) -> Event:
    """Change what an event says. Whoever signed up is told of another time or place.

    `known` is the version that the form showed. More places let the waiting list move up; fewer
    than are taken drop nobody. Raises EditedMeanwhile, and BadPlan for a day that is past, or for
    another plan of what is called off.
    """
    event = lock(session, event_id)
    if version(event) != known:
        raise EditedMeanwhile(event)
    before, plan = said(event), Plan.of(event)
    was = (event.date, event.start, event.venue)
    for name in EDITABLE:
        if name in values:
            setattr(event, name, values[name])
    if event.date != was[0] and event.date < in_town(act.now).date():
        # As in planning.move(): the sign-ups of what is long over would be deleted.
        raise BadPlan(f"{event.date:%d.%m.%Y} is in the past")
    event.end_date = event.end_date or end_of(event.date, event.start, event.end)
    if event.is_postponed and event.date != was[0]:
        # A new date ends the waiting for one.
        event.postponed_at = event.reason = None
    after = said(event)
    if before == after:
        return event
    if event.is_called_off and Plan.of(event) != plan:
        raise BadPlan("it is called off; reinstate it first")
    if event.published_at:
        note_move(event, *was)
    changed = [name for name in EDITABLE if before[name] != after[name]]
    told = set(changed) & {*TIMES, *PLACE}
    announce(session, event, plan, "change plan", act)
    if set(changed) - told:
        old = {name: before[name] for name in changed if name not in told}
        new = {name: after[name] for name in changed if name not in told}
        _log(session, "edit event", event, act, old=old, new=new)
    offer_places(session, event, act.now)
    return event


def set_picture(session: Session, event_id: int, values: dict[str, Any], act: Act) -> Event:
    """Give an event a picture, or other words for the one that it has."""
    event = lock(session, event_id)
    if event.picture is None:
        event.picture = Picture(**values)
    else:
        for name, value in values.items():
            setattr(event.picture, name, value)
    _log(session, "set picture", event, act, new={"alt": values["alt"]})
    return event


def remove_picture(session: Session, event_id: int, act: Act) -> Event:
    """Take the picture of an event away."""
    event = lock(session, event_id)
    if event.picture is not None:
        event.picture = None
        _log(session, "remove picture", event, act)
    return event


def submit(session: Session, event_id: int, act: Act) -> Event:
    """Hand a draft in, so that the coordination can publish it."""
    event = lock(session, event_id)
    if event.is_draft:
        event.submitted_at = act.now
        _log(session, "submit event", event, act)
    return event


def hand_back(session: Session, event_id: int, act: Act) -> Event:
    """Give what was handed in back to who wrote it."""
    event = lock(session, event_id)
    if event.is_submitted:
        event.submitted_at = None
        _log(session, "hand back event", event, act)
    return event


def publish(session: Session, event_id: int, act: Act) -> Event:
    """Show it to everyone."""
    event = lock(session, event_id)
    if event.published_at is None and event.deleted_at is None:
        event.published_at = act.now
        event.changed_at = act.now
        _log(session, "publish event", event, act)
    return event


def withdraw(session: Session, event_id: int, act: Act) -> Event:
    """Take it out of the programme again, before anybody has signed up. Raises HasSignUps."""
    event = lock(session, event_id)
    if event.published_at is not None:
        _only_without_sign_ups(session, event)
        event.published_at = event.submitted_at = None
        _log(session, "withdraw event", event, act)
    return event


def set_sign_up_end(session: Session, event_id: int, closes: datetime | None, act: Act) -> Event:
    """Close sign-up at a moment, be it now, or by None leave it open until the event begins."""
    event = lock(session, event_id)
    before = event.sign_up_closes
    if before != closes:
        event.sign_up_closes = closes
        event.changed_at = act.now
        verb = "reopen sign-up" if closes is None else "close sign-up"
        _log(session, verb, event, act, old=_moment(before), new=_moment(closes))
    return event


def _moment(closes: datetime | None) -> dict[str, Any]:
    return {"sign_up_closes": closes.isoformat()} if closes else {}


def set_places(
    session: Session, event_id: int, capacity: int | None, reserved: int, act: Act
) -> Event:
    """Set how many fit and how many places are kept back; the waiting list moves up, letters go.

    Nobody is dropped when there are fewer than are taken: `event.is_overfull` tells.
    """
    event = lock(session, event_id)
    before = {"capacity": event.capacity, "reserved": event.reserved}
    after = {"capacity": capacity, "reserved": reserved}
    if before != after:
        event.capacity, event.reserved = capacity, reserved
        event.changed_at = act.now
        _log(session, "change capacity", event, act, old=before, new=after)
        offer_places(session, event, act.now)
    return event


def duplicate(session: Session, event: Event, act: Act) -> Event:
    """Write a draft that says the same; sign-ups and their times stay where they are."""
    copy = _copy_of(session, event, event.series, timedelta(0), act)
    _log(session, "duplicate event", copy, act, old={"event": event.key})
    return copy


def copy_series(session: Session, series: Series, first_day: dt.date, act: Act) -> Series:
    """Plan a series anew from `first_day` on, every event on its weekday, all of them as drafts.

    The first day is moved to the nearest one of the same weekday as before.
    """
    shift = timedelta(weeks=round((first_day - series.first_day).days / 7))
    old_year, new_year = str(series.first_day.year), str((series.first_day + shift).year)
    title = series.title.replace(old_year, new_year)
    copied = Series(
        key=new_key(session, Series, series.key.replace(old_year, new_year)),
        kind=series.kind,
        title=title,
        motto=None,
        summary=series.summary,
        first_day=series.first_day + shift,
        last_day=series.last_day + shift,
        call_closes=series.call_closes + shift if series.call_closes else None,
    )
    copied.hosts = list(series.hosts)
    session.add(copied)
    events = select(Event).where(Event.series_id == series.id, Event.deleted_at.is_(None))
    for event in session.scalars(events.order_by(Event.id)).all():
        _copy_of(session, event, copied, shift, act)
    session.add(
        LogEntry(
            at=act.now,
            actor=act.by,
            verb="copy series",
            old={"series": series.key},
            new={"series": copied.key},
        )
    )
    return copied


def _copy_of(session: Session, event: Event, series: Series, shift: timedelta, act: Act) -> Event:
    values = {name: getattr(event, name) for name in EDITABLE}
    values |= {"series": series, "hosts": list(event.hosts), "date": event.date + shift}
    if event.end_date:
        values["end_date"] = event.end_date + shift
    for name in ("sign_up_opens", "sign_up_closes"):
        if values[name] is not None:
            local = values[name].astimezone(TOWN)
            values[name] = (local + shift).astimezone(dt.UTC)
    for name in ("topics", "languages", "audiences", "access", "questions"):
        values[name] = list(values[name])
    copy = Event(key=new_key(session, Event, event.title), created_at=act.now)
    copy.changed_at = act.now
    for name, value in values.items():
        setattr(copy, name, value)
    session.add(copy)
    session.flush()
    return copy


def put_into_bin(session: Session, event_id: int, act: Act) -> Event:
    """Take an event away, for good after a while. Raises HasSignUps."""
    event = lock(session, event_id)
    if event.deleted_at is None:
        _only_without_sign_ups(session, event)
        event.deleted_at = act.now
        event.published_at = event.submitted_at = None
        _log(session, "bin event", event, act)
    return event


def take_back(session: Session, event_id: int, act: Act) -> Event:
    """Take an event out of the bin; it is a draft then."""
    event = lock(session, event_id)
    if event.deleted_at is not None:
        event.deleted_at = None
        _log(session, "take event back", event, act)
    return event


def empty_bin(session: Session, *, now: datetime) -> None:
    """Delete what was binned long ago; the log keeps that there was something."""
    old = Event.deleted_at < now - BIN_KEEPS
    for event_id in session.scalars(select(Event.id).where(old).order_by(Event.id)).all():
        # Under the lock, as somebody may just take it back.
        event = lock(session, event_id)
        if event.deleted_at is None:
            continue
        mine = LogEntry.event_id == event.id
        session.execute(delete(LogEntry).where(mine))
        session.add(
            LogEntry(at=now, actor="deletion", verb="delete event", old={"event": event.key})
        )
        session.delete(event)


def _only_without_sign_ups(session: Session, event: Event) -> None:
    if session.scalar(select(exists().where(Registration.event_id == event.id))):
        raise HasSignUps(event.key)


def new_question_key(label: str, others: list[dict[str, Any]]) -> str:
    """Return a key for a question that none of the others has."""
    return _first_free(_stem(label), {other["key"] for other in others})


def new_key(session: Session, model: type[Any], text: str) -> str:
    """Return a key for addresses that nothing of this kind has, made of the words of a text."""
    stem = _stem(text)
    session.flush()
    # One at a time: two who look at once would both find it free.
    session.execute(select(Programme.id).with_for_update())
    taken = set(session.scalars(select(model.key).where(model.key.like(f"{stem}%"))))
    # The address /kalender/alle.ics is that of all events.
    return _first_free(stem, taken | {"alle"})


def _stem(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold().translate(SPELLED))
    ascii_only = plain.encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:60].strip("-") or "neu"


def _first_free(stem: str, taken: set[str]) -> str:
    key, number = stem, 1
    while key in taken:
        number += 1
        key = f"{stem}-{number}"
    return key


def _log(session: Session, verb: str, event: Event, act: Act, **what: dict[str, Any]) -> None:
    session.add(LogEntry(at=act.now, actor=act.by, verb=verb, event=event, **what))
