"""Changing something as a citizen."""

from __future__ import annotations

from ikw import clock
from ikw.actions.act import Act
from ikw.model.verbs import Actor


def citizen(actor: Actor = Actor.CITIZEN) -> Act:
    """Return that somebody who has not signed in changes something now."""
    return Act(actor, clock.now(), clock.real())
