"""What each kind of contribution is called, and what is meant by it."""

from __future__ import annotations

from ikw.model.vocabulary import ContributionKind
from ikw.text.translate import _l

#: By its kind: what it is called, and what a call says that has no words of its own.
CONTRIBUTIONS: dict[str, tuple[str, str]] = {
    ContributionKind.EVENT: (
        _l("An event of your own"),
        _l("A meal, a concert, a reading, an open door: at your place, or we look for a room."),
    ),
    ContributionKind.STALL: (
        _l("A stall"),
        _l("Show what you do, play, craft or cook: from a table to a tent."),
    ),
    ContributionKind.ACT: (
        _l("A stage act"),
        _l("Music, dance, theatre or words on the stage, for a few minutes or half an hour."),
    ),
    ContributionKind.DISH: (
        _l("A dish"),
        _l("Something from your kitchen for the long table."),
    ),
    ContributionKind.HELP: (
        _l("Help"),
        _l("Set up, welcome people, interpret, clear away: one hour is a lot."),
    ),
}
