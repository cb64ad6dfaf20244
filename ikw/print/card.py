"""The pictures that other sites and messengers show beside a link to a page of ours."""

from __future__ import annotations

from ikw import colours
from ikw.model import Event, Series
from ikw.print.typeset import png
from ikw.text import dates, vocabulary
from ikw.text.content import name, words
from ikw.text.motifs import motif_of


def card(event: Event, site: str) -> bytes:
    """Return a PNG of 1200 × 630 pixels (Open Graph) in the current language.

    It has the colour of its day, and a drawing of what it is about.
    """
    return png(
        "card.typ",
        {
            "site": site,
            "state": vocabulary.state(event),
            "title": words(event.title),
            "when": dates.when(event),
            "where": name(event.venue.name) if event.venue else "",
            "door": colours.LIGHT[colours.WEEKDAYS[event.date.weekday()]],
            "day": [dates.weekday(event.date), str(event.date.day), dates.month(event.date)],
            "motif": motif_of(event),
        },
    )


def series_card(series: Series, site: str) -> bytes:
    """Return the same for a whole series."""
    return png(
        "card.typ",
        {
            "site": site,
            "state": "",
            "title": words(series.motto or series.title),
            "when": dates.period(series.first_day, series.last_day),
            "where": words(series.title) if series.motto else "",
            "door": colours.LIGHT["brick"],
            "day": [],
            "motif": "door",
        },
    )
