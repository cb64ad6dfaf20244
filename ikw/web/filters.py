"""The filters of the programme page: read from the address, applied, offered again as links."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask import url_for
from werkzeug.datastructures import MultiDict

from ikw.model import Event
from ikw.text import dates, vocabulary
from ikw.text.content import name, words
from ikw.text.folding import finds, fold, searchable
from ikw.text.languages import name_of
from ikw.text.translate import _, _l


def text_of(event: Event) -> str:
    """Return all of an event that a search looks through: what stands on its page."""
    return searchable(
        dates.days(event),
        _("Free of charge") if event.is_free_of_charge else None,
        _("Called off") if event.is_called_off else None,
        _("Postponed") if event.is_postponed else None,
        _("Moved") if event.is_moved else None,
        *[name_of(code) for code in event.languages],
        *[str(vocabulary.AUDIENCES[code]) for code in event.audiences],
        *[str(vocabulary.ACCESS[code]) for code in event.all_access],
        *_in_both(event.title, event.summary, event.description, event.room),
        event.venue.one_line if event.venue else None,
        *_in_both(event.venue.district if event.venue else None, *event.topics),
        *[host.name for host in event.hosts],
    )


def _in_both(*german: str | None) -> list[str]:
    """Return texts in the reader's language and in German: either may be on the poster."""
    return [text for each in german if each for text in (each, words(each))]


def _still_places(event: Event, now: datetime) -> bool:
    return event.takes_registrations(now) and not event.is_full


def _district(event: Event) -> str | None:
    return event.venue.district if event.venue else None


#: Filters that take a value from those that occur: name in the address, and from an event to its
#: values with their labels.
CHOICES: dict[str, Callable[[Event], dict[str, str]]] = {
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
    "thema": _l("Topic"),
    "stadtteil": _l("Part of town"),
    "ort": _l("Place"),
    "veranstalter": _l("Host"),
    "sprache": _l("Language spoken"),
}

#: What the switches are called on the page.
SWITCH_NAMES = {
    "kostenlos": _l("free of charge"),
    "stufenlos": _l("step-free"),
    "kinder": _l("for children and families"),
    "frei": _l("still places"),
}

#: Filters that are on or off.
SWITCHES: dict[str, Callable[[Event, datetime], bool]] = {
    "kostenlos": lambda event, now: event.is_free_of_charge,
    "stufenlos": lambda event, now: event.is_step_free,
    "kinder": lambda event, now: bool({"children", "families"} & set(event.audiences)),
    "frei": _still_places,
}


#: Of the names in an address, so that one selection has one address.
ORDER = ("tag", "q", *CHOICES, *SWITCHES)


@dataclass(frozen=True)
class Filters:
    """What a reader asked for; unknown words in the address are left out, not refused."""

    day: date | None = None
    query: str = ""
    choices: dict[str, str] = field(default_factory=dict)
    switches: frozenset[str] = frozenset()

    @classmethod
    def from_args(cls, args: MultiDict[str, str]) -> Filters:
        try:
            day = date.fromisoformat(args.get("tag", ""))
        except ValueError:
            day = None
        return cls(
            day=day,
            query=" ".join(args.get("q", "").split())[:100],
            choices={name: args[name][:100] for name in CHOICES if args.get(name)},
            switches=frozenset(name for name in SWITCHES if args.get(name)),
        )

    @property
    def args(self) -> dict[str, str]:
        """The address of this selection, in one order only."""
        args = {"tag": self.day.isoformat() if self.day else "", "q": self.query}
        args |= self.choices | {name: "1" for name in SWITCHES if name in self.switches}
        return {name: value for name, value in args.items() if value}

    @property
    def active(self) -> bool:
        return bool(self.args)

    def url(self, series: str, **changes: str | None) -> str:
        """Return the address of this selection with some filters set, or taken off by None."""
        args: dict[str, Any] = self.args | changes
        chosen = {name: args[name] for name in ORDER if args.get(name)}
        return url_for("programme.show", series=series, **chosen)

    def names(self, events: list[Event]) -> dict[str, str]:
        """Return what each filter that is on is called; the events know their own words."""
        names = {
            "tag": dates.long_day(self.day) if self.day else "",
            "q": _("“%(query)s”", query=self.query),
        }
        for choice, value in self.choices.items():
            names[choice] = dict(options(events, choice)).get(value, value)
        names |= {name: str(SWITCH_NAMES[name]) for name in self.switches}
        return {name: names[name] for name in self.args}

    def applied(self, series: str, events: list[Event]) -> list[tuple[str, str]]:
        """Return each filter that is on: its name, and the address without it."""
        return [
            (label, self.url(series, **{name: None})) for name, label in self.names(events).items()
        ]

    def select(self, events: list[Event], now: datetime) -> list[Event]:
        """Return the events that pass all filters, in the order given."""
        return [event for event in events if self._passes(event, now)]

    def _passes(self, event: Event, now: datetime) -> bool:
        return (
            (self.day is None or event.is_on(self.day))
            and all(value in CHOICES[name](event) for name, value in self.choices.items())
            and all(SWITCHES[name](event, now) for name in self.switches)
            and (not self.query or finds(self.query, text_of(event)))
        )


def options(events: list[Event], name: str) -> list[tuple[str, str]]:
    """Return the values of a filter that occur, with their labels, in the order of the labels."""
    values = {value: label for event in events for value, label in CHOICES[name](event).items()}
    return sorted(values.items(), key=lambda pair: fold(pair[1]))


def by_day(events: list[Event], day: date | None) -> list[tuple[date, list[Event]]]:
    """Return the events under their days; what lasts several days stands under its first one.

    With a day given there is that day alone, with everything that is on then.
    """
    if day is not None:
        return [(day, sorted(events, key=lambda e: e.sort_key))] if events else []
    days: dict[date, list[Event]] = {}
    for event in sorted(events, key=lambda e: e.sort_key):
        days.setdefault(event.date, []).append(event)
    return list(days.items())


def going_on(events: list[Event]) -> dict[date, list[Event]]:
    """Return by day what began on an earlier one and is still on."""
    days: dict[date, list[Event]] = {}
    for event in sorted(events, key=lambda e: e.sort_key):
        for day in event.dates[1:]:
            days.setdefault(day, []).append(event)
    return days
