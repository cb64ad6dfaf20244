"""The programme of a series to print and hang up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from ikw.model import Event, Series
from ikw.print.typeset import pdf
from ikw.text import dates, vocabulary
from ikw.text.content import name, words
from ikw.text.languages import current_language
from ikw.text.lists import listed, place
from ikw.text.translate import _


def programme(
    series: Series,
    days: Iterable[tuple[dt.date, list[Event]]],
    *,
    site: str,
    address: str,
    call: str,
) -> bytes:
    """Return the programme as PDF in the current language; `call` is who answers questions."""
    return pdf(
        "programme.typ",
        {
            "site": site,
            "address": address,
            "call": call,
            "motto": words(series.motto),
            "title": words(series.title),
            "period": dates.period(series.first_day, series.last_day),
            "page": _("Page"),
            "days": [
                {"day": dates.long_day(day), "events": [_entry(event) for event in events]}
                for day, events in days
            ],
        },
    )


def _entry(event: Event) -> dict[str, Any]:
    marks = vocabulary.marks(event)
    if not event.takes_sign_up:
        marks.insert(0, _("No sign-up needed"))
    return {
        "state": vocabulary.state(event),
        "hours": dates.hours(event),
        "title": _said(event.title),
        "place": listed(place(event)),
        "summary": _said(event.summary),
        "hosts": listed(name(host.name) for host in event.hosts),
        "marks": " · ".join(marks),
    }


def _said(german: str | None) -> dict[str, str]:
    """Return a text with the language that it is in, for those who have the PDF read to them."""
    text = words(german)
    return {"text": text, "language": "de" if text.is_german else current_language().primary}
