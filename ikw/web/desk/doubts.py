"""What a form of the desk asks about before it stores it: codes for the form, and sentences."""

from __future__ import annotations

from typing import Any

from ikw.actions.series import rows
from ikw.actions.series.rows import Row
from ikw.clock import today
from ikw.db import session
from ikw.model import Event, Series
from ikw.model.doubts import FIELD, LOOKED_AT, Doubt, doubts_of
from ikw.text.translate import _
from ikw.web.desk import words


def doubts_in_words(values: dict[str, Any], event: Event | None) -> dict[str, str]:
    """Return what is doubtful about an event's values, unless it was so before."""
    before: list[Doubt] = []
    if event is not None:
        known = {name: getattr(event, name) for name in LOOKED_AT}
        before = doubts_of(known, event.series, today())
    found = doubts_of(values, values["series"], today())
    # With the value: another one is asked about once more.
    return {
        f"{doubt}-{values[FIELD[doubt]].isoformat()}": str(words.DOUBTS[doubt])
        for doubt in found
        if doubt not in before
    }


def alike_in_words(
    model: type[Row], values: dict[str, Any], own: Row | None = None
) -> dict[str, str]:
    """Return that there is a venue, host or series of this name, unless it was so before."""
    found = rows.alike(session(), model, values, own.id if own else None)
    if found is None or (own and rows.are_alike(own, found)):
        return {}
    if isinstance(found, Series):
        text = _("There is a series of this name in this year: “%(name)s”.", name=found.title)
    else:
        text = _("There is “%(name)s” already.", name=rows.title_of(found))
    return {f"alike-{found.key}": text}
