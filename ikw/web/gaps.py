"""Gaps in kept pages: what sign-ups change is left open, and filled in for each state of places.

A template says what stands in a gap as on any page; where a page is kept, a mark takes its place
and the words are found when somebody asks. On all other pages they stand there at once.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import g
from markupsafe import Markup

from ikw.db import session
from ikw.model import Event, Places
from ikw.model.places import places_of
from ikw.names import InContext
from ikw.text.translate import _, ngettext

#: Nobody who types a text can know what a mark looks like.
_NAME = f"gap{secrets.token_hex(8)}"
_MARK = re.compile(rf"{_NAME}-(\d+)\.".encode())

#: Says in the current language, as HTML, what is so about an event's places.
Say = Callable[[Places], str]


@dataclass
class Gaps:
    """The gaps of one page."""

    #: Of each gap the event, and the words. Without an event they are somebody's own.
    gaps: list[tuple[int | None, Callable[..., str]]] = field(default_factory=list)
    #: Which events the whole page takes to be full.
    full: dict[int, bool] = field(default_factory=dict)

    @property
    def event_ids(self) -> set[int]:
        """The events of which the page says how many places there are."""
        return {event_id for event_id, _say in self.gaps if event_id is not None} | {*self.full}

    @property
    def has_own(self) -> bool:
        """Whether each answer is another one."""
        return any(event_id is None for event_id, _say in self.gaps)

    def leave(self, event_id: int | None, say: Callable[..., str]) -> Markup:
        """Leave a gap, and return the mark for it."""
        self.gaps.append((event_id, say))
        return Markup(f"{_NAME}-{len(self.gaps) - 1}.")  # noqa: S704 (letters and digits)

    def are_out_of_date(self, places: Mapping[int, Places]) -> bool:
        """Whether the page was made for a full event that has places now, or the other way."""
        return any(
            event_id not in places or places[event_id].is_full != is_full
            for event_id, is_full in self.full.items()
        )

    def fill(self, page: bytes, places: Mapping[int, Places]) -> bytes:
        """Return the page with its words about places, in the current language."""

        def words(mark: re.Match[bytes]) -> bytes:
            event_id, say = self.gaps[int(mark[1])]
            if event_id is None:
                return mark[0]
            said = say(places.get(event_id, GONE)).encode()
            # Of what is said of a full event, and of one with places, a part can be a gap itself.
            return _MARK.sub(words, said)

        return _MARK.sub(words, page)

    def fill_own(self, page: bytes) -> bytes:
        """Return the page with what is somebody's own."""
        return _MARK.sub(lambda mark: self.gaps[int(mark[1])][1]().encode(), page)


#: What is said of an event that was deleted since: the page is about to be made anew.
GONE = Places(capacity=0, free=0)


def collected() -> Gaps | None:
    """Return the gaps of the page that is being made to be kept, if it is one."""
    found: Gaps | None = g.get(InContext.GAPS)
    return found


def by_fullness(event: Event, caller: Callable[[bool], Markup]) -> Markup:
    """Say one thing while an event is full and another while it has places.

    For templates: `{% call(is_full) by_fullness(event) %}…{% endcall %}`.
    """
    gaps = collected()
    if gaps is None or event.capacity is None:
        return caller(event.is_full)
    full, free = caller(True), caller(False)
    return gaps.leave(event.id, lambda places: full if places.is_full else free)


def stands_on_fullness(event: Event) -> None:
    """Note that all of a page is another one when an event becomes full, or has places again."""
    if (gaps := collected()) is not None and event.capacity is not None:
        gaps.full[event.id] = event.is_full


def own(say: Callable[[], str]) -> str:
    """Say what is another thing in each answer."""
    gaps = collected()
    return say() if gaps is None else gaps.leave(None, say)


def _said(event: Event, say: Say) -> Markup:
    gaps = collected()
    if gaps is not None:
        return gaps.leave(event.id, say)
    return Markup(say(places_of(session(), [event.id])[event.id]))  # noqa: S704 (our own words)


def places_left(event: Event) -> Markup:
    """Say how many places are left, for the mark of an event in a list."""
    return _said(
        event,
        lambda places: ngettext("%(num)d place left", "%(num)d places left", places.free or 0),
    )


def places_free(event: Event) -> Markup:
    """Say how many of all places are free."""
    return _said(
        event,
        lambda places: ngettext(
            "%(num)d place of %(all)d is free.",
            "%(num)d places of %(all)d are free.",
            places.free or 0,
            all=places.capacity,
        ),
    )


def parties_waiting(event: Event) -> Markup:
    """Say how many parties wait."""
    return _said(event, _parties_waiting)


def _parties_waiting(places: Places) -> str:
    if not places.waiting:
        return _("The waiting list is still empty.")
    return ngettext("%(num)d party is waiting.", "%(num)d parties are waiting.", places.waiting)


#: What templates may use.
HELPERS: dict[str, Callable[..., Any]] = {
    "by_fullness": by_fullness,
    "places_left": places_left,
    "places_free": places_free,
    "parties_waiting": parties_waiting,
}
