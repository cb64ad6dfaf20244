"""Every page of the site with an address that shows it, for the tests that look at all of them."""

from __future__ import annotations

import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import Any

from flask import Flask

from tests.browser.letters import letter_to
from tests.sites import Site
from tests.web.forms import token_in

#: Where organisers work: looked at by those who have signed in, in test_desk_access.py.
DESK = "/verwaltung/"

#: Answers that are no pages.
NO_PAGES = {
    "app.kept",
    "app.manifest",
    "app.worker",
    "event.card",
    "event.picture",
    "feeds.everything",
    "feeds.mine",
    "feeds.news",
    "feeds.of_event",
    "feeds.of_series",
    "feeds.without_slash",
    "health.alive",
    "health.ready",
    "pages.captions",
    "pages.film",
    "programme.printed",
    "registration_data.file",
    "static.show",
    "programme.card",
    "robots.rules",
    "robots.sitemap",
}

#: Pages in states in which they look different: called off, full, moved, nothing found.
STATES = [
    "/programm/beispiel-ikw/?thema=Musik&stufenlos=1",
    "/programm/beispiel-ikw/?q=xyz",
    "/veranstaltung/kurzfilmabend/",
    "/veranstaltung/kurzfilmabend/anmelden",
    "/veranstaltung/fahrradkurs-frauen/",
    "/veranstaltung/fahrradkurs-frauen/anmelden",
    "/veranstaltung/spielenachmittag/",
    "/kalender/?thema=Musik",
    "/gibt-es-nicht",
]


@dataclass(frozen=True)
class Keys:
    """What addresses hold: an event that takes sign-ups, a series, and Anna's secret links."""

    event: str
    series: str
    token: str
    calendar: str


def post(url: str, **answers: str) -> tuple[str, str]:
    """Open a form, send it, and return where it led to and what was there."""
    with urllib.request.urlopen(url) as page:
        token = token_in(page.read().decode())
    data = urllib.parse.urlencode({"form_token": token, **answers}).encode()
    try:
        with urllib.request.urlopen(url, data) as answer:
            return answer.url, answer.read().decode()
    except urllib.error.HTTPError as error:
        return url, error.read().decode()


def sign_up_anna(site: Site, event: str, series: str) -> Keys:
    """Sign Anna up, and return the keys to all her pages."""
    url, _page = post(
        f"{site.url}/veranstaltung/{event}/anmelden",
        name="Anna",
        email="anna-liest-alles@example.org",
        places="3",
        **{"companions-0": "Ben"},
    )
    token = url.rstrip("/").rsplit("/", 1)[-1]
    letter = letter_to(site, "anna-liest-alles@example.org", "angemeldet")
    calendar = re.search(r"/kalender/meine/([\w-]{32})/", letter)
    assert calendar
    return Keys(event, series, token, calendar[1])


def pages(app: Flask, keys: Keys) -> list[str]:
    """Return the path of every page that can be opened; a new one is in it by itself."""
    found = list(STATES)
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or set()) or rule.endpoint in NO_PAGES:
            continue
        if rule.rule.startswith(DESK):
            continue
        token = keys.calendar if rule.endpoint.startswith("calendar.") else keys.token
        values: dict[str, Any] = {"event": keys.event, "series": keys.series, "token": token}
        needed = {name: values[name] for name in rule.arguments - set(rule.defaults or {})}
        with app.test_request_context():
            found.append(app.url_for(rule.endpoint, **needed))
    return sorted(set(found))
