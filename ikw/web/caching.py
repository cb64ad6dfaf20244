"""Public pages are rendered once for each language, state of the programme and minute.

A page shows the programme and the time; as long as neither moves, it is the same bytes. So the
cache stands in front of Flask, and a page that is known costs one small question to the database:
which revision of the programme is it?
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, wraps
from threading import Lock
from typing import Any, ParamSpec

from cachetools import LRUCache
from flask import Flask, Response, g, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import Accept
from werkzeug.http import is_resource_modified, parse_accept_header
from werkzeug.sansio.utils import host_is_trusted

from ikw import clock, db
from ikw.names import InEnviron, InExtensions

P = ParamSpec("P")

Environ = dict[str, Any]
StartResponse = Callable[..., Any]

#: Bytes that one process keeps, about 400 pages with their compressed twins.
CACHE_SIZE = 16 * 1024 * 1024

#: Of an address whose page is kept; all filters at once are shorter.
LONGEST_QUERY = 400

#: What an answer to a conditional request leaves out when nothing is new (RFC 9110, 15.4.5).
NOT_IN_304 = {"content-type", "content-length", "content-encoding"}


@dataclass(frozen=True)
class State:
    """The state of the programme that a page shows."""

    revision: int
    example: bool


@lru_cache(maxsize=256)
def wants_gzip(accept_encoding: str) -> bool:
    """Return whether a browser takes gzip, by its Accept-Encoding header."""
    return parse_accept_header(accept_encoding, Accept).quality("gzip") > 0


class Page:
    """A finished answer, as it is and compressed. It is a WSGI application of its own."""

    def __init__(self, response: Response) -> None:
        body = response.get_data()
        self.last_modified: datetime | None = response.last_modified
        etag = hashlib.sha256(body).hexdigest()[:24]
        response.headers.setdefault("Vary", "Accept-Encoding")
        kept = [(k, v) for k, v in response.headers if k.lower() not in {"content-length", "etag"}]
        compressed = gzip.compress(body, 9, mtime=0)
        self.plain = _Encoded(body, kept, f'"{etag}"')
        # Another representation, another strong ETag (RFC 9110, 8.8.3.3).
        self.gzipped = _Encoded(compressed, [*kept, ("Content-Encoding", "gzip")], f'"{etag}-gz"')

    @property
    def size(self) -> int:
        return len(self.plain.body) + len(self.gzipped.body) + LONGEST_QUERY

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer whole, compressed, or 304 (RFC 9110, 13)."""
        zipped = wants_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
        answer = self.gzipped if zipped else self.plain
        asks_if_new = "HTTP_IF_NONE_MATCH" in environ or "HTTP_IF_MODIFIED_SINCE" in environ
        if asks_if_new and not is_resource_modified(
            environ, etag=answer.etag, last_modified=self.last_modified
        ):
            start_response("304 Not Modified", list(answer.headers_304))
            return []
        start_response("200 OK", list(answer.headers))
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.body]


class _Encoded:
    """One representation of a page with its headers."""

    def __init__(self, body: bytes, headers: list[tuple[str, str]], etag: str) -> None:
        self.body = body
        self.etag = etag
        self.headers = [*headers, ("ETag", etag), ("Content-Length", str(len(body)))]
        self.headers_304 = [(k, v) for k, v in self.headers if k.lower() not in NOT_IN_304]


class PageCache:
    """Stands before Flask and answers what it knows; the least used pages are dropped first."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.behind = app.wsgi_app
        self.read_row = db.RowReader(
            app.config["IKW_DATABASE_URL"], "SELECT revision, example FROM programme"
        )
        self.pages: LRUCache[object, Page] = LRUCache(CACHE_SIZE, getsizeof=lambda p: p.size)
        self.lock = Lock()
        self.is_ours = lru_cache(maxsize=64)(
            lambda host: host_is_trusted(host, app.config["TRUSTED_HOSTS"])
        )

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if self.is_ours(environ.get("HTTP_HOST", "")):
            try:
                row = self.read_row()
            except db.NoAnswer:
                # Flask meets the same trouble and shows its page for it.
                return self.behind(environ, start_response)
            state = environ[InEnviron.STATE] = State(row[0], bool(row[1]))
            if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
                return self.behind(environ, start_response)
            minute = clock.now().replace(second=0, microsecond=0)
            language, offer = environ.get(InEnviron.LANGUAGE), environ.get(InEnviron.OFFER)
            query = environ.get("QUERY_STRING", "")
            key = (environ["PATH_INFO"], query, language, offer, state, minute)
            with self.lock:
                page = self.pages.get(key)
            if page is not None:
                return page(environ, start_response)
            if len(query) <= LONGEST_QUERY:
                environ[InEnviron.PAGE_KEY] = key
        return self.behind(environ, start_response)

    def keep(self, response: Response) -> Response:
        """Keep the finished answer of a cached view, and give it as it will be given again."""
        key = request.environ.get(InEnviron.PAGE_KEY)
        if not g.get("is_cached") or response.status_code != 200:
            return response
        response.headers["Cache-Control"] = g.get("cache_control", "no-cache")
        page = Page(response)
        # Whatever is too long to be kept is told apart by its ETag all the same.
        if key is not None and page.size <= self.pages.maxsize:
            with self.lock:
                self.pages[key] = page
        return _answer(page)


def finish(response: Response) -> Response:
    """Give an answer its ETag, compressed or as it is, or 304; it is not kept."""
    return _answer(Page(response))


def unkept(response: Response) -> Response:
    """Give a public answer its ETag, or 304; it is too large to be kept, and compressed already."""
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    answer: Response = response.make_conditional(request)  # type: ignore[assignment]
    return answer


def _answer(page: Page) -> Response:
    answer: Response = Response.from_app(page, request.environ)  # type: ignore[assignment]
    return answer


def init_app(app: Flask) -> None:
    """Put the cache before the application. Call first: its hook has to run last."""
    cache = PageCache(app)
    app.after_request(cache.keep)
    app.extensions[InExtensions.PAGES] = cache
    app.wsgi_app = cache  # type: ignore[method-assign]


def is_example() -> bool:
    """Return whether the programme that the current request shows is made up."""
    state: State | None = request.environ.get(InEnviron.STATE) if request else None
    return state is not None and state.example


def cached(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Mark a public GET whose answer depends on the address, the programme and the minute alone.

    The address has the language; what else is offered is part of the key.
    """

    @wraps(view)
    def marked(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        g.is_cached = True
        return view(*args, **kwargs)

    return marked
