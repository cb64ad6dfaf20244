"""Ends the connections of those who send a body too slowly, as the server itself never does.

Python is told the address of a sender, but not which of its connections it is; the kernel knows how
many bytes each has brought (tcp(7), TCP_INFO). So of an address that is behind with a body, all
connections are ended that have taken nothing since and brought less than the body should have: the
slow one, and perhaps idle ones, which browsers open again by themselves.
"""

from __future__ import annotations

import logging
import os
import socket
import struct
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from threading import Condition, Thread

log = logging.getLogger(__name__)

#: Seconds that a body may take in any case, and how many bytes a second have to come from then on.
#: A form fits into the first packets of even a poor line.
GRACE = 8.0
BYTES_PER_SECOND = 8_000

#: Seconds between two looks; what has arrived by the first is no case for it.
LOOK_EVERY = 0.5

#: Where in Linux's struct tcp_info the bytes stand that the other side has acknowledged, and after
#: them those that were received (linux/tcp.h), 64 bits each.
BYTES_ACKED = 120


@dataclass(eq=False)
class _Body:
    """A body that somebody waits for, and what its sender's connections had brought at first."""

    address: str
    since: float = field(default_factory=time.monotonic)
    at_first: dict[tuple[int, str], _Connection] | None = None


@dataclass(frozen=True)
class _Connection:
    """A connection with a sender: what it has taken and brought in all, in bytes, and its end."""

    #: Descriptor and inode.
    key: tuple[int, str]
    taken: int
    brought: int
    end: Callable[[], None]


class SlowSenders:
    """Watches the bodies that are waited for, in a thread of its own that sleeps without any."""

    def __init__(self, *, end_them: bool = True) -> None:
        #: False behind a proxy, whose connections are those of all visitors.
        self.end_them = end_them
        self.bodies: set[_Body] = set()
        self.changed = Condition()
        self.thread: Thread | None = None

    @contextmanager
    def watching(self, address: str) -> Iterator[None]:
        """Watch a body of this address for as long as it is read."""
        if not self.end_them:
            yield
            return
        body = _Body(address)
        with self.changed:
            self.bodies.add(body)
            if sys.platform == "linux" and not (self.thread and self.thread.is_alive()):
                # Not before the first body: threads do not live through the fork of a worker.
                thread = Thread(target=self._watch, daemon=True)
                thread.start()
                self.thread = thread
            self.changed.notify()
        try:
            yield
        finally:
            with self.changed:
                self.bodies.discard(body)

    def _watch(self) -> None:
        while True:
            with self.changed:
                while not self.bodies:
                    self.changed.wait()
            time.sleep(LOOK_EVERY)
            with self.changed:
                bodies = list(self.bodies)
            for body in bodies:
                try:
                    self._look_at(body)
                except Exception:
                    # One that cannot be looked at is no reason to watch the others no more.
                    log.exception("a slow body cannot be looked at")

    def _look_at(self, body: _Body) -> None:
        waited = time.monotonic() - body.since
        if waited < LOOK_EVERY:
            return
        if body.at_first is None:
            body.at_first = {one.key: one for one in _connections(body.address)}
            return
        should_have = (waited - GRACE) * BYTES_PER_SECOND
        if should_have <= 0:
            return
        for one in _connections(body.address):
            first = body.at_first.get(one.key)
            # Whoever takes an answer meanwhile is another one, who reads.
            is_slow = (
                first and one.taken == first.taken and one.brought - first.brought < should_have
            )
            if is_slow:
                with suppress(OSError):
                    one.end()


def _connections(address: str) -> Iterator[_Connection]:
    """Give the connections of this process with an address."""
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(OSError, ValueError):
            inode = str(entry.readlink())
            if not inode.startswith("socket:"):
                continue
            descriptor = int(entry.name)
            with socket.socket(fileno=os.dup(descriptor)) as connection:
                if connection.type != socket.SOCK_STREAM or not _is_with(connection, address):
                    continue
                info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
                taken, brought = struct.unpack_from("QQ", info, BYTES_ACKED)
                end = partial(connection.shutdown, socket.SHUT_RDWR)
                yield _Connection((descriptor, inode), taken, brought, end)


def _is_with(connection: socket.socket, address: str) -> bool:
    peer = connection.getpeername()
    return isinstance(peer, tuple) and ip_address(peer[0].partition("%")[0]) == ip_address(address)
