"""What is written out is read back unchanged: any event that file, workbook and form can hold."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from ikw import db
from ikw.actions.series import import_changes
from ikw.clock import TOWN
from ikw.model import Event, Letter, LogEntry, Organisation, Series, Venue
from ikw.model.fields import EVENT, TABLES, Field, Group, Kind
from ikw.model.rules import faults_of
from ikw.model.times import end_of
from ikw.model.vocabulary import QuestionKind
from ikw.programmes import store
from ikw.programmes.file import parse, render
from ikw.programmes.sheet import read_sheet, write_sheet
from ikw.text.cleaning import clean_line, clean_text
from tests.actions.cast import at
from tests.conftest import NOW, MakeApp, examples
from tests.web.desk.browser import open_browser
from tests.web.desk.desk import answers_in, organiser, sign_in

QUIET = settings(
    max_examples=examples(25),
    # A failing example is told as it was found: looking for a smaller one takes minutes.
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)

#: What people write, and what separates, quotes and calculates where it is not meant to.
LETTERS = st.text(
    st.one_of(
        st.sampled_from(list(",;:\"'=+-@#%&<>{}[]|\\ äß€–„“")),
        st.characters(categories=["L", "N", "P", "Zs"]),
    ),
    min_size=1,
    max_size=30,
)


def lines(limit: int) -> st.SearchStrategy[str]:
    return LETTERS.map(lambda text: clean_line(text)[:limit].strip()).filter(bool)


def paragraphs(limit: int) -> st.SearchStrategy[str]:
    """Several lines, now and then as long as the limit allows."""
    several = st.lists(LETTERS, min_size=1, max_size=4).map("\n".join)
    long = st.just("x" * limit)
    return st.one_of(several, long).map(lambda text: clean_text(text)[:limit].strip()).filter(bool)


def moments() -> st.SearchStrategy[dt.datetime]:
    """Minutes of two years; the hour that there is twice among them."""
    twice = dt.datetime(2023, 10, 29, 2, 30, tzinfo=TOWN)
    minutes = st.integers(0, 2 * 365 * 24 * 60)
    first = dt.datetime(2023, 1, 1, tzinfo=dt.UTC)
    local = minutes.map(lambda minute: first + dt.timedelta(minutes=minute))
    return st.one_of(local, st.sampled_from([twice, twice.replace(fold=1)])).map(
        lambda moment: moment.astimezone(dt.UTC)
    )


DAYS = st.dates(dt.date(2023, 2, 1), dt.date(2023, 12, 31))
TIMES = st.times().map(lambda time: time.replace(second=0, microsecond=0, tzinfo=None))
KEYS = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,2}", fullmatch=True)


@st.composite
def questions(draw: st.DrawFn) -> list[dict[str, Any]]:
    made = []
    for key in draw(st.lists(KEYS, max_size=3, unique=True)):
        question: dict[str, Any] = {"key": key, "label": draw(lines(200))}
        question["kind"] = draw(st.sampled_from(QuestionKind)).value
        if draw(st.booleans()):
            question["required"] = True
        if question["kind"] == QuestionKind.CHOICE:
            question["choices"] = draw(st.lists(lines(80), min_size=2, max_size=4, unique=True))
        made.append(question)
    return made


def values_of(field: Field) -> st.SearchStrategy[Any]:
    """Return what a field may hold."""
    by_kind: dict[Kind, Any] = {
        Kind.LINE: lambda: lines(field.limit),
        Kind.TEXT: lambda: paragraphs(field.limit),
        Kind.WORDS: lambda: st.lists(lines(field.limit), max_size=4, unique=True),
        Kind.CHOICE: lambda: st.sampled_from(field.members or ()),
        Kind.CODES: lambda: st.lists(st.sampled_from(field.members or ()), unique=True).map(
            lambda codes: [code.value for code in codes]
        ),
        Kind.LANGUAGES: lambda: st.lists(st.sampled_from(["de", "en", "uk", "vi"]), unique=True),
        Kind.DATE: lambda: DAYS,
        Kind.TIME: lambda: TIMES,
        Kind.MOMENT: lambda: moments(),
        Kind.COUNT: lambda: st.integers(field.least, 300),
        Kind.CENTS: lambda: st.integers(0, field.limit),
        Kind.YES_NO: lambda: st.booleans(),
        Kind.QUESTIONS: questions,
        Kind.DEGREES: lambda: st.floats(-field.limit, field.limit).map(lambda it: round(it, 6)),
        Kind.EMAIL: lambda: st.just("chor@example.org"),
        Kind.WEBSITE: lambda: st.just("https://example.org/?a=b&c=d"),
        Kind.FIGURES: lambda: st.lists(
            st.fixed_dictionaries({"value": lines(200), "label": lines(200)}), max_size=4
        ),
    }
    made: st.SearchStrategy[Any] = by_kind[field.kind]()
    is_open = field.default is None and not field.required
    return st.one_of(st.none(), made) if is_open else made


#: Who an event names: looked up by the test.
ROWS = {Kind.KEY, Kind.ROW, Kind.ROWS}


@st.composite
def events(draw: st.DrawFn) -> dict[str, Any]:
    """What an event says that form, file or workbook can make."""
    values = {
        field.name: draw(values_of(field))
        for field in EVENT
        if field.group is not Group.STATE and field.kind not in ROWS
    }
    if values["end_date"] == values["date"]:
        values["end_date"] = None
    if values["end_date"] is None:
        # As all of them take what goes on past midnight.
        values["end_date"] = end_of(values["date"], values["start"], values["end"])
    if not values["easy_text"] or not values["easy_checked_by"]:
        values["easy_text"] = values["easy_checked_by"] = None
    if not values["start"]:
        values["end"] = None
    if values["capacity"] is None:
        values["reserved"], values["has_waiting_list"] = 0, False
    values["reserved"] = min(values["reserved"], values["capacity"] or 0)
    assume(not faults_of("event", values))
    return values


@st.composite
def rows(draw: st.DrawFn, table: str) -> dict[str, Any]:
    """What a venue, a host or a series says that its form or a file can make."""
    values = {
        field.name: draw(values_of(field))
        for field in TABLES[table]
        if field.group is not Group.STATE and field.kind not in ROWS
    }
    assume(not faults_of(table, values))
    return values


@pytest.fixture
def site(make_app: MakeApp, sqlite_url: str) -> Iterator[Flask]:
    app = make_app(sqlite_url)
    with app.app_context():
        with db.write() as session:
            series = Series(
                key="woche",
                title="Woche, die",
                first_day=dt.date(2023, 1, 1),
                last_day=dt.date(2023, 12, 31),
                published_at=NOW,
            )
            hosts = [
                Organisation(key="chor", name="Chor; gemischt, e. V."),
                Organisation(key="tanz", name='"Tanz" im Haus'),
            ]
            session.add_all([series, *hosts, Venue(key="haus", name="Haus, das alte")])
        yield app


def put(values: dict[str, Any], **more: Any) -> Event:
    """Store the only event, published since the tests' moment."""
    with db.write() as session:
        for old in session.scalars(select(Event)):
            session.query(LogEntry).filter_by(event_id=old.id).delete()
            session.delete(old)
        session.flush()
        event = Event(
            key="fest",
            series=session.scalars(select(Series)).one(),
            venue=session.scalars(select(Venue)).one(),
            created_at=NOW,
            changed_at=NOW,
            **{"published_at": NOW, **values, **more},
        )
        event.hosts = list(session.scalars(select(Organisation).order_by(Organisation.id)))
        session.add(event)
    return event


