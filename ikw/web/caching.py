"""Public pages are rendered once for each state of the programme and each minute.

A page shows the programme and the time; as long as neither moves, it is the same bytes. So what
one query costs, the revision of the programme, is what a page costs.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from threading import Lock
from typing import ParamSpec

from cachetools import LRUCache
from flask import Response, current_app, g, make_response, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from ikw import clock, db
from ikw.model import Programme
from ikw.text.languages import current

P = ParamSpec("P")

#: Bytes that one process keeps, about 400 pages with their compressed twins.
CACHE_SIZE = 16 * 1024 * 1024


@dataclass(frozen=True)
class State:
    """The state of the programme that the current request shows."""

    revision: int
    example: bool


@dataclass(frozen=True)
class Page:
    """A rendered answer, as it is and compressed."""

    content_type: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    compressed: bytes
    etag: str

    @classmethod
    def of(cls, response: Response) -> Page:
        body = response.get_data()
        kept = [(k, v) for k, v in response.headers if k not in {"Content-Type", "Content-Length"}]
        etag = hashlib.sha256(body).hexdigest()[:24]
        compressed = gzip.compress(body, 9, mtime=0)
        return cls(response.content_type or "", tuple(kept), body, compressed, etag)

    @property
    def size(self) -> int:
        return len(self.body) + len(self.compressed)

    def answer(self) -> Response:
        """Return the answer to the current request: whole, compressed, or 304 (RFC 9110, 13)."""
        zipped = request.accept_encodings.quality("gzip") > 0
        response = Response(
            self.compressed if zipped else self.body, content_type=self.content_type
        )
        response.headers.extend(self.headers)
        response.headers.setdefault("Cache-Control", "no-cache")
        response.headers["Vary"] = "Accept-Encoding"
        if zipped:
            response.headers["Content-Encoding"] = "gzip"
        response.set_etag(f"{self.etag}-gz" if zipped else self.etag)
        return response.make_conditional(request)  # type: ignore[return-value]


class PageCache:
    """The pages of one process, the least used dropped first."""

    def __init__(self, size: int = CACHE_SIZE) -> None:
        self._pages: LRUCache[object, Page] = LRUCache(size, getsizeof=lambda page: page.size)
        self._lock = Lock()

    def get(self, key: object) -> Page | None:
        with self._lock:
            return self._pages.get(key)

    def put(self, key: object, page: Page) -> None:
        with self._lock:
            if page.size <= self._pages.maxsize:
                self._pages[key] = page


def programme_state() -> State:
    """Return the state of the programme, read once a request."""
    if "programme_state" not in g:
        with db.engine().connect() as connection:
            row = connection.execute(select(Programme.revision, Programme.example)).one()
        g.programme_state = State(row.revision, row.example)
    state: State = g.programme_state
    return state


def cached(view: Callable[P, ResponseReturnValue]) -> Callable[P, Response]:
    """Answer a public GET from the cache while programme and minute are the same."""

    @wraps(view)
    def answer(*args: P.args, **kwargs: P.kwargs) -> Response:
        cache: PageCache = current_app.extensions.setdefault("ikw.pages", PageCache())
        state = programme_state()
        minute = clock.now().replace(second=0, microsecond=0)
        key = (request.full_path, str(current()), state, minute)
        if (page := cache.get(key)) is None:
            response = make_response(view(*args, **kwargs))
            if response.status_code != 200:
                return response
            cache.put(key, page := Page.of(response))
        return page.answer()

    return answer
