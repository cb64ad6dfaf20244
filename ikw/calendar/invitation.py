"""The calendar part of a letter: an invitation, its update, or its end (RFC 5546, RFC 6047)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from ikw.calendar.entry import Attendee, Facts
from ikw.calendar.feed import new_calendar, with_entries

REQUEST, CANCEL = "REQUEST", "CANCEL"


def invitation(
    method: str, entry: Facts, *, attendee: Attendee, sequence: int, written_at: datetime
) -> bytes:
    """Return an invitation for one recipient, who is the only attendee that it names.

    `sequence` is the recipient's own count. A cancellation has the same UID (RFC 5546, 3.2.5).
    """
    told = replace(
        entry,
        attendee=attendee,
        sequence=sequence,
        is_private=True,
        # RFC 5546, 2.1.5: between equal SEQUENCEs the later DTSTAMP wins.
        changed=max(entry.changed, written_at.replace(microsecond=0)),
    )
    if method == CANCEL:
        told = replace(told, status="CANCELLED", blocks_time=False)
    return with_entries(new_calendar(method), [told])
