"""A letter as a message: text and HTML from the same content, with the invitation beside them."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parseaddr
from io import BytesIO
from urllib.parse import urlsplit

import segno
from flask import current_app, render_template
from flask_mail import Attachment
from sqlalchemy import or_, select
from sqlalchemy.orm import Session, object_session

from ikw import colours
from ikw.calendar.entry import Attendee, Organizer, facts_of
from ikw.calendar.invitation import CANCEL, REQUEST, invitation
from ikw.mail import Message
from ikw.mail.addresses import cancel_of, event_of
from ikw.mail.content import content_of
from ikw.model import Event, Letter, Registration
from ikw.text.languages import current_language, speaking

#: By which a letter names the picture in it.
TICKET = "code@ikw"


def compose(letter: Letter) -> Message:
    """Return the message of a letter. The same letter has the same Message-ID at every try."""
    with speaking(letter.language):
        content = content_of(letter)
        page = {
            "content": content,
            "name": _name(letter),
            "settings": current_app.config,
            "language": current_language(),
            "colours": colours,
            "ticket_id": TICKET,
        }
        message = Message(
            subject=_one_line(content.subject),
            sender=_sender(),
            recipients=[letter.to or ""],
            body=render_template("letters/letter.txt", **page),
            html=render_template("letters/letter.html", **page),
            reply_to=_reply_to(letter),
            extra_headers=_headers(letter),
        )
        if content.ticket:
            message.attachments.append(_ticket(content.ticket))
        if invited := _invitation(letter):
            message.invitation = invited
            message.attachments.append(
                Attachment(f"{letter.registration.event.key}.ics", "application/ics", invited[1])
            )
    host = urlsplit(current_app.config["IKW_BASE_URL"]).hostname
    message.msgId = f"<{letter.message_id}@{host}>"
    return message


def _sender() -> tuple[str, str]:
    """Return name and address of the office: who reads the list of letters sees its name."""
    named, address = parseaddr(current_app.config["MAIL_DEFAULT_SENDER"])
    config = current_app.config
    return config["IKW_SENDER_NAME"] or named or config["IKW_CONTACT_NAME"], address


def _ticket(code: str) -> Attachment:
    """Return the code as a picture in the letter (RFC 2392); no mail program asks us for it."""
    picture = BytesIO()
    segno.make(code, error="m").save(picture, kind="png", scale=6, border=4)
    headers = {"Content-ID": f"<{TICKET}>"}
    return Attachment("code.png", "image/png", picture.getvalue(), "inline", headers)


def _name(letter: Letter) -> str:
    """Return whom to greet by name; never where it might be another who gets the letter."""
    if not letter.kind.facts.greets:
        return ""
    if letter.feedback is not None:
        return letter.feedback.name or ""
    if letter.organiser is not None:
        return letter.organiser.name
    return str(letter.facts["name"])


def _reply_to(letter: Letter) -> str | None:
    """Return where an answer goes: to who wrote it, else to the office."""
    host = letter.mailing.reply_to if letter.mailing is not None else None
    return host or current_app.config["IKW_CONTACT_EMAIL"] or None


def _headers(letter: Letter) -> dict[str, str]:
    # RFC 3834, 5: no out-of-office notes in answer, please. Exchange knows the other one alone
    # (MS-OXCMAIL, 2.2.3.2.14).
    headers = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "OOF, AutoReply"}
    if letter.kind.facts.offers_leaving:
        # RFC 2369, 3.2: the page asks, and only its button acts.
        headers["List-Unsubscribe"] = f"<{cancel_of(letter.facts['seed'])}>"
    return headers


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _invitation(letter: Letter) -> tuple[str, bytes] | None:
    """Return METHOD and calendar of what is true for the recipient now, be it the end of it.

    A letter that was overtaken by a newer one carries none: SEQUENCE must not fall.
    """
    session = object_session(letter)
    if letter.sequence is None or letter.to is None or session is None:
        return None
    event = letter.registration.event
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
    url = event_of(event.key)
    body = invitation(
        method,
        facts_of(event, url, Organizer.from_settings(current_app.config)),
        attendee=Attendee(letter.facts["name"], letter.to),
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
