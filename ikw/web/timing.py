"""Answers that take the same time whatever was found: the time tells nobody who is known."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import request

from ikw.names import InEnviron

P = ParamSpec("P")
R = TypeVar("R")

#: Seconds that an answer takes at least: longer than looking up an address and writing letters.
LONG_ENOUGH = 0.1


def evenly_timed(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view whose answer must not come sooner for an address that nobody knows.

    The gate before the application waits, so that no place of those who write is taken meanwhile.
    """

    @wraps(view)
    def marked(*args: P.args, **kwargs: P.kwargs) -> R:
        request.environ[InEnviron.ANSWER_AT] = time.monotonic() + LONG_ENOUGH
        return view(*args, **kwargs)

    return marked
