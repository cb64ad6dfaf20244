"""An event's fields: written and changed."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.event.announce import announce
from ikw.actions.event.plan import BadPlan, note_move, shifted
from ikw.actions.keys import new_key
from ikw.actions.letter.tell_organisers import News, tell_clubs
from ikw.actions.locking import lock
from ikw.actions.log import note, plain
from ikw.actions.registration.places import offer_places
from ikw.clock import in_town
from ikw.model import Event, Plan
from ikw.model.fields import EDITABLE, PLAN
from ikw.model.times import end_of
from ikw.model.verbs import Verb


class EditedMeanwhile(Exception):
    """Somebody else has changed the event since the form was opened; `event` is as it is now."""

    def __init__(self, event: Event) -> None:
        super().__init__(event.key)
        self.event = event


def stated(event: Event) -> dict[str, Any]:
    """Return what an event says as JSON can hold it, other rows by their keys."""
    return {name: plain(getattr(event, name)) for name in EDITABLE}


def version(event: Event) -> str:
    """Return what tells two states of an event apart; it is the same as long as nobody edits it."""
    text = json.dumps(stated(event), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def with_window(event: Event, values: dict[str, Any]) -> dict[str, Any]:
    """Return new values of an event with the window for signing up moved along with its day."""
    if values.get("date") in (None, event.date):
        return values
    days = values["date"] - event.date
    moved = {
        name: shifted(before, days)
        for name in ("sign_up_opens", "sign_up_closes")
        if (before := getattr(event, name)) and is_same_minute(values.get(name, before), before)
    }
    return values | moved


def is_same_minute(one: dt.datetime | None, other: dt.datetime) -> bool:
    """Whether two moments look the same on the clocks: in autumn an hour is there twice."""
    return one is not None and _on_clocks(one) == _on_clocks(other)


def _on_clocks(moment: dt.datetime) -> dt.datetime:
    return in_town(moment).replace(tzinfo=None, second=0, microsecond=0)


def create_event(
    session: Session, values: dict[str, Any], act: Act, *, key: str | None = None
) -> Event:
    """Write a new draft, with the given columns and rows; with this key, if nothing has it."""
    event = Event(key=new_key(session, Event, key or values["title"]), created_at=act.now)
    event.changed_at = act.now
    for name in EDITABLE:
        if name in values:
            setattr(event, name, values[name])
    event.end_date = event.end_date or end_of(event.date, event.start, event.end)
    session.add(event)
    note(session, Verb.CREATE_EVENT, act, event=event, new={"title": event.title})
    return event


def edit_event(
    session: Session, event_id: int, values: dict[str, Any], act: Act, *, known: str
) -> Event:
    """Change what an event says. Whoever signed up is told of another time or place.

    On another day its window for signing up moves along, unless that is changed as well.

    `known` is the version that the form showed. More places let the waiting list move up; fewer
    than are taken drop nobody. Raises EditedMeanwhile, and BadPlan for a day that is past, or for
    another plan of what is called off.
    """
    event = lock(session, event_id)
    if version(event) != known:
        raise EditedMeanwhile(event)
    before, plan = stated(event), Plan.of(event)
    was = (event.date, event.start, event.venue)
    values = with_window(event, values)
    if values.get("series", event.series) is not event.series:
        # The calendar that it came from was that of the other series.
        event.origin = None
    for name in EDITABLE:
        if name in values:
            setattr(event, name, values[name])
    if event.date != was[0] and event.date < in_town(act.now).date():
        # As in plan.move(): the sign-ups of what is long over would be deleted.
        raise BadPlan(f"{event.date:%d.%m.%Y} is in the past")
    event.end_date = event.end_date or end_of(event.date, event.start, event.end)
    if event.date != was[0] and not event.is_called_off:
        # A new date ends the waiting for one, and why it was another day before is told no more.
        event.postponed_at = event.reason = None
    after = stated(event)
    if before == after:
        return event
    if event.is_called_off and Plan.of(event) != plan:
        raise BadPlan("it is called off; reinstate it first")
    if event.published_at:
        note_move(event, *was)
    changed = [name for name in EDITABLE if before[name] != after[name]]
    told = set(changed) & set(PLAN)
    announce(session, event, plan, Verb.CHANGE_PLAN, act)
    if set(changed) - told:
        old = {name: before[name] for name in changed if name not in told}
        new = {name: after[name] for name in changed if name not in told}
        note(session, Verb.EDIT_EVENT, act, event=event, old=old, new=new)
    offer_places(session, event, act)
    tell_clubs(session, event, News.CHANGED, act)
    return event