def public_bytes(client: FlaskClient) -> dict[str, bytes]:
    paths = (
        "/",
        "/programm/woche/",
        "/veranstaltung/fest/",
        "/uk/veranstaltung/fest/",
        "/kalender/alle.ics",
        "/kalender/woche.ics",
    )
    return {path: client.get(path).data for path in paths}


def test_a_dump_loaded_into_an_empty_database_is_the_same_site(
    site: Flask, make_app: MakeApp, sqlite_template: Path, tmp_path: Path
) -> None:
    """Drafts stay drafts, and calendars know each event again: same UID, same SEQUENCE."""

    @QUIET
    @given(events(), st.booleans(), st.integers(0, 9))
    def there_and_back(values: dict[str, Any], is_draft: bool, sequence: int) -> None:
        state = {"published_at": None} if is_draft else {}
        put(values, sequence=sequence, **state)
        dumped = render(store.dump(db.session()))
        before = public_bytes(open_browser(site))
        copy = tmp_path / "copy.sqlite"
        for file in tmp_path.glob("copy.sqlite*"):
            file.unlink()
        shutil.copy(sqlite_template, copy)
        other = make_app(f"sqlite:///{copy}")
        with other.app_context():
            with db.write() as session:
                store.load(session, parse(dumped), at(NOW))
            assert render(store.dump(db.session())) == dumped
            with db.write() as session:
                tally = store.load(session, parse(dumped), at(NOW))
            assert set(tally) == {"unchanged"}
        after = public_bytes(open_browser(other))
        for path, body in before.items():
            assert after[path].decode().splitlines() == body.decode().splitlines(), path
        other.extensions["ikw.engine"].dispose()

    there_and_back()


