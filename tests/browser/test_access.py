"""Everybody can use every page: each route in four languages, its width, its targets and its HTML
(Nu checker); looked at by axe (WCAG 2.2 AA) in German, by day and by night, and in Arabic.
"""

from __future__ import annotations

import json
import re
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from pypdf import PdfReader

from ikw import create_app
from tests.browser.routes import Keys, pages, post, sign_up_anna
from tests.sites import Site

CHECKERS = Path("tests/browser/checkers/node_modules")
SCREENSHOTS = Path("build/screenshots")

LANGUAGES = {"de": "", "einfach": "/einfach", "ar": "/ar", "uk": "/uk"}

#: All rules of WCAG up to 2.2 AA, and those that axe calls best practice. Of these, one is not
#: ours: what stands beside the landmarks is the skip link, which axe allows, and the banner.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

PHONE, DESKTOP = (360, 740), (1280, 900)


class Look(NamedTuple):
    """How axe looks at a page."""

    size: tuple[int, int]
    scheme: Literal["light", "dark"]
    #: Tags or names of rules.
    rules: list[str]


#: What a page from right to left can do differently: where things are, and what is in German.
DIRECTION = ["target-size", "html-lang-valid", "valid-lang"]

#: A width changes where things are, day and night change colours: two looks see both of each. In
#: Arabic a page differs in its direction; in other languages words are longer, which is measured
#: without axe.
LOOKS: dict[str, list[Look]] = {
    "de": [Look(PHONE, "light", RULES), Look(DESKTOP, "dark", RULES)],
    "ar": [Look(PHONE, "light", DIRECTION)],
    "einfach": [],
    "uk": [],
}

AXE = """async (runOnly) => {
    const found = await axe.run(document, { runOnly, resultTypes: ["violations"] });
    return found.violations.flatMap((one) => one.nodes.map(
        (node) => `${one.id}: ${node.target} ${node.failureSummary}`));
}"""

#: Controls that stand alone have to be as large as a fingertip; links inside a sentence need not.
TARGETS = """() => [...document.querySelectorAll(
    ".button, .link, nav a, summary, .standalone, .chips a, .choice label, .call a, select, "
    + "textarea, input:not([type=hidden], [type=radio], [type=checkbox], [tabindex])"
)].filter((one) => one.checkVisibility({visibilityProperty: true})).map((one) => {
    const { width, height } = one.getBoundingClientRect();
    return width < 44 || height < 44 ? `${one.className} ${one.innerText} ${width}x${height}` : "";
}).filter(Boolean)"""

#: The ten pages of which pictures are kept to be looked at.
MAIN_PAGES = {
    "home": "/",
    "programme": "/programm/beispiel-ikw/",
    "event": "/veranstaltung/quartiersworkshop-suedraum/",
    "workshops": "/workshops/",
    "picnic": "/buergerpicknick/",
    "sign-up": "/veranstaltung/quartiersworkshop-suedraum/anmelden",
    "calendar": "/kalender/",
    "accessibility": "/barrierefreiheit",
    "feedback": "/rueckmeldung",
    "lost": "/gibt-es-nicht",
}


@pytest.fixture(scope="module")
def keys(example: Site) -> Keys:
    return sign_up_anna(example, "quartiersworkshop-suedraum", "beispiel-ikw")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application, to ask it for its routes."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("routes")
        patch.setenv("IKW_INSTANCE", str(folder))
        made = create_app({"IKW_DATABASE_URL": f"sqlite:///{folder}/none.sqlite"})
        yield made
        made.extensions["ikw.engine"].dispose()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(reduced_motion="reduce")
    yield opened
    opened.close()


def problems_of(page: Page, site: Site) -> list[str]:
    """Collect what the console says and who else is asked, from now on."""
    found: list[str] = []
    page.on("console", lambda message: found.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: found.append(f"error: {error}"))
    page.on(
        "request",
        lambda r: found.extend([] if r.url.startswith(site.url) else [f"foreign: {r.url}"]),
    )
    return found


