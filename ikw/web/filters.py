"""The filters of the programme page: read from the address, applied, offered again as links."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask import url_for
from werkzeug.datastructures import MultiDict

from ikw.model import Event
from ikw.model.vocabulary import Access
from ikw.text import dates
from ikw.text.content import name, words
from ikw.text.languages import name_of
from ikw.text.search import finds, fold
from ikw.text.translate import _, _l
from ikw.web.gaps import stands_on_fullness
from ikw.web.search import text_of


def _still_places(event: Event, now: datetime) -> bool:
    return event.takes_registrations(now) and not event.is_full


def _district(event: Event) -> str | None:
    return event.venue.district if event.venue else None


#: Times of day by their name in the address, with the hour before which each ends.
TIMES_OF_DAY = {
    "vormittag": (12, _l("in the morning")),
    "nachmittag": (17, _l("in the afternoon")),
    "abend": (24, _l("in the evening")),
}


def _time_of_day(event: Event) -> dict[str, str]:
    """Return when on a day it begins; nothing while that is open."""
    if event.start is None:
        return {}
    hour = event.start.hour
    name, (_ends, label) = next(one for one in TIMES_OF_DAY.items() if hour < one[1][0])
    return {name: str(label)}


#: Filters that take values from those that occur: name in the address, and from an event to its
#: values with their labels. Of several values of one filter, one has to fit.
CHOICES: dict[str, Callable[[Event], dict[str, str]]] = {
    "tag": lambda event: {day.isoformat(): dates.short_day(day) for day in event.dates},
    "zeit": _time_of_day,
    "thema": lambda event: {topic: words(topic) for topic in event.topics},
    "stadtteil": lambda event: {
        district: words(district) for district in filter(None, [_district(event)])
    },
    "ort": lambda event: {event.venue.key: name(event.venue.name)} if event.venue else {},
    "veranstalter": lambda event: {host.key: name(host.name) for host in event.hosts},
    "sprache": lambda event: {code: name_of(code) for code in event.languages},
}

#: What the choices are called on the page.
CHOICE_NAMES = {
    "tag": _l("Day"),
    "zeit": _l("Time of day"),
    "thema": _l("Topic"),
    "stadtteil": _l("Part of town"),
    "ort": _l("Place"),
    "veranstalter": _l("Host"),
    "sprache": _l("Language spoken"),
}

#: Choices of which people tick several; topics stand above, of the others one is chosen.
TICKED = ("tag", "zeit")

#: What the switches are called on the page.
SWITCH_NAMES = {
    "kostenlos": _l("free of charge"),
    "stufenlos": _l("step-free"),
    "kinder": _l("for children and families"),
    "betreuung": _l("with childcare"),
    "gebaerden": _l("with sign language"),
    "frei": _l("still places"),
}

#: Filters that are on or off.
SWITCHES: dict[str, Callable[[Event, datetime], bool]] = {
    "kostenlos": lambda event, now: event.is_free_of_charge,
    "stufenlos": lambda event, now: event.is_step_free,
    "kinder": lambda event, now: bool({"children", "families"} & set(event.audiences)),
    "betreuung": lambda event, now: Access.CHILDCARE in event.all_access,
    "gebaerden": lambda event, now: Access.SIGN_LANGUAGE in event.all_access,
    "frei": _still_places,
}


#: Of the names in an address, so that one selection has one address.
ORDER = ("tag", "q", *[name for name in CHOICES if name != "tag"], *SWITCHES)

#: More values of one filter than this are no choice any more.
MOST_VALUES = 20


@dataclass(frozen=True)
class Filters:
    """What a reader asked for; unknown names in the address are left out, not refused."""

    query: str = ""
    choices: dict[str, tuple[str, ...]] = field(default_factory=dict)
    switches: frozenset[str] = frozenset()

    @classmethod
    def from_args(cls, args: MultiDict[str, str]) -> Filters:
        choices = {name: _values(name, args.getlist(name)) for name in CHOICES}
        return cls(
            query=query_of(args),
            choices={name: values for name, values in choices.items() if values},
            switches=frozenset(name for name in SWITCHES if args.get(name)),
        )

    @property
    def days(self) -> list[date]:
        """The days that were asked for, in their order."""
        return [date.fromisoformat(day) for day in self.choices.get("tag", ())]

    @property
    def args(self) -> dict[str, str | list[str]]:
        """The address of this selection, in one order only."""
        args: dict[str, str | list[str]] = {"q": self.query}
        args |= {name: list(values) for name, values in self.choices.items()}
        args |= dict.fromkeys(self.switches, "1")
        return {name: args[name] for name in ORDER if args.get(name)}

    @property
    def active(self) -> bool:
        return bool(self.args)

    def url(self, series: str, **changes: Any) -> str:
        """Return the address of this selection with some filters set, or taken off by None."""
        args: dict[str, Any] = self.args | changes
        chosen = {name: args[name] for name in ORDER if args.get(name)}
        return url_for("programme.show", series=series, **chosen)

    def toggled(self, series: str, name: str, value: str) -> str:
        """Return the address with one value of a filter more, or without it."""
        values = {*self.choices.get(name, ())} ^ {value}
        return self.url(series, **{name: sorted(values)})

    def has(self, name: str, value: str) -> bool:
        """Whether a value of a filter was asked for."""
        return value in self.choices.get(name, ())

    def names(self, events: list[Event]) -> dict[str, str]:
        """Return what each filter that is on is called; the events know their own words."""
        return {
            name: _("%(one)s or %(other)s", one=", ".join(labels[:-1]), other=labels[-1])
            if len(labels) > 1
            else labels[0]
            for name, labels in self._labels(events).items()
        }

    def _labels(self, events: list[Event]) -> dict[str, list[str]]:
        labels: dict[str, list[str]] = {"q": [_("“%(query)s”", query=self.query)]}
        for choice, values in self.choices.items():
            known = dict(options(events, choice))
            labels[choice] = [str(known.get(value, value)) for value in values]
        labels |= {name: [str(SWITCH_NAMES[name])] for name in self.switches}
        return {name: labels[name] for name in self.args}

    def applied(self, series: str, events: list[Event]) -> list[tuple[str, str]]:
        """Return each filter that is on: its name, and the address without it."""
        return [
            (label, self._without(series, filter_, number))
            for filter_, labels in self._labels(events).items()
            for number, label in enumerate(labels)
        ]

    def _without(self, series: str, filter_: str, number: int) -> str:
        values = self.choices.get(filter_)
        if values is None:
            return self.url(series, **{filter_: None})
        return self.toggled(series, filter_, values[number])

    def select(self, events: list[Event], now: datetime) -> list[Event]:
        """Return the events that pass all filters, in the order given."""
        if "frei" in self.switches:
            for event in events:
                stands_on_fullness(event)
        return [event for event in events if self._passes(event, now)]

    def _passes(self, event: Event, now: datetime) -> bool:
        return (
            all(CHOICES[name](event).keys() & values for name, values in self.choices.items())
            and all(SWITCHES[name](event, now) for name in self.switches)
            and (not self.query or finds(self.query, text_of(event)))
        )


def query_of(args: MultiDict[str, str]) -> str:
    """Return what was typed into the search."""
    return " ".join(args.get("q", "").split())[:100]


def _values(name: str, typed: list[str]) -> tuple[str, ...]:
    values = {value[:100] for value in typed[:MOST_VALUES] if value}
    if name == "tag":
        values = {value for value in values if _is_day(value)}
    return tuple(sorted(values))


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def options(events: list[Event], name: str) -> list[tuple[str, str]]:
    """Return the values of a filter that occur, with their labels, in the order of the labels.

    Days and times of day have an order of their own.
    """
    values = {value: label for event in events for value, label in CHOICES[name](event).items()}
    if name == "tag":
        return sorted(values.items())
    if name == "zeit":
        return [(value, values[value]) for value in TIMES_OF_DAY if value in values]
    return sorted(values.items(), key=lambda pair: fold(pair[1]))


def by_day(events: list[Event], days: Collection[date] = ()) -> list[tuple[date, list[Event]]]:
    """Return the events under their days; what lasts several days stands under its first one.

    With days given there are those alone, each with everything that is on then.
    """
    ordered = sorted(events, key=lambda e: e.sort_key)
    if days:
        on = [(day, [event for event in ordered if event.is_on(day)]) for day in sorted(days)]
        return [(day, found) for day, found in on if found]
    found: dict[date, list[Event]] = {}
    for event in ordered:
        found.setdefault(event.date, []).append(event)
    return list(found.items())


def going_on(events: list[Event]) -> dict[date, list[Event]]:
    """Return by day what began on an earlier one and is still on."""
    days: dict[date, list[Event]] = {}
    for event in sorted(events, key=lambda e: e.sort_key):
        for day in event.dates[1:]:
            days.setdefault(day, []).append(event)
    return days
