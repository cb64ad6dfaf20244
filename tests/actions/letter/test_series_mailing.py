"""One letter to all who signed up in a series, or to all clubs: each of them gets one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from ikw import clock, db
from ikw.actions.keeping.forget import forget
from ikw.actions.letter.calls import call_list
from ikw.actions.letter.mailing import NobodyToWriteTo, Text, stop
from ikw.actions.letter.series_mailing import write_to_series
from ikw.actions.links import Link
from ikw.actions.organiser.accounts import add_organiser, disable
from ikw.actions.registration.cancel import cancel
from ikw.mail.compose import compose
from ikw.model import Letter, Mailing, Organisation, Organiser, Registration, Series
from ikw.model.roles import Role
from ikw.model.vocabulary import Recipients
from tests.actions.cast import ANNA, BEN, CHIARA, DILAN, at, new_link, sign_up
from tests.conftest import NOW, MakeApp, make_event
from tests.web.desk.desk import organiser, sign_in
from tests.web.forms import errors_in, send

SAID = {
    "de": {"subject": "Danke, {name}", "text": "Es war schön.\n\nBis zum nächsten Jahr."},
    "uk": {"subject": "Дякуємо, {name}", "text": "Було чудово."},
}


@pytest.fixture(autouse=True)
def app(make_app: MakeApp, database_url: str) -> Iterator[Flask]:
    app = make_app(database_url, IKW_BASE_URL="https://ikw.example.org")
    with app.app_context():
        yield app


def write(karla: Organiser, recipients: Recipients, link: Link | None = None) -> Mailing:
    series = db.session().scalars(select(Series).where(Series.key == "woche")).one()
    with db.write() as session:
        text = Text(recipients, SAID, karla.email)
        return write_to_series(
            session, series, text, karla, at(NOW, by=karla.actor), link=link or new_link()
        )


def letters() -> list[Letter]:
    return list(
        db.session().scalars(
            select(Letter)
            .where(Letter.kind.in_(["series_message", "club_message"]))
            .order_by(Letter.id)
        )
    )


def test_everybody_of_a_series_gets_one_letter_that_names_no_event(karla: Organiser) -> None:
    """Anna has two events, Dilan no e-mail; Ben cancelled, and Chiara comes to another series."""
    fest, lesung = make_event("fest"), make_event("lesung")
    other = Series(
        key="quartier",
        title="Quartier",
        first_day=date(2023, 3, 1),
        last_day=date(2023, 3, 31),
        published_at=NOW,
    )
    elsewhere = make_event("workshop", series=other)
    sign_up(fest, ANNA, language="uk")
    sign_up(lesung, ANNA, language="uk")
    sign_up(fest, DILAN)
    sign_up(lesung, DILAN)
    ben = sign_up(fest, BEN)
    sign_up(elsewhere, CHIARA)
    with db.write() as session:
        cancel(session, session.get_one(Registration, ben.id), at(NOW))
    link = new_link()
    mailing = write(karla, Recipients.SERIES, link)
    assert write(karla, Recipients.SERIES, link).id == mailing.id, "pressed twice is once"
    to_anna, to_dilan = sorted(letters(), key=lambda letter: letter.to is None)
    assert (to_anna.to, to_dilan.to) == ("anna@example.org", None)
    message = compose(to_anna)
    assert message.subject == "Дякуємо, Anna"
    assert "Було чудово." in str(message.body)
    assert "Fest der Räume" not in str(message.body)
    assert message.reply_to == "karla@example.org"
    later = clock.real() + timedelta(minutes=3)
    calls = [letter.kind for letter in call_list(db.session(), now=NOW, real=later)]
    assert "series_message" in calls
    with db.write() as session:
        assert stop(session, session.get_one(Mailing, mailing.id), at(NOW)) == 2


def test_clubs_hear_of_it_with_and_without_an_account(karla: Organiser) -> None:
    """Whoever works for a club gets it themselves; a closed account counts for none."""
    with db.write() as session:
        tanz = Organisation(key="tanz", name="Tanzverein", email="tanz@example.org")
        chor = Organisation(key="chor", name="Chor", email="chor@example.org")
        stumm = Organisation(key="stumm", name="Ohne alles")
        session.add_all([tanz, chor, stumm])
        vera = add_organiser(
            session, "Vera", "vera@example.org", Role.CLUB, at(NOW, by="x"), organisation=tanz
        )
        vera.language = "uk"
        gone = add_organiser(
            session, "Gero", "gero@example.org", Role.CLUB, at(NOW, by="x"), organisation=chor
        )
        disable(session, gone, at(NOW, by="x"))
    make_event("fest", hosts=[tanz])
    write(karla, Recipients.CLUBS)
    said = {letter.to: compose(letter).subject for letter in letters()}
    assert said == {
        "vera@example.org": "Дякуємо, Vera",
        "chor@example.org": "Danke, Chor",
    }
    write(karla, Recipients.HOSTS)
    assert [letter.to for letter in letters()[2:]] == ["vera@example.org"]


def test_nobody_there_to_write_to_stores_nothing(karla: Organiser) -> None:
    make_event()
    with pytest.raises(NobodyToWriteTo):
        write(karla, Recipients.SERIES)
    assert db.session().scalars(select(Mailing)).all() == []


def test_what_was_written_to_clubs_ends_with_the_series(karla: Organiser) -> None:
    with db.write() as session:
        session.add(Organisation(key="chor", name="Chor", email="chor@example.org"))
    make_event()
    write(karla, Recipients.CLUBS)
    last_day = db.session().scalars(select(Series.last_day)).one()
    day = NOW + (last_day - NOW.date()) + timedelta(days=27)
    for days, left in ((0, 1), (1, 0)):
        with db.write() as session:
            forget(session, at(day + timedelta(days=days)), keep_days=28)
        db.session().rollback()
        assert len(letters()) == left


def test_karla_writes_to_all_clubs_from_the_page_of_the_series(app: Flask) -> None:
    with db.write() as session:
        session.add(Organisation(key="chor", name="Chor", email="chor@example.org"))
        session.add(Organisation(key="stumm", name="Ohne alles"))
    make_event()
    client = sign_in(app.test_client(), organiser("coordination"))
    here = "/verwaltung/reihen/woche/nachricht"
    answers = {"subject-de": "Ideen gesucht", "text-de": "Liebe/r {name}, {code}"}
    wrong = send(client, here, **answers, recipients="clubs")
    assert "{code}" in errors_in(wrong.text)[0]
    answers["text-de"] = "Liebe/r {name}, bis Freitag?"
    seen = send(client, here, **answers, recipients="clubs", was="vorschau")
    assert "Liebe/r Karla König, bis Freitag?" in seen.text
    assert "Ohne alles" in seen.text
    assert letters() == []
    sent = send(client, here, **answers, recipients="clubs", was="senden")
    assert sent.status_code == 303
    assert "Ideen gesucht" in client.get(sent.location).text
    assert [letter.to for letter in letters()] == ["chor@example.org"]
    number = sent.location.rstrip("/").rpartition("/")[2]
    stopped = send(client, sent.location, f"{here}/{number}/stopp")
    assert stopped.status_code == 303
    db.session().rollback()
    assert letters()[0].withdrawn_at is not None
