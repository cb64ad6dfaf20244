"""Rules of the house that a reader could forget and a test does not."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from ikw import clock, db, migrations
from ikw.actions.heartbeat import beat
from ikw.config import SETTINGS, BadSetting, read_settings
from ikw.model import Event, vocabulary
from ikw.programmes.file import parse
from ikw.programmes.store import load
from ikw.text import vocabulary as words
from tests.actions.cast import BEN, at, new_link, sign_up
from tests.conftest import NOW, MakeApp

CODE = Path("ikw")

#: What each layer may import of the others; what is not named here may import anything.
ARROWS = {
    "clock": set(),
    "config": set(),
    "db": {"sqlite_files"},
    "sqlite_files": set(),
    "networks": set(),
    "model": {"clock", "model"},
    "actions": {"actions", "clock", "model"},
    "text": {"clock", "db", "model", "text"},
    "calendar": {"calendar", "clock", "model", "text"},
    "mail": {"actions", "calendar", "clock", "db", "mail", "model", "text"},
    "print": {"config", "model", "print", "text"},
    "programmes": {"actions", "clock", "model", "programmes", "text"},
    "migrations": {"migrations", "model"},
    "web": {
        "actions",
        "calendar",
        "clock",
        "config",
        "db",
        "mail",
        "model",
        "networks",
        "print",
        "programmes",
        "sqlite_files",
        "text",
        "web",
    },
}

#: Libraries that have no business in a layer.
FORBIDDEN = {
    "model": {"flask", "flask_babel", "flask_mail", "icalendar", "wtforms"},
    "actions": {"flask", "flask_babel", "flask_mail", "icalendar", "wtforms"},
    "programmes": {"flask", "flask_babel"},
}


def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "ikw":
                found |= {f"ikw.{alias.name}" for alias in node.names}
            else:
                found.add(node.module)
    return found


@pytest.mark.parametrize("layer", sorted(ARROWS))
def test_imports_follow_the_arrows(layer: str) -> None:
    files = [CODE / f"{layer}.py"] if (CODE / f"{layer}.py").exists() else []
    files += [p for p in (CODE / layer).rglob("*.py") if "versions" not in p.parts]
    assert files
    for path in files:
        for name in imports_of(path):
            parts = name.split(".")
            if parts[0] == "ikw" and len(parts) > 1:
                assert parts[1] in ARROWS[layer] | {layer}, f"{path} imports {name}"
            assert parts[0] not in FORBIDDEN.get(layer, set()), f"{path} imports {name}"


def test_every_code_word_of_a_programme_has_a_name() -> None:
    assert set(words.ACCESS) == set(vocabulary.ACCESS)
    assert set(words.AUDIENCES) == set(vocabulary.AUDIENCES)


def test_the_readme_names_every_setting() -> None:
    table = re.findall(r"^\| `(\w+)` \|", Path("README.md").read_text("utf-8"), re.M)
    assert table == [setting.name for setting in SETTINGS]


def test_a_bad_setting_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="PORT='acht'"):
        read_settings(tmp_path, {"PORT": "acht"})
    with pytest.raises(BadSetting, match=r"IKW_BASE_URL='ikw\.example\.org'"):
        read_settings(tmp_path, {"IKW_BASE_URL": "ikw.example.org"})
    (tmp_path / "config.toml").write_text('IKW_TWON = "Rheine"\n')
    with pytest.raises(BadSetting, match="unknown setting IKW_TWON"):
        read_settings(tmp_path, {})
    (tmp_path / "config.toml").write_text('IKW_TOWN = "Emsdetten"\nPORT = 9000\n')
    settings = read_settings(tmp_path, {"PORT": "9001"})
    assert (settings["IKW_TOWN"], settings["PORT"]) == ("Emsdetten", 9001)
    assert settings["IKW_BASE_URL"] == "http://127.0.0.1:9001"


def test_the_secret_key_is_made_once_and_for_us_alone(tmp_path: Path) -> None:
    first = read_settings(tmp_path, {})["SECRET_KEY"]
    assert read_settings(tmp_path, {})["SECRET_KEY"] == first
    assert len(first) >= 43
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_models_and_migrations_say_the_same(make_app: MakeApp, database_url: str) -> None:
    with make_app(database_url).app_context():
        migrations.check(db.engine())


def test_every_route_answers_without_a_cookie(app: Flask, client: FlaskClient) -> None:
    with db.write() as session:
        load(session, parse((CODE / "programmes/rheine-2023.toml").read_text("utf-8")), at(NOW))
    link = new_link()
    infoabend = select(Event).where(Event.key == "infoabend")
    sign_up(db.session().scalars(infoabend).one(), BEN, link=link, calendar_link=link)
    values: dict[str, Any] = {
        "event": "infoabend",
        "series": "ikw-2023",
        "token": link.token,
        "index": 0,
        "digest": "x",
        "name": "site.css",
    }
    with db.write() as session:
        beat(session, "deliver", now=clock.real())
    film = Path(app.instance_path) / "pages" / "gebaerdensprache.mp4"
    film.parent.mkdir(parents=True)
    film.write_bytes(b"")
    film.with_suffix(".vtt").write_text("WEBVTT\n")
    answered = 0
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/verwaltung/") or rule.endpoint == "event.picture":
            # tests/web/desk walks the desk, and brings a picture.
            continue
        needed = {name: values[name] for name in rule.arguments - set(rule.defaults or {})}
        with app.test_request_context():
            path = app.url_for(rule.endpoint, **needed)
        method = "GET" if "GET" in (rule.methods or set()) else "POST"
        answer = client.open(path, method=method)
        expected = {200, 302} if method == "GET" else {303, 422}
        assert answer.status_code in expected, (path, answer.status_code)
        assert "Set-Cookie" not in answer.headers, path
        answer.close()
        answered += 1
    assert answered > 35


def test_every_test_that_a_document_names_is_there() -> None:
    for document in [Path("README.md"), *Path("docs").rglob("*.md")]:
        named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", document.read_text("utf-8"))
        for file, test in named:
            text = Path(file).read_text("utf-8")
            assert not test or f"def {test}(" in text, f"{document}: {file}::{test}"


def test_actions_and_tables_get_the_time_from_who_acts() -> None:
    for layer in ("actions", "model", "programmes"):
        for path in (CODE / layer).rglob("*.py"):
            text = path.read_text("utf-8")
            assert "datetime.now(" not in text, path
            assert not re.search(r"\bby: str\b(?!.*=)[^)]*\bnow: datetime", text), path
