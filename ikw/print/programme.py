"""The programme of a series to print and hang up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from ikw.model import Event, Series
from ikw.print.typeset import pdf
from ikw.text import dates, vocabulary
from ikw.text.content import name, words
from ikw.text.languages import current_language, name_of
from ikw.text.lists import listed
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
    language = current_language()
    return pdf(
        "programme.typ",
        {
            "language": language.locale[:2],
            "direction": language.direction,
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
    marks = [
        _("Free of charge") if event.is_free_of_charge else "",
        dates.price(event.price_cents) if event.price_cents else "",
        "" if event.takes_sign_up else _("No sign-up needed"),
        *[str(vocabulary.AUDIENCES[code]) for code in event.audiences],
        *[str(vocabulary.ACCESS[code]) for code in event.access],
        listed(name_of(code) for code in event.languages if code != "de"),
    ]
    state = _("Called off") if event.is_called_off else _("Postponed") if event.is_postponed else ""
    place = [name(event.venue.name), event.venue.address] if event.venue else []
    return {
        "state": state,
        "hours": dates.hours(event),
        "title": words(event.title),
        "place": listed(str(part) for part in [*place, words(event.room)]),
        "summary": words(event.summary),
        "hosts": listed(str(name(host.name)) for host in event.hosts),
        "marks": " · ".join(filter(None, marks)),
    }
