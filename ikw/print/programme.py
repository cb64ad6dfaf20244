"""The programme of a series to print and hang up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

import segno

from ikw.model import Event, Series
from ikw.print.typeset import pdf
from ikw.text import dates, vocabulary
from ikw.text.content import name, words
from ikw.text.languages import current_language
from ikw.text.lists import listed_alone, place
from ikw.text.translate import _


def programme(
    series: Series,
    days: Iterable[tuple[dt.date, list[Event]]],
    *,
    site: str,
    address: str,
    call: str,
    url_of: Callable[[Event], str],
) -> bytes:
    """Return the programme as PDF in the current language; `call` is who answers questions.

    Each event has its address as a code for a telephone.
    """
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
                {"day": dates.long_day(day), "events": [_entry(event, url_of) for event in events]}
                for day, events in days
            ],
        },
    )


def _entry(event: Event, url_of: Callable[[Event], str]) -> dict[str, Any]:
    needed = _("Sign-up needed") if event.takes_sign_up else _("No sign-up needed")
    url = url_of(event)
    return {
        "url": url,
        "code": _code(url),
        "state": vocabulary.state(event),
        "hours": dates.hours(event),
        "title": _said(event.title),
        "place": _line(place(event)),
        "summary": _said(event.summary),
        "hosts": _line([name(host.name) for host in event.hosts]),
        "marks": " · ".join([needed, *vocabulary.marks(event)]),
    }


def _code(url: str) -> str:
    """Return an address as QR code, in SVG."""
    drawing = BytesIO()
    segno.make(url, error="l").save(drawing, kind="svg", border=0, xmldecl=False)
    return drawing.getvalue().decode()


def _line(parts: list[str]) -> dict[str, str]:
    """Return names in one line, with the language that they are in as a whole."""
    is_german = all(getattr(part, "is_german", True) for part in parts)
    return {
        "text": listed_alone(parts),
        "language": "de" if is_german else current_language().primary,
    }


def _said(german: str | None) -> dict[str, str]:
    """Return a text with the language that it is in, for those who have the PDF read to them."""
    text = words(german)
    return {"text": text, "language": "de" if text.is_german else current_language().primary}
