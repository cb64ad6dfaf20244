"""Rules of the house that a reader could forget and a test does not."""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterable
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from ikw import clock, colours, db, migrations
from ikw.actions.heartbeat import beat
from ikw.cli import cli
from ikw.cli.base import COMMANDS
from ikw.config import SETTINGS, BadSetting, read_settings
from ikw.mail.desk import TO_ORGANISERS
from ikw.mail.feedback import ABOUT_FEEDBACK
from ikw.mail.news import OPENINGS, SPEAKERS
from ikw.model import Event, Letter
from ikw.model.letter import LetterState
from ikw.model.letter_kinds import FACTS, About, LetterKind
from ikw.model.roles import ROLES, Role
from ikw.model.verbs import Actor, Verb
from ikw.model.vocabulary import (
    SERIES_FACTS,
    Access,
    Audience,
    EventKind,
    Need,
    QuestionKind,
    Recipients,
    SeriesKind,
)
from ikw.names import InContext, Route
from ikw.programmes.file import parse
from ikw.programmes.store import load
from ikw.text import vocabulary as words
from ikw.web.desk import words as desk_words
from ikw.web.desk.labels import MEMBERS
from tests.actions.cast import BEN, at, new_link, sign_up
from tests.conftest import NOW, MakeApp

CODE = Path("ikw")

