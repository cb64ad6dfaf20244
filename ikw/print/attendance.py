"""Lists for the door: who comes, with room for a signature, and badges with their names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ikw.model import Event, Registration
from ikw.print.typeset import pdf
from ikw.text import dates
from ikw.text.lists import listed, place
from ikw.text.names import sort_key
from ikw.text.translate import _


def attendance_list(event: Event, parties: Iterable[Registration], *, site: str) -> bytes:
    """Return the list of all who have a place, by family name, as PDF."""
    rows = [row for party in by_name(parties) for row in _rows(party)]
    return pdf(
        "attendance.typ",
        {
            **_head(event, site),
            "heading": _("Attendance list"),
            "columns": [_("No."), _("Name"), _("Code"), _("Signature")],
            "people": _(
                "%(people)d people, %(reserved)d places kept back",
                people=event.taken,
                reserved=event.reserved,
            ),
            "rows": [[str(number), *row] for number, row in enumerate(rows, 1)],
            "blank": 6,
            "note": _("Please destroy this list after the event."),
            "page": _("Page"),
        },
        keep=False,
    )


def badges(event: Event, parties: Iterable[Registration], *, site: str) -> bytes:
    """Return badges of 85 by 55 mm with the names, ten on a page, as PDF."""
    names = [
        name
        for party in by_name(parties)
        for name in [party.name, *party.companions][: party.seats]
    ]
    return pdf("badges.typ", {**_head(event, site), "names": names}, keep=False)


def certificates(event: Event, parties: Iterable[Registration], *, site: str) -> bytes:
    """Return a certificate of attendance for everyone who came and is known by name, as PDF.

    Of a party as many as came; who signed up is the first of them.
    """
    names = [
        name
        for party in by_name(parties)
        for name in [party.name, *party.companions][: party.arrived]
    ]
    return pdf(
        "certificates.typ",
        {
            **_head(event, site),
            "names": names,
            "heading": _("Certificate of attendance"),
            "took_part": _("took part in this event:"),
            "hosts": listed(host.name for host in event.hosts),
            "place_and_day": _("Place, day"),
            "signature": _("Signature"),
        },
        keep=False,
    )


def by_name(parties: Iterable[Registration]) -> list[Registration]:
    """Return parties in the order of the family names of who signed up."""
    return sorted(parties, key=lambda party: (*sort_key(party.name), party.id))


def _rows(party: Registration) -> list[list[str]]:
    """Return a row for each person of a party; those without a name come with who signed up."""
    with_them = [*party.companions]
    while len(with_them) < party.seats - 1:
        with_them.append(_("with %(name)s", name=party.name))
    people = [party.name, *with_them[: max(0, party.seats - 1)]]
    return [[name, "" if number else party.code] for number, name in enumerate(people)]


def _head(event: Event, site: str) -> dict[str, Any]:
    return {
        "site": site,
        "title": event.title,
        "when": dates.when(event),
        "where": listed(place(event)),
    }
