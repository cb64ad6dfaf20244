"""Who changes something, and when: passed to every action."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

#: How long letters wait for further changes, unless the town sets another time.
QUIET = timedelta(minutes=10)


@dataclass(frozen=True)
class Act:
    """Who changes something, when, and how long letters about it wait for more."""

    #: How the log names them: `Organiser.actor`, or one of `ikw.model.verbs.Actor`.
    by: str
    #: The moment by the town's clock, which a demonstration moves.
    now: datetime
    #: The real moment: by it letters leave, and the desk opens.
    real: datetime
    quiet: timedelta = QUIET
