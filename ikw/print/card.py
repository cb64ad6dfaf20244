"""The picture of an event that other sites and messengers show beside its link."""

from __future__ import annotations

from ikw.model import Event
from ikw.print.typeset import png
from ikw.text import dates, vocabulary
from ikw.text.content import name, words


def card(event: Event, site: str) -> bytes:
    """Return a PNG of 1200 × 630 pixels (Open Graph) in the current language."""
    return png(
        "card.typ",
        {
            "site": site,
            "state": vocabulary.state(event),
            "title": words(event.title),
            "when": dates.when(event),
            "where": name(event.venue.name) if event.venue else "",
        },
    )
