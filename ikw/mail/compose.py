"""A letter as a message: text and HTML from the same content, with the calendar entry attached."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from flask import current_app, render_template
from flask_babel import force_locale
from flask_mail import Attachment, Message
from sqlalchemy import func, select
from sqlalchemy.orm import object_session

from ikw.actions.links import Link
from ikw.calendar.feed import CONTENT_TYPE, feed
from ikw.model import Event, Letter, Registration
from ikw.text import dates
from ikw.text.languages import current
from ikw.text.translate import _, ngettext

#: Letters that bring the event into the recipient's calendar.
WITH_ENTRY = {"confirmed", "moved_up", "changed", "link"}

#: Letters to who stands on the waiting list, and may want to leave it.
ON_THE_LIST = {"waiting", "free"}


@dataclass
class Content:
    """What a letter says, whatever it looks like."""

    subject: str
    #: The first sentence, which says everything to whoever reads no further.
    lead: str
    paragraphs: list[str] = field(default_factory=list)
    #: Name and value, shown as a table.
    facts: list[tuple[str, str]] = field(default_factory=list)
    #: The word on the button, and where it leads.
    button: tuple[str, str] | None = None


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
            recipients=[letter.to],
            body=render_template("letters/letter.txt", **page),
            html=render_template("letters/letter.html", **page),
            attachments=_attachments(letter),
            reply_to=current_app.config["IKW_CONTACT_EMAIL"] or None,
            extra_headers=_headers(letter),
        )
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


def _attachments(letter: Letter) -> list[Attachment]:
    registration = letter.registration
    event = registration.event
    if letter.kind not in WITH_ENTRY or not registration.is_seated or event.is_called_off:
        return []
    body = feed(
        [event],
        name=event.title,
        address=_url(f"/kalender/veranstaltung/{event.key}.ics"),
        url_of=lambda event: _url(f"/veranstaltung/{event.key}/"),
    )
    return [Attachment(f"{event.key}.ics", CONTENT_TYPE, body)]


def _url(path: str) -> str:
    # No request, so no Host header: letters only ever name the configured address.
    return f"{current_app.config['IKW_BASE_URL']}{path}"


def link_of(seed: str) -> str:
    """Return the secret link that a seed makes."""
    link = Link.from_seed(seed, current_app.config["SECRET_KEY"])
    return _url(f"/anmeldung/{link.token}/")


def content_of(letter: Letter) -> Content:
    """Return what a letter says, in the current language."""
    registration = letter.registration
    event = registration.event
    content = OPENINGS[letter.kind](event, letter)
    if letter.kind == "address_changed":
        return content
    content.facts = _facts(letter, event)
    if letter.kind == "cancelled":
        content.button = (_("To the event"), _url(f"/veranstaltung/{event.key}/"))
    else:
        content.button = (_("View, change or cancel"), link_of(letter.facts["seed"]))
        content.paragraphs.append(
            _("Keep this letter: whoever has the link can change your sign-up.")
        )
        content.paragraphs.extend(_other_parties(letter))
    content.paragraphs.append(
        _(
            "We delete your details on %(day)s.",
            day=dates.long_day(event.forget_on(current_app.config["IKW_KEEP_DAYS"])),
        )
    )
    return content


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
    content.paragraphs = [
        _("You moved up from the waiting list. If you cannot come, please cancel for the next one.")
    ]
    return content


def _changed(event: Event, letter: Letter) -> Content:
    seats, places = letter.facts["seats"], letter.facts["places"]
    content = _waiting(event, letter) if seats == 0 else _confirmed(event, letter)
    content.subject = _("Your sign-up was changed: %(title)s", title=event.title)
    if 0 < seats < places:
        content.paragraphs.append(
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
        [_("Please delete the entry in your calendar. You can sign up again at any time.")],
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


OPENINGS = {
    "confirmed": _confirmed,
    "waiting": _waiting,
    "moved_up": _moved_up,
    "changed": _changed,
    "cancelled": _cancelled,
    "link": _link,
    "address_changed": _address_changed,
    "free": _free,
}


def _facts(letter: Letter, event: Event) -> list[tuple[str, str]]:
    registration = letter.registration
    facts = [(_("Event"), event.title), (_("When"), dates.when(event))]
    if event.time_is_open:
        facts.append((_("Time"), _("will be announced later")))
    if event.venue:
        facts.append((_("Where"), event.venue.one_line))
    if letter.kind != "cancelled":
        facts.append((_("Places"), str(letter.facts["places"])))
        if letter.facts["companions"]:
            facts.append((_("With"), ", ".join(letter.facts["companions"])))
        facts.append((_("Your code"), registration.code))
    return facts


def _other_parties(letter: Letter) -> list[str]:
    """Tell of other sign-ups of this address for the same event: the second may be a mistake."""
    registration, session = letter.registration, object_session(letter)
    if session is None or registration.email != letter.to:
        return []
    others = session.scalars(
        select(Registration).where(
            Registration.event_id == registration.event_id,
            func.lower(Registration.email) == letter.to.lower(),
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
