"""Who works at the desk in the tests, how they come in, and two clubs with an event each."""

from __future__ import annotations

import datetime as dt
import secrets
import shutil
import tempfile
from collections.abc import Iterable
from contextvars import Context
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ikw import clock, db
from ikw.actions import feedback
from ikw.actions.feedback import Message
from ikw.actions.letter.mailing import Text, write
from ikw.actions.organiser import accounts
from ikw.actions.organiser.sign_in import open_session
from ikw.actions.registration.party import Contact
from ikw.actions.series import money
from ikw.actions.series.tasks import add_task
from ikw.backups import write_backup
from ikw.mail.content import content_of
from ikw.model import (
    Call,
    DeskSession,
    DoorDuty,
    Event,
    Import,
    KeptForm,
    Letter,
    Mailing,
    Organisation,
    Organiser,
    Passkey,
    Picture,
    Registration,
    Upload,
)
from ikw.model.base import Base
from ikw.model.roles import Role
from ikw.model.vocabulary import ContributionKind, Recipients
from ikw.programmes.sheet import write_sheet
from ikw.text.languages import speaking
from ikw.web.desk.access import cookie_name
from ikw.web.security import is_https
from tests.actions.cast import at, new_link, sign_up
from tests.conftest import NOW, make_event, make_venue
from tests.web.forms import send, token_in

#: Karla coordinates, Vera plans for the dance club, Tom stands at its door, Rita reads numbers.
NAMES = {
    "coordination": "Karla König",
    "club": "Vera Vogt",
    "door": "Tom Tannert",
    "reader": "Rita Ratsherr",
}

#: With family names, as "Ben" alone is in every other German word.
ANNA = Contact("Anna Ahrens", "ahrens@example.org", "05971 11111")
DILAN = Contact("Dilan Demir", None, "05971 22222")
BEN = Contact("Ben Becker", "becker@example.org", "05971 33333")
CHIARA = Contact("Chiara Conti", None, "05971 44444")

#: The day of both events; it is the one on which most tests take place.
DAY = dt.date(2023, 1, 20)


@dataclass(frozen=True)
class Person:
    """Somebody with an account."""

    id: int
    role: str
    name: str
    email: str


def organiser(
    role: str, *, organisation: Organisation | None = None, duties: Iterable[DoorDuty] = ()
) -> Person:
    """Open the account of whoever has this role in the cast."""
    name = NAMES[role]
    email = f"{name.split()[0].lower()}@example.org"
    with db.write() as session:
        made = accounts.add_organiser(
            session, name, email, Role(role), at(clock.real(), by="test"), organisation=organisation
        )
        made.duties = list(duties)
    return Person(made.id, role, name, email)


def link_sent_to(email: str) -> str:
    """Return the path of the newest link into the desk that was written to this address."""
    letters = select(Letter).where(Letter.kind == "sign_in", Letter.to == email)
    letter = db.session().scalars(letters.order_by(Letter.id.desc())).first()
    assert letter, f"no link for {email}"
    with speaking(letter.language):
        ((_text, address),) = content_of(letter).buttons
    return urlsplit(address).path


def ask_for_link(client: FlaskClient, email: str) -> str:
    """Ask for a link as organisers do, and return its path from the letter."""
    assert send(client, "/verwaltung/anmelden", email=email).status_code == 303
    with client.application.app_context():
        return link_sent_to(email)


def sign_in(client: FlaskClient, who: Person) -> FlaskClient:
    """Give a browser a session as if its owner had signed in; return the same browser."""
    secret = secrets.token_urlsafe(32)
    # From outside any context, as a request does it.
    Context().run(_open_session, client.application, who, secret)
    with client.application.app_context():
        name, secure = cookie_name(), is_https()
    client.set_cookie(name, secret, httponly=True, samesite="Lax", secure=secure)
    return client


def _open_session(app: Flask, who: Person, secret: str) -> None:
    with app.app_context(), db.write() as session:
        organiser = session.get_one(Organiser, who.id)
        open_session(session, organiser, secret, browser="", now=clock.real())


def sign_in_by_link(client: FlaskClient, who: Person) -> FlaskClient:
    """Sign in by the link in the letter and the button behind it; return the same browser."""
    answer = send(client, ask_for_link(client, who.email))
    assert (answer.status_code, answer.location) == (303, "/verwaltung/")
    return client


