"""Public pages are made once for each language and state of the programme, and kept.

The cache stands in front of Flask, and a page that is known costs one small question to the
database: in which state is the programme?
Why it is so: docs/decisions/0003-pages-are-kept-before-flask.md.
"""

from __future__ import annotations

import gzip
import hashlib
import sys
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, wraps
from threading import Event as Finished
from threading import Lock
from typing import Any, NamedTuple, ParamSpec

from cachetools import LRUCache
from flask import Flask, Response, g, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import Accept
from werkzeug.http import is_resource_modified, parse_accept_header
from werkzeug.sansio.utils import host_is_trusted

from ikw import clock, db, desk_settings
from ikw.model import Places
from ikw.model.places import places_of
from ikw.names import InContext, InEnviron, InExtensions
from ikw.text.languages import DEFAULT, LANGUAGES, Language, speaking
from ikw.web.gaps import Gaps
from ikw.web.security import PRIVATE_PATHS
from ikw.web.turns import Turns

P = ParamSpec("P")

Environ = dict[str, Any]
StartResponse = Callable[..., Any]

#: Bytes that one process keeps: 400 pages or so, compressed.
CACHE_SIZE = 6 * 1024 * 1024

#: Of an address whose page is kept; all filters at once are shorter.
LONGEST_QUERY = 400

#: Seconds for which a request waits while another one makes the same page.
PATIENCE = 30

#: What an answer to a conditional request leaves out when nothing is new (RFC 9110, 15.4.5).
NOT_IN_304 = {"content-type", "content-length", "content-encoding"}

#: The state of everything that pages show, in one statement and so of one moment.
STATE = (
    "SELECT revision, example,"
    " (SELECT coalesce(sum(places_revision), 0) FROM event WHERE places_revision > 0)"
    " FROM programme"
)


class State(NamedTuple):
    """The state of the programme: what editors changed, and what sign-ups did."""

    revision: int
    example: bool
    places: int


#: When the database did not tell.
UNKNOWN = State(0, False, 0)


class Key(NamedTuple):
    """What tells pages apart: the address, its language, and the language that is offered."""

    path: str
    query: str
    language: Language
    offer: Language | None


@dataclass(frozen=True)
class Making:
    """A page that is about to be made: where it will be kept, and what it will show."""

    key: Key | None
    state: State
    now: datetime


@lru_cache(maxsize=256)
def wants_gzip(accept_encoding: str) -> bool:
    """Return whether a browser takes gzip, by its Accept-Encoding header."""
    return parse_accept_header(accept_encoding, Accept).quality("gzip") > 0


class Head:
    """What all answers of a page have in common."""

    def __init__(self, response: Response) -> None:
        response.headers.setdefault("Vary", "Accept-Encoding")
        left_out = {"content-length", "etag"}
        self.headers = [(k, v) for k, v in response.headers if k.lower() not in left_out]
        self.last_modified: datetime | None = response.last_modified


