"""The whole way by keyboard alone, and what the script adds to the pages."""

from __future__ import annotations

import gzip
import re
import urllib.request

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser.waiting import until
from tests.sites import Site

#: Whether the focus can be seen: an outline, and its element where the reader looks, on top.
FOCUS = """() => {
    const element = document.activeElement;
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    const x = Math.min(Math.max(box.left + box.width / 2, 1), innerWidth - 1);
    const y = Math.min(Math.max(box.top + box.height / 2, 1), innerHeight - 1);
    const top = document.elementFromPoint(x, y);
    return {
        name: (element.labels?.[0] ?? element).innerText?.trim().split("\\n")[0] ?? "",
        outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
        inView: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
        onTop: element.contains(top) || top?.contains(element) || element.type === "radio",
    };
}"""


def tab_to(page: Page, name: str) -> None:
    """Press the tab key until this is focused; on the way the focus is always to be seen."""
    for _ in range(120):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        assert focus["outlined"], focus
        assert focus["inView"], focus
        assert focus["onTop"], focus
        if focus["name"].startswith(name):
            return
    raise AssertionError(f"the keyboard does not get to {name!r}")


def follow(page: Page) -> None:
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.mark.parametrize(
    ("prefix", "words"),
    [
        (
            "",
            ["Zum Inhalt", "Zum Programm", "Infoabend", "Anmelden", "Jetzt anmelden"],
        ),
        ("/ar", None),
    ],
    ids=["german", "arabic"],
)
def test_jan_signs_up_without_a_mouse(
    rheine: Site, phone: BrowserContext, prefix: str, words: list[str] | None
) -> None:
    page = phone.new_page()
    # Smooth scrolling would still be on its way when we look.
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{rheine.url}{prefix}/")
    if words is None:
        skip = page.locator(".skip-link").inner_text()
        to_programme = page.locator(".poster .button").inner_text()
        page.goto(f"{rheine.url}{prefix}/veranstaltung/infoabend/")
        title = page.locator("h1").inner_text()
        sign_up = page.locator(".sign-up .button").inner_text()
        page.goto(f"{rheine.url}{prefix}/veranstaltung/infoabend/anmelden")
        send = page.locator("main form .button").inner_text()
        words = [skip, to_programme, title, sign_up, send]
        page.goto(f"{rheine.url}{prefix}/")
    skip, to_programme, title, sign_up, send = words
    tab_to(page, skip)
    page.keyboard.press("Enter")
    tab_to(page, to_programme)
    follow(page)
    tab_to(page, title)
    follow(page)
    tab_to(page, sign_up)
    follow(page)
    tab_to(page, page.locator('label[for="name"]').inner_text())
    page.keyboard.type("Jan")
    tab_to(page, page.locator('label[for="phone"]').inner_text())
    page.keyboard.type("05971 12345")
    tab_to(page, send)
    follow(page)
    expect(page.locator(".ticket")).to_be_visible()
    assert re.search(rf"{prefix}/anmeldung/[\w-]{{32}}/$", page.url)


def test_the_list_of_languages_opens_and_closes_by_keyboard(
    rheine: Site, phone: BrowserContext
) -> None:
    page = phone.new_page()
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{rheine.url}/workshops/")
    tab_to(page, "Deutsch")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Türkçe")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Türkçe")).to_be_hidden()
    assert page.evaluate(FOCUS)["name"] == "Deutsch"
    page.keyboard.press("Enter")
    tab_to(page, "العربية")
    follow(page)
    assert page.url == f"{rheine.url}/ar/workshops/"
    assert page.evaluate("document.dir") == "rtl"


def test_filters_answer_without_a_reload_and_keep_the_focus(
    example: Site, phone: BrowserContext
) -> None:
    page = phone.new_page()
    page.goto(f"{example.url}/programm/beispiel-ikw/")
    page.evaluate("window.loadedOnce = true")
    everything = page.locator(".card").count()
    page.get_by_role("link", name="Musik", exact=True).click()
    expect(page.locator(".result")).to_contain_text("von 57 Veranstaltungen")
    assert page.url.endswith("?thema=Musik")
    assert page.locator(".card").count() < everything
    assert page.evaluate("document.activeElement.textContent") == "Musik"
    page.get_by_text("Mehr Filter").click()
    page.get_by_label("stufenlos").check()
    expect(page).to_have_url(re.compile("stufenlos=1"))
    assert page.evaluate("document.activeElement.id") == "stufenlos"
    page.get_by_label("Suche").fill("gibtesnicht")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Zu dieser Auswahl gibt es nichts.")).to_be_visible()
    page.go_back()
    page.go_back()
    page.go_back()
    expect(page.locator(".result")).to_contain_text("57 Veranstaltungen")
    expect(page.locator(".card")).to_have_count(everything)
    assert page.evaluate("window.loadedOnce")


