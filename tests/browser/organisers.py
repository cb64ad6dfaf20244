"""What organisers do at the desk in a real browser, as far as several journeys need it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.letters import letter_to
from tests.browser.words import D
from tests.conftest import count_rows
from tests.sites import Site, ikw


def sign_in(site: Site, context: BrowserContext, link: str) -> Page:
    """Open the desk by a link, which asks for one press of a button."""
    page = context.new_page()
    page.goto(link)
    page.get_by_role("button", name=D("Open the desk")).click()
    page.wait_for_url(re.compile(rf"{site.url}/verwaltung/"))
    return page


#: The cookies of those who have signed in, by site and address.
SIGNED_IN: dict[tuple[str, str], Any] = {}


def at_the_desk(site: Site, context: BrowserContext, email: str = "karla@example.org") -> Page:
    """Open the desk for somebody who has signed in today; the first time by a link."""
    who = site.url, email
    if who not in SIGNED_IN:
        page = sign_in(site, context, ikw(site.env, "organiser", "link", email).strip())
        SIGNED_IN[who] = [one for one in context.cookies() if one["name"] == "ikw_desk"]
        return page
    context.add_cookies(SIGNED_IN[who])
    page = context.new_page()
    page.goto(f"{site.url}/verwaltung/")
    return page


def open_account(page: Page, site: Site, name: str, role: str, chosen: str) -> str:
    """Open an account as coordinator; return the link that its owner finds in the mail."""
    address = f"{name.lower()}@example.org"
    page.goto(f"{site.url}/verwaltung/konten/neu")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label(D("E-mail address")).fill(address)
    page.get_by_label(D(role)).check()
    if page.locator("#organisation").is_visible():
        page.locator("#organisation").select_option(label=chosen)
    else:
        page.get_by_label(chosen).check()
    page.get_by_role("button", name=D("Save")).click()
    said = D("The account is open, and an invitation is on its way to %(email)s.", email=address)
    expect(page.get_by_role("status")).to_have_text(said)
    link = re.search(r"http://\S+/verwaltung/link/\S+/", letter_to(site, address, "Einladung"))
    assert link
    return link[0]


def save_as_meant(page: Page) -> None:
    """Save an event on a day outside its series, which is asked about once."""
    page.get_by_role("button", name=D("Save")).click()
    expect(page.get_by_text(D("This day is outside the series."))).to_be_visible()
    page.get_by_role("button", name=D("Save")).click()


def write_event(
    page: Page, site: Site, title: str, day: str = "2023-02-20", places: int = 0
) -> str:
    """Write a draft that lacks nothing; return its key."""
    page.goto(f"{site.url}/verwaltung/veranstaltungen/neu")
    page.get_by_label(D("Title")).fill(title)
    page.get_by_label(D("In one or two sentences")).fill("Wir kommen zusammen.")
    page.get_by_label(D("Day"), exact=True).fill(day)
    page.get_by_label(D("Begins at")).fill("18:00")
    page.locator("#venue").select_option("mitte51")
    page.get_by_label("Integrationsrat der Stadt Rheine").check()
    page.get_by_label("Stufenlos").check()
    if places:
        page.get_by_label(D("People sign up")).check()
        page.get_by_label(D("Places in all")).fill(str(places))
        page.get_by_label(D("With a waiting list")).check()
    save_as_meant(page)
    said = D("The draft is saved. Here you see what is still missing.")
    expect(page.get_by_role("status")).to_have_text(said)
    return page.url.rstrip("/").rsplit("/", 1)[-1]


def publish(page: Page, button: str = "Publish") -> None:
    """Publish the draft that is shown."""
    page.get_by_role("button", name=D(button), exact=True).click()
    expect(page.get_by_role("status")).to_have_text(D("It is published. Everyone can see it now."))


def publish_event(
    page: Page, site: Site, title: str, day: str = "2023-02-20", places: int = 9
) -> str:
    """Write an event with sign-up and a waiting list, and publish it; return its key."""
    key = write_event(page, site, title, day, places)
    publish(page, "Publish all the same")
    return key


def sign_up(
    context: BrowserContext, site: Site, event: str, name: str, places: int = 1
) -> tuple[str, Page]:
    """Sign somebody up on the public site; return their code and the page that confirms it."""
    page = context.new_page()
    page.goto(f"{site.url}/veranstaltung/{event}/anmelden")
    page.get_by_label("Ihr Name").fill(name)
    page.get_by_label("E-Mail-Adresse").fill(f"{name.split()[0].lower()}-{event}@example.org")
    page.get_by_label("Anzahl der Plätze").fill(str(places))
    page.locator("main form .button").click()
    expect(page.locator(".ticket")).to_be_visible()
    return page.locator(".ticket .code").inner_text(), page


def party(site: Site, event: str, name: str, columns: str) -> str:
    """Return columns of the row of somebody's sign-up."""
    found = count_rows(
        site.database_url,
        f"SELECT {columns} FROM registration JOIN event ON event.id = event_id "
        f"WHERE event.key = '{event}' AND name = '{name}'",
    )
    return str(found)


def film_of(page: Page, path: Path) -> Path:
    """Store what a camera sees that is held before this page (Motion JPEG, as Chromium plays)."""
    path.write_bytes(page.screenshot(type="jpeg", quality=90) * 2)
    return path
