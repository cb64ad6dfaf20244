"""What stands before the application: bodies are read to their end, and a few requests run at once.

The server hands bodies over as they trickle in and never gives up on one; without the gate, a dozen
slow senders would hold every thread. Why with these numbers: docs/decisions/0002-web-server.md.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from io import BytesIO
from threading import BoundedSemaphore, Lock, Thread
from typing import IO, Any

from ikw.config import ANSWER_AT, MAX_REQUEST, MAX_UPLOAD
from ikw.networks import household

#: How many threads may wait for the body of a request; the others stay free for readers.
BODY_READERS = 12

#: How many of them one network may take.
READERS_EACH = 3

#: A body is let go after so many seconds, and so many more as its bytes take at this rate: a form
#: fits into the first packets of even a poor line.
GRACE = 8.0
BYTES_PER_SECOND = 8_000

#: So long a sender who was let go counts on, as nothing but its own end closes its connection.
REMEMBERED = 300.0

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
    """Reads a request's body before the application runs, and lets a few requests in at a time.

    What finds no room is told to come again, and so is who sends too slowly.
    """

    def __init__(
        self,
        app: Callable[[Environ, StartResponse], Iterable[bytes]],
        each: int = BODY_READERS,
        grace: float = GRACE,
    ) -> None:
        self.app = app
        self.each = each
        self.grace = grace
        self.waiting = 0
        self.senders: Counter[str] = Counter()
        self.lock = Lock()
        # Apart, so that writers who wait for the database keep no reader waiting.
        self.writers = BoundedSemaphore(WRITERS_AT_WORK)
        self.page_readers = BoundedSemaphore(READERS_AT_WORK)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
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
                start_response("503 Service Unavailable", [*BUSY_HEADERS, ("Connection", "close")])
                return [BUSY.encode()]
        reads = environ["REQUEST_METHOD"] in {"GET", "HEAD"}
        try:
            with self.page_readers if reads else self.writers:
                return self.app(environ, start_response)
        finally:
            if body is not None:
                body.close()
            if ANSWER_AT in environ:
                time.sleep(max(0.0, environ[ANSWER_AT] - time.monotonic()))

    def _receive(self, environ: Environ, length: int) -> IO[bytes]:
        """Return the whole body. Raises NotArrived."""
        sender = household(environ.get("REMOTE_ADDR"))
        with self.lock:
            if self.waiting >= BODY_READERS or self.senders[sender] >= self.each:
                raise NotArrived
            self.waiting += 1
            self.senders[sender] += 1
        reading = _Reading(environ["wsgi.input"], length)
        try:
            body = reading.wait(self.grace + length / BYTES_PER_SECOND)
        finally:
            with self.lock:
                self.waiting -= 1
            self._let_go(sender, reading)
        if body is None:
            raise NotArrived
        return body

    def _let_go(self, sender: str, reading: _Reading) -> None:
        """Stop counting a sender, at once or, if its body still trickles, when that is over."""

        def forget() -> None:
            reading.join(REMEMBERED)
            with self.lock:
                self.senders.subtract([sender])
                # Drops those that have come to nothing.
                self.senders += Counter()

        if reading.is_alive():
            Thread(target=forget, daemon=True).start()
        else:
            forget()


class _Reading(Thread):
    """Reads one body. A thread of its own, as the server's `read` knows no time limit."""

    def __init__(self, source: IO[bytes], length: int) -> None:
        super().__init__(daemon=True)
        self.source, self.length = source, length
        self.body: IO[bytes] | None = None
        self.start()

    def run(self) -> None:
        with suppress(OSError):
            self.body = _read(self.source, self.length)

    def wait(self, seconds: float) -> IO[bytes] | None:
        """Return the body, or None when it has not arrived after so many seconds."""
        self.join(seconds)
        return self.body


def _may_upload(environ: Environ) -> bool:
    """Return whether a request may bring a picture or a workbook: at the desk, signed in."""
    at_the_desk = "/verwaltung/" in environ.get("PATH_INFO", "")
    return at_the_desk and "ikw_desk=" in environ.get("HTTP_COOKIE", "")


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
