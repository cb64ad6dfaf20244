"""Karla signs in by a passkey, in a real browser with an authenticator that is not of metal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import PATIENCE
from tests.conftest import count_rows
from tests.mail.smtp import free_port
from tests.sites import environment, ikw, start, stock


@pytest.fixture(params=["off", "on"], ids=["one-factor", "two-factors"])
def town(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, dict[str, str]]]:
    """A site under a name: browsers refuse passkeys on an address of numbers."""
    port, folder = free_port(), tmp_path_factory.mktemp("town")
    base = f"http://localhost:{port}"
    env = environment(folder, port, IKW_BASE_URL=base, IKW_SECOND_FACTOR=request.param)
    stock(env)
    ikw(env, "organiser", "add", "Karla", "karla@example.org")
    with start(env):
        yield base, env


@pytest.fixture
def karlas_browser(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(locale="de-DE")
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


def with_authenticator(context: BrowserContext) -> Page:
    """A page whose browser has a fingerprint reader built in."""
    page = context.new_page()
    chrome = context.new_cdp_session(page)
    chrome.send("WebAuthn.enable", {"enableUI": False})
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    chrome.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return page


def test_karla_sets_a_passkey_up_and_signs_in_with_it(
    town: tuple[str, dict[str, str]], karlas_browser: BrowserContext
) -> None:
    base, env = town
    two_factors = env["IKW_SECOND_FACTOR"] == "on"
    page = with_authenticator(karlas_browser)
    page.goto(ikw(env, "organiser", "link", "karla@example.org").strip())
    page.get_by_role("button", name="Verwaltung öffnen").click()
    if two_factors:
        # Nothing of the desk opens before there is a second factor.
        expect(page).to_have_url(f"{base}/verwaltung/konto/bestaetigung")
        page.goto(f"{base}/verwaltung/veranstaltungen/")
        expect(page).to_have_url(f"{base}/verwaltung/konto/bestaetigung")
    else:
        page.goto(f"{base}/verwaltung/konto/")
    page.locator("#passkey-name").fill("Diensttelefon")
    page.get_by_role("button", name="Passkey einrichten").click()
    expect(page).to_have_url(f"{base}/verwaltung/konto/")
    expect(page.get_by_text("Diensttelefon").first).to_be_visible()

    page.locator(".menu-me summary").click()
    page.get_by_role("button", name=re.compile("(Aus|Ab)(loggen|melden)")).click()
    expect(page).to_have_url(f"{base}/verwaltung/anmelden")
    page.get_by_role("button", name=re.compile("Passkey")).click()
    expect(page).to_have_url(f"{base}/verwaltung/")
    url = f"sqlite:///{Path(env['IKW_INSTANCE'])}/ikw.sqlite"
    assert count_rows(url, "SELECT count(*) FROM passkey") == 1
    assert count_rows(url, "SELECT count(*) FROM challenge") == 0
    confirmed = "SELECT count(*) FROM desk_session WHERE confirmed_at IS NOT NULL"
    assert count_rows(url, confirmed) == 2

    # Whoever has the mailbox alone is asked for the passkey, and cannot add one of their own.
    thief = karlas_browser.browser.new_context() if karlas_browser.browser else karlas_browser
    other = with_authenticator(thief)
    other.goto(ikw(env, "organiser", "link", "karla@example.org").strip())
    other.get_by_role("button", name="Verwaltung öffnen").click()
    if two_factors:
        expect(other).to_have_url(f"{base}/verwaltung/konto/bestaetigung")
        other.get_by_role("button", name=re.compile("Passkey")).click()
        expect(other.get_by_role("status").filter(has_text=re.compile("."))).to_be_visible()
        expect(other).to_have_url(f"{base}/verwaltung/konto/bestaetigung")
    assert count_rows(url, "SELECT count(*) FROM passkey") == 1
    thief.close()


def test_on_an_address_of_numbers_no_passkey_is_offered(
    browser: Browser, rheine: object, karlas_browser: BrowserContext
) -> None:
    page = karlas_browser.new_page()
    page.goto(f"{rheine.url}/verwaltung/anmelden")  # type: ignore[attr-defined]
    expect(page.get_by_role("button", name=re.compile("Passkey"))).to_have_count(0)