class Answer:
    """A finished answer, as it is and compressed. It is a WSGI application of its own."""

    def __init__(self, head: Head, body: bytes, *, is_own: bool = False, level: int = 9) -> None:
        # Only what nearly all browsers ask for is kept; the rest can be made from it.
        self.body = gzip.compress(body, level, mtime=0)
        self.last_modified = head.last_modified
        etag = None if is_own else hashlib.sha256(body).hexdigest()[:24]
        self.plain = _Headers(head, etag, len(body))
        # Another representation, another strong ETag (RFC 9110, 8.8.3.3).
        packed = ("Content-Encoding", "gzip")
        self.gzipped = _Headers(head, etag and f"{etag}-gz", len(self.body), packed)

    @property
    def size(self) -> int:
        return len(self.body) + LONGEST_QUERY

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer whole, compressed, or 304 (RFC 9110, 13)."""
        zipped = wants_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
        headers = self.gzipped if zipped else self.plain
        asks_if_new = "HTTP_IF_NONE_MATCH" in environ or "HTTP_IF_MODIFIED_SINCE" in environ
        if (
            asks_if_new
            and headers.etag is not None
            and not is_resource_modified(
                environ, etag=headers.etag, last_modified=self.last_modified
            )
        ):
            start_response("304 Not Modified", [*headers.of_304])
            return []
        start_response("200 OK", [*headers.of_200])
        if environ["REQUEST_METHOD"] == "HEAD":
            return []
        return [self.body if zipped else gzip.decompress(self.body)]


class _Headers:
    """The headers of one representation."""

    def __init__(self, head: Head, etag: str | None, length: int, *more: tuple[str, str]) -> None:
        self.etag = etag and f'"{etag}"'
        self.of_200 = [*head.headers, *more, ("Content-Length", str(length))]
        if self.etag:
            self.of_200.append(("ETag", self.etag))
        self.of_304 = [(k, v) for k, v in self.of_200 if k.lower() not in NOT_IN_304]


class Page:
    """A page that is kept, with gaps for the places; they are filled once for each state."""

    def __init__(self, response: Response, gaps: Gaps, making: Making, until: datetime) -> None:
        self.head = Head(response)
        self.gaps = gaps
        self.state = making.state
        self.until = until
        self.lock = Lock()
        body = response.get_data()
        #: With its gaps, compressed; nothing where it has none.
        self.packed = b""
        #: The answer; only its body, compressed, where each is another one.
        self.filled: Answer | bytes = b""
        self.filled_to = -1
        if gaps.gaps or gaps.full:
            self.packed = zlib.compress(body)
        else:
            self.filled, self.filled_to = Answer(self.head, body), sys.maxsize

    @property
    def size(self) -> int:
        """How many bytes it takes, filled."""
        return LONGEST_QUERY + len(self.packed) + _size(self.filled)

    def shows(self, state: State, now: datetime) -> bool:
        """Whether nothing that it shows has changed, but for the places."""
        is_new = self.state.revision >= state.revision and self.state.example == state.example
        return is_new and now < self.until

    def answer(
        self, state: State, read: Callable[[Collection[int]], dict[int, Places]]
    ) -> Answer | None:
        """Return the answer in a state of the places; None when all of it has to be made anew.

        `read` tells the places of events, in the state that was asked for or a later one.
        """
        with self.lock:
            if self.filled_to < state.places:
                event_ids = self.gaps.event_ids
                places = read(event_ids)
                if self.gaps.are_out_of_date(places):
                    return None
                body = self.gaps.fill(zlib.decompress(self.packed), places)
                if self.gaps.has_own:
                    self.filled = zlib.compress(body, 1)
                else:
                    self.filled = Answer(self.head, body, level=6)
                # A form without a number of places is the same in every state.
                self.filled_to = state.places if event_ids else sys.maxsize
            filled = self.filled
        if isinstance(filled, Answer):
            return filled
        body = self.gaps.fill_own(zlib.decompress(filled))
        return Answer(self.head, body, is_own=True, level=1)

    def filled_for(self, state: State) -> Answer | None:
        """Return the answer if it is there already."""
        # Sums only rise: what was filled for a higher one is newer.
        filled = self.filled if self.filled_to >= state.places else None
        return filled if isinstance(filled, Answer) else None


def _size(filled: Answer | bytes) -> int:
    return filled.size if isinstance(filled, Answer) else len(filled)


class PageCache:
    """Stands before Flask and answers what it knows; the least used pages are dropped first."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        #: What makes pages.
        self.behind = app.wsgi_app
        self.read_state = db.RowReader(app.config["IKW_DATABASE_URL"], STATE)
        self.pages: LRUCache[Key, Page] = LRUCache(CACHE_SIZE, getsizeof=lambda p: p.size)
        #: Pages that are being made; who wants the same one waits for it.
        self.making: dict[Key, Finished] = {}
        self.lock = Lock()
        self.turns = Turns()
        self.is_ours = lru_cache(maxsize=64)(
            lambda host: host_is_trusted(host, app.config["TRUSTED_HOSTS"])
        )

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if not self.is_ours(environ.get("HTTP_HOST", "")):
            return self.behind(environ, start_response)
        now = clock.now()
        try:
            state = environ[InEnviron.STATE] = State(*self.read_state())
        except db.NoAnswer:
            # Flask meets the same trouble and shows its page for it.
            return self.behind(environ, start_response)
        desk_settings.refresh(self.app, state.revision)
        path, query = environ["PATH_INFO"], environ.get("QUERY_STRING", "")
        is_page = environ["REQUEST_METHOD"] in {"GET", "HEAD"}
        if not is_page or path.startswith(PRIVATE_PATHS) or len(query) > LONGEST_QUERY:
            return self.behind(environ, start_response)
        language = environ.get(InEnviron.LANGUAGE, LANGUAGES[DEFAULT])
        key = Key(path, query, language, environ.get(InEnviron.OFFER))
        making = environ[InEnviron.MAKING] = Making(key, state, now)
        if answer := self._known(key, making):
            return answer(environ, start_response)
        while True:
            with self._first_to_make(key) as is_first:
                if is_first:
                    return self.behind(environ, start_response)
            # Made meanwhile, unless it is nothing to be kept.
            if key not in self.pages:
                return self.behind(environ, start_response)
            if answer := self._known(key, making):
                return answer(environ, start_response)

    def _known(self, key: Key, making: Making) -> Answer | None:
        """Return the answer if the page is kept and still true."""
        with self.lock:
            page = self.pages.get(key)
        if page is None or not page.shows(making.state, making.now):
            return None
        if filled := page.filled_for(making.state):
            return filled
        try:
            with self.app.app_context(), speaking(key.language.code):
                return page.answer(making.state, self.read_places)
        except SQLAlchemyError:
            return None

    @contextmanager
    def _first_to_make(self, key: Key) -> Iterator[bool]:
        """Tell whether nobody else makes this page; if somebody does, wait until it is made."""
        mine = Finished()
        with self.lock:
            other = self.making.setdefault(key, mine)
        if other is not mine:
            other.wait(PATIENCE)
            yield False
            return
        try:
            yield True
        finally:
            with self.lock:
                del self.making[key]
            mine.set()

    def read_places(self, event_ids: Collection[int]) -> dict[int, Places]:
        """Return the places of events as they are now."""
        if not event_ids:
            return {}
        engine: Engine = self.app.extensions[InExtensions.ENGINE]
        with db.for_reading(engine).connect() as connection:
            return places_of(connection, event_ids)

    def keep(self, response: Response) -> Response:
        """Keep the finished answer of a cached view, and give it as it will be given again."""
        gaps: Gaps | None = g.get(InContext.GAPS)
        making = request.environ.get(InEnviron.MAKING) or Making(None, UNKNOWN, clock.now())
        if gaps is None or response.status_code != 200:
            # What was a page and is none any more keeps nobody waiting.
            if making.key is not None:
                with self.lock:
                    self.pages.pop(making.key, None)
            return response
        response.headers["Cache-Control"] = g.get(InContext.CACHE_CONTROL, "no-cache")
        until = self.turns.after(making.now, making.state.revision)
        page = Page(response, gaps, making, min(until, g.get(InContext.TRUE_UNTIL, until)))
        answer = page.answer(making.state, self.read_places)
        if answer is None:
            # An event has become full while the page was made.
            gaps.full.clear()
            return _given(page.answer(making.state, self.read_places))
        # Whatever is too long to be kept is told apart by its ETag all the same.
        if making.key is not None and page.size <= self.pages.maxsize:
            with self.lock:
                self.pages[making.key] = page
        return _given(answer)


