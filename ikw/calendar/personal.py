"""The calendar of one address: every event that somebody signed up for with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import groupby

from ikw.calendar.entry import Facts, Organizer, facts_of
from ikw.model import Event, Registration
from ikw.text.translate import _, ngettext


def personal_entries(
    registrations: Iterable[Registration],
    told: Mapping[int, tuple[int, datetime]],
    url_of: Callable[[Event], str],
    organizer: Organizer,
) -> list[Facts]:
    """Return one entry an event, however many parties of the address come to it.

    Whoever waits has it as tentative. `told` has, by the event's id, the SEQUENCE of the last
    invitation that the address got, and when it was written to last: what it knows from its
    letters is not to be newer than this.
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
        entries.append(_of_parties(entry, mine))
    return sorted(entries, key=lambda entry: (str(entry.starts), entry.uid))


def _of_parties(entry: Facts, mine: list[Registration]) -> Facts:
    seats = sum(party.seats for party in mine)
    codes = ", ".join(party.code for party in mine)
    if seats:
        note = ngettext("You have %(num)d place.", "You have %(num)d places.", seats)
        return entry.with_note(f"{note} {_('Your code')}: {codes}")
    entry = entry.with_note(f"{_('You are on the waiting list')}. {_('Your code')}: {codes}")
    if entry.status == "CANCELLED":
        return entry
    title = _("%(title)s (waiting list)", title=entry.title)
    return replace(entry, title=title, status="TENTATIVE", blocks_time=False)
