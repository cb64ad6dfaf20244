"""Messages about the site, with their due dates."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import TextAreaField
from wtforms.validators import DataRequired

from ikw import clock
from ikw.actions import feedback as acts
from ikw.actions.feedback import AlreadyAnswered, NobodyToAnswer, TooLate
from ikw.db import session, write
from ikw.model import Feedback, LogEntry
from ikw.text.cleaning import clean_text
from ikw.text.languages import LANGUAGES
from ikw.text.translate import _, _l
from ikw.web.desk.access import only_coordination, say
from ikw.web.desk.acting import act
from ikw.web.forms import BaseForm, at_most

bp = Blueprint("feedback", __name__)


class AnswerForm(BaseForm):
    """What is answered."""

    text = TextAreaField(
        _l("Answer"),
        filters=[clean_text],
        validators=[DataRequired(_l("Please write an answer.")), at_most(5000)],
    )


@bp.get("/rueckmeldungen/")
def index() -> str:
    """Answer with the messages, what is due first on top."""
    only_coordination()
    answered = select(Feedback).where(Feedback.answered_at.is_not(None))
    return render_template(
        "desk/feedback/index.html",
        waiting=acts.open_feedback(session()),
        refusals=_refusals(),
        answered=session().scalars(answered.order_by(Feedback.answered_at.desc()).limit(30)).all(),
    )


def _refusals() -> list[tuple[dt.date, int, int]]:
    """Return by day how often a limit was hit and a program filled in what people do not see."""
    since = clock.now() - dt.timedelta(days=30)
    entries = select(LogEntry).where(LogEntry.verb == "refuse", LogEntry.at > since)
    days: dict[dt.date, Counter[str]] = {}
    for entry in session().scalars(entries.order_by(LogEntry.at.desc())):
        days.setdefault(clock.in_town(entry.at).date(), Counter()).update(entry.new)
    return [(day, counts["limit"], counts["trap"]) for day, counts in days.items()]


@bp.get("/rueckmeldungen/<int:number>/")
def show(number: int) -> ResponseReturnValue:
    """Answer with a message and the form to answer it."""
    only_coordination()
    return _page(_feedback_or_404(number), AnswerForm())


@bp.post("/rueckmeldungen/<int:number>/")
def answer(number: int) -> ResponseReturnValue:
    """Answer a message, or say how far we are."""
    only_coordination()
    feedback = _feedback_or_404(number)
    form = AnswerForm()
    if not form.validate():
        return _page(feedback, form, 422)
    is_interim = request.form.get("was") == "zwischen"
    verb = acts.tell_how_far if is_interim else acts.answer
    try:
        with write() as current:
            verb(current, number, form.text.data or "", act())
    except AlreadyAnswered:
        form.text.errors = [_("Somebody has answered this already.")]
        return _page(feedback, form, 422)
    except NobodyToAnswer:
        form.text.errors = [_("It came without an address: there is nobody to send it to.")]
        return _page(feedback, form, 422)
    except TooLate:
        form.text.errors = [_("The last day is over: only the answer itself helps now.")]
        return _page(feedback, form, 422)
    say(_("The interim reply is on its way.") if is_interim else _("The answer is on its way."))
    return redirect(url_for(".index"), 303)


def _page(feedback: Feedback, form: AnswerForm, status: int = 200) -> ResponseReturnValue:
    language = LANGUAGES.get(feedback.language)
    page = render_template(
        "desk/feedback/show.html", feedback=feedback, form=form, language=language
    )
    return page, status


def _feedback_or_404(number: int) -> Feedback:
    return session().get(Feedback, number) or abort(404)
