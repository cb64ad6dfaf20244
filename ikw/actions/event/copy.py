"""A draft that says the same as another event."""

from __future__ import annotations

import datetime as dt
from datetime import timedelta
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.keys import new_key
from ikw.actions.log import note
from ikw.clock import TOWN
from ikw.model import Event, Picture, Series
from ikw.model.fields import EVENT, End, Field, Kind
from ikw.model.verbs import Verb


def duplicate(session: Session, event: Event, act: Act) -> Event:
    """Write a draft that says the same; sign-ups and their times stay where they are."""
    copy = copy_event(session, event, event.series, timedelta(0), act)
    note(session, Verb.DUPLICATE_EVENT, act, event=copy, old={"event": event.key})
    return copy


def copy_event(session: Session, event: Event, series: Series, shift: timedelta, act: Act) -> Event:
    """Write a draft of what an event says, so many days later, in this series."""
    values = copied(EVENT, event, shift) | {"series": series}
    copy = Event(key=new_key(session, Event, event.title), created_at=act.now)
    copy.changed_at = act.now
    for name, value in values.items():
        setattr(copy, name, value)
    session.add(copy)
    session.flush()
    return copy


#: What a picture is, whoever's it is.
PICTURE = [column.key for column in inspect(Picture).columns if column.key != "event_id"]


def copied(table: tuple[Field, ...], row: Any, shift: timedelta) -> dict[str, Any]:
    """Return what a copy says, with its days moved; of lists it has its own."""
    return {
        field.name: _copied(field, getattr(row, field.name), shift)
        for field in table
        if field.is_in(End.COPY)
    }


def _copied(field: Field, value: Any, shift: timedelta) -> Any:
    if value is None:
        return None
    if field.kind is Kind.PICTURE:
        return Picture(**{name: getattr(value, name) for name in PICTURE})
    if field.kind is Kind.DATE:
        return value + shift
    if field.kind is Kind.MOMENT:
        # At the same time of day in the town, be it summer or winter.
        return (value.astimezone(TOWN) + shift).astimezone(dt.UTC)
    return list(value) if isinstance(field.default, list) else value
