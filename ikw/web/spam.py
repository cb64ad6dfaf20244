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
from ikw.actions.act import Act
from ikw.actions.log import note
from ikw.db import write
from ikw.model.verbs import Actor, Verb

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
    act = Act(Actor.LIMITS, clock.now(), clock.real())
    # Where nothing can be written just now, a note less is no reason to answer otherwise.
    with suppress(OperationalError), write() as current:
        note(current, Verb.REFUSE, act, new=counted)