def token_for(client: FlaskClient) -> str:
    """Return a form token that is good in this browser: the one of the button to sign out."""
    return token_in(client.get("/verwaltung/konto/").text)


class _Form(HTMLParser):
    """What a browser sends when nothing is changed in the large form of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: dict[str, list[str]] = {}
        self.inside = False
        self.name = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        name, value = has.get("name") or "", has.get("value") or ""
        if tag == "form":
            self.inside = "form" in (has.get("class") or "").split()
        elif tag == "input" and has.get("type") not in {"checkbox", "radio"}:
            self.add(name, value)
        elif tag == "input" and "checked" in has:
            self.add(name, value or "on")
        elif tag in {"select", "textarea"}:
            self.name = name
            # Of a list of choices the first, unless one is marked below.
            self.add(name, "") if tag == "textarea" else None
        elif tag == "option" and (self.name not in self.answers or "selected" in has):
            self.answers.pop(self.name, None)
            self.add(self.name, value)

    def handle_data(self, data: str) -> None:
        if self.lasttag == "textarea" and self.answers.get(self.name) == [""]:
            self.add(self.name, data.removeprefix("\n"), anew=True)

    def add(self, name: str, value: str, *, anew: bool = False) -> None:
        if self.inside and name:
            self.answers[name] = [value] if anew else [*self.answers.get(name, []), value]


def answers_in(html: str) -> dict[str, list[str]]:
    """Return what a browser sends when nothing is changed in the large form of a page."""
    form = _Form()
    form.feed(html)
    assert form.answers, "the page has no large form"
    return form.answers


@dataclass(frozen=True)
class Side:
    """One club's event, and numbers of what hangs on it."""

    event: str
    party: int
    letter: int
    call: int
    mailing: int
    task: int
    cost: int
    #: What nobody else may read: names, addresses, codes, needs.
    secrets: frozenset[str]


@dataclass(frozen=True)
class Town:
    """Two clubs, and everybody who works at the desk. Vera and Tom belong to the dancers."""

    app: Flask
    staff: dict[str, Person]
    #: The number of everybody's passkey, by role.
    passkeys: dict[str, int]
    dancers: Side
    choir: Side
    feedback: int
    source: int
    #: A file that Karla has brought, to be confirmed.
    upload: int
    #: What came of one before.
    done: int
    #: A text to all clubs.
    series_mailing: int
    #: The number of what everybody has begun to write, by role.
    kept: dict[str, int]

    def browser_of(self, role: str) -> FlaskClient:
        """Return a browser in which whoever has this role is signed in, and has shown the passkey.

        Who has one and has not shown it may not add another.
        """
        client = sign_in(self.app.test_client(), self.staff[role])
        with self.app.app_context(), db.write() as session:
            session.execute(update(DeskSession).values(confirmed_at=clock.real()))
        return client

    def session_of(self, role: str) -> int:
        """Return the number of a session of whoever has this role."""
        mine = DeskSession.organiser_id == self.staff[role].id
        with self.app.app_context():
            return db.session().scalars(select(DeskSession.id).where(mine)).all()[-1]

    @property
    def stored(self) -> dict[str, list[str]]:
        """Every row of the database, by table."""
        with self.app.extensions["ikw.engine"].connect() as connection:
            return {
                table.name: sorted(str(row) for row in connection.execute(select(table)))
                for table in Base.metadata.sorted_tables
            }


#: The town as it was stored first, and the SQLite database in which it was.
_first: tuple[Town, Path] | None = None
_folder = tempfile.TemporaryDirectory(prefix="ikw-town-")


def furnish_town(app: Flask) -> Town:
    """Store the town. Passkeys need a site with a name, such as localhost.

    On SQLite it is stored once and copied then: it takes longer than most tests.
    """
    global _first
    engine = app.extensions["ikw.engine"]
    if engine.dialect.name != "sqlite":
        return _store(app)
    if _first is None:
        copy = Path(_folder.name) / "town.sqlite"
        _first = _store(app), copy
        with app.app_context():
            write_backup(engine, copy)
    else:
        engine.dispose()
        shutil.copy(_first[1], engine.url.database)
    return replace(_first[0], app=app)


