"""What time it is in the town. Stored times are UTC; dates and times of events are the town's."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

TOWN = ZoneInfo("Europe/Berlin")

_offset = timedelta(0)


def now() -> datetime:
    """Return the current moment in UTC, on the clock that the site shows."""
    return datetime.now(UTC) + _offset


def real() -> datetime:
    """Return the real moment in UTC, for what no demonstration may move: how long a link holds."""
    return datetime.now(UTC)


def set_to(moment: str, since: float | None = None) -> None:
    """Let the clock show `moment` (ISO 8601, the town's time unless it says otherwise) and run on.

    `since` is the Unix time at which it showed that moment: processes that get the same one agree.
    An empty `moment` gives back the real time. Raises ValueError for what is not a time.
    """
    global _offset
    if not moment:
        _offset = timedelta(0)
        return
    start = datetime.fromisoformat(moment)
    if start.tzinfo is None:
        start = start.replace(tzinfo=TOWN)
    anchor = datetime.fromtimestamp(time.time() if since is None else since, UTC)
    _offset = start - anchor


def is_moved() -> bool:
    """Return whether the clock shows another time than the real one."""
    return _offset != timedelta(0)


def in_town(moment: datetime) -> datetime:
    """Return the moment as the clocks in the town show it."""
    return moment.astimezone(TOWN)


def today() -> date:
    """Return which day it is in the town, on the clock that the site shows."""
    return in_town(now()).date()
