"""How the code words of a programme are called in the reader's language."""

from __future__ import annotations

from ikw.model import Event
from ikw.text import dates
from ikw.text.languages import name_of
from ikw.text.translate import _, _l

ACCESS: dict[str, str] = {
    "step-free": _l("Step-free"),
    "accessible-toilet": _l("Accessible toilet"),
    "accessible-parking": _l("Parking for disabled people"),
    "hearing-loop": _l("Hearing loop"),
    "sign-language": _l("Sign language interpretation"),
    "plain-language": _l("Plain language"),
    "childcare": _l("Childcare"),
    "quiet-room": _l("Quiet room"),
    "assistance-dogs": _l("Assistance dogs welcome"),
}

AUDIENCES: dict[str, str] = {
    "children": _l("For children"),
    "families": _l("For families"),
    "young-people": _l("For young people"),
    "women": _l("For women only"),
    "older-people": _l("For older people"),
}


NEEDS: dict[str, str] = {
    "sign-language": _l("Sign language interpreter"),
    "wheelchair": _l("A place for a wheelchair"),
    "childcare": _l("Childcare during the event"),
    "interpreting": _l("Somebody who interprets"),
}


def marks(event: Event) -> list[str]:
    """Return what one wants to know at a glance: what it costs, for whom it is, what helps."""
    price = dates.price(event.price_cents) if event.price_cents else None
    said = [
        _("Free of charge") if event.is_free_of_charge else price,
        *[str(AUDIENCES[code]) for code in event.audiences],
        *[str(ACCESS[code]) for code in event.access],
        *[name_of(code) for code in event.languages if code != "de"],
    ]
    return [mark for mark in said if mark]


def state(event: Event) -> str:
    """Return what is so about an event that is not on at its date, or nothing."""
    if event.is_called_off:
        return _("Called off")
    return _("Postponed") if event.is_postponed else ""
