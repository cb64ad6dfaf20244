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
    """Select the events that everyone may see: published, of a series that is."""
    shown = public_series().with_only_columns(Series.id)
    return select(Event).where(
        Event.published_at.is_not(None), Event.deleted_at.is_(None), Event.series_id.in_(shown)
    )
