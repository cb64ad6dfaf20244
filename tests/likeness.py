"""What people see, kept in files: to redesign the code behind it and see that it stays the same.

    python -m tests.likeness build/before
    (change the code)
    python -m tests.likeness build/after && diff -r build/before build/after

Kept are the HTML of every route in three languages for each role and of every form with mistakes,
all letters, the calendars, and the texts of PDFs and workbooks. Secrets and the time of day are
replaced, as they are others each time.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import time
from email import message_from_bytes, policy
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from ikw import clock, create_app, db, migrations
from ikw.actions import feedback
from ikw.actions.event import plan
from ikw.actions.heartbeat import beat
from ikw.actions.letter.mailing import write_trial
from ikw.actions.letter.remind import Schedule, remind
from ikw.actions.links import Link
from ikw.actions.registration.calendar import renew_calendar
from ikw.actions.registration.cancel import cancel
from ikw.actions.registration.change import change_places
from ikw.actions.registration.links import send_links
from ikw.actions.registration.party import Contact
from ikw.mail.compose import compose
from ikw.model import Event, Letter, Organiser, Registration
from ikw.programmes import translations
from ikw.programmes.file import parse
from ikw.programmes.store import load
from ikw.text.languages import LANGUAGES
from tests.actions.cast import at, correct, new_link, sign_up
from tests.conftest import NOW, make_event
from tests.web.desk.desk import Town, furnish_town

#: German, from right to left, and with other plurals.
SPOKEN = ("de", "ar", "uk")

PROGRAMME = Path("ikw/programmes/rheine-2023.toml")

#: What is another one each time, and what is kept in its place.
CHANGES = (
    (r'(name="form_token"[^>]*value=")[^"]+', r"\1TOKEN"),
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UUID"),
    (r"(?<=/)[A-Za-z0-9_-]{32}(?=[/\".\s<?]|$)", "SECRET"),
    (r"(20\d\d\D{1,20})\d\d:\d\d", r"\1TIME"),
    (r"[ACDEFGHJKLMNPQRTUVWXY34679]{3}-[ACDEFGHJKLMNPQRTUVWXY34679]{3}\b", "COD-E00"),
    (r'd="M4 4\.5[^"]+"', 'd="QR"'),
    (r"/static/[0-9a-f]{12}/", "/static/HASH/"),
    (r"\b20(2[4-9]|[3-9]\d)-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(\.\d+)?)?(\+00:00)?", "TODAY"),
    (r"\b\d{13}\b", "MOMENT"),
)


def normal(text: str) -> str:
    """Return a text without what differs from one time to the next."""
    for pattern, replacement in CHANGES:
        text = re.sub(pattern, replacement, text)
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip())


def main(folder: Path) -> None:
    """Keep everything in a folder."""
    with _site() as app, patch.object(clock, "now", lambda: NOW):
        town = furnish_town(app)
        with app.app_context():
            _live_through_a_year()
            _keep_letters(folder / "letters")
        for role, client in _browsers(town):
            at_the_desk = role != STRANGER
            for path in _routes(app, town, "GET", at_the_desk=at_the_desk):
                for language in SPOKEN if role in {STRANGER, "coordination"} else SPOKEN[:1]:
                    answer = client.get(f"{LANGUAGES[language].prefix}{path}")
                    _keep(folder / role / language, path, answer)
                    answer.close()
            forms = _routes(app, town, "POST", at_the_desk=at_the_desk)
            _keep_mistakes(folder / role / "mistakes", client, forms)


#: Who has not signed in.
STRANGER = "stranger"


@contextmanager
def _site() -> Iterator[Flask]:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["IKW_INSTANCE"] = folder
        app = create_app(
            {
                "IKW_DATABASE_URL": f"sqlite:///{folder}/ikw.sqlite",
                "IKW_BASE_URL": "http://localhost",
                "IKW_NOW": NOW.isoformat(),
                "IKW_RATE_LIMITS": False,
                "SECRET_KEY": "the same in all processes of a test",
            }
        )
        with app.app_context():
            migrations.migrate(db.engine())
            with db.write() as session:
                load(session, parse(PROGRAMME.read_text("utf-8")), at(NOW))
                beat(session, "deliver", now=clock.real())
                for file in sorted(PROGRAMME.with_suffix("").glob("*.po")):
                    translations.store(session, translations.parse(file.read_bytes()))
        yield app
        app.extensions["ikw.engine"].dispose()


def _live_through_a_year() -> None:
    """Let every kind of letter be written, and events come into every state."""
    act = at(NOW, by="test")
    full = make_event("voll", title="Volles Fest", capacity=3, has_waiting_list=True)
    anna = sign_up(full, Contact("Anna Arndt", "arndt@example.org"), 2, companions=["Ayşe"])
    sign_up(full, Contact("Dilan Deniz", None, "05971 5555"), 1)
    ben = sign_up(full, Contact("Ben Braun", "braun@example.org"), 2)
    late = sign_up(full, Contact("Lea Lang", "lang@example.org"), 1, needed=["wheelchair"])
    correct(ben, Contact("Ben Braun", "ben.braun@example.org"))
    with db.write() as session:
        cancel(session, anna, at(NOW))
        change_places(session, late, 3, ["Lia"], at(NOW), may_wait=True)
        send_links(session, "ben.braun@example.org", at(NOW))
        renew_calendar(session, "lang@example.org", new_link(), at(NOW))
        told = feedback.Message("translation", "Falsch!", "/", "Emil", "e@example.org", None, "uk")
        given = feedback.give(
            session, told, at(NOW, by="reader"), link=new_link(), office="office@example.org"
        )
        feedback.tell_how_far(session, given.id, "Wir sehen nach.", at(NOW, by="test"))
        feedback.answer(session, given.id, "Berichtigt.", at(NOW, by="test"))
    states: dict[str, Callable[[Session, int], Event]] = {
        "ausfall": lambda s, e: plan.call_off(s, e, "Das Dach ist undicht.", act),
        "spaeter": lambda s, e: plan.postpone(s, e, None, act),
        "umzug": lambda s, e: plan.move(s, e, full.date.replace(day=30), time(19), None, act),
    }
    for key, change in states.items():
        event = make_event(key, title=f"Fest {key}", topics=["Musik"], languages=["de", "ar"])
        sign_up(event, Contact("Omar Omari", "omari@example.org"), language="ar")
        sign_up(event, Contact("Olha Orlenko", "orlenko@example.org"), language="uk")
        with db.write() as session:
            change(session, event.id)
    soon = make_event("bald", title="Fest heute Abend", date=NOW.date(), start=time(20))
    sign_up(soon, Contact("Olha Orlenko", "orlenko@example.org"), language="uk")
    brim = make_event("letzte", date=NOW.date(), start=time(20), capacity=1, has_waiting_list=True)
    first = sign_up(brim, Contact("Lea Lang", "lang@example.org"))
    sign_up(brim, Contact("Omar Omari", "omari@example.org"), language="ar")
    make_event("entwurf", title="Ein Entwurf", published_at=None)
    make_event("eingereicht", title="Eingereicht", published_at=None, submitted_at=NOW)
    with db.write() as session:
        cancel(session, first, at(NOW))
        remind(session, soon.id, Schedule(days=9, hour=time(10)), at(NOW))
        karla = session.scalars(select(Organiser).where(Organiser.role == "coordination")).one()
        write_trial(session, karla, "ar", "Betreff", "Ein Text.\n\nNoch einer.", at(NOW))
        session.execute(
            update(Letter).where(Letter.to == "omari@example.org").values(failed_at=NOW)
        )


def _keep_letters(folder: Path) -> None:
    folder.mkdir(parents=True)
    db.session().rollback()
    for letter in db.session().scalars(select(Letter).order_by(Letter.id)):
        said: list[str] = []
        for language in dict.fromkeys((letter.language, *SPOKEN)):
            letter.language = language
            message = message_from_bytes(compose(letter).as_bytes(), policy=policy.default)
            assert isinstance(message, EmailMessage)
            said += [f"== {language}", *(f"{k}: {v}" for k, v in message.items() if k != "Date")]
            for part in message.walk():
                if not part.is_multipart():
                    body = part.get_content()
                    said += [body if isinstance(body, str) else body.decode()]
        boundary = r'boundary="[^"]+"'
        text = re.sub(boundary, "boundary", "\n".join(said))
        (folder / f"{letter.id:03}-{letter.kind}.txt").write_text(normal(text))
    db.session().rollback()


def _browsers(town: Town) -> Iterator[tuple[str, FlaskClient]]:
    yield STRANGER, town.app.test_client()
    for role in town.staff:
        yield role, town.browser_of(role)


#: The key of an event, the number of a party, and the seed of its link.
Row = tuple[Any, ...]


def _routes(app: Flask, town: Town, method: str, *, at_the_desk: bool) -> list[str]:
    """Return the paths of the routes that take a method, for all that the addresses hold."""
    with app.app_context():
        parties = select(Event.key, Registration.id, Registration.link_seed).join(Event)
        rows: list[Row] = [
            tuple(row) for row in db.session().execute(parties.order_by(Registration.id))
        ]
        events = list(db.session().scalars(select(Event.key).order_by(Event.id)))
        numbers = _numbers(town, list(db.session().scalars(select(Letter.id))))
    found = {
        path
        for rule in app.url_map.iter_rules()
        if method in (rule.methods or set())
        for path in _filled(app, rule, rows, events, numbers)
    }
    paths = sorted(found)
    if method == "GET":
        tokens = [Link.from_seed(seed, app.config["SECRET_KEY"]).token for *_who, seed in rows]
        paths += [f"/anmeldung/{token}/{page}" for token in tokens for page in PAGES_OF_A_PARTY]
        paths += STATES
    return [path for path in paths if path.startswith("/verwaltung/") == at_the_desk]


#: What the pages of a party are called.
PAGES_OF_A_PARTY = ("", "plaetze", "kontakt", "absage")

#: Pages in states in which they look different.
STATES = (
    "/programm/ikw-2023/?q=Picknick",
    "/programm/woche/?thema=Musik",
    "/kalender/?reihe=woche",
    "/kalender/?veranstaltung=voll",
    "/verwaltung/veranstaltungen/?stand=draft",
    "/verwaltung/veranstaltung/voll/anmeldungen/?nur=waiting",
    "/verwaltung/einlass/tanz/?q=Anna",
    "/verwaltung/postausgang/?stand=failed",
    "/verwaltung/protokoll/?was=cancel",
    "/verwaltung/kalender/?tag=2023-09-23",
    "/verwaltung/kalender/?tag=2023-09-23&ansicht=tag",
)


def _numbers(town: Town, letters: list[int]) -> dict[str, list[int]]:
    """Return the numbers that addresses hold, by what stands before them."""
    return {
        "/postausgang/": letters,
        "/anrufe/": [town.dancers.call],
        "/rueckmeldungen/": [town.feedback, town.feedback + 1],
        "/geld/": [town.source],
        "/datei/": [town.upload],
        "/konten/": [person.id for person in town.staff.values()],
        "/nachricht/": [town.dancers.mailing],
        "/aufgaben/": [town.dancers.task],
        "/kosten/": [town.dancers.cost],
    }


def _filled(
    app: Flask,
    rule: Rule,
    rows: list[Row],
    events: list[str],
    numbers: dict[str, list[int]],
) -> list[str]:
    """Return the paths of one route."""
    wanted = rule.arguments - set(rule.defaults or {})
    choices: list[dict[str, Any]] = [{}]
    area = next((area for area in numbers if f"{area}<int:number>" in rule.rule), None)
    if area:
        choices = [{"number": number} for number in numbers[area]]
        events = ["tanz"]
    elif {"event", "number"} <= wanted:
        choices = [{"event": event, "number": party} for event, party, _seed in rows]
    elif "number" in wanted:
        choices = [{"number": 1}]
    if "event" in wanted and "event" not in choices[0]:
        choices = [{**choice, "event": event} for choice in choices for event in events]
    for name in sorted(wanted & set(OTHERS)):
        choices = [{**choice, name: value} for choice in choices for value in OTHERS[name]]
    with app.test_request_context():
        return [app.url_for(rule.endpoint, **values) for values in choices]


OTHERS: dict[str, list[Any]] = {
    "series": ["ikw-2023", "quartiersworkshops-2023", "woche"],
    "venue": ["mitte51", "haus"],
    "organisation": ["tanz-verein"],
    "language": ["uk"],
    "year": [2023],
    "index": [0],
    "name": ["site.css"],
    "digest": ["x"],
    "token": ["x" * 32],
}


def _keep(folder: Path, path: str, answer: Any) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    kind = answer.mimetype
    body = answer.get_data()
    if kind == "application/pdf":
        text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(body)).pages)
    elif "spreadsheet" in kind:
        sheet = load_workbook(BytesIO(body)).worksheets[0]
        text = "\n".join(str(row) for row in sheet.iter_rows(values_only=True))
    elif kind.startswith("image/") and "svg" not in kind:
        text = hashlib.sha256(body).hexdigest()
    else:
        text = body.decode("utf-8", "replace")
    headers = "\n".join(
        f"{name}: {value}"
        for name, value in answer.headers
        if name not in {"ETag", "Content-Length", "Last-Modified", "Set-Cookie", "Date"}
    )
    name = re.sub(r"[^\w.=&?-]+", "_", normal(path))[:120]
    number = 0
    while (file := folder / f"{name}~{number}").exists():
        number += 1
    file.write_text(f"{answer.status_code}\n{normal(headers)}\n\n{normal(text)}\n")


def _keep_mistakes(folder: Path, client: FlaskClient, paths: list[str]) -> None:
    """Keep what forms answer that were sent with nonsense, one for each shape of address."""
    shapes = {re.sub(r"\d+", "1", path): path for path in reversed(paths)}
    for path in shapes.values():
        _keep(folder, path, client.post(path, data=NONSENSE))


#: Without a good token nothing is done, and yet all fields are looked at.
NONSENSE = {
    "form_token": "bad",
    "capacity": "viele",
    "date": "gestern",
    "price": "teuer",
    "email": "a@",
    "places": "x",
}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
