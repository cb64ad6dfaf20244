"""Clubs hear what becomes of their events, and the coordination what clubs have done."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from ikw import clock, db
from ikw.actions.act import Act
from ikw.actions.event.edit import edit_event, version
from ikw.actions.event.publish import hand_back, publish, submit, why_it_came_back, withdraw
from ikw.actions.keeping.forget import forget
from ikw.actions.letter.tell_organisers import digest_is_due, write_digests
from ikw.actions.organiser.accounts import add_organiser, disable
from ikw.actions.organiser.invite import invite
from ikw.actions.organiser.sign_in import LinkIsOver, link_behind, sign_in
from ikw.clock import TOWN
from ikw.mail.compose import compose
from ikw.model import Event, Letter, Organisation, Organiser
from ikw.model.letter_kinds import LetterKind
from ikw.model.roles import Role
from tests.actions.cast import at, new_link
from tests.conftest import NOW, make_event

REAL = datetime(2026, 11, 28, 12, tzinfo=TOWN)


@pytest.fixture
def people(app: Flask) -> dict[str, Organiser]:
    """Karla and Konrad coordinate, Vera works for the dance club, Emil for the choir."""
    opened = at(NOW, by="test", real=REAL)
    with db.write() as session:
        clubs = [
            Organisation(key=key, name=name) for key, name in (("tanz", "Tanz"), ("chor", "Chor"))
        ]
        session.add_all(clubs)
        found = {
            name: add_organiser(
                session, name, f"{name.lower()}@example.org", role, opened, organisation=club
            )
            for name, role, club in (
                ("Karla", Role.COORDINATION, None),
                ("Konrad", Role.COORDINATION, None),
                ("Vera", Role.CLUB, clubs[0]),
                ("Emil", Role.CLUB, clubs[1]),
            )
        }
    make_event("tanz", title="Tanz im Park", published_at=None, created_at=NOW)
    with db.write():
        the_dance().hosts = [clubs[0]]
    return found


def the_dance() -> Event:
    return db.session().scalars(select(Event).where(Event.key == "tanz")).one()


def by(organiser: Organiser, real: datetime = REAL) -> Act:
    return Act(organiser.actor, NOW + (real - REAL), real, timedelta(minutes=10))


def letters(kind: LetterKind) -> list[Letter]:
    return list(db.session().scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id)))


def text_of(letter: Letter) -> str:
    body = compose(letter).body
    assert isinstance(body, str)
    return body


def test_vera_hears_what_becomes_of_her_event(people: dict[str, Organiser]) -> None:
    karla, vera = people["Karla"], people["Vera"]
    dance = the_dance().id
    with db.write() as session:
        submit(session, dance, by(vera))
        hand_back(session, dance, by(karla), reason="Bitte noch die Uhrzeit.")
        submit(session, dance, by(vera))
        publish(session, dance, by(karla))
        withdraw(session, dance, by(karla))
    found = letters(LetterKind.CLUB_NEWS)
    assert {letter.to for letter in found} == {"vera@example.org"}, "and nobody else"
    assert [letter.facts["news"] for letter in found] == ["returned", "published", "withdrawn"]
    assert "Bitte noch die Uhrzeit." in text_of(found[0])
    assert "/verwaltung/veranstaltung/tanz/" in text_of(found[0])
    assert why_it_came_back(db.session(), the_dance()) is None, "she has handed it in again since"


def test_why_it_came_back_is_known_until_it_is_handed_in(people: dict[str, Organiser]) -> None:
    with db.write() as session:
        submit(session, the_dance().id, by(people["Vera"]))
        reason = "Ohne Ort geht es nicht."
        hand_back(session, the_dance().id, by(people["Karla"]), reason=reason)
    assert why_it_came_back(db.session(), the_dance()) == "Ohne Ort geht es nicht."


def test_several_changes_in_a_row_are_one_letter_and_ones_own_are_none(
    people: dict[str, Organiser],
) -> None:
    for who, title in ((people["Vera"], "A"), (people["Karla"], "B"), (people["Karla"], "C")):
        with db.write() as session:
            event = the_dance()
            edit_event(session, event.id, {"title": title}, by(who), known=version(event))
    (letter,) = letters(LetterKind.CLUB_NEWS)
    assert letter.next_try_at == REAL + timedelta(minutes=10)


def test_the_coordination_gets_one_letter_in_the_morning(people: dict[str, Organiser]) -> None:
    def rounds(real: datetime) -> int:
        if not digest_is_due(db.session(), real):
            return 0
        with db.write() as session:
            return write_digests(session, by(people["Karla"], real))

    assert rounds(REAL) == 0, "the site is new"
    evening = REAL + timedelta(hours=7)
    with db.write() as session:
        submit(session, the_dance().id, by(people["Vera"], evening))
    assert rounds(evening) == 0, "not in the evening"
    morning = datetime(2026, 11, 29, 7, 0, 30, tzinfo=TOWN)
    assert rounds(morning) == 2
    assert rounds(morning + timedelta(minutes=1)) == 0, "once"
    found = letters(LetterKind.DIGEST)
    assert [letter.to for letter in found] == ["karla@example.org", "konrad@example.org"]
    assert "Eingereicht: Tanz im Park" in text_of(found[0])
    assert rounds(morning + timedelta(days=1)) == 0, "nothing is new"
    with db.write() as session:
        publish(session, the_dance().id, by(people["Karla"], morning))
        event = the_dance()
        changed = by(people["Vera"], morning + timedelta(days=1, hours=2))
        edit_event(session, event.id, {"title": "Tanz im Hof"}, changed, known=version(event))
    assert rounds(morning + timedelta(days=2)) == 2
    assert "Geändert: Tanz im Hof" in text_of(letters(LetterKind.DIGEST)[-1])


def test_an_invitation_works_once_until_another_one_or_its_day(
    people: dict[str, Organiser],
) -> None:
    karla, vera = people["Karla"], people["Vera"]
    first, second = new_link(), new_link()
    with db.write() as session:
        invite(session, vera, first, by(karla), by="Karla König")
        invite(session, vera, second, by(karla), by="Karla König")
    old, letter = letters(LetterKind.INVITATION)
    assert (old.withdrawn_at, letter.withdrawn_at) == (REAL, None)
    text = text_of(letter)
    assert "Karla König lädt Sie ein" in text
    assert "die Veranstaltungen von Tanz" in text
    assert "12. Dezember 2026" in text
    with pytest.raises(LinkIsOver):
        link_behind(db.session(), first.token, now=REAL)
    late = REAL + timedelta(days=14)
    assert link_behind(db.session(), second.token, now=late - timedelta(minutes=1)).is_invitation
    with pytest.raises(LinkIsOver):
        link_behind(db.session(), second.token, now=late)
    with db.write() as session:
        forget(session, at(NOW, real=late - timedelta(days=1)), keep_days=28)
        sign_in(session, second.token, "secret", browser="", now=late - timedelta(minutes=1))
    with pytest.raises(LinkIsOver):
        link_behind(db.session(), second.token, now=REAL)


def test_who_coordinates_is_invited_for_a_day_and_a_closed_account_by_nothing(
    people: dict[str, Organiser],
) -> None:
    link, other = new_link(), new_link()
    with db.write() as session:
        invite(session, people["Konrad"], link, by(people["Karla"]), by="Karla")
        invite(session, people["Emil"], other, by(people["Karla"]), by="Karla")
        disable(session, people["Emil"], by(people["Karla"]))
    with pytest.raises(LinkIsOver):
        link_behind(db.session(), link.token, now=REAL + timedelta(hours=24))
    with pytest.raises(LinkIsOver):
        link_behind(db.session(), other.token, now=REAL)


def test_an_invitation_that_the_mail_server_put_off_is_still_sent(
    people: dict[str, Organiser],
) -> None:
    with db.write() as session:
        invite(session, people["Vera"], new_link(), by(people["Karla"]), by="Karla")
        forget(session, at(NOW, real=REAL + timedelta(days=3)), keep_days=28)
    (letter,) = letters(LetterKind.INVITATION)
    with db.write() as session:
        letter.sent_at = clock.real()
        forget(session, at(NOW, real=REAL + timedelta(days=3)), keep_days=28)
    assert letters(LetterKind.INVITATION) == []
