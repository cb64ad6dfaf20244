"""The programme in other languages, as files for translators."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po, write_po
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select

from ikw import db
from ikw.cli import cli
from ikw.model import Event, Programme, Translation
from ikw.programmes import file, store, translations
from ikw.text.languages import LANGUAGES
from tests.actions.cast import at
from tests.conftest import NOW, MakeApp, make_event, make_venue

FOLDER = Path("ikw/programmes")
UK = LANGUAGES["uk"]


def po(*pairs: tuple[str, str], language: str = "uk", flags: str = "") -> bytes:
    lines = [f'{flags}msgid "{german}"\nmsgstr "{text}"\n' for german, text in pairs]
    return "\n".join([f'msgid ""\nmsgstr "Language: {language}\\n"\n', *lines]).encode()


def load(content: bytes) -> translations.Stored:
    with db.write() as session:
        return translations.store(session, translations.parse(content))


def stored() -> dict[str, str]:
    db.session().rollback()
    rows: Any = db.session().execute(
        select(Translation.source, Translation.text).where(Translation.text != "")
    )
    return dict(rows.all())


def test_every_language_of_rheine_is_complete(app: Flask) -> None:
    with db.write() as session:
        store.load(session, file.parse((FOLDER / "rheine-2023.toml").read_text("utf-8")), at(NOW))
    for path in sorted((FOLDER / "rheine-2023").glob("*.po")):
        assert load(path.read_bytes()).language.code == path.stem
    missing = translations.missing(db.session())
    assert set(missing) == set(LANGUAGES) - {"de"}
    assert not any(missing.values())


def test_what_is_missing_is_named_by_event(app: Flask) -> None:
    make_event(summary="Alle sind da.", venue=make_venue(way_there="Mit dem Bus."), topics=["Tanz"])
    load(po(("Fest der Räume", "Свято")))
    missing = {str(place): text for text, place in translations.missing(db.session())["uk"]}
    assert missing == {
        "series woche: title": "Woche",
        "event fest: summary": "Alle sind da.",
        "event fest: topic": "Tanz",
        "venue haus: way_there": "Mit dem Bus.",
    }


def test_a_translator_gets_a_file_and_it_comes_back_the_same(app: Flask) -> None:
    nasty = 'Ein "Zitat", 100 % und \\ \n\nnoch ein Absatz'
    make_event(description=nasty, venue=make_venue())
    with db.write() as session:
        session.scalars(select(Event)).one().title = "Fest"
        translations.store(session, translations.parse(po(("Fest", "Свято"))))
    dumped = translations.dump(db.session(), UK)
    assert "#. event fest: title" in dumped
    assert "A name: leave it empty" in dumped
    catalogue = read_po(dumped.encode().splitlines(keepends=True), locale="uk")
    message = catalogue.get(nasty)
    assert message is not None
    message.string = nasty.upper()
    written = BytesIO()
    write_po(written, catalogue)
    load(written.getvalue())
    assert stored() == {"Fest": "Свято", nasty: nasty.upper()}
    load(translations.dump(db.session(), UK).encode())
    assert stored() == {"Fest": "Свято", nasty: nasty.upper()}


def test_what_the_german_was_before_is_a_suggestion_only(app: Flask) -> None:
    make_event(title="Fest der offenen Räume")
    load(po(("Fest der offenen Räume", "Свято відкритих кімнат")))
    with db.write() as session:
        session.scalars(select(Event)).one().title = "Fest der neuen Räume"
    dumped = translations.dump(db.session(), UK)
    assert "#, fuzzy" in dumped
    assert '"Свято відкритих кімнат"' in dumped
    came_back = load(dumped.encode())
    assert came_back.fuzzy == 1
    assert "Fest der neuen Räume" not in stored()


def test_an_empty_text_takes_a_translation_away(app: Flask) -> None:
    load(po(("Fest", "Свято"), ("Woche", "Тиждень")))
    load(po(("Fest", "")))
    assert stored() == {"Woche": "Тиждень"}


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (po(("Fest", "x"), language="xx"), "is none of einfach, en, uk"),
        (po(("Fest", "x"), language="de"), "is none of"),
        (b"\xff\xfe not a catalogue", "this is not a PO file"),
        (b"msgid Fest", "this is not a PO file"),
    ],
)
def test_a_file_that_cannot_be_taken_changes_nothing(
    app: Flask, content: bytes, fault: str
) -> None:
    load(po(("Fest", "Свято")))
    with pytest.raises(translations.FaultyTranslation, match=fault):
        load(content)
    assert stored() == {"Fest": "Свято"}


def test_the_commands_name_what_is_missing_and_take_the_file_back(
    make_app: MakeApp, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IKW_DATABASE_URL", database_url)
    with make_app(database_url).app_context():
        make_event()
    said = run("translations")
    assert "uk       Українська: 2 texts missing" in said
    assert "event fest: 1" in said
    assert "event fest: title: Fest der Räume" in run("translations", "--all")
    path = tmp_path / "uk.po"
    filled = run("translations", "uk").replace(
        'msgid "Fest der Räume"\nmsgstr ""', 'msgid "Fest der Räume"\nmsgstr "Свято"'
    )
    path.write_text(filled, "utf-8")
    assert run("load", str(path)) == "Українська: 1 texts\n"
    assert "uk       Українська: 1 texts missing" in run("translations")
    with make_app(database_url).app_context():
        assert db.session().scalar(select(func.count()).select_from(Translation)) == 1


def run(*arguments: str) -> str:
    result = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_leichte_sprache_needs_who_checked_it() -> None:
    text = (FOLDER / "rheine-2023.toml").read_text("utf-8")
    without = text.replace('date = "13.02.2023"', 'easy_text = "Kurz."\ndate = "13.02.2023"')
    with pytest.raises(file.FaultyProgramme, match="easy_checked_by needs easy_text"):
        file.parse(without)


def test_what_changes_nothing_is_no_change(app: Flask) -> None:
    """Subscribers ask whether something is new; loading a file again must not say so."""

    def stamps() -> tuple[int, int]:
        db.session().rollback()
        programme = db.session().get_one(Programme, 1)
        return programme.revision, programme.wording

    load(po(("Fest", "Свято")))
    before = stamps()
    load(po(("Fest", "Свято")))
    assert stamps() == before
    load(po(("Fest", "")))
    assert stamps() == (before[0] + 1, before[1] + 1)


def test_who_doubts_a_translation_takes_it_off_the_site(app: Flask) -> None:
    load(po(("Fest", "Свято")))
    doubted = load(po(("Fest", "Свято"), flags="#, fuzzy\n"))
    assert (doubted.translated, doubted.fuzzy) == (0, 1)
    assert stored() == {}


@pytest.mark.parametrize("language", ["uk_UA", "uk", "UK"])
def test_files_of_other_programs_are_taken(app: Flask, language: str) -> None:
    assert load(b"\xef\xbb\xbf" + po(("Fest", "Свято"), language=language)).language is UK


def test_a_text_with_a_percent_sign_is_no_format(app: Flask) -> None:
    make_event(title="50 % auf alles, sofort")
    assert "python-format" not in translations.dump(db.session(), UK)


def test_one_faulty_file_among_several_changes_nothing(
    make_app: MakeApp, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IKW_DATABASE_URL", sqlite_url)
    make_app(sqlite_url)
    good, bad = tmp_path / "uk.po", tmp_path / "bad.po"
    good.write_bytes(po(("Fest", "Свято")))
    bad.write_bytes(po(("Fest", "x"), language="xx"))
    result = CliRunner().invoke(cli, ["load", str(good), str(bad)])
    assert result.exit_code == 1
    assert "nothing was changed" in result.output
    with make_app(sqlite_url).app_context():
        assert stored() == {}


def test_a_site_from_before_gets_its_translations_once(
    make_app: MakeApp, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IKW_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("IKW_NOW", NOW.isoformat())
    make_app(sqlite_url)
    programme = str(FOLDER / "rheine-2023.toml")
    run("load", programme)
    uk = str(FOLDER / "rheine-2023" / "uk.po")
    assert run("load", "--once", programme, uk).startswith("Українська: ")
    assert run("load", "--once", programme, uk) == ""
