"""Everybody can work at the desk: each of its pages in German and Arabic, on a telephone and a
desktop, by day and by night, looked at by axe (WCAG 2.2 AA), and its HTML by the Nu checker.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.desk_routes import DeskKeys, desk_pages, furnish, open_desk, signed_out_pages
from tests.browser.routes import DESK
from tests.browser.test_access import (
    CHECKERS,
    DESKTOP,
    PHONE,
    SCREENSHOTS,
    app,
    context,
    look_at,
    number_of,
    problems_of,
)
from tests.sites import Site, ikw

__all__ = ["app", "context"]

LANGUAGES = {"de": "", "ar": "/ar"}


@pytest.fixture(scope="module")
def keys(desk: Site, browser: Browser) -> DeskKeys:
    return furnish(desk, browser)


@pytest.fixture
def signed_in(desk: Site, context: BrowserContext) -> BrowserContext:
    open_desk(desk, context)
    return context


def look_at_all(
    page: Page, site: Site, language: str, paths: list[str]
) -> tuple[list[str], dict[str, bytes]]:
    """Return what is wrong with pages, and their HTML by path."""
    problems = problems_of(page, site)
    bodies = {}
    for path in paths:
        answer = page.goto(f"{site.url}{LANGUAGES[language]}{path}")
        assert answer is not None
        if path.endswith(f"{'x' * 32}/"):
            assert answer.status == 410
            # The browser notes this itself.
            problems[:] = [one for one in problems if "410" not in one]
        elif answer.status != 200:
            problems.append(f"{path} answers {answer.status}")
            continue
        bodies[path] = answer.body()
        problems += look_at(page, path, language)
    return problems, bodies


def faults_in(bodies: dict[str, bytes], folder: Path) -> dict[str, str]:
    """Return what the Nu checker says of pages, and which of them it is about."""
    names = list(bodies)
    for number, body in enumerate(bodies.values()):
        assert body.startswith(b"<!doctype html>"), names[number]
        (folder / f"{number}.html").write_bytes(body)
    jar = CHECKERS / "vnu-jar/build/dist/vnu.jar"
    command = ["java", "-Xss8m", "-jar", str(jar), "--format", "json", "--skip-non-html"]
    done = subprocess.run([*command, str(folder)], capture_output=True, text=True)
    assert done.returncode in {0, 1}, done.stderr[-2000:]
    messages: list[dict[str, Any]] = json.loads(done.stderr)["messages"]
    return {
        f"{message['message']} … {message.get('extract', '')}": names[number_of(message)]
        for message in messages
        if message["type"] != "info"
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_the_desk_is_for_everybody(
    app: Flask,
    desk: Site,
    keys: DeskKeys,
    signed_in: BrowserContext,
    tmp_path: Path,
    language: str,
) -> None:
    paths = desk_pages(app, keys)
    assert len(paths) > 40
    problems, bodies = look_at_all(signed_in.new_page(), desk, language, paths)
    faults = faults_in(bodies, tmp_path)
    problems += [f"{path}: {said}" for said, path in faults.items()]
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("language", LANGUAGES)
def test_signing_in_is_for_everybody(
    desk: Site, context: BrowserContext, tmp_path: Path, language: str
) -> None:
    paths = signed_out_pages(ikw(desk.env, "organiser", "link", "karla@example.org").strip())
    problems, bodies = look_at_all(context.new_page(), desk, language, paths)
    faults = faults_in(bodies, tmp_path)
    assert context.cookies() == []
    problems += [f"{path}: {said}" for said, path in faults.items()]
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("language", ["de"])
def test_forms_of_the_desk_with_mistakes_are_for_everybody(
    desk: Site, keys: DeskKeys, signed_in: BrowserContext, tmp_path: Path, language: str
) -> None:
    page = signed_in.new_page()
    found: list[str] = []
    bodies: dict[str, bytes] = {}
    paths = [
        f"{DESK}veranstaltungen/neu",
        f"{DESK}veranstaltung/{keys.draft}/bearbeiten",
        f"{DESK}veranstaltung/{keys.event}/anmeldungen/neu",
        f"{DESK}veranstaltung/{keys.event}/nachricht",
        f"{DESK}konten/neu",
        f"{DESK}orte/neu",
        f"{DESK}veranstalter/neu",
        f"{DESK}reihen/neu",
        f"{DESK}rueckmeldungen/{keys.numbers['desk.feedback.show']}/",
        f"{DESK}veranstaltung/{keys.event}/aufgaben",
        f"{DESK}reihen/ikw-2023/geld",
    ]
    for path in paths:
        page.goto(f"{desk.url}{LANGUAGES[language]}{path}")
        for field in page.locator("main form input:visible, main form textarea:visible").all():
            if field.get_attribute("type") in {None, "text", "email", "tel", "date"}:
                field.fill("")
        with page.expect_navigation() as answer:
            page.locator(
                "main form[method=post]:not(.inline) button.button:not([type])"
            ).first.click()
        if answer.value.status != 422:
            found.append(f"{path} answers {answer.value.status}")
            continue
        bodies[path] = answer.value.body()
        if page.evaluate("document.activeElement.id") != "error-summary":
            found.append(f"{path}: the errors are not read out")
        found += look_at(page, f"{path} with mistakes", language)
    faults = faults_in(bodies, tmp_path)
    found += [f"{path}: {said}" for said, path in faults.items()]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", ["de"])
def test_two_versions_of_an_event_are_for_everybody(
    desk: Site, keys: DeskKeys, signed_in: BrowserContext, tmp_path: Path, language: str
) -> None:
    path = f"{LANGUAGES[language]}{DESK}veranstaltung/{keys.draft}/bearbeiten"
    first, second = signed_in.new_page(), signed_in.new_page()
    for page in (first, second):
        page.goto(f"{desk.url}{path}")
        page.locator("#summary").fill(f"{language} {page is first}")
    for page in (first, second):
        with page.expect_navigation() as answer:
            page.locator(".save .button").first.click()
    assert answer.value.status == 409
    body = answer.value.body()
    found = look_at(second, "the conflict", language)
    assert not found, "\n".join(found)
    assert not faults_in({path: body}, tmp_path)


#: The pages of which pictures are kept to be looked at.
MAIN_PAGES = {
    "today": "",
    "events": "veranstaltungen/",
    "event": "veranstaltung/{event}/",
    "event-form": "veranstaltung/{event}/bearbeiten",
    "sign-ups": "veranstaltung/{event}/anmeldungen/",
    "sign-up": "veranstaltung/{event}/anmeldungen/{registration}/",
    "writing": "veranstaltung/{event}/nachricht",
    "planner": "kalender/?tag=2023-03-03",
    "door": "einlass/{event}/?q=Zander",
    "letters": "postausgang/",
    "calls": "anrufe/",
    "numbers": "zahlen/ikw-2023/",
    "translations": "uebersetzungen/uk/",
    "person": "personen/?q=Zander",
    "settings": "einstellungen/",
    "to-many": "reihen/ikw-2023/nachricht",
    "accounts": "konten/",
    "log": "protokoll/",
}


@pytest.mark.pictures
def test_pictures_of_the_desk_are_kept(
    desk: Site, keys: DeskKeys, signed_in: BrowserContext
) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page = signed_in.new_page()
    for name, path in MAIN_PAGES.items():
        number = keys.numbers["desk.registration.show"]
        page.goto(f"{desk.url}{DESK}{path.format(event=keys.event, registration=number)}")
        for size, (width, height) in {"phone": PHONE, "desktop": DESKTOP}.items():
            page.set_viewport_size({"width": width, "height": height})
            file = SCREENSHOTS / f"desk-{name}-{size}.png"
            assert len(page.screenshot(path=file, full_page=True)) > 10_000
