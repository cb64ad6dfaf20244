"""Ends the connections of those who send a body too slowly, as the server itself never does.

Python is told the address of a sender, but not which of its connections it is; the kernel knows how
many bytes each has brought (tcp(7), TCP_INFO). So of an address that is behind with a body, all
connections are ended that have brought less since than the body should have: the slow one, and
perhaps idle ones, which browsers open again by themselves.
"""

from __future__ import annotations

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

#: Seconds that a body may take in any case, and how many bytes a second have to come from then on.
#: A form fits into the first packets of even a poor line.
GRACE = 8.0
BYTES_PER_SECOND = 8_000

#: Seconds between two looks; what has arrived by the first is no case for it.
LOOK_EVERY = 0.5

#: Where in Linux's struct tcp_info the bytes stand that were received (linux/tcp.h), 64 bits.
BYTES_RECEIVED = 128


@dataclass(eq=False)
class _Body:
    """A body that somebody waits for, and what its sender's connections had brought at first."""

    address: str
    since: float = field(default_factory=time.monotonic)
    #: Bytes by descriptor and inode of the connection.
    at_first: dict[tuple[int, str], int] | None = None


class SlowSenders:
    """Watches the bodies that are waited for, in a thread of its own that sleeps without any."""

    def __init__(self, grace: float = GRACE, rate: int = BYTES_PER_SECOND) -> None:
        self.grace, self.rate = grace, rate
        self.bodies: set[_Body] = set()
        self.changed = Condition()
        self.thread: Thread | None = None

    @contextmanager
    def watching(self, address: str) -> Iterator[None]:
        """Watch a body of this address for as long as it is read."""
        body = _Body(address)
        with self.changed:
            self.bodies.add(body)
            if self.thread is None and sys.platform == "linux":
                # Not before the first body: threads do not live through the fork of a worker.
                self.thread = Thread(target=self._watch, daemon=True)
                self.thread.start()
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
                with suppress(OSError):
                    self._look_at(body)

    def _look_at(self, body: _Body) -> None:
        waited = time.monotonic() - body.since
        if waited < LOOK_EVERY:
            return
        if body.at_first is None:
            body.at_first = {key: brought for key, brought, _end in _connections(body.address)}
            return
        should_have = (waited - self.grace) * self.rate
        if should_have <= 0:
            return
        for key, brought, end in _connections(body.address):
            if key in body.at_first and brought - body.at_first[key] < should_have:
                end()


def _connections(address: str) -> Iterator[tuple[tuple[int, str], int, Callable[[], None]]]:
    """Give the connections with an address: which it is, bytes received, and what ends it."""
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
                (brought,) = struct.unpack_from("Q", info, BYTES_RECEIVED)
                yield (descriptor, inode), brought, partial(connection.shutdown, socket.SHUT_RDWR)


def _is_with(connection: socket.socket, address: str) -> bool:
    peer = connection.getpeername()
    return isinstance(peer, tuple) and ip_address(peer[0].partition("%")[0]) == ip_address(address)
