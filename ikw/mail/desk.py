"""Letters that begin at the desk: the link into it, and what organisers write to participants."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from ikw.mail.addresses import desk_event_of, desk_of, url_of
from ikw.mail.says import Content
from ikw.model import Letter, Mailing, Organiser
from ikw.model.letter_kinds import LetterKind
from ikw.model.organiser import LINK_LASTS
from ikw.model.roles import Role
from ikw.names import Route
from ikw.text import dates
from ikw.text.content import words
from ikw.text.placeholders import facts_of, fill
from ikw.text.translate import _, ngettext


def sign_in(letter: Letter) -> Content:
    """Return the letter with the link into the desk."""
    minutes = int(LINK_LASTS.total_seconds() // 60)
    return Content(
        _("Your link to the desk"),
        _("With this link you sign in at the desk."),
        [_("It works once, and for %(minutes)d minutes.", minutes=minutes)],
        [_("You did not ask for it? Then there is nothing to do: nobody else has this link.")],
        buttons=[(_("Sign in"), desk_of(letter.facts["seed"]))],
    )


def written(letter: Letter) -> Content:
    """Return what an organiser wrote, with the facts of this party in the place of their names."""
    mailing, registration = letter.mailing, letter.registration
    if mailing is None:
        raise ValueError("this letter holds no text of an organiser")
    facts = facts_of(registration.event, registration)
    return _filled(mailing, letter.language, facts)


def written_to_many(letter: Letter) -> Content:
    """Return what an organiser wrote to all of a series, or to clubs, with a name in its place."""
    if letter.mailing is None:
        raise ValueError("this letter holds no text of an organiser")
    content = _filled(letter.mailing, letter.language, {"name": letter.facts["name"]})
    series = letter.mailing.series
    if series is not None and series.published_at is not None:
        content.links = [(_("To the programme"), url_of(Route.SERIES.path(series=series.key)))]
    return content


def _filled(mailing: Mailing, language: str, facts: dict[str, str]) -> Content:
    subject, text = mailing.in_language(language)
    lead, *more = _paragraphs(text)
    return Content(fill(subject, facts), fill(lead, facts), [fill(part, facts) for part in more])


def trial(letter: Letter) -> Content:
    """Return what an organiser sent to themselves, to see how it looks; it is filled in already."""
    lead, *more = _paragraphs(letter.facts["text"])
    return Content(letter.facts["subject"], lead, more)


def _paragraphs(text: str) -> list[str]:
    return [" ".join(part.split()) for part in re.split(r"\n\s*\n", text) if part.strip()]


def invitation(letter: Letter) -> Content:
    """Return the letter that invites somebody to work at the desk."""
    organiser = letter.organiser
    if organiser is None:
        raise ValueError("this letter is to nobody's account")
    day = dt.datetime.fromisoformat(letter.facts["until"])
    return Content(
        _("Invitation: plan with us"),
        _("%(name)s invites you to the desk of the Intercultural Week.", name=letter.facts["by"]),
        [_what_for(organiser)],
        [
            _("The button works once, until %(time)s.", time=dates.day_and_time(day)),
            _("After that you sign in with your e-mail address. You need no password."),
        ],
        buttons=[(_("Open the desk"), desk_of(letter.facts["seed"]))],
    )


def _what_for(organiser: Organiser) -> str:
    """Return what somebody is to do at the desk, by their role."""
    if organiser.role is Role.CLUB and organiser.organisation:
        return _(
            "There you enter the events of %(club)s, and see who signs up for them.",
            club=organiser.organisation.name,
        )
    return {
        Role.COORDINATION: _("There you plan the programme and look after the sign-ups."),
        Role.DOOR: _("There you let people in at the door."),
        Role.READER: _("There you see the programme in numbers, without names."),
    }.get(organiser.role, "")


def task(letter: Letter) -> Content:
    """Return what somebody is to do."""
    due, about = letter.facts["due"], words(letter.facts["about"])
    facts: list[tuple[str, str]] = [(_("What for"), about)]
    if due:
        facts.append((_("Until"), dates.long_day(dt.date.fromisoformat(due))))
    return Content(
        _("A task for you: %(title)s", title=letter.facts["title"]),
        _("“%(title)s” is noted for you.", title=letter.facts["title"]),
        facts=facts,
        buttons=[(_("Open the tasks"), url_of(Route.DESK_TASKS))],
    )


def club_news(letter: Letter) -> Content:
    """Return what the coordination did with an event of a club."""
    title, news = words(letter.facts["title"]), letter.facts["news"]
    subject, lead = {
        "published": (
            _("Published: %(title)s", title=title),
            _("“%(title)s” is published. Everyone can see it now.", title=title),
        ),
        "returned": (
            _("Please look again: %(title)s", title=title),
            _("The coordination has given “%(title)s” back to you.", title=title),
        ),
        "withdrawn": (
            _("No longer in the programme: %(title)s", title=title),
            _("“%(title)s” is a draft again. Nobody sees it at the moment.", title=title),
        ),
        "changed": (
            _("Changed: %(title)s", title=title),
            _("The coordination has changed “%(title)s”.", title=title),
        ),
    }[news]
    reason = letter.facts.get("reason")
    return Content(
        subject,
        lead,
        [reason] if reason else [],
        buttons=[(_("Look at it"), desk_event_of(letter.facts["event"]))],
    )


def digest(letter: Letter) -> Content:
    """Return what clubs have handed in and changed since the day before."""
    news = letter.facts["news"]
    lines = []
    for one in news:
        facts = {
            "title": words(one["title"]),
            "club": words(one["club"]),
            "day": dates.short_day(dt.date.fromisoformat(one["day"])),
        }
        if one["what"] == "submitted":
            lines.append(_("Handed in: %(title)s, %(day)s (%(club)s)", **facts))
        else:
            lines.append(_("Changed: %(title)s, %(day)s (%(club)s)", **facts))
    return Content(
        ngettext(
            "%(num)d piece of news from clubs", "%(num)d pieces of news from clubs", len(news)
        ),
        _("This is what clubs have done since yesterday."),
        lines,
        buttons=[(_("Open the desk"), url_of(Route.DESK))],
    )


TO_ORGANISERS: dict[LetterKind, Callable[[Letter], Content]] = {
    LetterKind.SIGN_IN: sign_in,
    LetterKind.INVITATION: invitation,
    LetterKind.TASK: task,
    LetterKind.CLUB_NEWS: club_news,
    LetterKind.DIGEST: digest,
    LetterKind.TRIAL: trial,
}


def to_organiser(letter: Letter) -> Content:
    """Return what a letter to an organiser says."""
    return TO_ORGANISERS[letter.kind](letter)