def test_a_workbook_brought_back_changes_nothing(site: Flask) -> None:
    @QUIET
    @given(events())
    def there_and_back(values: dict[str, Any]) -> None:
        event = put(values)
        rows = read_sheet(write_sheet([event]))
        assert rows.faults == []
        found = import_changes.changes_of(db.session(), event.series, rows.rows, now=NOW)
        assert [(one.old, one.new) for one in found.changes] == []
        assert (found.unchanged, found.venues, found.hosts, found.stuck) == (1, [], [], [])

    there_and_back()


def test_a_form_that_is_sent_as_it_was_shown_changes_nothing(site: Flask) -> None:
    karla = sign_in(site.test_client(), organiser("coordination"))

    @QUIET
    @given(events())
    def there_and_back(values: dict[str, Any]) -> None:
        event = put(values)
        before = {field.name: getattr(event, field.name) for field in EVENT}
        path = "/verwaltung/veranstaltung/fest/bearbeiten"
        answer = karla.post(path, data=answers_in(karla.get(path).text))
        assert answer.status_code == 303, answer.text
        db.session().expire_all()
        now = db.session().get_one(Event, event.id)
        for name, value in before.items():
            assert getattr(now, name) == value, name
        entries = select(LogEntry).where(LogEntry.event_id == event.id)
        assert db.session().scalars(entries).all() == []
        assert db.session().scalars(select(Letter)).all() == []

    there_and_back()


@pytest.mark.parametrize(
    ("model", "path"),
    [
        (Series, "/verwaltung/reihen/woche/"),
        (Venue, "/verwaltung/orte/haus/"),
        (Organisation, "/verwaltung/veranstalter/chor/"),
    ],
)
def test_the_form_of_a_row_that_is_sent_as_it_was_shown_changes_nothing(
    site: Flask, model: type[Any], path: str
) -> None:
    karla = sign_in(site.test_client(), organiser("coordination"))
    wanted = select(model).where(model.key == path.split("/")[-2])
    table = model.__tablename__

    @QUIET
    @given(rows(table))
    def there_and_back(values: dict[str, Any]) -> None:
        with db.write() as session:
            row = session.scalars(wanted).one()
            for name, value in values.items():
                setattr(row, name, value)
        before = db.session().scalars(select(LogEntry.id)).all()
        answer = karla.post(path, data=answers_in(karla.get(path).text))
        assert answer.status_code == 303, answer.text
        db.session().expire_all()
        now = db.session().scalars(wanted).one()
        for name, value in values.items():
            assert getattr(now, name) == value, name
        assert db.session().scalars(select(LogEntry.id)).all() == before

    there_and_back()
