"""A draft that says the same as another event."""

from __future__ import annotations

import datetime as dt
from datetime import timedelta

from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.event.edit import EDITABLE
from ikw.actions.keys import new_key
from ikw.actions.log import note
from ikw.clock import TOWN
from ikw.model import Event, Series
from ikw.model.verbs import Verb


def duplicate(session: Session, event: Event, act: Act) -> Event:
    """Write a draft that says the same; sign-ups and their times stay where they are."""
    copy = copy_event(session, event, event.series, timedelta(0), act)
    note(session, Verb.DUPLICATE_EVENT, act, event=copy, old={"event": event.key})
    return copy


def copy_event(session: Session, event: Event, series: Series, shift: timedelta, act: Act) -> Event:
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
