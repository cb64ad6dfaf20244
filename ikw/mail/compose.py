"""A letter as a message: text and HTML from the same content, with the calendar entry attached."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, render_template
from flask_babel import force_locale
from flask_mail import Attachment
from sqlalchemy import or_, select
from sqlalchemy.orm import Session, object_session

from ikw.actions.links import Link
from ikw.actions.telling import size
from ikw.calendar.entry import Organizer, facts_of
from ikw.calendar.invitation import CANCEL, REQUEST, invitation
from ikw.mail import Message
from ikw.model import Event, Letter, PersonalCalendar, Plan, Registration
from ikw.text import changes, dates
from ikw.text.languages import current
from ikw.text.translate import _, ngettext

#: Letters that ask whether one still comes.
ASKS = {"event_changed", "reminder"}

#: Letters to who stands on the waiting list, and may want to leave it.
ON_THE_LIST = {"waiting", "free"}


@dataclass
class Content:
    """What a letter says, whatever it looks like."""

    subject: str
    #: The first sentence, which says everything to whoever reads no further.
    lead: str
    #: What belongs to it in further sentences; on the telephone, this is all.
    more: list[str] = field(default_factory=list)
    paragraphs: list[str] = field(default_factory=list)
    #: Name and value, shown as a table.
    facts: list[tuple[str, str]] = field(default_factory=list)
    #: The words on the buttons, and where they lead; the first stands out.
    buttons: list[tuple[str, str]] = field(default_factory=list)
    #: What one may also want, at the end.
    links: list[tuple[str, str]] = field(default_factory=list)


def compose(letter: Letter) -> Message:
    """Return the message of a letter. The same letter has the same Message-ID at every try."""
    with force_locale(letter.language):
        content = content_of(letter)
        page = {
            "content": content,
            "name": letter.facts["name"] if letter.kind != "address_changed" else "",
            "settings": current_app.config,
            "locale": current(),
        }
        message = Message(
            subject=_one_line(content.subject),
            recipients=[letter.to or ""],
            body=render_template("letters/letter.txt", **page),
            html=render_template("letters/letter.html", **page),
            reply_to=current_app.config["IKW_CONTACT_EMAIL"] or None,
            extra_headers=_headers(letter),
        )
        if invited := _invitation(letter):
            message.invitation = invited
            message.attachments = [
                Attachment(f"{letter.registration.event.key}.ics", "application/ics", invited[1])
            ]
    host = urlsplit(current_app.config["IKW_BASE_URL"]).hostname
    message.msgId = f"<{letter.message_id}@{host}>"
    return message


def _headers(letter: Letter) -> dict[str, str]:
    # RFC 3834, 5: no out-of-office notes in answer, please.
    headers = {"Auto-Submitted": "auto-generated"}
    if letter.kind in ON_THE_LIST:
        # RFC 2369, 3.2: the page asks, and only its button acts.
        headers["List-Unsubscribe"] = f"<{link_of(letter.facts['seed'])}absage>"
    return headers


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _invitation(letter: Letter) -> tuple[str, bytes] | None:
    """Return METHOD and calendar of what is true for the recipient now, be it the end of it.

    A letter that was overtaken by a newer one carries none: SEQUENCE must not fall.
    """
    session, event = object_session(letter), letter.registration.event
    if letter.sequence is None or letter.to is None or session is None:
        return None
    if _is_overtaken(session, letter, event):
        return None
    has_a_place = (
        select(Registration.id)
        .where(
            Registration.event_id == event.id,
            Registration.email == letter.to,
            Registration.seats > 0,
        )
        .limit(1)
    )
    comes = event.takes_place and session.scalar(has_a_place) is not None
    method = REQUEST if comes else CANCEL
    url = _url(f"/veranstaltung/{event.key}/")
    body = invitation(
        method,
        facts_of(event, url, Organizer.from_settings(current_app.config)),
        attendee=letter.to,
        sequence=letter.sequence,
        written_at=letter.created_at,
    )
    return method, body


def _is_overtaken(session: Session, letter: Letter, event: Event) -> bool:
    """Return whether a newer letter to this address has left, or may leave at any time."""
    is_due = or_(Letter.next_try_at.is_(None), Letter.next_try_at <= datetime.now(UTC))
    newer = (
        select(Letter.id)
        .join(Registration)
        .where(
            Registration.event_id == event.id,
            Letter.to == letter.to,
            Letter.sequence > letter.sequence,
            Letter.withdrawn_at.is_(None),
            or_(Letter.tries > 0, is_due),
        )
    )
    return session.scalar(newer.limit(1)) is not None


def _url(path: str) -> str:
    # No request, so no Host header: letters only ever name the configured address.
    return f"{current_app.config['IKW_BASE_URL']}{path}"


def link_of(seed: str) -> str:
    """Return the secret link to a registration that a seed makes."""
    return _url(f"/anmeldung/{_token(seed)}/")


def calendar_of(seed: str) -> str:
    """Return the secret link to the personal calendar that a seed makes."""
    return _url(f"/kalender/meine/{_token(seed)}/")


def _token(seed: str) -> str:
    return Link.from_seed(seed, current_app.config["SECRET_KEY"]).token


def news_of(letter: Letter) -> Content:
    """Return what a letter is about, in the current language; it can be told on the telephone."""
    return OPENINGS[letter.kind](letter.registration.event, letter)


def content_of(letter: Letter) -> Content:
    """Return all that a letter says, in the current language."""
    event = letter.registration.event
    content = news_of(letter)
    if letter.kind == "address_changed":
        return content
    calendar = _personal_calendar(letter)
    if letter.kind == "calendar":
        if calendar:
            content.buttons = [
                (_("Subscribe to the new calendar"), calendar_of(calendar.link_seed))
            ]
        return content
    content.facts = _facts(letter, event)
    if letter.kind == "cancelled":
        content.buttons = [(_("To the event"), _url(f"/veranstaltung/{event.key}/"))]
    else:
        content.buttons = _buttons(letter, event)
        content.paragraphs.append(
            _("Keep this letter: whoever has the link can change your sign-up.")
        )
        content.paragraphs.extend(_other_parties(letter))
        if calendar:
            content.links = [(_("All my sign-ups as a calendar"), calendar_of(calendar.link_seed))]
    content.paragraphs.append(
        _(
            "We delete your details on %(day)s.",
            day=dates.long_day(event.forget_on(current_app.config["IKW_KEEP_DAYS"])),
        )
    )
    return content


def _said(letter: Letter) -> dict[str, Any]:
    """Return what a letter says of the party: as it was written, or for news as it is now."""
    return letter.facts | (size(letter.registration) if letter.kind in ASKS else {})


def _personal_calendar(letter: Letter) -> PersonalCalendar | None:
    session = object_session(letter)
    return session.get(PersonalCalendar, letter.to) if session and letter.to else None


def _buttons(letter: Letter, event: Event) -> list[tuple[str, str]]:
    link = link_of(letter.facts["seed"])
    if event.is_called_off:
        return [(_("View your sign-up"), link)]
    word = _("Take the places") if letter.kind == "free" else _("View, change or cancel")
    buttons = [(word, link)]
    if letter.kind in ASKS:
        seats = _said(letter)["seats"]
        release = ngettext("Release the place", "Release the places", seats)
        # The page asks once more: mail programs follow links by themselves.
        buttons.append((release if seats else _("Leave the waiting list"), f"{link}absage"))
    return buttons


def _confirmed(event: Event, letter: Letter) -> Content:
    return Content(
        _("You are signed up: %(title)s", title=event.title),
        ngettext(
            "You have %(num)d place at “%(title)s”.",
            "You have %(num)d places at “%(title)s”.",
            letter.facts["seats"],
            title=event.title,
        ),
    )


def _waiting(event: Event, letter: Letter) -> Content:
    return Content(
        _("You are on the waiting list: %(title)s", title=event.title),
        _(
            "At “%(title)s” there is no room for all of you at the moment. "
            "You are number %(position)s on the waiting list.",
            title=event.title,
            position=letter.facts.get("position", "–"),
        ),
        [_("As soon as places for all of you are free, you get them and a letter from us.")],
    )


def _moved_up(event: Event, letter: Letter) -> Content:
    content = _confirmed(event, letter)
    content.subject = _("You have a place: %(title)s", title=event.title)
    content.more = [
        _("You moved up from the waiting list. If you cannot come, please cancel for the next one.")
    ]
    return content


def _changed(event: Event, letter: Letter) -> Content:
    seats, places = letter.facts["seats"], letter.facts["places"]
    content = _waiting(event, letter) if seats == 0 else _confirmed(event, letter)
    content.subject = _("Your sign-up was changed: %(title)s", title=event.title)
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
        _("Places are free now: %(title)s", title=event.title),
        _(
            "At “%(title)s” there is room for all of you now. "
            "Take the places on your page before someone else does.",
            title=event.title,
        ),
    )


def _cancelled(event: Event, letter: Letter) -> Content:
    return Content(
        _("Your sign-up is cancelled: %(title)s", title=event.title),
        _("You have cancelled for “%(title)s”. Thank you for telling us.", title=event.title),
        [
            _("Is the event still in your calendar? Then please delete the entry."),
            _("You can sign up again at any time."),
        ],
    )


def _link(event: Event, letter: Letter) -> Content:
    content = _waiting(event, letter) if letter.facts["seats"] == 0 else _confirmed(event, letter)
    content.subject = _("Your link: %(title)s", title=event.title)
    return content


def _address_changed(event: Event, _letter: Letter) -> Content:
    return Content(
        _("Your address was taken out: %(title)s", title=event.title),
        _(
            "A sign-up for “%(title)s” no longer uses this e-mail address. "
            "The link in our earlier letters has ended.",
            title=event.title,
        ),
        [_("Was that not you? Then please call us.")],
    )


def _event_changed(event: Event, letter: Letter) -> Content:
    before, after = Plan.from_facts(letter.facts["before"]), Plan.of(event)
    lead, *said = changes.sentences(event, before, after) or [
        _("“%(title)s”: %(when)s.", title=event.title, when=dates.when(event))
    ]
    content = Content(changes.headline(event, before, after), lead, said)
    if event.is_called_off:
        content.more.append(_("You need not do anything. We are sorry."))
        return content
    seats = _said(letter)["seats"]
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


def _reminder(event: Event, letter: Letter) -> Content:
    seats = _said(letter)["seats"]
    return Content(
        _("Reminder: %(title)s", title=event.title),
        ngettext(
            "“%(title)s” is on %(when)s. You have %(num)d place.",
            "“%(title)s” is on %(when)s. You have %(num)d places.",
            seats,
            title=event.title,
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


OPENINGS = {
    "confirmed": _confirmed,
    "waiting": _waiting,
    "moved_up": _moved_up,
    "changed": _changed,
    "cancelled": _cancelled,
    "link": _link,
    "address_changed": _address_changed,
    "free": _free,
    "event_changed": _event_changed,
    "reminder": _reminder,
    "calendar": _calendar,
}


def _facts(letter: Letter, event: Event) -> list[tuple[str, str]]:
    registration = letter.registration
    facts = [(_("Event"), event.title)]
    # When and where it would have been reads as if it were there.
    if event.takes_place:
        facts.append((_("When"), dates.when(event)))
        if event.time_is_open:
            facts.append((_("Time"), _("will be announced later")))
        if event.place:
            facts.append((_("Where"), event.place))
    if letter.kind != "cancelled":
        facts.append((_("Places"), str(_said(letter)["places"])))
        if letter.facts["companions"]:
            facts.append((_("With"), ", ".join(letter.facts["companions"])))
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
