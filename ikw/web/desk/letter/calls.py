"""The call list: whom to tell on the telephone, and what to say."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ikw import clock
from ikw.actions.letter import calls as letter_calls
from ikw.actions.letter.calls import NobodyToCall
from ikw.db import session, write
from ikw.mail.news import news_of
from ikw.mail.says import Content
from ikw.model import Letter
from ikw.text.languages import DEFAULT, LANGUAGES, speaking
from ikw.text.translate import _
from ikw.web.desk import words
from ikw.web.desk.access import me, my_events, only_planners, say
from ikw.web.desk.acting import act
from ikw.web.forms import ConfirmForm

bp = Blueprint("calls", __name__)


@bp.get("/anrufe/")
def index() -> str:
    """Answer with who is to be called, oldest first."""
    only_planners()
    return render_template(
        "desk/letter/calls.html",
        calls=[(letter, _in_german(letter)) for letter in _my_calls()],
        known_languages=LANGUAGES,
        words=words,
        form=ConfirmForm(),
    )


@bp.post("/anrufe/<int:number>/erreicht")
def reached(number: int) -> ResponseReturnValue:
    """Tick somebody off."""
    only_planners()
    if number not in {letter.id for letter in _my_calls()}:
        abort(404)
    if ConfirmForm().validate():
        try:
            with write() as current:
                letter_calls.reached(current, number, act())
            say(_("Ticked off."))
        except NobodyToCall:
            say(_("Somebody has ticked that off already."), "warn")
    return redirect(url_for(".index"), 303)


def _in_german(letter: Letter) -> Content:
    """Return what is to be said, without the links and facts that a letter has besides."""
    with speaking(DEFAULT):
        return news_of(letter)


def _my_calls() -> list[Letter]:
    calls = letter_calls.call_list(session(), now=clock.now(), real=clock.real())
    if me().coordinates:
        return calls
    mine = {event.id for event in session().scalars(my_events())}
    return [letter for letter in calls if letter.party and letter.party.event_id in mine]
