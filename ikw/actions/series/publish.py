"""Showing a series to everyone, and taking it back."""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.event.bin import HasSignUps
from ikw.actions.locking import lock_all
from ikw.actions.log import note
from ikw.model import Event, Registration, Series
from ikw.model.verbs import Verb


def publish(session: Session, series: Series, act: Act) -> None:
    """Show a series to everyone, with the events in it that are published."""
    if series.published_at is None:
        series.published_at = act.now
        note(session, Verb.PUBLISH_SERIES, act, new={"series": series.key})


def withdraw(session: Session, series: Series, act: Act) -> None:
    """Plan a series on, unseen, as long as nobody has signed up. Raises HasSignUps."""
    if series.published_at is None:
        return
    # Under their locks, so that nobody is signing up just now.
    lock_all(session, Event.series_id == series.id)
    signed_up = select(Registration.id).join(Event).where(Event.series_id == series.id)
    if session.scalar(select(exists(signed_up))):
        raise HasSignUps(series.key)
    series.published_at = None
    note(session, Verb.WITHDRAW_SERIES, act, new={"series": series.key})
