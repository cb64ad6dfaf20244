"""A real SMTP server with moods."""

from __future__ import annotations

import email
import email.policy
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

#: What a mood may say after DATA: an answer, or None to cut the line.
Mood = Callable[[str, int], str | None]


def friendly(_recipient: str, _try: int) -> str:
    return "250 taken"


class Handler:
    """Keeps what it took; the mood decides what it says to each try for a recipient."""

    def __init__(self, mood: Mood) -> None:
        self.mood = mood
        self.taken: list[EmailMessage] = []
        self.envelopes: list[list[str]] = []
        self.tries: dict[str, int] = {}

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        recipient = envelope.rcpt_tos[0]
        self.tries[recipient] = self.tries.get(recipient, 0) + 1
        answer = self.mood(recipient, self.tries[recipient])
        if answer is None:
            server.transport.abort()
            return "421 gone"
        if answer.startswith("250"):
            message = email.message_from_bytes(envelope.content, policy=email.policy.default)
            assert isinstance(message, EmailMessage)
            self.taken.append(message)
            self.envelopes.append(envelope.rcpt_tos)
        return answer


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class _Controller(Controller):
    """A controller that cuts the lines which are still open when it stops."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.made: list[Any] = []

    def factory(self) -> Any:
        self.made.append(super().factory())  # type: ignore[no-untyped-call]
        return self.made[-1]

    def stop(self, *arguments: Any, **settings: Any) -> None:
        cut = threading.Event()

        def cut_all() -> None:
            for smtp in self.made:
                if smtp.transport is not None:
                    smtp.transport.abort()
            # Lines are lost in the next turn of the loop.
            self.loop.call_soon(self.loop.call_soon, cut.set)

        self.loop.call_soon_threadsafe(cut_all)
        cut.wait(5)
        super().stop(*arguments, **settings)


class MailServer:
    """A server on a port of its own, which can be gone for a while."""

    def __init__(self, mood: Mood = friendly) -> None:
        self.handler = Handler(mood)
        self.port = free_port()

    def start(self) -> None:
        self.controller = _Controller(self.handler, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    def stop(self) -> None:
        self.controller.stop()


@contextmanager
def mail_server(mood: Mood = friendly) -> Iterator[MailServer]:
    """Run a server; it is stopped in the end."""
    server = MailServer(mood)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def smtp_server(mood: Mood = friendly) -> Iterator[tuple[int, Handler]]:
    """Run a server on a free port; gives the port and what it keeps."""
    with mail_server(mood) as server:
        yield server.port, server.handler
