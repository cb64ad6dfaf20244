"""Writing to all who signed up in a series, or to its hosts, or to all clubs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ikw.actions.letter.mailing import NobodyToWriteTo, Text
from ikw.actions.letter.series_mailing import Club, clubs_of, people_of, write_to_series
from ikw.db import session, write
from ikw.model import Mailing, Organisation, Registration, Series
from ikw.model.vocabulary import OF_A_SERIES, Recipients
from ikw.text.languages import LANGUAGES
from ikw.text.placeholders import OF_MANY, fill
from ikw.text.translate import _
from ikw.web.desk.access import me, only_coordination, say, series_or_404
from ikw.web.desk.acting import act
from ikw.web.desk.letter.mailing import MailingForm, progress_page, send_trial, stop_letters

bp = Blueprint("series_mailing", __name__)


@dataclass(frozen=True)
class Audience:
    """Whom one may write to about a series, looked up once for a page."""

    people: list[Registration]
    clubs: dict[str, list[Club]]
    #: Clubs that no letter reaches.
    unreachable: dict[str, list[Organisation]]

    @classmethod
    def of(cls, series: Series) -> Audience:
        found = {
            recipients: clubs_of(session(), series, recipients)
            for recipients in (Recipients.HOSTS, Recipients.CLUBS)
        }
        return cls(
            people_of(session(), series),
            {recipients: clubs for recipients, (clubs, _none) in found.items()},
            {recipients: none for recipients, (_clubs, none) in found.items()},
        )

    @property
    def languages(self) -> Counter[str]:
        """How many of them read which language."""
        clubs = self.clubs[Recipients.CLUBS]
        return Counter([*(one.language for one in self.people), *(one.language for one in clubs)])

    def count(self, recipients: str) -> tuple[int, int]:
        """Return how many letters there will be, and how many calls."""
        if recipients != Recipients.SERIES:
            return len(self.clubs[recipients]), 0
        letters = sum(1 for party in self.people if party.reachable_email)
        return letters, len(self.people) - letters


@bp.get("/reihen/<key:series>/nachricht")
def new(series: str) -> ResponseReturnValue:
    """Answer with the form."""
    shown = _series_or_404(series)
    audience = Audience.of(shown)
    return _form(shown, audience, _mailing_form(audience))


def _mailing_form(audience: Audience) -> MailingForm:
    return MailingForm.of(audience.languages, OF_A_SERIES, OF_MANY)


@bp.post("/reihen/<key:series>/nachricht")
def create(series: str) -> ResponseReturnValue:
    """Show how it will look, send a test to oneself, or send it to everyone."""
    shown = _series_or_404(series)
    audience = Audience.of(shown)
    form = _mailing_form(audience)
    if not form.validate():
        return _form(shown, audience, form, 422)
    what, text = request.form.get("was"), form.written
    if what == "zurueck":
        return _form(shown, audience, form)
    if what == "test":
        send_trial(_filled_in(text))
    if what != "senden":
        return _preview(shown, audience, form)
    try:
        with write() as current:
            letter = Text(text.recipients, text.texts, me().email)
            link = form.link(shown.id, letter.recipients, repr(letter.texts))
            mailing = write_to_series(current, shown, letter, me(), act(), link=link)
    except NobodyToWriteTo:
        form.recipients.errors = [_("Nobody is there to write to.")]
        return _form(shown, audience, form, 422)
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
    stop_letters(mailing)
    return redirect(url_for(".show", series=series, number=number), 303)


def _mailing_or_404(key: str, number: int) -> tuple[Series, Mailing]:
    series, found = _series_or_404(key), session().get(Mailing, number)
    if found is None or found.series_id != series.id:
        abort(404)
    return series, found


def _form(
    series: Series, audience: Audience, form: MailingForm, status: int = 200
) -> ResponseReturnValue:
    page = render_template(
        "desk/letter/mailing/new.html",
        series=series,
        form=form,
        counts={recipients: audience.count(recipients) for recipients in OF_A_SERIES},
        unreachable=audience.unreachable[Recipients.CLUBS],
        known_languages=LANGUAGES,
        spoken=audience.languages,
    )
    return page, status


def _preview(series: Series, audience: Audience, form: MailingForm) -> ResponseReturnValue:
    text = form.written
    letters, calls = audience.count(text.recipients)
    return render_template(
        "desk/letter/mailing/preview.html",
        series=series,
        form=form,
        letters=letters,
        calls=calls,
        unreachable=audience.unreachable.get(text.recipients, []),
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
    return series_or_404(key)
