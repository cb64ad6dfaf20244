"""Changing something as who is signed in, and saying what came of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from flask import current_app, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from ikw import clock
from ikw.actions.act import Act
from ikw.actions.event.bin import HasSignUps
from ikw.db import session, write
from ikw.model import Event, Letter, Registration
from ikw.model.letter import still_open
from ikw.model.letter_kinds import LetterKind
from ikw.text.translate import _, ngettext
from ikw.web.desk.access import (
    me,
    my_event_or_404,
    say,
)
from ikw.web.forms import ConfirmForm


def do(
    key: str, verb: Callable[[int], Event], message: str, there: str | None = None
) -> ResponseReturnValue:
    """Load an event of one's own, change it by one verb, and say so."""
    shown = my_event_or_404(key)
    here = redirect(url_for("desk.event.show", event=key), 303)
    if not ConfirmForm().validate():
        say(_("This form was open for too long. Please send it once more."), "warn")
        return here
    try:
        with write():
            verb(shown.id)
    except HasSignUps:
        say(_("People have signed up. Call it off instead, so that they are told."), "warn")
        return here
    say(message)
    return redirect(there, 303) if there else here


def act() -> Act:
    """Return who changes something now, and how long letters about it wait for more."""
    quiet = dt.timedelta(minutes=current_app.config["IKW_QUIET_MINUTES"])
    return Act(me().actor, clock.now(), clock.real(), quiet)


def who_is_told(event: Event) -> str:
    """Return how many letters and calls a change has made."""
    waiting = (
        select(func.count(Letter.to), func.count())
        .join(Registration)
        .where(
            Registration.event_id == event.id, Letter.kind == LetterKind.EVENT_CHANGED, still_open()
        )
    )
    letters, all_told = session().execute(waiting).one()
    if not all_told:
        return _("Saved. Nobody has to be told; pages and calendars show it.")
    sentences = [_("Saved.")]
    if letters:
        minutes = current_app.config["IKW_QUIET_MINUTES"]
        sentences.append(
            ngettext(
                "%(num)d letter leaves in %(minutes)s minutes; "
                "change it back until then, and nobody is told.",
                "%(num)d letters leave in %(minutes)s minutes; "
                "change it back until then, and nobody is told.",
                letters,
                minutes=minutes,
            )
        )
    if calls := all_told - letters:
        sentences.append(
            ngettext("%(num)d party has to be called.", "%(num)d parties have to be called.", calls)
        )
    return " ".join(sentences)
