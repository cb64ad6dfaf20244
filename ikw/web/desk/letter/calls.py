"""The call list: whom to tell on the telephone, and what to say."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ikw import clock
from ikw.actions.letter import calls as letter_calls
from ikw.actions.letter.calls import Call, NobodyToCall
from ikw.db import session, write
from ikw.mail.news import news_of
from ikw.mail.says import Content
from ikw.model import Letter
from ikw.text.languages import DEFAULT, LANGUAGES, speaking
from ikw.text.translate import _, _l
from ikw.web.desk import words
from ikw.web.desk.access import me, my_events, only_planners, say
from ikw.web.desk.acting import act
from ikw.web.desk.fields import line
from ikw.web.forms import BaseForm, ConfirmForm

bp = Blueprint("calls", __name__)


class NotReachedForm(BaseForm):
    """That nobody answered, and when to try again."""

    note = line(_l("Note, e.g. when to call again"), length=300)


@bp.get("/anrufe/")
def index() -> str:
    """Answer with who is to be called, oldest first."""
    only_planners()
    return render_template(
        "desk/letter/calls.html",
        calls=[(call, [_in_german(letter) for letter in call.letters]) for call in _my_calls()],
        known_languages=LANGUAGES,
        words=words,
        form=ConfirmForm(),
        not_reached=NotReachedForm(formdata=None),
    )


@bp.post("/anrufe/<int:number>/erreicht")
def reached(number: int) -> ResponseReturnValue:
    """Tick somebody off, with all that they were told."""

    def tick_off(call: Call) -> None:
        for letter in call.settled:
            letter_calls.reached(session(), letter.id, act())

    return _do(number, ConfirmForm(), tick_off, _("Ticked off."))


@bp.post("/anrufe/<int:number>/nicht-erreicht")
def not_reached(number: int) -> ResponseReturnValue:
    """Note that nobody answered."""
    form = NotReachedForm()

    def note(call: Call) -> None:
        letter_calls.note_not_reached(session(), call.latest.id, form.note.data or "", act())

    return _do(number, form, note, _("It is noted. They are further down on the list now."))


def _do(
    number: int, form: BaseForm, verb: Callable[[Call], None], message: str
) -> ResponseReturnValue:
    only_planners()
    mine = [call for call in _my_calls() if number in {letter.id for letter in call.settled}]
    if not mine:
        abort(404)
    if form.validate():
        try:
            with write():
                verb(mine[0])
            say(message)
        except NobodyToCall:
            say(_("Somebody has ticked that off already."), "warn")
    return redirect(url_for(".index"), 303)


def _in_german(letter: Letter) -> Content:
    """Return what is to be said, without the links and facts that a letter has besides."""
    with speaking(DEFAULT):
        return news_of(letter)


def _my_calls() -> list[Call]:
    calls = letter_calls.calls_to_make(session(), now=clock.now(), real=clock.real())
    if me().coordinates:
        return calls
    mine = {event.id for event in session().scalars(my_events())}
    return [call for call in calls if call.latest.party and call.latest.party.event_id in mine]
