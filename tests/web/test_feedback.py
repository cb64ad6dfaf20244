"""Telling of a barrier or a mistake, and getting an answer in time (BITVNRW § 5)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from ikw import clock, db
from ikw.actions import feedback as acts
from ikw.actions.keeping.forget import forget
from ikw.actions.letter.calls import call_list
from ikw.cli import cli
from ikw.mail.compose import compose
from ikw.mail.news import news_of
from ikw.model import Feedback, Letter, LogEntry
from tests.actions.cast import at, new_link
from tests.conftest import NOW, MakeApp
from tests.web.forms import errors_in, send, token_in

FORM = "/rueckmeldung"
MESSAGE = {"about": "accessibility", "message": "Der Knopf ist zu klein."}
TODAY = date(2023, 1, 20)


@pytest.fixture
def site(make_app: MakeApp, sqlite_url: str) -> Flask:
    return make_app(sqlite_url)


@pytest.fixture
def reader(site: Flask) -> FlaskClient:
    return site.test_client()


def one_feedback() -> Feedback:
    db.session().rollback()
    return db.session().scalars(select(Feedback)).one()


def letters() -> list[Letter]:
    db.session().rollback()
    return list(db.session().scalars(select(Letter).order_by(Letter.id)))


def test_fatma_reports_a_barrier_and_is_told_by_when_she_has_an_answer(
    site: Flask, reader: FlaskClient
) -> None:
    done = send(
        reader, FORM, **MESSAGE, page="/workshops/", name="Fatma", email="Fatma@Example.org"
    )
    assert done.status_code == 303
    assert "Danke für Ihre Nachricht" in reader.get(done.location).text
    with site.app_context():
        feedback = one_feedback()
        assert (feedback.page, feedback.email) == ("/workshops/", "fatma@example.org")
        assert feedback.due_on == TODAY + timedelta(days=14)
        assert feedback.latest_on == TODAY + timedelta(days=42)
        assert feedback.forget_on == TODAY + timedelta(days=365)
        (letter,) = letters()
        message = compose(letter)
    assert message.recipients == ["fatma@example.org"]
    # Anybody could have us write to anybody: not a word of theirs is in it.
    assert "Fatma" not in str(message.body)
    assert "Knopf" not in str(message.body)
    assert "Freitag, 3. Februar 2023" in str(message.body)
    assert "Freitag, 3. März 2023" in str(message.body)
    assert message.invitation is None


def test_the_form_knows_where_one_came_from(reader: FlaskClient) -> None:
    page = reader.get(f"{FORM}?seite=/uk/workshops/&thema=translation").text
    assert 'value="/uk/workshops/"' in page
    assert 'checked id="about-1"' in page or 'id="about-1" name="about" type="radio"' in page
    footer = reader.get("/barrierefreiheit").text.partition("<footer")[2]
    assert "/rueckmeldung?seite=/barrierefreiheit" in footer
    assert 'href="/rueckmeldung"' in reader.get("/barrierefreiheit").text


def test_mistakes_are_named_beside_their_fields_and_nothing_is_lost(
    site: Flask, reader: FlaskClient
) -> None:
    answer = send(reader, FORM, about="", message="", name="Fatma", email="fatma", phone="12")
    assert answer.status_code == 422
    errors = errors_in(answer.text)
    assert "Bitte schreiben Sie, worum es geht." in errors
    assert any("keine E-Mail-Adresse" in error for error in errors)
    assert any("keine Telefonnummer" in error for error in errors)
    assert 'value="Fatma"' in answer.text
    too_long = send(reader, FORM, about="accessibility", message="x" * 5001)
    assert errors_in(too_long.text) == ["Bitte verwenden Sie höchstens 5000 Zeichen."]
    with site.app_context():
        assert db.session().scalar(select(func.count()).select_from(Feedback)) == 0


def test_sending_the_same_form_twice_is_one_message(site: Flask, reader: FlaskClient) -> None:
    token = token_in(reader.get(FORM).text)
    for _ in range(2):
        assert reader.post(FORM, data={"form_token": token, **MESSAGE}).status_code == 303
    with site.app_context():
        one_feedback()


def test_a_message_that_was_corrected_is_kept_as_well(site: Flask, reader: FlaskClient) -> None:
    token = token_in(reader.get(FORM).text)
    for text in ("Der Knopf ist zu klein.", "Der Knopf im Formular ist zu klein."):
        sent = {"form_token": token, **MESSAGE, "message": text}
        assert reader.post(FORM, data=sent).status_code == 303
    with site.app_context():
        assert db.session().scalar(select(func.count()).select_from(Feedback)) == 2


def test_a_message_of_blanks_is_none(reader: FlaskClient) -> None:
    answer = send(reader, FORM, about="accessibility", message="  \n ")
    assert errors_in(answer.text) == ["Bitte schreiben Sie, worum es geht."]


def test_the_office_is_told_of_a_message(make_app: MakeApp, sqlite_url: str) -> None:
    site = make_app(sqlite_url, IKW_CONTACT_EMAIL="ikw@example.org")
    send(site.test_client(), "/tr/rueckmeldung", **MESSAGE, page="/tr/workshops/")
    with site.app_context():
        (letter,) = letters()
        message = compose(letter)
    assert message.recipients == ["ikw@example.org"]
    assert (
        message.subject
        == "Nachricht zur Internetseite: bitte antworten bis Freitag, 3. Februar 2023"
    )
    assert "Der Knopf ist zu klein." in str(message.body)
    assert "/tr/workshops/" in str(message.body)


def ikw(*arguments: str) -> str:
    result = CliRunner().invoke(cli, arguments)
    return result.output


def test_the_town_answers_by_letter_in_the_readers_language(
    site: Flask, reader: FlaskClient, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IKW_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("IKW_NOW", NOW.isoformat())
    send(reader, "/en/rueckmeldung", **MESSAGE, email="fatma@example.org")
    with site.app_context():
        number = str(one_feedback().id)
    listed = ikw("feedback")
    assert "due 2023-02-03" in listed
    assert "Der Knopf ist zu klein." in listed
    assert "fatma@example.org" in ikw("feedback", number)
    assert "by letter" in ikw("feedback", number, "--interim", "We are looking into it.")
    assert "due 2023-03-03" in ikw("feedback")
    assert "by letter" in ikw("feedback", number, "--answer", "The button is larger now.")
    assert "answered already" in ikw("feedback", number, "--answer", "Again.")
    assert "Either --answer or --interim" in ikw("feedback", "1", "--answer", "a", "--interim", "b")
    assert ikw("feedback") == ""
    assert "There is no such message." in ikw("feedback", "99")
    with site.app_context():
        _received, interim, answer = [compose(letter) for letter in letters()]
    assert "We are looking into it." in str(interim.body)
    assert "3 March 2023" in str(interim.body)
    assert "The button is larger now." in str(answer.body)
    # Every answer names the ombudsman's office, with its page in the reader's language.
    assert "http://127.0.0.1:8000/en/barrierefreiheit" in str(answer.body)
    assert "10d BGG NRW" in str(answer.body).replace("\n", " ")


def test_a_message_is_answered_once_on_both_databases(make_app: MakeApp, database_url: str) -> None:
    with make_app(database_url).app_context():
        link, text = new_link(), "Zu klein."
        told = acts.Message("accessibility", text, None, "Fatma", "fatma@example.org", None, "tr")
        for _ in range(2):
            with db.write() as session:
                acts.give(session, told, at(NOW), link=link)
        number = one_feedback().id
        with db.write() as session:
            acts.answer(session, number, "Größer.", at(NOW, by="desk"))
        with pytest.raises(acts.AlreadyAnswered), db.write() as session:
            acts.answer(session, number, "Noch größer.", at(NOW, by="desk"))
        assert [letter.kind for letter in letters()] == ["feedback", "feedback_answer"]
        assert {letter.language for letter in letters()} == {"tr"}


def test_what_is_late_is_marked(site: Flask, reader: FlaskClient) -> None:
    send(reader, FORM, **MESSAGE)
    with site.app_context():
        feedback = one_feedback()
        assert not feedback.is_late(TODAY + timedelta(days=14))
        assert feedback.is_late(TODAY + timedelta(days=15))
        feedback.interim_at = NOW
        assert not feedback.is_late(TODAY + timedelta(days=42))
        assert feedback.is_late(TODAY + timedelta(days=43))


def test_the_most_urgent_comes_first_and_nothing_is_promised_too_late(
    site: Flask, reader: FlaskClient
) -> None:
    send(reader, FORM, **MESSAGE, email="eins@example.org")
    send(reader, FORM, **MESSAGE, email="zwei@example.org")
    with site.app_context():
        first, second = acts.open_feedback(db.session())
        with db.write() as session:
            acts.tell_how_far(session, first.id, "Wir sind dran.", at(NOW, by="desk"))
        assert [one.id for one in acts.open_feedback(db.session())] == [second.id, first.id]
        after = NOW + timedelta(days=43)
        with pytest.raises(acts.TooLate), db.write() as session:
            acts.tell_how_far(session, second.id, "Noch nicht.", at(after, by="desk"))


def test_who_left_a_number_only_is_called(site: Flask, reader: FlaskClient) -> None:
    send(reader, FORM, **MESSAGE, phone="05971 12345")
    with site.app_context():
        assert letters() == []
        with db.write() as session:
            number = session.scalars(select(Feedback.id)).one()
            acts.answer(session, number, "Er ist jetzt größer.", at(NOW, by="desk"))
        (call,) = call_list(db.session(), now=clock.now(), real=clock.real())
        # Whoever calls has the ombudsman's office to name as well.
        assert "10d BGG NRW" in " ".join(news_of(call).more)
        assert call.feedback is not None
        assert call.feedback.phone == "+49597112345"
        assert call.facts["answer"] == "Er ist jetzt größer."


def test_after_a_year_the_message_and_its_letters_are_gone(
    site: Flask, reader: FlaskClient
) -> None:
    send(reader, FORM, **MESSAGE, name="Fatma", email="fatma@example.org")
    with site.app_context():
        with db.write() as session:
            forget(session, at(NOW + timedelta(days=364)), keep_days=28)
        one_feedback()
        with db.write() as session:
            forget(session, at(NOW + timedelta(days=366)), keep_days=28)
        assert letters() == []
        assert db.session().scalar(select(func.count()).select_from(Feedback)) == 0
        entry = db.session().scalars(select(LogEntry)).one()
        assert "fatma" not in str(entry.new).lower()


def test_programs_that_fill_in_everything_get_no_further(site: Flask, reader: FlaskClient) -> None:
    answer = send(reader, FORM, **MESSAGE, website="https://spam.example")
    assert answer.status_code == 422
    with site.app_context():
        assert db.session().scalar(select(func.count()).select_from(Feedback)) == 0
