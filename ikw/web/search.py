"""Search: through everything that stands on the pages of events, of one series or of all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from ikw import clock
from ikw.db import session
from ikw.model import Event, Series
from ikw.model.public import public_series
from ikw.text import dates, vocabulary
from ikw.text.content import words
from ikw.text.languages import name_of
from ikw.text.search import day_words, finds, mended, searchable, time_words
from ikw.text.synonyms import synonyms
from ikw.text.translate import _
from ikw.web.loading import published_events

#: So long after its last day a series is still searched.
LASTS = timedelta(days=30)


@dataclass(frozen=True)
class Found:
    """What a search has found, and the query that found it if it was mended."""

    events: list[Event]
    mended: str | None = None


def search_everywhere(query: str) -> Found:
    """Search all series that have not ended for long.

    Only if there is nothing, words of five letters and more may have a slip in them.
    """
    today = clock.today()
    recent = public_series().with_only_columns(Series.id).where(Series.last_day >= today - LASTS)
    wanted = published_events().where(Event.series_id.in_(recent))
    texts = {event: text_of(event) for event in session().scalars(wanted)}
    found = [event for event, text in texts.items() if finds(query, text)]
    if found or (better := mended(query, texts.values())) is None:
        return Found(found)
    return Found([event for event, text in texts.items() if finds(better, text)], better)


def text_of(event: Event) -> str:
    """Return all of an event that a search looks through: what stands on its page."""
    return searchable(
        dates.days(event),
        _("Called off") if event.is_called_off else None,
        _("Postponed") if event.is_postponed else None,
        _("Moved") if event.is_moved else None,
        *vocabulary.marks(event),
        *[name_of(code) for code in event.languages],
        *[str(vocabulary.ACCESS[code]) for code in event.all_access],
        *synonyms(event),
        *_in_both(event.title, event.summary, event.description, event.room),
        *_in_both(event.series.title, event.series.motto),
        event.venue.one_line if event.venue else None,
        *_in_both(event.venue.district if event.venue else None, *event.topics),
        *[host.name for host in event.hosts],
        event.contact,
        moments=[
            *[word for day in event.dates for word in day_words(day)],
            *[time_words(moment) for moment in (event.start, event.end) if moment],
        ],
    )


def _in_both(*german: str | None) -> list[str]:
    """Return texts in the reader's language and in German: either may be on the poster."""
    return [text for each in german if each for text in (each, words(each))]