#: What each layer may import of the others; what is not named here may import anything.
ARROWS = {
    "clock": set(),
    "colours": {"config"},
    "config": set(),
    "db": {"names", "sqlite_files"},
    "sqlite_files": set(),
    "names": set(),
    "networks": set(),
    "limit_storage": {"db", "sqlite_files"},
    "model": {"clock", "model"},
    "actions": {"actions", "clock", "model"},
    "text": {"clock", "db", "model", "names", "text"},
    "calendar": {"calendar", "clock", "model", "text"},
    "mail": {"actions", "calendar", "clock", "colours", "db", "mail", "model", "names", "text"},
    "print": {"colours", "config", "model", "print", "text"},
    "programmes": {"actions", "clock", "model", "programmes", "text"},
    "migrations": {"migrations", "model"},
    "web": {
        "actions",
        "calendar",
        "clock",
        "colours",
        "config",
        "db",
        "desk_settings",
        "erasures",
        "limit_storage",
        "mail",
        "model",
        "names",
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


def columns_of_letters() -> list[str]:
    return [about for about in About if f"{about}_id" in Letter.__table__.columns]


#: Every closed set, with what has to know all of its members; whoever adds one is told here.
CLOSED_SETS: list[tuple[type[StrEnum], dict[str, Iterable[str]]]] = [
    (Access, {"text.vocabulary": words.ACCESS}),
    (Audience, {"text.vocabulary": words.AUDIENCES}),
    (Need, {"text.vocabulary": words.NEEDS}),
    (QuestionKind, {"desk.labels": MEMBERS[QuestionKind]}),
    (EventKind, {"desk.labels": MEMBERS[EventKind]}),
    (SeriesKind, {"its facts": SERIES_FACTS, "desk.labels": MEMBERS[SeriesKind]}),
    (Recipients, {"desk.words": desk_words.RECIPIENTS}),
    (Role, {"its row": ROLES, "desk.words": desk_words.ROLES}),
    (Actor, {"desk.words": desk_words.ACTORS}),
    (Verb, {"desk.words": desk_words.VERBS}),
    (LetterState, {"desk.words": desk_words.LETTER_STATES}),
    (About, {"a column of Letter": columns_of_letters(), "mail.news": SPEAKERS}),
    (
        LetterKind,
        {
            "its facts": FACTS,
            "desk.words": desk_words.LETTER_KINDS,
            "mail": [
                *OPENINGS,
                LetterKind.MESSAGE,
                LetterKind.SERIES_MESSAGE,
                LetterKind.CLUB_MESSAGE,
                *ABOUT_FEEDBACK,
                *TO_ORGANISERS,
            ],
        },
    ),
]


@pytest.mark.parametrize(
    ("members", "known"), CLOSED_SETS, ids=lambda one: getattr(one, "__name__", "")
)
def test_every_member_of_a_closed_set_is_known_everywhere(
    members: type[StrEnum], known: dict[str, Iterable[str]]
) -> None:
    for where, there in known.items():
        assert set(there) == set(members), where


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
        "form": "json",
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
        expected = {200, 302, 308} if method == "GET" else {303, 422}
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


#: What a document may name that is no part of the repository: a town's own files.
OF_A_TOWN = {"config.toml", "impressum.md"}


def test_every_name_in_a_document_is_a_name_in_the_code() -> None:
    """So that a decision says where things are, and not where they were."""
    folders = (Path(name) for name in ("docs", "ikw", "static", "templates", "tests"))
    found = [*Path().glob("*"), *(path for folder in folders for path in folder.rglob("*.*"))]
    files = [str(path) for path in found if path.is_file() and "node_modules" not in path.parts]
    code = "".join(
        Path(file).read_text("utf-8")
        for file in files
        if file.endswith((".py", ".html", ".js", ".css", ".toml")) or file == "Makefile"
    )
    names = set(re.findall(r"[A-Za-z_][\w-]*", code))
    for document in [*Path().glob("*.md"), *Path("docs").rglob("*.md")]:
        for name in re.findall(r"`([\w./-]+)(?:\(\))?`", document.read_text("utf-8")):
            if re.search(r"\.(py|md|toml|yml|html|css|js|txt|po)$", name):
                known = any(f"/{file}".endswith(f"/{name}") for file in files)
                assert known or Path(name).name in OF_A_TOWN, f"{document}: {name}"
            elif re.fullmatch(r"[a-z_]+(\.[a-z_]+)*", name):
                assert names >= set(name.split(".")), f"{document}: {name}"


def test_colours_come_from_one_list() -> None:
    """Only white, black and greys are written where they are used; the list is tokens.css."""
    known = set(colours.LIGHT.values()) | set(colours.DARK.values())
    folders = [CODE, Path("templates"), Path("static")]
    for path in (path for folder in folders for path in folder.rglob("*.*")):
        if path.suffix not in {".py", ".html", ".typ", ".css", ".js", ".svg"}:
            continue
        for colour in re.findall(r"#(?:[0-9a-f]{6}|[0-9a-f]{3})\b", path.read_text("utf-8")):
            is_grey = len(set(colour[1:])) == 1
            ours = path.suffix in {".css", ".svg"} and colour in known
            assert is_grey or ours, f"{path}: {colour}"


def test_no_line_is_longer_than_a_screen_is_wide() -> None:
    """Python has ruff and what Biome knows has Biome; the sentences of letters are left alone."""
    for path in Path("templates").rglob("*.html"):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            assert len(line) <= 120, f"{path}:{number} has {len(line)} characters"


def test_actions_and_tables_get_the_time_from_who_acts() -> None:
    for layer in ("actions", "model", "programmes"):
        for path in (CODE / layer).rglob("*.py"):
            text = path.read_text("utf-8")
            assert "datetime.now(" not in text, path
            for function in ast.walk(ast.parse(text)):
                if isinstance(function, ast.FunctionDef):
                    given = [*function.args.args, *function.args.kwonlyargs]
                    assert not {"by", "now"} <= {one.arg for one in given}, (path, function.name)


#: What decides who sees it by itself: the desk, and one's own by a secret link.
NOT_PUBLIC = ("desk", "registration", "loading.py", "health.py")


def test_what_is_public_is_said_in_one_place() -> None:
    """Everything else in the web selects events and series from ikw.model.public."""
    files = [
        path
        for path in (CODE / "web").rglob("*.py")
        if path.relative_to(CODE / "web").parts[0] not in NOT_PUBLIC
    ]
    files += [
        path for folder in ("calendar", "print", "text") for path in (CODE / folder).rglob("*.py")
    ]
    for path in files:
        text = path.read_text("utf-8")
        assert not re.search(r"select\((Event|Series)\b|\.published_at\.is", text), path


def test_steps_that_have_landed_are_left_alone() -> None:
    """A database that runs has them behind it: whoever would change one writes another."""
    folder = CODE / "migrations" / "versions"
    kept = dict(
        line.split()[::-1] for line in Path("tests/migrations.sha256").read_text().splitlines()
    )
    for path in sorted(folder.glob("[0-9]*.py")):
        body = path.read_bytes()
        assert not re.search(rb"(import|from) ikw", body), path
        assert kept.get(path.name, "") == hashlib.sha256(body).hexdigest(), path


def test_what_letters_and_commands_name_is_a_page(app: Flask) -> None:
    """Letters are made where no page is loaded, so their addresses cannot come from routes."""
    routes = {re.sub(r"<\w+:", "<", rule.rule) for rule in app.url_map.iter_rules()}
    assert routes >= set(Route)
    first = {route.split("/")[1] for route in routes if not route.startswith("/<")} - {""}
    typed = re.compile(rf"""["'}}]/({"|".join(sorted(first))})\\b""")
    for layer in ("mail", "cli", "actions", "calendar", "serve.py", "gate.py", "rounds.py"):
        path = CODE / layer
        for file in path.rglob("*.py") if path.is_dir() else [path]:
            assert not typed.search(file.read_text("utf-8")), file


def test_shared_names_are_written_in_one_place() -> None:
    kept = set(InContext)
    for path in CODE.rglob("*.py"):
        text = path.read_text("utf-8")
        if path.name != "names.py":
            assert not re.search(r'"ikw\.[a-z_]+"(?!:)|"ikw_desk', text), path
        found = re.findall(r"""\bg\.(?:(?:get|pop)\("(\w+)"|(\w+))""", text)
        used = {quoted or plain for quoted, plain in found} - {"get", "pop"}
        if "import g" in text or ", g" in text:
            assert used <= kept, path


def test_every_command_is_found_in_its_module() -> None:
    for module in set(COMMANDS.values()):
        import_module(f"ikw.cli.{module}")
    assert sorted(cli.commands) == sorted(COMMANDS)
    for name, module in COMMANDS.items():
        assert cli.commands[name].callback is not None
        assert cli.commands[name].callback.__module__ == f"ikw.cli.{module}", name
