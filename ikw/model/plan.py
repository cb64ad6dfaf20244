"""Plan: when and where an event is, and whether. What people are told of when it changes."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

from ikw.model.event import Event


@dataclass(frozen=True)
class Plan:
    """What somebody who wants to come has to know; a change of it raises SEQUENCE and is told."""

    date: dt.date
    start: dt.time | None = None
    end_date: dt.date | None = None
    end: dt.time | None = None
    hours: str | None = None
    #: Name, address and room on one line.
    place: str | None = None
    is_called_off: bool = False
    is_postponed: bool = False

    @classmethod
    def of(cls, event: Event) -> Plan:
        """Return the plan of an event as it is now."""
        place = [event.venue.one_line if event.venue else None, event.room]
        return cls(
            event.date,
            event.start,
            event.end_date,
            event.end,
            event.hours,
            ", ".join(filter(None, place)) or None,
            event.is_called_off,
            event.is_postponed,
        )

    @property
    def takes_place(self) -> bool:
        return not self.is_called_off and not self.is_postponed

    @property
    def as_event(self) -> Event:
        """An event of this time that is never stored, for the words about dates and hours."""
        return Event(
            date=self.date,
            start=self.start,
            end_date=self.end_date,
            end=self.end,
            hours=self.hours,
        )

    @property
    def time_is_open(self) -> bool:
        return self.as_event.time_is_open

    def facts(self) -> dict[str, Any]:
        """Return the plan as JSON can hold it; what does not apply is left out."""
        return {
            name: value.isoformat() if isinstance(value, dt.date | dt.time) else value
            for name, value in asdict(self).items()
            if value not in (None, False)
        }

    @classmethod
    def from_facts(cls, facts: dict[str, Any]) -> Plan:
        """Return the plan that `facts()` wrote down."""
        read: dict[str, Any] = {
            "date": dt.date.fromisoformat,
            "end_date": dt.date.fromisoformat,
            "start": dt.time.fromisoformat,
            "end": dt.time.fromisoformat,
        }
        return cls(**{name: read.get(name, _same)(value) for name, value in facts.items()})


def _same(value: Any) -> Any:
    return value
