"""Who was erased on request, so that no restored backup brings them back.

One line an erasure in `instance/erased`: when, what, its identity, and an HMAC of the address. It
holds no name and no address, and is kept as long as backups are (IKW_BACKUP_DAYS).
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO


@dataclass(frozen=True)
class Erasure:
    """One row that was erased: its table, what identifies it for good, a mark of the address."""

    at: datetime
    kind: str
    identity: str
    mark: str

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%dT%H:%M:%SZ} {self.kind} {self.identity} {self.mark}"

    @classmethod
    def parse(cls, line: str) -> Erasure:
        at, kind, identity, mark = line.split()
        moment = datetime.strptime(at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        return cls(moment, kind, identity, mark)


def mark_of(address: str, key: str) -> str:
    """Return the HMAC-SHA-256 of an address, in hex."""
    return hmac.new(key.encode(), b"erased " + address.encode(), hashlib.sha256).hexdigest()


class Erasures:
    """The file `erased` of an instance folder, readable by its owner alone."""

    def __init__(self, instance: Path) -> None:
        self.path = instance / "erased"

    def note(self, erasures: Iterable[Erasure]) -> None:
        """Write down what is about to be erased; it is on the disk when this returns."""
        with self._opened() as file:
            file.seek(0, os.SEEK_END)
            file.writelines(f"{one}\n" for one in erasures)

    def read(self) -> list[Erasure]:
        """Return all that is noted, the oldest first."""
        if not self.path.exists():
            return []
        lines = self.path.read_text("ascii").splitlines()
        return [Erasure.parse(line) for line in lines if line]

    def forget(self, before: datetime) -> None:
        """Drop what no backup is old enough to bring back."""
        if not any(one.at < before for one in self.read()):
            return
        with self._opened() as file:
            kept = [line for line in file if Erasure.parse(line).at >= before]
            file.seek(0)
            file.truncate()
            file.writelines(kept)

    @contextmanager
    def _opened(self) -> Iterator[IO[str]]:
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+", encoding="ascii") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file
            file.flush()
            os.fsync(file.fileno())
