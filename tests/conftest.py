"""Real parts for the tests: a SQLite file, a PostgreSQL of our own, an application on each."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine, create_engine, text
from werkzeug.routing import Rule

from ikw import clock, create_app, db, migrations
from ikw.db import connect
from ikw.limit_storage import SharedCounts
from ikw.model import Event, Series, Venue
from tests.postgres import administer, private_postgres

# What is loaded by now stays: looking through it for waste takes a tenth of the time.
gc.freeze()
gc.set_threshold(50_000, 20, 100)

#: When most tests take place: the moment at which `make run` starts.
NOW = datetime(2023, 1, 20, 11, 0, tzinfo=UTC)

#: Templates are compiled once for all of them.
_FOLDER = tempfile.TemporaryDirectory(prefix="ikw-templates-")
TEMPLATES = FileSystemBytecodeCache(_FOLDER.name)


#: What a test needs that `make unit` does without: fixtures that start a program of others or a
#: process of ours. Modules that do so themselves are marked with `pytest.mark.system`.
SYSTEM = {"postgres", "serve", "browser", "phone", "office", "desk", "example", "rheine"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs more than this process."""
    for item in items:
        params = getattr(item, "callspec", None) and item.callspec.params.values()  # type: ignore[attr-defined]
        if SYSTEM & set(getattr(item, "fixturenames", ())) or "postgresql" in (params or ()):
            item.add_marker("system")


#: Each test has an application of its own. Nearly all the time that this takes goes into compiling
#: its 200 routes, which come out the same each time, and hang on no application.
_compile: Any = Rule.compile
_compiled: dict[object, dict[str, Any]] = {}
#: What compiling leaves in a rule, besides the names of its arguments.
_LEFT = ("_parts", "_trace", "_converters")


def _compile_once(rule: Rule) -> None:
    key = (rule.rule, rule.subdomain, rule.host, rule.merge_slashes, repr(rule.defaults))
    known = _compiled.get(key)
    if known is None:
        _compile(rule)
        _compiled[key] = {name: getattr(rule, name) for name in _LEFT} | {
            name: getattr(rule, name).__func__ for name in ("_build", "_build_unknown")
        }
        return
    for name in _LEFT:
        setattr(rule, name, known[name])
    rule.arguments |= set(rule._converters)
    for name in ("_build", "_build_unknown"):
        setattr(rule, name, known[name].__get__(rule, None))


Rule.compile = _compile_once  # type: ignore[assignment,method-assign]

#: So do its statements: how they read in SQL is kept by engine, and each test has one of its own.
_dialects: dict[str, tuple[Any, Any]] = {}


def _engine_that_knows_statements(*args: Any, **options: Any) -> Engine:
    engine: Any = create_engine(*args, **options)
    dialect, cache = _dialects.setdefault(engine.name, (engine.dialect, engine._compiled_cache))
    engine.dialect = engine.pool._dialect = dialect
    engine._compiled_cache = cache
    return engine  # type: ignore[no-any-return]


vars(db)["create_engine"] = _engine_that_knows_statements


def examples(most: int) -> int:
    """Return how many random examples to try: a few in the quick loop, `most` in the full run."""
    return 3 if os.environ.get("IKW_QUICK_TESTS") else most


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A private PostgreSQL; gives the address of its server, with {name} for the database."""
    with private_postgres() as address:
        yield address


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty database file."""
    path = tmp_path_factory.mktemp("template") / "empty.sqlite"
    engine = connect(f"sqlite:///{path}")
    migrations.migrate(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA journal_mode=DELETE")
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres: str) -> str:
    """The name of a migrated, empty database."""
    administer(postgres, "CREATE DATABASE template_ikw")
    engine = connect(postgres.format(name="template_ikw"))
    migrations.migrate(engine)
    engine.dispose()
    return "template_ikw"


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    copy = tmp_path / "ikw.sqlite"
    shutil.copy(sqlite_template, copy)
    return f"sqlite:///{copy}"


@pytest.fixture
def postgres_url(
    postgres: str, postgres_template: str, request: pytest.FixtureRequest
) -> Iterator[str]:
    name = f"test_{abs(hash(request.node.nodeid))}"
    administer(postgres, f"DROP DATABASE IF EXISTS {name}")
    administer(postgres, f"CREATE DATABASE {name} TEMPLATE {postgres_template}")
    yield postgres.format(name=name)
    administer(postgres, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Each test that asks for it runs on both databases."""
    fixture = {"sqlite": "sqlite_url", "postgresql": "postgres_url"}[request.param]
    return str(request.getfixturevalue(fixture))


MakeApp = Callable[..., Flask]


@pytest.fixture
def make_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeApp]:
    """Applications with an instance folder of their own; the clock is put right afterwards."""
    monkeypatch.setenv("IKW_INSTANCE", str(tmp_path / "instance"))
    made: list[Flask] = []

    def make(url: str, **settings: Any) -> Flask:
        app = create_app(
            {
                "IKW_DATABASE_URL": url,
                "IKW_NOW": NOW.isoformat(),
                "IKW_RATE_LIMITS": False,
                "SECRET_KEY": "the same in all processes of a test",
                **settings,
            }
        )
        app.jinja_env.bytecode_cache = TEMPLATES
        made.append(app)
        return app

    yield make
    for app in made:
        app.extensions["ikw.engine"].dispose()
        if isinstance(counts := app.extensions.get("ikw.counts"), SharedCounts):
            counts.engine.dispose()
    clock.set_to("")


@pytest.fixture
def app(make_app: MakeApp, sqlite_url: str) -> Iterator[Flask]:
    """An application on SQLite, inside its context."""
    app = make_app(sqlite_url)
    with app.app_context():
        yield app


@pytest.fixture
def client(make_app: MakeApp, sqlite_url: str) -> FlaskClient:
    """A browser without a face. The application is outside any context, as when it is served."""
    return make_app(sqlite_url).test_client()


def make_event(key: str = "fest", **values: Any) -> Event:
    """Store an event of 23 September 2023 at 18:00 that takes sign-ups, and return it."""
    with db.write() as session:
        series = session.query(Series).filter_by(key="woche").one_or_none() or Series(
            key="woche",
            title="Woche",
            first_day=date(2023, 9, 23),
            last_day=date(2023, 10, 3),
            published_at=NOW,
        )
        event = Event(
            **{
                "key": key,
                "series": series,
                "title": "Fest der Räume",
                "date": date(2023, 9, 23),
                "start": time(18, 0),
                "takes_sign_up": True,
                "published_at": NOW,
                "created_at": NOW,
                "changed_at": NOW,
                **values,
            }
        )
        session.add(event)
    return event


def make_venue(**values: Any) -> Venue:
    return Venue(**{"key": "haus", "name": "Haus⁵¹", "street": "Lange Straße 1", **values})


def run(url: str, statement: str) -> None:
    """Change something in the database of a site that is served, as time would."""
    engine = connect(url) if url.startswith("sqlite") else create_engine(url)
    try:
        with engine.connect().execution_options(ikw_writes=True) as connection:
            connection.execute(text(statement))
            connection.commit()
    finally:
        engine.dispose()


def count_rows(url: str, statement: str) -> Any:
    """Return the single value of a statement, read by a connection of its own."""
    engine = connect(url) if url.startswith("sqlite") else create_engine(url)
    try:
        with engine.connect() as connection:
            return connection.execute(text(statement)).scalar()
    finally:
        engine.dispose()
