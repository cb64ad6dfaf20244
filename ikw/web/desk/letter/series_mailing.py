"""Writing to all who signed up in a series, or to its hosts, or to all clubs."""

from __future__ import annotations

from collections import Counter

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from ikw.actions.letter import mailing as letter_mailing
from ikw.actions.letter import series_mailing
from ikw.actions.letter.mailing import NobodyToWriteTo, Text
from ikw.db import session, write
from ikw.model import Mailing, Organisation, Series
from ikw.model.vocabulary import OF_A_SERIES, Recipients
from ikw.text.languages import LANGUAGES
from ikw.text.placeholders import OF_MANY, fill
from ikw.text.translate import _, ngettext
from ikw.web.desk.access import me, only_coordination, say
from ikw.web.desk.acting import act
from ikw.web.desk.letter.mailing import MailingForm, progress_page
from ikw.web.forms import ConfirmForm

bp = Blueprint("series_mailing", __name__)


@bp.get("/reihen/<key:series>/nachricht")
def new(series: str) -> ResponseReturnValue:
    """Answer with the form."""
    shown = _series_or_404(series)
    return _form(shown, _mailing_form(shown))


def _mailing_form(series: Series) -> MailingForm:
    return MailingForm.of(_languages(series), OF_A_SERIES, OF_MANY)


def _languages(series: Series) -> Counter[str]:
    """Return how many of those whom one may write to read which language."""
    clubs, _unreachable = series_mailing.clubs_of(session(), series, Recipients.CLUBS)
    people = series_mailing.people_of(session(), series)
    return Counter([*(party.language for party in people), *(club.language for club in clubs)])


@bp.post("/reihen/<key:series>/nachricht")
def create(series: str) -> ResponseReturnValue:
    """Show how it will look, send a test to oneself, or send it to everyone."""
    shown = _series_or_404(series)
    form = _mailing_form(shown)
    if not form.validate():
        return _form(shown, form, 422)
    what, text = request.form.get("was"), form.written
    if what == "zurueck":
        return _form(shown, form)
    if what == "test":
        with write() as current:
            for code, (subject, body) in _filled_in(text).items():
                letter_mailing.write_trial(current, me(), code, subject, body, act())
        say(_("The test is on its way to %(email)s.", email=me().email))
    if what != "senden":
        return _preview(shown, form)
    try:
        with write() as current:
            letter = Text(text.recipients, text.texts, me().email)
            link = form.link(shown.id, letter.recipients, repr(letter.texts))
            mailing = series_mailing.write_to_series(current, shown, letter, me(), act(), link=link)
    except NobodyToWriteTo:
        form.recipients.errors = [_("Nobody is there to write to.")]
        return _form(shown, form, 422)
    say(_("The letters leave in two minutes. Until then you can stop them."))
    return redirect(url_for(".show", series=series, number=mailing.id), 303)


@bp.get("/reihen/<key:series>/nachricht/<int:number>/")
def show(series: str, number: int) -> str:
    """Answer with how far the letters of a text are."""
    shown, mailing = _mailing_or_404(series, number)
    return progress_page(mailing, series=shown)


@bp.post("/reihen/<key:series>/nachricht/<int:number>/stopp")
def stop(series: str, number: int) -> ResponseReturnValue:
    """Take back what nobody has tried to send yet."""
    _shown, mailing = _mailing_or_404(series, number)
    if ConfirmForm().validate():
        with write() as current:
            count = letter_mailing.stop(current, mailing, act())
        say(ngettext("%(num)d letter is stopped.", "%(num)d letters are stopped.", count))
    return redirect(url_for(".show", series=series, number=number), 303)


def _mailing_or_404(key: str, number: int) -> tuple[Series, Mailing]:
    series, found = _series_or_404(key), session().get(Mailing, number)
    if found is None or found.series_id != series.id:
        abort(404)
    return series, found


def _form(series: Series, form: MailingForm, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "desk/letter/mailing/new.html",
        series=series,
        form=form,
        counts={code: _count(series, code) for code in OF_A_SERIES},
        unreachable=_unreachable(series, Recipients.CLUBS),
        known_languages=LANGUAGES,
        spoken=_languages(series),
    )
    return page, status


def _count(series: Series, recipients: Recipients) -> tuple[int, int]:
    """Return how many letters there will be, and how many calls."""
    if recipients == Recipients.SERIES:
        people = series_mailing.people_of(session(), series)
        letters = sum(1 for party in people if party.reachable_email)
        return letters, len(people) - letters
    clubs, _none = series_mailing.clubs_of(session(), series, recipients)
    return len(clubs), 0


def _unreachable(series: Series, recipients: Recipients) -> list[Organisation]:
    if recipients == Recipients.SERIES:
        return []
    return series_mailing.clubs_of(session(), series, recipients)[1]


def _preview(series: Series, form: MailingForm) -> ResponseReturnValue:
    text = form.written
    letters, calls = _count(series, text.recipients)
    return render_template(
        "desk/letter/mailing/preview.html",
        series=series,
        form=form,
        letters=letters,
        calls=calls,
        unreachable=_unreachable(series, text.recipients),
        reply_to=me().email,
        known_languages=LANGUAGES,
        previews=_filled_in(text),
    )


def _filled_in(text: Text) -> dict[str, tuple[str, str]]:
    """Return subject and text by language, with one's own name for an example."""
    facts = {"name": me().name}
    return {
        code: (fill(written["subject"], facts), fill(written["text"], facts))
        for code, written in text.texts.items()
    }


def _series_or_404(key: str) -> Series:
    only_coordination()
    return session().scalar(select(Series).where(Series.key == key)) or abort(404)
