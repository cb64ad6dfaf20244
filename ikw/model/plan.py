"""Plan: when and where an event is, and whether. What people are told of when it changes."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, field
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
    #: Its key: a corrected address is no other place.
    venue: str | None = None
    room: str | None = None
    is_called_off: bool = False
    is_postponed: bool = False
    #: Name, address and room on one line, and why it is not on, for those who are told.
    place: str | None = field(default=None, compare=False)
    reason: str | None = field(default=None, compare=False)

    @classmethod
    def of(cls, event: Event) -> Plan:
        """Return the plan of an event as it is now."""
        return cls(
            date=event.date,
            start=event.start,
            end_date=event.end_date,
            end=event.end,
            hours=event.hours,
            venue=event.venue.key if event.venue else None,
            room=event.room,
            is_called_off=event.is_called_off,
            is_postponed=event.is_postponed,
            place=event.place,
            reason=event.reason,
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

    def has_ended(self, now: dt.datetime) -> bool:
        """Whether the time that was planned is over."""
        return not self.is_postponed and self.as_event.is_over(now)

    def is_elsewhere(self, other: Plan) -> bool:
        """Whether another plan has another venue or room."""
        return (self.venue, self.room) != (other.venue, other.room)

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
