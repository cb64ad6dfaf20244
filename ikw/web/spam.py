"""What was refused as too often, or as a program's: counted, so that organisers see a flood.

Counts are noted in the log once in a while, not at every refusal: a flood must write nothing.
"""

from __future__ import annotations

import time
from collections import Counter
from contextlib import suppress
from threading import Lock

from sqlalchemy.exc import OperationalError

from ikw import clock
from ikw.db import write
from ikw.model import LogEntry

#: Seconds between two notes of one process.
NOTE_EVERY = 60.0

_counts: Counter[str] = Counter()
_lock = Lock()
_noted_at = 0.0


def refused(why: str) -> None:
    """Count a refusal: `limit` for too many, `trap` for a field that people do not see."""
    global _noted_at
    with _lock:
        _counts[why] += 1
        if time.monotonic() - _noted_at < NOTE_EVERY:
            return
        _noted_at = time.monotonic()
        counted = dict(_counts)
        _counts.clear()
    # Where nothing can be written just now, a note less is no reason to answer otherwise.
    with suppress(OperationalError), write() as current:
        current.add(LogEntry(at=clock.now(), actor="limits", verb="refuse", new=counted))
