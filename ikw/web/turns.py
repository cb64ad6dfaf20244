"""When pages say something else by the clock alone: an opening, a start, an end, a new day."""

from __future__ import annotations

from bisect import bisect
from datetime import datetime, time, timedelta

from sqlalchemy.orm import load_only

from ikw import clock
from ikw.clock import TOWN
from ikw.db import session
from ikw.model import Event
from ikw.model.event import lasts_until
from ikw.model.public import public_events

#: The columns that say when an event turns.
TIMES = load_only(
    Event.date,
    Event.start,
    Event.end_date,
    Event.end,
    Event.hours,
    Event.sign_up_opens,
    Event.sign_up_closes,
)


class Turns:
    """Knows the moments at which pages turn; they are read once for each state of the programme."""

    def __init__(self) -> None:
        # One value, so that no thread sees the moments of another state than that of its page.
        self._known: tuple[int, list[datetime]] = (-1, [])

    def after(self, now: datetime, revision: int) -> datetime:
        """Return the next moment at which some page may say something else than now."""
        if clock.is_moved():
            # Every page says what time is shown.
            return now.replace(second=0, microsecond=0) + timedelta(minutes=1)
        today = clock.in_town(now).date()
        known = self._known
        if known[0] < revision:
            coming = session().scalars(public_events().options(TIMES).where(lasts_until(today)))
            moments = sorted({moment for event in coming for moment in event.turns_at})
            known = self._known = (revision, moments)
        moments = known[1]
        midnight = datetime.combine(today + timedelta(days=1), time.min, TOWN)
        number = bisect(moments, now)
        return min(midnight, moments[number]) if number < len(moments) else midnight
