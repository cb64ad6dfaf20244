"""What is stored of somebody, as a file for programs and as one that people read (Art. 15 GDPR).

Also how it is erased for good: noted first, so that no restored backup brings it back.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

from flask import Response, current_app
from sqlalchemy import select
from werkzeug.exceptions import ServiceUnavailable

from ikw import clock, sqlite_files
from ikw.actions.act import Act
from ikw.actions.keeping import erase
from ikw.actions.keeping.disclose import disclose, keepings_of
from ikw.db import engine, session, write
from ikw.erasures import Erasures
from ikw.model import DeskSession, Feedback, Letter, LogEntry, Organiser, Passkey, Registration
from ikw.model.keeping import Keeping
from ikw.print.disclosure import disclosure
from ikw.text import dates
from ikw.text.languages import LANGUAGES
from ikw.text.phones import write_phone
from ikw.text.translate import _
from ikw.text.vocabulary import NEEDS
from ikw.web.desk.entries import described
from ikw.web.desk.files import file_of
from ikw.web.desk.words import LETTER_KINDS, LETTER_STATES, ROLES
from ikw.web.template_helpers import site_name


@dataclass
class Section:
    """A sign-up, a message or an account, with what is known of it and what happened."""

    title: str
    facts: list[tuple[str, str]]
    history: list[str] = field(default_factory=list)


def as_json(rows: Collection[erase.Row]) -> Response:
    """Answer with all that is stored, in the words of the database."""
    stored = [disclose(session(), row) for row in rows]
    body = {
        "about": "Art. 15 DSGVO",
        "at": clock.now().isoformat(timespec="seconds"),
        "controller": current_app.config["IKW_CONTACT_NAME"],
        "stored": stored,
        "why": [
            {
                "table": keeping.table,
                "columns": keeping.columns.split(),
                "purpose": keeping.purpose,
                "basis": keeping.basis,
                "seen_by": keeping.seen_by,
                "ends": _end_of(keeping),
            }
            for keeping in keepings_of(stored)
        ],
    }
    text = json.dumps(body, ensure_ascii=False, indent=2)
    return file_of(text, "application/json", "auskunft.json")


def as_pdf(rows: Collection[erase.Row]) -> Response:
    """Answer with the same as people read it."""
    config = current_app.config
    keepings = keepings_of([disclose(session(), row) for row in rows])
    file = disclosure(
        [vars(section) for section in sections(rows)],
        site=site_name(),
        day=dates.long_day(clock.today()),
        controller=config["IKW_CONTACT_NAME"],
        contact=[config["IKW_CONTACT_EMAIL"], config["IKW_CONTACT_PHONE"]],
        why=[(keeping.purpose, keeping.basis, _end_of(keeping)) for keeping in keepings],
    )
    return file_of(file, "application/pdf", "auskunft.pdf")


def _end_of(keeping: Keeping) -> str:
    config = current_app.config
    return keeping.end.in_words(
        keep_days=config["IKW_KEEP_DAYS"], backup_days=config["IKW_BACKUP_DAYS"]
    )


def sections(rows: Collection[erase.Row]) -> list[Section]:
    """Return what is stored in the words of the current language, without names of colleagues."""
    return [_SECTIONS[type(row)](row) for row in rows]


def _of_registration(party: Registration) -> Section:
    event, language = party.event, LANGUAGES.get(party.language)
    needs = [str(NEEDS.get(code, code)) for code in party.needed]
    questions = {question["key"]: question["label"] for question in event.questions}
    places = _("has %(seats)d of %(places)d", seats=party.seats, places=party.places)
    facts = [
        (_("Name"), party.name),
        (_("Companions"), ", ".join(party.companions)),
        (_("E-mail address"), party.email),
        (_("Telephone number"), write_phone(party.phone)),
        (_("Language"), language.name if language else party.language),
        (_("Code"), party.code),
        (_("Places"), places),
        (_("Needs"), ", ".join(filter(None, [*needs, party.needs]))),
        *[(questions.get(key, key), str(answer)) for key, answer in party.answers.items()],
        (_("Signed up on"), _moment(party.created_at)),
        (_("Waits since"), _moment(party.queued_at)),
        (_("Has a place since"), _moment(party.seated_at)),
        (_("Cancelled on"), _moment(party.cancelled_at)),
        (_("Has come"), _moment(party.checked_in_at)),
        (_("The address does not exist since"), _moment(party.unreachable_at)),
        (_("Mark of the network, for a week"), party.network),
        (
            _("Is deleted on"),
            dates.long_day(event.forget_on(current_app.config["IKW_KEEP_DAYS"])),
        ),
    ]
    history = [*_letters(Letter.registration_id == party.id)]
    history += _log(LogEntry.registration_id == party.id)
    title = _("Sign-up: %(title)s, %(day)s", title=event.title, day=dates.long_day(event.date))
    return Section(title, _known(facts), history)


def _of_feedback(message: Feedback) -> Section:
    facts = [
        (_("Name"), message.name),
        (_("E-mail address"), message.email),
        (_("Telephone number"), write_phone(message.phone)),
        (_("Page"), message.page),
        (_("Message"), message.message),
        (_("Answer"), message.answer),
        (_("Is deleted on"), dates.long_day(message.forget_on)),
    ]
    title = _("Message about the site: %(moment)s", moment=_moment(message.created_at))
    return Section(title, _known(facts), _letters(Letter.feedback_id == message.id))


def _of_organiser(person: Organiser) -> Section:
    club = person.organisation.name if person.organisation else None
    facts = [
        (_("Name"), person.name),
        (_("E-mail address"), person.email),
        (_("Role"), str(ROLES[person.role])),
        (_("Club"), club),
        (_("Open since"), _moment(person.created_at)),
        (_("Closed since"), _moment(person.disabled_at)),
    ]
    history = []
    for passkey in session().scalars(select(Passkey).where(Passkey.organiser_id == person.id)):
        history.append(f"Passkey: {passkey.name}, {_moment(passkey.created_at)}")
    for opened in session().scalars(
        select(DeskSession).where(DeskSession.organiser_id == person.id)
    ):
        history.append(f"{_('Signed in')}: {opened.browser}, {_moment(opened.created_at)}")
    history += _letters(Letter.organiser_id == person.id)
    history += _log(LogEntry.actor == person.actor)
    return Section(_("Account at the desk"), _known(facts), history)


_SECTIONS: dict[type, Callable[..., Section]] = {
    Registration: _of_registration,
    Feedback: _of_feedback,
    Organiser: _of_organiser,
}


def _known(facts: list[tuple[str, str | None]]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in facts if value]


def _moment(moment: dt.datetime | None) -> str:
    return dates.day_and_time(moment) if moment else ""


def _letters(which: object) -> list[str]:
    letters = session().scalars(select(Letter).where(which).order_by(Letter.id))  # type: ignore[arg-type]
    return [
        f"{_moment(letter.created_at)} · {LETTER_KINDS[letter.kind]} · "
        f"{letter.to or _('Telephone')} · {LETTER_STATES[letter.state][0]}"
        for letter in letters
    ]


def _log(which: object) -> list[str]:
    entries = session().scalars(select(LogEntry).where(which).order_by(LogEntry.id))  # type: ignore[arg-type]
    return [
        " · ".join(filter(None, [_moment(line.entry.at), line.what, line.old, line.new]))
        for line in described(list(entries))
    ]


def erase_for_good(rows: Collection[erase.Row], act: Act, marks: Collection[str] = ()) -> int:
    """Erase rows, and letters to an address that is meant; return how many rows.

    Noted before, so that nothing is erased of which a backup knows nothing: where that cannot be
    written, nothing is erased and the answer is 503.
    """
    noted = [(row.__tablename__, erase.identity_of(row)) for row in rows]
    with write() as current:
        try:
            Erasures(Path(current_app.instance_path)).note_rows(noted, marks, clock.now())
        except OSError as error:
            raise ServiceUnavailable from error
        count = erase.erase(current, rows, act)
        sqlite_files.note_deleted(engine())
    return count
