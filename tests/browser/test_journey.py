"""The citizen's whole way, in a real browser on a served site."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.letters import letter_to
from tests.conftest import count_rows
from tests.sites import Site


@pytest.mark.parametrize("javascript", [True, False], ids=["with-javascript", "without-javascript"])
def test_anna_finds_the_infoabend_signs_up_changes_and_cancels(
    rheine: Site, browser: Browser, javascript: bool
) -> None:
    address = f"anna-{javascript}@example.org".lower()
    context = browser.new_context(
        java_script_enabled=javascript, viewport={"width": 360, "height": 740}
    )
    page = context.new_page()
    page.goto(rheine.url)
    page.get_by_role("link", name="Zum Programm").click()
    page.get_by_label("Suche").fill("mitte51 infoabend")
    page.get_by_role("search").get_by_role("button", name="Anzeigen").first.click()
    page.get_by_role("link", name="Infoabend zur Interkulturellen Woche").click()
    expect(page.get_by_text("Montag, 13. Februar 2023").first).to_be_visible()
    page.get_by_role("link", name="Anmelden").first.click()

    page.get_by_label("Ihr Name").fill("Anna Beispiel")
    page.get_by_label("E-Mail-Adresse").fill("anna@")
    page.get_by_role("button", name="Jetzt anmelden").click()
    expect(page).to_have_title(re.compile("^Fehler: "))
    expect(page.locator("#error-summary")).to_be_focused()
    page.get_by_role("link", name="Das ist keine E-Mail-Adresse").click()
    expect(page.get_by_label("E-Mail-Adresse")).to_be_focused()
    expect(page.get_by_label("Ihr Name")).to_have_value("Anna Beispiel")

    page.get_by_label("E-Mail-Adresse").fill(address)
    page.get_by_label("Anzahl der Plätze").fill("3")
    page.get_by_text("Namen der Begleitung").click()
    page.get_by_label("Begleitung 1").fill("Ayşe")
    page.get_by_role("button", name="Jetzt anmelden").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sie sind angemeldet")
    code = page.locator(".code").inner_text()
    text = letter_to(rheine, address, "Sie sind angemeldet: Infoabend")
    assert code in text

    link = re.search(r"http://\S+/anmeldung/\S+", text)
    assert link
    page.goto(link[0])
    page.get_by_role("link", name="Plätze und Begleitung ändern").click()
    page.get_by_label("Anzahl der Plätze").fill("2")
    page.get_by_role("button", name="Speichern").click()
    expect(page.locator(".ticket")).to_contain_text("Ayşe")
    letter_to(rheine, address, "Ihre Anmeldung wurde geändert")

    page.get_by_role("link", name="Absagen").click()
    page.get_by_role("button", name="Ja, absagen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sie haben abgesagt")
    letter_to(rheine, address, "Ihre Anmeldung ist abgesagt")
    page.get_by_role("button", name="Wieder anmelden").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sie sind angemeldet")
    assert context.cookies() == []
    context.close()


def test_a_double_click_makes_one_registration(rheine: Site, phone: BrowserContext) -> None:
    page = phone.new_page()
    page.goto(f"{rheine.url}/veranstaltung/quartiersworkshop-fbs/anmelden")
    page.get_by_label("Ihr Name").fill("Ben")
    page.get_by_label("Telefonnummer").fill("05971 4711")
    page.get_by_role("button", name="Jetzt anmelden").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sie sind angemeldet")
    page.go_back()
    page.get_by_role("button", name="Jetzt anmelden").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sie sind angemeldet")
    counted = "SELECT count(*) FROM registration WHERE phone = '+4959714711'"
    assert count_rows(rheine.database_url, counted) == 1


def test_sign_up_by_keyboard_alone(rheine: Site, phone: BrowserContext) -> None:
    page = phone.new_page()
    page.goto(f"{rheine.url}/veranstaltung/buergerpicknick/")
    tab_to(page, "Anmelden")
    page.keyboard.press("Enter")
    page.wait_for_url("**/anmelden")
    for field, text in (("name", "Chiara"), ("email", "chiara@example.org")):
        while page.evaluate("document.activeElement.name") != field:
            page.keyboard.press("Tab")
        page.keyboard.type(text)
    tab_to(page, "Jetzt anmelden")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sie sind angemeldet")


def tab_to(page: Page, text: str) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent").strip() == text:
            outline = "getComputedStyle(document.activeElement).outlineStyle"
            assert page.evaluate(outline) != "none", "the focus can be seen"
            return
    raise AssertionError(f"{text!r} is not reached by the Tab key")


PATHS = [
    "/",
    "/programm/beispiel-ikw/",
    "/programm/beispiel-ikw/?thema=Musik&kostenlos=1",
    "/veranstaltung/kochabend-vier-kuechen/",
    "/veranstaltung/vortrag-ankommen/",
    "/veranstaltung/kochabend-vier-kuechen/anmelden",
    "/workshops/",
    "/buergerpicknick/",
    "/kalender/",
    "/anmeldung/link",
    "/impressum",
    "/datenschutz",
    "/barrierefreiheit",
]


@pytest.mark.parametrize("path", PATHS)
def test_pages_fit_320_pixels_and_ask_no_one_else(
    example: Site, browser: Browser, path: str
) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640})
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "request",
        lambda r: problems.extend([] if r.url.startswith(example.url) else [f"foreign: {r.url}"]),
    )
    answer = page.goto(example.url + path)
    assert answer is not None
    assert answer.status == 200
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.locator("h1").count() == 1
    assert problems == []
    assert context.cookies() == []
    context.close()