def test_who_types_while_an_answer_is_under_way_keeps_the_text(
    example: Site, phone: BrowserContext
) -> None:
    page = phone.new_page()
    page.goto(f"{example.url}/programm/beispiel-ikw/")
    held: list[Route] = []
    page.route("**/*thema=Musik", lambda route: held.append(route))
    page.get_by_role("link", name="Musik", exact=True).click()
    page.get_by_label("Suche").fill("saz")
    (answer,) = held
    answer.continue_()
    expect(page.locator(".result")).to_contain_text("von 57 Veranstaltungen")
    assert page.get_by_label("Suche").input_value() == "saz"
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("thema=Musik.*q=saz|q=saz.*thema=Musik"))


def test_whoever_asks_for_it_reads_the_programme_without_a_network(
    rheine: Site, phone: BrowserContext
) -> None:
    page = phone.new_page()
    page.goto(f"{rheine.url}/uk/")
    assert page.evaluate("navigator.serviceWorker.getRegistrations()") == []
    button = page.locator("[data-offline]")
    button.click()
    expect(page.locator(".site-footer [role=status]")).not_to_be_empty()
    page.goto(f"{rheine.url}/uk/veranstaltung/infoabend/")
    until(page, "(await (await caches.open('pages-1')).keys()).length >= 6")
    phone.set_offline(True)
    page.goto(f"{rheine.url}/uk/programm/")
    expect(page.locator(".card").first).to_be_visible()
    page.goto(f"{rheine.url}/uk/veranstaltung/infoabend/")
    expect(page.locator("h1")).to_contain_text("Інформаційний вечір")
    page.goto(f"{rheine.url}/uk/impressum")
    expect(page.locator("h1")).to_have_text("Немає інтернету")
    phone.set_offline(False)
    page.goto(f"{rheine.url}/uk/")
    page.locator("[data-offline]").click()
    expect(page.locator(".site-footer [role=status]")).not_to_be_empty()
    assert page.evaluate("caches.keys()") == []


def test_what_is_private_is_never_kept_on_the_device(rheine: Site, phone: BrowserContext) -> None:
    page = phone.new_page()
    page.goto(rheine.url)
    page.locator("[data-offline]").click()
    expect(page.locator(".site-footer [role=status]")).not_to_be_empty()
    page.goto(f"{rheine.url}/veranstaltung/infoabend/anmelden")
    page.get_by_label("Ihr Name").fill("Kim")
    page.get_by_label("E-Mail-Adresse").fill("kim@example.org")
    page.get_by_role("button", name="Jetzt anmelden").click()
    expect(page.locator(".ticket")).to_be_visible()
    kept = page.evaluate(
        "async () => (await (await caches.open('pages-1')).keys()).map((one) => one.url)"
    )
    assert kept
    assert not [url for url in kept if "anmeld" in url]


@pytest.mark.parametrize("javascript", [True, False])
def test_buttons_that_need_the_script_are_there_only_with_it(
    rheine: Site, browser: Browser, javascript: bool
) -> None:
    context = browser.new_context(java_script_enabled=javascript)
    page = context.new_page()
    page.goto(f"{rheine.url}/veranstaltung/infoabend/")
    assert page.locator("[data-share]").is_visible() == javascript
    context.close()


def weight(url: str) -> int:
    """Return how many bytes a page or a style sheet is, compressed."""
    request = urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        body = answer.read()
    assert gzip.decompress(body)
    return len(body)


@pytest.mark.parametrize("prefix", ["", "/uk", "/ar"])
def test_pages_are_light(example: Site, prefix: str) -> None:
    with urllib.request.urlopen(f"{example.url}/") as page:
        style = re.search(r'href="(/static/\w+/site\.css)"', page.read().decode())
    assert style
    css = weight(example.url + style[1])
    assert css < 12_000
    programme = weight(f"{example.url}{prefix}/programm/beispiel-ikw/")
    event = weight(f"{example.url}{prefix}/veranstaltung/quartiersworkshop-suedraum/")
    assert programme + css < 20_000
    assert event + css < 12_500
    with urllib.request.urlopen(example.url + style[1]) as sheet:
        assert b"@font-face" not in sheet.read()
