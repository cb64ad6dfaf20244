"""How the code words of a programme are called in the reader's language."""

from __future__ import annotations

from ikw.model import Event
from ikw.model.vocabulary import Access, Audience, Need
from ikw.text import dates
from ikw.text.languages import name_of
from ikw.text.translate import _, _l

ACCESS: dict[str, str] = {
    Access.STEP_FREE: _l("Step-free"),
    Access.ACCESSIBLE_TOILET: _l("Accessible toilet"),
    Access.ACCESSIBLE_PARKING: _l("Parking for disabled people"),
    Access.HEARING_LOOP: _l("Hearing loop"),
    Access.SIGN_LANGUAGE: _l("Sign language interpretation"),
    Access.PLAIN_LANGUAGE: _l("Plain language"),
    Access.CHILDCARE: _l("Childcare"),
    Access.QUIET_ROOM: _l("Quiet room"),
    Access.ASSISTANCE_DOGS: _l("Assistance dogs welcome"),
}

AUDIENCES: dict[str, str] = {
    Audience.CHILDREN: _l("For children"),
    Audience.FAMILIES: _l("For families"),
    Audience.YOUNG_PEOPLE: _l("For young people"),
    Audience.WOMEN: _l("For women only"),
    Audience.OLDER_PEOPLE: _l("For older people"),
}


NEEDS: dict[str, str] = {
    Need.SIGN_LANGUAGE: _l("Sign language interpreter"),
    Need.WHEELCHAIR: _l("A place for a wheelchair"),
    Need.CHILDCARE: _l("Childcare during the event"),
    Need.INTERPRETING: _l("Somebody who interprets"),
}


def marks(event: Event) -> list[str]:
    """Return what one wants to know at a glance: what it costs, for whom it is, what helps."""
    price = dates.price(event.price_cents) if event.price_cents else None
    found = [
        _("Free of charge") if event.is_free_of_charge else price,
        *[str(AUDIENCES[code]) for code in event.audiences],
        *[str(ACCESS[code]) for code in event.access],
        *[name_of(code) for code in event.languages if code != "de"],
    ]
    return [mark for mark in found if mark]


def state(event: Event) -> str:
    """Return what is so about an event that is not on at its date, or nothing."""
    if event.is_called_off:
        return _("Called off")
    return _("Postponed") if event.is_postponed else ""
