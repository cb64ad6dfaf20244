"""What each kind of letter is about: its subject and its first sentences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ikw import clock
from ikw.actions.log import size
from ikw.mail.desk import to_organiser, written, written_to_many
from ikw.mail.feedback import about_feedback
from ikw.mail.says import Content
from ikw.model import Event, Letter, Plan
from ikw.model.letter_kinds import About, LetterKind
from ikw.text import changes, dates
from ikw.text.content import words
from ikw.text.translate import _, ngettext


def news_of(letter: Letter) -> Content:
    """Return what a letter is about, in the current language; it can be told on the telephone."""
    return SPEAKERS[letter.kind.facts.about](letter)


def facts_of(letter: Letter) -> dict[str, Any]:
    """Return what a letter says of the party: as it was written, or for news as it is now."""
    return letter.facts | (size(letter.registration) if letter.kind.facts.asks else {})


def _confirmed(event: Event, letter: Letter) -> Content:
    return Content(
        _("You are signed up: %(title)s", title=words(event.title)),
        ngettext(
            "You have %(num)d place at “%(title)s”.",
            "You have %(num)d places at “%(title)s”.",
            letter.facts["seats"],
            title=words(event.title),
        ),
    )


def _waiting(event: Event, letter: Letter) -> Content:
    facts = {"title": words(event.title), "position": letter.facts.get("position", "–")}
    subject = _("You are on the waiting list: %(title)s", title=words(event.title))
    if letter.facts["places"] == 1:
        return Content(
            subject,
            _(
                "At “%(title)s” there is no place free at the moment. "
                "You are number %(position)s on the waiting list.",
                **facts,
            ),
            [_("As soon as a place is free, you get it and a letter from us.")],
        )
    return Content(
        subject,
        _(
            "At “%(title)s” there is no room for all of you at the moment. "
            "You are number %(position)s on the waiting list.",
            **facts,
        ),
        [_("As soon as places for all of you are free, you get them and a letter from us.")],
    )


def _moved_up(event: Event, letter: Letter) -> Content:
    content = _confirmed(event, letter)
    content.subject = _("You have a place: %(title)s", title=words(event.title))
    content.more = [
        _("You moved up from the waiting list. If you cannot come, please cancel for the next one.")
    ]
    return content


def _changed(event: Event, letter: Letter) -> Content:
    seats, places = letter.facts["seats"], letter.facts["places"]
    content = _waiting(event, letter) if seats == 0 else _confirmed(event, letter)
    content.subject = _("Your sign-up was changed: %(title)s", title=words(event.title))
    if 0 < seats < places:
        content.more.append(
            ngettext(
                "You are waiting for %(num)d more place, as number %(position)s on the list.",
                "You are waiting for %(num)d more places, as number %(position)s on the list.",
                places - seats,
                position=letter.facts.get("position", "–"),
            )
        )
    return content


def _free(event: Event, _letter: Letter) -> Content:
    return Content(
        _("Places are free now: %(title)s", title=words(event.title)),
        _(
            "At “%(title)s” there is room for all of you now. "
            "Take the places on your page before someone else does.",
            title=words(event.title),
        ),
    )


def _cancelled(event: Event, letter: Letter) -> Content:
    return Content(
        _("Your sign-up is cancelled: %(title)s", title=words(event.title)),
        _(
            "You have cancelled for “%(title)s”. Thank you for telling us.",
            title=words(event.title),
        ),
        [
            _("Is the event still in your calendar? Then please delete the entry."),
            _("You can sign up again at any time."),
        ],
    )


def _link(event: Event, letter: Letter) -> Content:
    content = _waiting(event, letter) if letter.facts["seats"] == 0 else _confirmed(event, letter)
    content.subject = _("Your link: %(title)s", title=words(event.title))
    if not event.takes_place:
        # First of all: news of it may be on their way still.
        content.more.insert(0, content.lead)
        content.lead = _("Called off") if event.is_called_off else _("Postponed")
    return content


def _address_changed(event: Event, _letter: Letter) -> Content:
    return Content(
        _("Your address was taken out: %(title)s", title=words(event.title)),
        _(
            "A sign-up for “%(title)s” no longer uses this e-mail address. "
            "The link in our earlier letters has ended.",
            title=words(event.title),
        ),
        [_("Was that not you? Then please call us.")],
    )


def _event_changed(event: Event, letter: Letter) -> Content:
    before, after = Plan.from_facts(letter.facts["before"]), Plan.of(event)
    lead, *more = changes.sentences(event, before, after) or [
        _("“%(title)s”: %(when)s.", title=words(event.title), when=dates.when(event))
    ]
    content = Content(changes.headline(event, before, after), lead, more)
    if event.is_called_off:
        content.more.append(_("You need not do anything. We are sorry."))
        return content
    seats = facts_of(letter)["seats"]
    if not seats:
        content.more.append(
            _("Do you want to stay on the waiting list? If not, please leave it for others.")
        )
    elif event.is_postponed:
        content.more.append(_("What you booked stays yours for the new date."))
    else:
        content.more.append(
            ngettext(
                "Does that still suit you? If not, please release your place for others.",
                "Does that still suit you? If not, please release your places for others.",
                seats,
            )
        )
    return content


def _soon(event: Event) -> str:
    """Return when it is, in the words of somebody who reads it before."""
    days_left = (event.date - clock.today()).days
    near = {0: _("Today"), 1: _("Tomorrow")}
    day = near.get(days_left) or dates.short_day(event.date)
    return f"{day} {dates.clock(event.start)}" if event.start else day


def _reminder(event: Event, letter: Letter) -> Content:
    seats = facts_of(letter)["seats"]
    return Content(
        _("%(what)s: %(title)s", what=_soon(event), title=words(event.title)),
        ngettext(
            "“%(title)s” is on %(when)s. You have %(num)d place.",
            "“%(title)s” is on %(when)s. You have %(num)d places.",
            seats,
            title=words(event.title),
            when=dates.when(event),
        ),
        [
            ngettext(
                "We look forward to seeing you. If you cannot come, please release your place.",
                "We look forward to seeing you. If you cannot come, please release your places.",
                seats,
            )
        ],
    )


def _calendar(event: Event, _letter: Letter) -> Content:
    return Content(
        _("Your calendar has a new address"),
        _("The calendar with your sign-ups has a new address. The old one has ended."),
        [_("Please remove the old calendar from your devices and subscribe to the new one.")],
    )


OPENINGS: dict[LetterKind, Callable[[Event, Letter], Content]] = {
    LetterKind.CONFIRMED: _confirmed,
    LetterKind.WAITING: _waiting,
    LetterKind.MOVED_UP: _moved_up,
    LetterKind.CHANGED: _changed,
    LetterKind.CANCELLED: _cancelled,
    LetterKind.LINK: _link,
    LetterKind.ADDRESS_CHANGED: _address_changed,
    LetterKind.FREE: _free,
    LetterKind.EVENT_CHANGED: _event_changed,
    LetterKind.REMINDER: _reminder,
    LetterKind.CALENDAR: _calendar,
}


def _to_party(letter: Letter) -> Content:
    if letter.kind == LetterKind.SERIES_MESSAGE:
        return written_to_many(letter)
    if letter.mailing is not None:
        return written(letter)
    return OPENINGS[letter.kind](letter.registration.event, letter)


#: Who finds the words, by what a letter is about.
SPEAKERS: dict[About, Callable[[Letter], Content]] = {
    About.REGISTRATION: _to_party,
    About.FEEDBACK: about_feedback,
    About.ORGANISER: to_organiser,
    About.ORGANISATION: written_to_many,
}
