"""What is public, said once: pages, feeds, search, pictures and PDF select from this alone."""

from __future__ import annotations

from sqlalchemy import Select, select

from ikw.model.event import Event
from ikw.model.series import Series
from ikw.model.vocabulary import PUBLIC_KINDS


def public_series() -> Select[Series]:
    """Select the series that everyone may see: published, and of a kind that is ever public."""
    return select(Series).where(Series.published_at.is_not(None), Series.kind.in_(PUBLIC_KINDS))


def public_events() -> Select[Event]:
    """Select the events that everyone may see: published, of a series that is.

    The series is asked event by event: with a list of all of them a database would go through all
    of their events instead of those of the day that is asked for.
    """
    its_series = public_series().where(Series.id == Event.series_id).correlate(Event)
    return select(Event).where(
        Event.published_at.is_not(None), Event.deleted_at.is_(None), its_series.exists()
    )
