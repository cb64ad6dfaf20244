"""Who was erased on request, so that no restored backup brings them back.

One line an erasure in `instance/erased`: when, what, its identity, and an HMAC of the address. It
holds no name and no address, and is kept as long as backups are (IKW_BACKUP_DAYS).
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ikw.model.phone_numbers import digits_of
from ikw.sqlite_files import file_lock, give_to_owner

log = logging.getLogger(__name__)


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


#: Stands where no address is meant.
NOBODY = "-"


def marks_of(wanted: str, numbers: Collection[str], key: str) -> set[str]:
    """Return by which marks an erasure of an address, or of a number in these forms, is known.

    By what was asked for, and nothing else: of two who share a mailbox one may go by a number.
    """
    return {mark_of_number(number, key) for number in numbers} or {mark_of(wanted.lower(), key)}


def mark_of(address: str, key: str) -> str:
    """Return the HMAC-SHA-256 of an address, in hex."""
    return hmac.new(key.encode(), b"erased " + address.encode(), hashlib.sha256).hexdigest()


def mark_of_number(number: str, key: str) -> str:
    """Return the HMAC of a telephone number, by its digits; what stands beside it is not in it."""
    return mark_of(f"tel {digits_of(number)}", key)


class Erasures:
    """The file `erased` of an instance folder, readable by its owner alone."""

    def __init__(self, instance: Path) -> None:
        self.path = instance / "erased"

    def note(self, erasures: Iterable[Erasure]) -> None:
        """Write down what is about to be erased; it is on the disk when this returns.

        Raises OSError, and leaves the file as it was, when the disk is full.
        """
        with self._locked():
            self._replace([*self._lines(), *map(str, erasures)])

    def note_rows(
        self, rows: Iterable[tuple[str, str]], marks: Collection[str], now: datetime
    ) -> None:
        """Write down rows by table and identity, and by which marks others are meant as well.

        Without marks it is these rows alone: of two who share a mailbox one may go. Raises OSError.
        """
        mark = min(marks, default=NOBODY)
        noted = [Erasure(now, kind, identity, mark) for kind, identity in rows]
        self.note([*noted, *(Erasure(now, "address", "-", mark) for mark in sorted(marks))])

    def read(self) -> list[Erasure]:
        """Return all that is noted, the oldest first; lines that are none are left out."""
        found = []
        for line in self._lines():
            try:
                found.append(Erasure.parse(line))
            except ValueError:
                log.warning("a line of %s cannot be read", self.path)
        return found

    def forget(self, before: datetime) -> None:
        """Drop what no backup is old enough to bring back."""
        if any(one.at < before for one in self.read()):
            with self._locked():
                self._replace([str(one) for one in self.read() if one.at >= before])

    def _lines(self) -> list[str]:
        if not self.path.exists():
            return []
        return [line for line in self.path.read_text("ascii", "replace").splitlines() if line]

    def _replace(self, lines: list[str]) -> None:
        """Put another file in its place, whole and on the disk, or none."""
        fresh = self.path.with_name(f"{self.path.name}.new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii", errors="replace") as file:
                file.writelines(f"{line}\n" for line in lines)
                file.flush()
                os.fsync(file.fileno())
            give_to_owner(fresh)
            fresh.replace(self.path)
        finally:
            fresh.unlink(missing_ok=True)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        lock = self.path.with_name(f"{self.path.name}.lock")
        with file_lock(lock):
            give_to_owner(lock)
            yield
