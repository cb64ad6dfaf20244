"""A film that the town provides: how large it is and how long it lasts."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from babel import numbers

from ikw.text.languages import current


@dataclass(frozen=True)
class Film:
    """An MP4 file."""

    size: int
    #: None when the file does not say.
    seconds: float | None
    captions: bool

    @classmethod
    def at(cls, path: Path) -> Film | None:
        """Return the film in this file, if there is one."""
        if not path.exists():
            return None
        with path.open("rb") as file:
            try:
                seconds = _duration(file, path.stat().st_size)
            except (struct.error, IndexError):
                # A damaged header; the film itself may play all the same.
                seconds = None
        return cls(path.stat().st_size, seconds, path.with_suffix(".vtt").exists())

    @property
    def megabytes(self) -> str:
        """Its size as the current language writes numbers, such as "2,5"."""
        size = max(0.1, round(self.size / 1e6, 1))
        return str(numbers.format_decimal(size, locale=current()))

    @property
    def minutes(self) -> str | None:
        """Minutes and seconds, such as "2:05"."""
        if self.seconds is None:
            return None
        minutes, seconds = divmod(round(self.seconds), 60)
        return f"{minutes}:{seconds:02}"


def _duration(file: BinaryIO, end: int) -> float | None:
    """Return the seconds that the movie header states (ISO/IEC 14496-12, 8.2.2)."""
    while file.tell() + 8 <= end:
        start = file.tell()
        size, kind = struct.unpack(">I4s", file.read(8))
        if size == 1:
            size = struct.unpack(">Q", file.read(8))[0]
        if kind == b"moov":
            return _duration(file, min(end, start + size))
        if kind == b"mvhd":
            version = file.read(4)[0]
            file.seek(16 if version else 8, 1)
            header = file.read(12 if version else 8)
            scale, length = struct.unpack(">IQ" if version else ">II", header)
            return length / scale if scale else None
        if size < 8:
            return None
        file.seek(start + size)
    return None