def finish(response: Response) -> Response:
    """Give an answer its ETag, compressed or as it is, or 304; it is not kept."""
    body = response.get_data()
    return _given(Answer(Head(response), body))


def compressed(page: str) -> Response:
    """Give a page that is somebody's own, and as quickly as it can be compressed.

    Not for the desk: who can have a text stand beside a secret, and sees how long the answer is,
    learns of the secret (BREACH). Here the address is the secret.
    """
    return _given(Answer(Head(Response(page)), page.encode(), is_own=True, level=1))


def unkept(response: Response) -> Response:
    """Give a public answer its ETag, or 304; it is too large to be kept, and compressed already."""
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    answer: Response = response.make_conditional(request)  # type: ignore[assignment]
    return answer


def _given(answer: Answer | None) -> Response:
    given: Response = Response.from_app(answer, request.environ)  # type: ignore[assignment,arg-type]
    return given


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
    """Mark a public GET whose answer depends on the address, the programme and the time alone.

    The address has the language; what else is offered is part of the key. What it says of places,
    and what is another thing in each answer, stands in gaps (`ikw.web.gaps`).
    """

    @wraps(view)
    def marked(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        g.gaps = Gaps()
        return view(*args, **kwargs)

    return marked


def true_for(period: timedelta) -> None:
    """Note that the page being made shows something that may be another thing after this time."""
    g.true_until = clock.now() + period
