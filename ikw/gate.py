"""What stands before the application: bodies are read to their end, and a few requests run at once.

The server hands bodies over as they trickle in and never gives up on one; without the gate, a dozen
slow senders would hold every thread. Why with these numbers: docs/decisions/0002-web-server.md.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from threading import BoundedSemaphore, Condition
from typing import IO, Any

from ikw.config import MAX_REQUEST, MAX_UPLOAD
from ikw.names import DESK_COOKIE, InEnviron, Route
from ikw.networks import household
from ikw.slow_senders import SlowSenders

#: How many threads may wait for the body of a request; the others stay free for readers.
BODY_READERS = 32

#: How many of them one network may take, and all uploads of the desk together.
READERS_EACH = 3
UPLOADS = 8

#: In a club room many send the same form at the same time, and each body is here in a moment: for
#: so many seconds some wait for those before them.
A_MOMENT = 1.0
MOST_WAITING = 8

#: How many requests run Python at once. More would only wait for each other, and for longest while
#: one of them holds the lock of the database.
WRITERS_AT_WORK = 2
READERS_AT_WORK = 3

Environ = dict[str, Any]
StartResponse = Callable[..., Any]

PLAIN = [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")]

#: Said before the application is asked, so in the reference language only.
BUSY = """<!doctype html><html lang="de"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Gerade ist viel los</title>
<h1>Gerade ist viel los</h1>
<p>Ihre Angaben sind noch nicht angekommen. Bitte gehen Sie zurück, sie stehen noch im Formular,
und schicken Sie es in ein paar Sekunden noch einmal ab.</p></html>
"""
BUSY_HEADERS = [
    ("Content-Type", "text/html; charset=utf-8"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("X-Content-Type-Options", "nosniff"),
    ("Cache-Control", "no-store"),
    ("Retry-After", "5"),
]


class NotArrived(Exception):
    """There was no room to wait for a body, or it did not arrive in time, or not to its end."""


class Gate:
    """Reads a request's body before the application runs.

    What finds no room is told to come again, and so is whoever sends too slowly.
    """

    def __init__(
        self,
        app: Callable[[Environ, StartResponse], Iterable[bytes]],
        each: int = BODY_READERS,
        slow_senders: SlowSenders | None = None,
    ) -> None:
        self.app = app
        self.each = each
        self.slow_senders = slow_senders or SlowSenders()
        self.senders: Counter[str] = Counter()
        self.uploads = 0
        self.waiting = 0
        self.room = Condition()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO") == Route.HEALTH:
            # Whoever asks whether this process answers waits for nobody.
            start_response("200 OK", PLAIN)
            return [b"ok\n"]
        if "HTTP_TRANSFER_ENCODING" in environ:
            # Browsers tell the length of a form; of a body without one we could not say when to
            # stop waiting for it.
            start_response("411 Length Required", PLAIN)
            return [b"Please send the length of the form (Content-Length).\n"]
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body: IO[bytes] | None = None
        # What is larger is refused by Flask before it is read.
        if 0 < length <= (MAX_UPLOAD if _may_upload(environ) else MAX_REQUEST):
            try:
                body = environ["wsgi.input"] = self._receive(environ, length)
            except NotArrived:
                start_response("503 Service Unavailable", [*BUSY_HEADERS])
                return [BUSY.encode()]
        try:
            return self.app(environ, start_response)
        finally:
            if body is not None:
                body.close()
            if InEnviron.ANSWER_AT in environ:
                time.sleep(max(0.0, environ[InEnviron.ANSWER_AT] - time.monotonic()))

    def _receive(self, environ: Environ, length: int) -> IO[bytes]:
        """Return the whole body. Raises NotArrived."""
        address = environ.get("REMOTE_ADDR", "")
        # Read here and in no other thread: the server waits for whoever reads a body when it ends a
        # request, and everybody else waits for the server.
        with self._place(address, length), self.slow_senders.watching(address):
            body = _read(environ["wsgi.input"], length)
        if body is None:
            raise NotArrived
        return body

    @contextmanager
    def _place(self, address: str, length: int) -> Iterator[None]:
        """Take a place among those who wait for a body. Raises NotArrived when there is none."""
        sender, uploads = household(address), int(length > MAX_REQUEST)
        with self.room:
            if self.senders[sender] >= self.each and self.waiting < MOST_WAITING:
                self.waiting += 1
                self.room.wait_for(lambda: self.senders[sender] < self.each, A_MOMENT)
                self.waiting -= 1
            if (
                self.senders.total() >= BODY_READERS
                or self.senders[sender] >= self.each
                or self.uploads + uploads > UPLOADS
            ):
                raise NotArrived
            self.senders[sender] += 1
            self.uploads += uploads
        try:
            yield
        finally:
            with self.room:
                self.senders.subtract([sender])
                # Drops those that have come to nothing.
                self.senders += Counter()
                self.uploads -= uploads
                self.room.notify_all()


class AtWork:
    """Lets a few requests at a time make an answer. Pages that are kept need no turn."""

    def __init__(self, app: Callable[[Environ, StartResponse], Iterable[bytes]]) -> None:
        self.app = app
        # Apart, so that writers who wait for the database keep no reader waiting.
        self.writers = BoundedSemaphore(WRITERS_AT_WORK)
        self.readers = BoundedSemaphore(READERS_AT_WORK)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        reads = environ["REQUEST_METHOD"] in {"GET", "HEAD"}
        with self.readers if reads else self.writers:
            return self.app(environ, start_response)


def _may_upload(environ: Environ) -> bool:
    """Return whether a request may bring a picture or a workbook: at the desk, signed in."""
    at_the_desk = Route.DESK in environ.get("PATH_INFO", "")
    return at_the_desk and f"{DESK_COOKIE}=" in environ.get("HTTP_COOKIE", "")


def _read(source: IO[bytes], length: int) -> IO[bytes] | None:
    """Return a body that has arrived whole; a large one is on the disk, not in memory.

    Of one that was cut off nothing is used: half a form may say something else than all of it.
    """
    if length <= MAX_REQUEST:
        small = source.read(length)
        return BytesIO(small) if len(small) == length else None
    body = tempfile.TemporaryFile()  # noqa: SIM115 (closed by whoever asked for it)
    left = length
    while left > 0 and (part := source.read(min(left, MAX_REQUEST))):
        body.write(part)
        left -= len(part)
    if left:
        body.close()
        return None
    body.seek(0)
    return body
