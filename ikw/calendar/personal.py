"""The calendar of one address: every event that somebody signed up for with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby

from ikw.calendar.entry import Facts, Organizer, facts_of
from ikw.model import Event, Registration
from ikw.text.translate import _, ngettext

#: When to ring for what has no time of day: at 18:00 on the day before.
EVENING_BEFORE = timedelta(hours=6)


def personal_entries(
    registrations: Iterable[Registration],
    told: Mapping[int, tuple[int, datetime]],
    url_of: Callable[[Event], str],
    organizer: Organizer,
    alarm: timedelta | None = None,
) -> list[Facts]:
    """Return one entry an event, however many parties of the address come to it.

    Whoever waits has it as tentative. `alarm` is how long before it the calendar is to ring. `told`
    has, by the event's id, the SEQUENCE of the last invitation that the address got, and when it
    was written to last: what it knows from its letters is not to be newer than this.
    """
    ordered = sorted(registrations, key=lambda registration: registration.event_id)
    entries = []
    for _id, parties in groupby(ordered, key=lambda registration: registration.event_id):
        mine = list(parties)
        event = mine[0].event
        entry = facts_of(event, url_of(event), organizer)
        sequence, written_at = told.get(event.id, (0, event.changed_at))
        entry = replace(
            entry,
            is_private=True,
            sequence=max(entry.sequence, sequence),
            changed=max(entry.changed, written_at.replace(microsecond=0)),
        )
        entries.append(_of_parties(entry, mine, alarm))
    return sorted(entries, key=lambda entry: (str(entry.starts), entry.uid))


def _of_parties(entry: Facts, mine: list[Registration], alarm: timedelta | None) -> Facts:
    seats = sum(party.seats for party in mine)
    waiting = [party for party in mine if not party.seats]
    if waiting:
        entry = entry.with_note(f"{_('You are on the waiting list')}. {_codes(waiting)}")
    if seats:
        note = ngettext("You have %(num)d place.", "You have %(num)d places.", seats)
        entry = entry.with_note(f"{note} {_codes([party for party in mine if party.seats])}")
        if alarm is None or entry.status == "CANCELLED":
            return entry
        lasts_all_day = not isinstance(entry.starts, datetime)
        return replace(entry, alarm=EVENING_BEFORE if lasts_all_day else alarm)
    if entry.status == "CANCELLED":
        return entry
    title = _("%(title)s (waiting list)", title=entry.title)
    return replace(entry, title=title, status="TENTATIVE", blocks_time=False)


def _codes(parties: list[Registration]) -> str:
    return f"{_('Your code')}: {', '.join(party.code for party in parties)}"