def look_at(page: Page, name: str, language: str) -> list[str]:
    """Return what axe finds, what is too small for a finger, and what sticks out at 320 pixels."""
    found: list[str] = []
    if LOOKS[language]:
        page.evaluate((CHECKERS / "axe-core/axe.min.js").read_text("utf-8"))
    for look in LOOKS[language]:
        width, height = look.size
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=look.scheme)
        faults = page.evaluate(AXE, look.rules)
        found += [f"{name} {width} {look.scheme} {fault}" for fault in faults]
    found += [f"{name} is small: {target}" for target in page.evaluate(TARGETS)]
    # As narrow as WCAG asks for (1.4.10), and with letters twice as large (1.4.4).
    for room, letters in ((320, "112.5%"), (360, "225%")):
        page.set_viewport_size({"width": room, "height": 640})
        page.evaluate(f"document.documentElement.style.fontSize = '{letters}'")
        width = page.evaluate("document.documentElement.scrollWidth")
        found += [f"{name} is {width} wide in {room} at {letters}"] if width > room else []
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_for_everybody(
    app: Flask, example: Site, keys: Keys, context: BrowserContext, language: str
) -> None:
    page = context.new_page()
    problems = problems_of(page, example)
    paths = pages(app, keys)
    assert len(paths) > 30
    for path in paths:
        answer = page.goto(f"{example.url}{LANGUAGES[language]}{path}")
        assert answer is not None
        if path == "/gibt-es-nicht":
            assert answer.status == 404
            # The browser notes this itself.
            problems[:] = [one for one in problems if "404" not in one]
        else:
            assert answer.status == 200, path
        problems += look_at(page, path, language)
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("language", LANGUAGES)
def test_forms_with_mistakes_are_for_everybody(
    example: Site, keys: Keys, context: BrowserContext, language: str
) -> None:
    page = context.new_page()
    found: list[str] = []
    for path in (
        f"/veranstaltung/{keys.event}/anmelden",
        "/rueckmeldung",
        "/anmeldung/link",
        f"/anmeldung/{keys.token}/kontakt",
    ):
        page.goto(f"{example.url}{LANGUAGES[language]}{path}")
        for field in page.locator("main form input:visible, main form textarea:visible").all():
            if field.get_attribute("type") in {None, "text", "email", "tel"}:
                field.fill("")
        with page.expect_navigation():
            page.locator("main form[method=post] button.button").last.click()
        assert page.locator("#error-summary").is_visible(), path
        assert page.evaluate("document.activeElement.id") == "error-summary"
        found += look_at(page, path, language)
    assert not found, "\n".join(found)


@pytest.mark.pictures
@pytest.mark.parametrize("language", ["de", "ar"])
def test_pictures_of_the_main_pages_are_kept(
    example: Site, context: BrowserContext, language: str
) -> None:
    folder = SCREENSHOTS / language
    folder.mkdir(parents=True, exist_ok=True)
    page = context.new_page()
    for name, path in MAIN_PAGES.items():
        page.goto(f"{example.url}{LANGUAGES[language]}{path}")
        for size, (width, height) in {"phone": PHONE, "desktop": DESKTOP}.items():
            page.set_viewport_size({"width": width, "height": height})
            picture = page.screenshot(path=folder / f"{name}-{size}.png", full_page=True)
            assert len(picture) > 10_000


def html_of(url: str) -> bytes:
    try:
        with urllib.request.urlopen(url) as answer:
            return bytes(answer.read())
    except urllib.error.HTTPError as error:
        return error.read()


def test_the_html_of_every_page_is_valid(
    app: Flask, example: Site, keys: Keys, tmp_path: Path
) -> None:
    urls = [f"{example.url}{p}{path}" for p in LANGUAGES.values() for path in pages(app, keys)]
    with ThreadPoolExecutor(4) as pool:
        for number, body in enumerate(pool.map(html_of, urls)):
            assert body.startswith(b"<!doctype html>"), urls[number]
            (tmp_path / f"{number}.html").write_bytes(body)
    _url, with_mistakes = post(f"{example.url}/ar/rueckmeldung", message="")
    (tmp_path / f"{len(urls)}.html").write_text(with_mistakes, "utf-8")
    jar = CHECKERS / "vnu-jar/build/dist/vnu.jar"
    command = ["java", "-Xss8m", "-jar", str(jar), "--format", "json", "--skip-non-html"]
    done = subprocess.run([*command, str(tmp_path)], capture_output=True, text=True)
    assert done.returncode in {0, 1}, done.stderr[-2000:]
    messages: list[dict[str, Any]] = json.loads(done.stderr)["messages"]
    urls.append("the form with mistakes")
    found = {
        f"{message['message']} … {message.get('extract', '')}": urls[number_of(message)]
        for message in messages
        if message["type"] != "info"
    }
    assert not found, json.dumps(found, indent=1, ensure_ascii=False)


def number_of(message: dict[str, Any]) -> int:
    found = re.search(r"(\d+)\.html", message["url"])
    assert found
    return int(found[1])


@pytest.mark.parametrize("event", ["kurzfilmabend", "quartiersworkshop-suedraum"])
def test_a_door_notice_is_one_sheet(example: Site, context: BrowserContext, event: str) -> None:
    page = context.new_page()
    page.goto(f"{example.url}/veranstaltung/{event}/aushang")
    margin: Any = dict.fromkeys(("top", "bottom", "left", "right"), "12mm")
    printed = PdfReader(BytesIO(page.pdf(format="A4", margin=margin)))
    assert len(printed.pages) == 1
    assert "05971 939-0" in printed.pages[0].extract_text()


def test_a_printed_ticket_says_whom_to_call(
    example: Site, context: BrowserContext, keys: Keys
) -> None:
    page = context.new_page()
    page.goto(f"{example.url}/anmeldung/{keys.token}/")
    (sheet,) = PdfReader(BytesIO(page.pdf(format="A4"))).pages
    for part in ("05971 939-0", "Stadt Rheine", f"/anmeldung/{keys.token[:8]}"):
        assert part in sheet.extract_text()


def test_a_printed_event_has_its_description(example: Site, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{example.url}/veranstaltung/quartiersworkshop-suedraum/")
    printed = PdfReader(BytesIO(page.pdf(format="A4")))
    text = " ".join(sheet.extract_text() for sheet in printed.pages)
    assert "Sie kennen Ihr Quartier am besten" in text
    assert "05971 939-0" in text
