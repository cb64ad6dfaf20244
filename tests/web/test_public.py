"""What nobody may see yet is in no page, calendar, feed, picture or file of the public."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import text
from werkzeug.test import TestResponse

from ikw import clock, db
from ikw.actions.series.publish import publish
from ikw.model import Series
from ikw.model.vocabulary import EventKind, SeriesKind
from tests.actions.cast import at
from tests.conftest import NOW, make_event

SECRET = "Geheimes Vorhaben"


def make_series(key: str, first: date, **values: Any) -> Series:
    """Store a published week of ten days."""
    with db.write() as session:
        made = Series(
            **{
                "key": key,
                "title": key.title(),
                "first_day": first,
                "last_day": first + timedelta(days=10),
                "published_at": NOW,
                **values,
            }
        )
        session.add(made)
    return made


def text_of(answer: TestResponse) -> str:
    if answer.mimetype == "application/pdf":
        pages = PdfReader(BytesIO(answer.data)).pages
        return "\n".join(page.extract_text() for page in pages)
    return str(answer.data.decode("utf-8", "replace"))


def public_texts(app: Flask, client: FlaskClient, values: dict[str, str]) -> dict[str, str]:
    """Return what is answered at every public address that can be opened, as text."""
    found = {}
    for rule in app.url_map.iter_rules():
        wanted = rule.arguments - set(rule.defaults or {})
        if "GET" not in (rule.methods or set()) or rule.rule.startswith("/verwaltung/"):
            continue
        if not wanted <= set(values):
            continue
        with app.test_request_context():
            path = app.url_for(rule.endpoint, **{name: values[name] for name in wanted})  # type: ignore[arg-type]
        answer = client.get(path)
        found[path] = f"{answer.status_code} {text_of(answer)}"
    return found


@pytest.mark.parametrize("state", ["planned series", "unknown kind", "draft", "bin"])
def test_what_is_not_public_is_nowhere(client: FlaskClient, state: str) -> None:
    app = client.application
    with app.app_context():
        make_event(title="Offenes Fest", topics=["Musik"])
        hidden = make_series("plan", date(2023, 9, 20), title=SECRET, motto=SECRET)
        values: dict[str, Any] = {"series": hidden, "title": SECRET, "topics": ["Musik"]}
        if state == "draft":
            values["published_at"] = None
        if state == "bin":
            values["deleted_at"] = NOW
        make_event("vorhaben", kind=EventKind.PICNIC, **values)
        with db.write() as session:
            if state == "planned series":
                session.get_one(Series, hidden.id).published_at = None
            elif state == "unknown kind":
                session.execute(text("UPDATE series SET kind = 'circle' WHERE key = 'plan'"))
            else:
                session.get_one(Series, hidden.id).title = "Plan"
                session.get_one(Series, hidden.id).motto = None
    answers = public_texts(app, client, {"event": "vorhaben", "series": "plan"})
    assert len(answers) > 25
    assert [path for path, body in answers.items() if SECRET in body] == []
    assert answers["/veranstaltung/vorhaben/"].startswith("404")
    assert answers["/veranstaltung/vorhaben/anmelden"].startswith("404")
    assert answers["/kalender/veranstaltung/vorhaben.ics"].startswith("404")


def test_a_series_is_seen_once_it_is_published(client: FlaskClient) -> None:
    with client.application.app_context():
        planned = make_series("plan", date(2023, 9, 20), title=SECRET, published_at=None)
        make_event("vorhaben", series=planned, title="Lesung")
        assert client.get("/programm/plan/").status_code == 404
        with db.write() as session:
            publish(session, session.get_one(Series, planned.id), at(NOW))
    assert "Lesung" in client.get("/programm/plan/").text
    assert "Lesung" in client.get("/kalender/plan.ics").text


@pytest.mark.parametrize(
    ("today", "shown"),
    [
        (date(2022, 9, 25), "2022"),
        (date(2022, 10, 20), "2023"),
        (date(2023, 9, 20), "2023"),
        (date(2023, 10, 20), "2023"),
    ],
    ids=["running", "next", "running again", "last that ended"],
)
def test_the_week_that_matters_is_on_the_home_page(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, today: date, shown: str
) -> None:
    """Karla copies the year in January; the copy of 2024 has no event that could be seen yet."""
    with client.application.app_context():
        for year in (2022, 2023, 2024):
            series = make_series(f"ikw-{year}", date(year, 9, 20), title=f"Woche {year}")
            draft = None if year == 2024 else NOW
            make_event(f"fest-{year}", series=series, date=date(year, 9, 21), published_at=draft)
    moment = NOW.replace(year=today.year, month=today.month, day=today.day)
    monkeypatch.setattr(clock, "now", lambda: moment)
    assert f"/programm/ikw-{shown}/" in client.get("/").text
    assert client.get("/programm/").location == f"/programm/ikw-{shown}/"


def test_a_series_of_a_kind_is_shown_in_its_place(client: FlaskClient) -> None:
    with client.application.app_context():
        make_series("quartiere", date(2023, 3, 1), kind=SeriesKind.WORKSHOPS, title="Quartiere")
    assert "Quartiere" in client.get("/workshops/").text
