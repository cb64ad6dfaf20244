"""Who changes something, and when: passed to every action."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

#: How long letters wait for further changes, unless the town sets another time.
QUIET = timedelta(minutes=10)


@dataclass(frozen=True)
class Act:
    """Who changes something, when, and how long letters about it wait for more."""

    by: str
    now: datetime
    quiet: timedelta = QUIET
