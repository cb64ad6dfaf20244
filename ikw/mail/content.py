"""All that a letter says, in the reader's language, whatever it looks like."""

from __future__ import annotations

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import object_session

from ikw.mail.addresses import calendar_of, event_of, link_of
from ikw.mail.news import facts_of, news_of
from ikw.mail.says import Content
from ikw.model import Event, Letter, PersonalCalendar, Registration
from ikw.model.letter_kinds import LetterKind
from ikw.text import dates
from ikw.text.content import words
from ikw.text.lists import listed, place
from ikw.text.maps import map_url
from ikw.text.translate import _, ngettext


def content_of(letter: Letter) -> Content:
    """Return all that a letter says, in the current language."""
    content = news_of(letter)
    if letter.party is None or letter.kind == LetterKind.ADDRESS_CHANGED:
        return content
    event = letter.registration.event
    if letter.kind == LetterKind.SERIES_MESSAGE:
        content.paragraphs.append(_deleted_on(event))
        return content
    calendar = _personal_calendar(letter)
    if letter.kind == LetterKind.CALENDAR:
        if calendar:
            content.buttons = [
                (_("Subscribe to the new calendar"), calendar_of(calendar.link_seed))
            ]
        return content
    content.facts = _facts(letter, event)
    if letter.kind == LetterKind.CANCELLED:
        content.buttons = [(_("To the event"), event_of(event.key))]
    else:
        content.buttons = _buttons(letter, event)
        if event.takes_place and facts_of(letter)["seats"]:
            content.ticket = letter.registration.ticket
        if event.time_is_open and event.takes_place:
            content.paragraphs.append(_("As soon as the time is fixed, we write to you."))
        content.paragraphs.append(
            _("Keep this letter: whoever has the link can change your sign-up.")
        )
        content.paragraphs.extend(_other_parties(letter))
        content.links = _links(event, calendar)
    content.paragraphs.append(_deleted_on(event))
    return content


def _deleted_on(event: Event) -> str:
    day = event.forget_on(current_app.config["IKW_KEEP_DAYS"])
    return _("We delete your details on %(day)s.", day=dates.long_day(day))


def _links(event: Event, calendar: PersonalCalendar | None) -> list[tuple[str, str]]:
    links = [(_("To the event"), event_of(event.key))]
    if event.venue and event.takes_place:
        links.append((_("Show on a map (OpenStreetMap)"), map_url(event.venue)))
    if calendar:
        links.append((_("All my sign-ups as a calendar"), calendar_of(calendar.link_seed)))
    return links


def _personal_calendar(letter: Letter) -> PersonalCalendar | None:
    session = object_session(letter)
    return session.get(PersonalCalendar, letter.to) if session and letter.to else None


def _buttons(letter: Letter, event: Event) -> list[tuple[str, str]]:
    link = link_of(letter.facts["seed"])
    if event.is_called_off:
        return [(_("View your sign-up"), link)]
    word = _("Take the places") if letter.kind == LetterKind.FREE else _("View, change or cancel")
    buttons = [(word, link)]
    if letter.kind.facts.asks:
        seats = facts_of(letter)["seats"]
        release = ngettext("Release the place", "Release the places", seats)
        # The page asks once more: mail programs follow links by themselves.
        buttons.append((release if seats else _("Leave the waiting list"), f"{link}absage"))
    return buttons


def _facts(letter: Letter, event: Event) -> list[tuple[str, str]]:
    registration = letter.registration
    facts: list[tuple[str, str]] = [(_("Event"), words(event.title))]
    # When and where it would have been reads as if it were there.
    if event.takes_place:
        facts.append((_("When"), dates.when(event)))
        if event.time_is_open:
            facts.append((_("Time"), _("will be announced later")))
        if where := listed(place(event)):
            facts.append((_("Where"), where))
    if letter.kind != LetterKind.CANCELLED:
        facts.append((_("Places"), str(facts_of(letter)["places"])))
        if letter.facts["companions"]:
            facts.append((_("With"), listed(letter.facts["companions"])))
        facts.append((_("Your code"), registration.code))
    return facts


def _other_parties(letter: Letter) -> list[str]:
    """Tell of other sign-ups of this address for the same event: the second may be a mistake."""
    registration, session = letter.registration, object_session(letter)
    if session is None or letter.to is None or registration.email != letter.to:
        return []
    others = session.scalars(
        select(Registration).where(
            Registration.event_id == registration.event_id,
            Registration.email == letter.to,
            Registration.id != registration.id,
            Registration.cancelled_at.is_(None),
        )
    )
    return [
        _(
            "With this address there is another sign-up for the same event (code %(code)s, "
            "places: %(places)s). If one of them is enough, please cancel the other: %(link)s",
            code=other.code,
            places=other.places,
            link=link_of(other.link_seed),
        )
        for other in others
    ]
