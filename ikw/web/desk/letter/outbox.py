"""The outbox: every letter with its state, read, sent again, or marked as come back."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload

from ikw.actions.letter import mailing
from ikw.actions.letter.mailing import NotOpen
from ikw.db import session, write
from ikw.mail.content import content_of
from ikw.mail.says import Content
from ikw.model import Letter, Registration
from ikw.model.letter import LetterState, in_state
from ikw.model.letter_kinds import kinds
from ikw.text.languages import speaking
from ikw.text.translate import _
from ikw.web.desk import words
from ikw.web.desk.access import asked, me, my_events, only_planners, say
from ikw.web.desk.acting import act
from ikw.web.forms import ConfirmForm
from ikw.web.security import LARGEST_ID

bp = Blueprint("outbox", __name__)

#: Letters on one page.
PAGE = 50

#: What the list can be filtered by.
FILTERS: dict[LetterState, ColumnElement[bool]] = {
    state: in_state(state)
    for state in (LetterState.QUEUED, LetterState.RETRYING, LetterState.FAILED, LetterState.SENT)
}


def my_letters() -> Select[Letter]:
    """Select the letters to parties of one's own events; the coordination sees all of them."""
    letters = select(Letter).options(joinedload(Letter.party).joinedload(Registration.event))
    if me().coordinates:
        # Whoever reads a link to the desk could use it.
        return letters.where(Letter.kind.not_in(kinds(lambda facts: facts.opens_desk)))
    mine = [event.id for event in session().scalars(my_events())]
    return letters.join(Registration).where(Registration.event_id.in_(mine))


def _content_of(letter: Letter) -> Content:
    """Return what a letter says, in its language."""
    with speaking(letter.language):
        return content_of(letter)


@bp.get("/postausgang/")
def index() -> str:
    """Answer with the letters, the latest first."""
    only_planners()
    asked_for = request.args.get("stand", "")
    state = next((one for one in FILTERS if one == asked_for), None)
    query = asked("q")
    before = request.args.get("vor", type=int)
    letters = my_letters()
    if state is not None:
        letters = letters.where(FILTERS[state])
    if query:
        named = Registration.name.icontains(query, autoescape=True)
        letters = letters.where(
            or_(Letter.to.icontains(query, autoescape=True), Letter.party.has(named))
        )
    if before and 0 < before <= LARGEST_ID:
        letters = letters.where(Letter.id < before)
    found = list(session().scalars(letters.order_by(Letter.id.desc()).limit(PAGE + 1)))
    older = found[PAGE - 1].id if len(found) > PAGE else None
    counted = (
        my_letters()
        .options()
        .with_only_columns(*[func.count().filter(condition) for condition in FILTERS.values()])
    )
    return render_template(
        "desk/letter/outbox/index.html",
        letters=found[:PAGE],
        older=older,
        state=state or "",
        query=query,
        counts=dict(zip(FILTERS, session().execute(counted).one(), strict=True)),
        words=words,
    )


@bp.get("/postausgang/<int:number>/")
def show(number: int) -> str:
    """Answer with a letter as it is sent."""
    only_planners()
    letter = _letter_or_404(number)
    return render_template(
        "desk/letter/outbox/show.html",
        letter=letter,
        content=_content_of(letter),
        words=words,
        form=ConfirmForm(),
    )


@bp.post("/postausgang/<int:number>/nochmal")
def send_again(number: int) -> ResponseReturnValue:
    """Send it once more."""
    return _do(
        number,
        lambda letter: mailing.send_again(session(), letter, act()),
        _("It is on its way again."),
    )


@bp.post("/postausgang/<int:number>/ruecklaeufer")
def mark_bounced(number: int) -> ResponseReturnValue:
    """Note that it came back; then it is on the call list."""
    return _do(
        number,
        lambda letter: mailing.mark_bounced(session(), letter, act()),
        _("It is on the call list now."),
    )


def _do(number: int, verb: Callable[[Letter], None], message: str) -> ResponseReturnValue:
    only_planners()
    letter = _letter_or_404(number)
    if ConfirmForm().validate():
        try:
            with write():
                verb(letter)
            say(message)
        except NotOpen:
            say(_("That is not possible with this letter."), "warn")
    return redirect(url_for(".show", number=number), 303)


def _letter_or_404(number: int) -> Letter:
    found: Letter | None = session().scalar(my_letters().where(Letter.id == number))
    return found or abort(404)