def _store(app: Flask) -> Town:
    with app.app_context():
        venue = make_venue()
        tanz = _event("tanz", "Tanz im Haus", venue=venue)
        chor = _event("konzert", "Konzert des Chors", venue=venue)
        make_event("alt", title="Altes Fest", published_at=None, deleted_at=NOW)
        staff = {
            "coordination": organiser("coordination"),
            "club": organiser("club", organisation=tanz.hosts[0]),
            "door": organiser("door", duties=[DoorDuty(event_id=tanz.id, day=DAY)]),
            "reader": organiser("reader"),
        }
        dancers = _side(tanz, ANNA, DILAN, "Achmed Aydin", "Rampe für Achmed")
        choir = _side(chor, BEN, CHIARA, "Bruno Becker", "Dolmetscher für B.")
        with db.write() as session:
            message = Message("accessibility", "Zu klein.", "/", None, BEN.email, None, "de")
            told = feedback.give(session, message, at(NOW, by="reader"), link=new_link())
            act = at(NOW, by="test")
            source = money.add_source(session, tanz.series, "Integrationsrat", 1_100_000, act)
            upload = Upload(organiser_id=staff["coordination"].id, series=tanz.series, kind="xlsx")
            upload.body, upload.created_at = write_sheet([]), clock.real()
            done = Import(series=tanz.series, at=clock.real())
            texts = {"de": {"subject": "An alle Vereine", "text": "Guten Tag"}}
            to_clubs = Mailing(series=tanz.series, recipients=Recipients.CLUBS, texts=texts)
            to_clubs.made_by, to_clubs.created_at = "series", clock.real()
            call = Call(key="aufruf", series=tanz.series, kind=ContributionKind.EVENT)
            session.add_all([upload, done, to_clubs, call])
            passkeys = {role: _passkey(session, person) for role, person in staff.items()}
            session.flush()
            numbers = {role: passkey.id for role, passkey in passkeys.items()}
            begun = {role: _begun(session, person) for role, person in staff.items()}
            session.flush()
            kept = {role: form.id for role, form in begun.items()}
            rows = told.id, source.id, upload.id, done.id, to_clubs.id
            return Town(app, staff, numbers, dancers, choir, *rows, kept)


def _begun(session: Session, person: Person) -> KeptForm:
    begun = KeptForm(organiser_id=person.id, path="/verwaltung/nirgends")
    begun.answers, begun.created_at = [{"name": "language", "value": "uk"}], clock.real()
    session.add(begun)
    return begun


def _passkey(session: Session, person: Person) -> Passkey:
    made = Passkey(organiser_id=person.id, name="Telefon", credential_id=person.role)
    made.public_key, made.created_at = b"", clock.real()
    session.add(made)
    return made


def _event(key: str, title: str, **values: object) -> Event:
    host = Organisation(key=f"{key}-verein", name=f"Verein {key}")
    picture = Picture(
        body=b"RIFF", width=4, height=3, digest=f"{key:0>16}", alt=f"Bild von {title}"
    )
    more = {"date": DAY, "capacity": 50, "hosts": [host], "picture": picture}
    return make_event(key, title=title, **more, **values)


def _side(event: Event, writes: Contact, calls: Contact, companion: str, needs: str) -> Side:
    party = sign_up(event, writes, 2, companions=[companion], needs=needs)
    caller = sign_up(event, calls)
    with db.write() as session:
        said = {"de": {"subject": f"Zu {event.key}", "text": "Bitte warme Schuhe mitbringen."}}
        text = Text(Recipients.ALL, said, None)
        karla = accounts.organiser_of(session, "karla@example.org")
        mailing = write(session, event, text, karla, at(NOW, by=karla.actor), link=new_link())
        session.flush()
        # The two minutes in which it could be stopped are over: Dilan is to be called.
        mine = Letter.mailing_id == mailing.id
        session.execute(update(Letter).where(mine).values(next_try_at=clock.real()))
        act = at(NOW, by="test")
        task = add_task(session, event, f"Stühle für {event.key}", None, None, act)
        values = {"title": f"Miete für {event.key}", "planned_cents": 100, "source": None}
        values |= {"granted_cents": 0, "spent_cents": 0}
        cost = money.set_cost(session, None, event, values, act)
    contacts = {writes.name, writes.email, writes.phone, calls.name, calls.phone}
    return Side(
        event.key,
        party.id,
        _letter_to(party),
        _letter_to(caller),
        mailing.id,
        task.id,
        cost.id,
        frozenset(filter(None, contacts)) | {companion, needs, party.code, caller.code},
    )


def _letter_to(party: Registration) -> int:
    letters = select(Letter.id).where(Letter.registration_id == party.id)
    return db.session().scalars(letters.order_by(Letter.id)).all()[0]
