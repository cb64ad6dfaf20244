"""Planning a series anew."""

from __future__ import annotations

import datetime as dt
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.event.copy import copied, copy_event
from ikw.actions.keys import new_key
from ikw.actions.log import note
from ikw.model import Event, Series
from ikw.model.fields import SERIES
from ikw.model.verbs import Verb


def copy_series(session: Session, series: Series, first_day: dt.date, act: Act) -> Series:
    """Plan a series anew from `first_day` on, every event on its weekday, all of them as drafts.

    The first day is moved to the nearest one of the same weekday as before.
    """
    shift = timedelta(weeks=round((first_day - series.first_day).days / 7))
    old_year, new_year = str(series.first_day.year), str((series.first_day + shift).year)
    values = copied(SERIES, series, shift)
    values["title"] = series.title.replace(old_year, new_year)
    key = new_key(session, Series, series.key.replace(old_year, new_year))
    copy = Series(key=key, **values)
    session.add(copy)
    events = select(Event).where(Event.series_id == series.id, Event.deleted_at.is_(None))
    for event in session.scalars(events.order_by(Event.id)).all():
        copy_event(session, event, copy, shift, act)
    note(session, Verb.COPY_SERIES, act, old={"series": series.key}, new={"series": copy.key})
    return copy
