"""What search engines and messengers are told: sitemap, rules, structured data, sharing tags."""

from __future__ import annotations

import json
import re
from datetime import date, time
from typing import Any
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ikw import db
from ikw.actions.event import plan
from ikw.model import Event, Organisation
from ikw.model.vocabulary import EventKind
from ikw.text.languages import LANGUAGES
from ikw.web.robots import PAGES
from tests.actions.cast import at
from tests.conftest import NOW, make_event, make_venue

BASE = "http://127.0.0.1:8000"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
XHTML = "{http://www.w3.org/1999/xhtml}"

#: Public pages that no search has to find, each with its reason.
NOT_TO_BE_FOUND = {
    "app.kept": "for the worker on a device",
    "app.manifest": "for the telephone",
    "app.offline": "shown when there is no network",
    "app.worker": "a program",
    "calendar.renewed": "the end of a form",
    "feedback.thanks": "the end of a form",
    "feeds.everything": "a calendar",
    "feeds.news": "a feed",
    "feeds.without_slash": "leads to a calendar",
    "health.alive": "for a balancer",
    "health.ready": "for a balancer",
    "pages.captions": "part of a film",
    "pages.film": "a film, on the page about it",
    "picnic.shortly": "leads to the picnic",
    "programme.current": "leads to the newest week",
    "registration.link_sent": "the end of a form",
    "registration_data.erased": "the end of a form",
    "registration.lost_link": "a form for those who have signed up",
    "robots.rules": "this",
    "robots.sitemap": "this",
}


def sitemap(client: FlaskClient, prefix: str = "") -> dict[str, ElementTree.Element]:
    answer = client.get(f"{prefix}/sitemap.xml")
    assert answer.content_type == "application/xml; charset=utf-8"
    urls = ElementTree.fromstring(answer.data).findall(f"{SITEMAP}url")
    return {str(url.findtext(f"{SITEMAP}loc")): url for url in urls}


def test_every_public_page_is_in_the_sitemap_or_left_out_for_a_reason(app: Flask) -> None:
    without_values = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or set())
        and not rule.arguments - set(rule.defaults or {})
        and not rule.rule.startswith("/verwaltung/")
    }
    assert without_values == {*PAGES, *NOT_TO_BE_FOUND}


def test_a_sitemap_names_the_twins_of_each_page_in_all_languages(client: FlaskClient) -> None:
    with client.application.app_context():
        make_event()
        make_event("entwurf", published_at=None)
    german, ukrainian = sitemap(client), sitemap(client, "/uk")
    assert f"{BASE}/veranstaltung/fest/" in german
    assert f"{BASE}/programm/woche/" in german
    assert not any("entwurf" in url or "anmeldung" in url for url in german)
    assert list(ukrainian) == [url.replace(BASE, f"{BASE}/uk", 1) for url in german]
    for url in (german[f"{BASE}/veranstaltung/fest/"], ukrainian[f"{BASE}/uk/veranstaltung/fest/"]):
        twins = {one.get("hreflang"): one.get("href") for one in url.findall(f"{XHTML}link")}
        assert twins == {
            language.tag: f"{BASE}{language.prefix}/veranstaltung/fest/"
            for language in LANGUAGES.values()
        }
        assert url.findtext(f"{SITEMAP}lastmod") == NOW.isoformat()
    for address in german:
        assert client.get(address.removeprefix(BASE)).status_code in {200, 404}, address


def test_robots_learn_where_the_sitemaps_are_and_what_is_private(client: FlaskClient) -> None:
    text = client.get("/robots.txt").text
    assert "Disallow: /anmeldung/" in text
    assert "Disallow: /verwaltung/" in text
    for language in LANGUAGES.values():
        assert f"Sitemap: {BASE}{language.prefix}/sitemap.xml\n" in text


#: What Google asks of an event (search gallery, "Event"), and what it recommends.
REQUIRED = {"name", "startDate", "location", "location.name", "location.address"}
RECOMMENDED = {
    "description",
    "endDate",
    "eventAttendanceMode",
    "eventStatus",
    "image",
    "offers",
    "offers.availability",
    "offers.price",
    "offers.priceCurrency",
    "offers.url",
    "offers.validFrom",
    "organizer",
    "organizer.name",
    "organizer.url",
    "url",
}


def structured(client: FlaskClient, event: str = "fest") -> dict[str, Any]:
    page = client.get(f"/veranstaltung/{event}/").text
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return data


def names_in(data: Any, before: str = "") -> set[str]:
    if isinstance(data, list):
        return set().union(*(names_in(one, before) for one in data))
    if not isinstance(data, dict):
        return set()
    return set().union(
        *({f"{before}{name}"} | names_in(value, f"{before}{name}.") for name, value in data.items())
    )


def test_an_event_says_all_that_search_engines_ask_for(client: FlaskClient) -> None:
    with client.application.app_context():
        venue, club = make_venue(), Organisation(key="verein", name="Verein")
        made = make_event(
            venue=venue, end=time(20), price_cents=850, summary="Kommen Sie!", capacity=9
        )
        with db.write() as session:
            session.get_one(Event, made.id).hosts = [club]
    data = structured(client)
    assert names_in(data) >= REQUIRED | RECOMMENDED
    assert data["image"] == [f"{BASE}/veranstaltung/fest/bild.png"]
    assert data["organizer"][0]["url"] == f"{BASE}/"
    assert data["endDate"] == "2023-09-23T20:00:00+02:00"


def test_an_end_that_nobody_knows_is_not_made_up(client: FlaskClient) -> None:
    with client.application.app_context():
        make_event()
        make_event("offen", start=None)
        make_event("tage", start=None, hours="10 Uhr", end_date=date(2023, 9, 25))
    assert "endDate" not in structured(client)
    assert "endDate" not in structured(client, "offen")
    assert structured(client, "offen")["startDate"] == "2023-09-23"
    assert structured(client, "tage")["endDate"] == "2023-09-25"


def test_only_another_day_or_time_makes_an_event_another_one(client: FlaskClient) -> None:
    act = at(NOW, by="Desk")
    with client.application.app_context():
        there = make_venue(key="dort", name="Dort")
        make_event("ort", venue=make_venue())
        make_event("zeit")
        make_event("tag", start=None)
        with db.write() as session:
            ids = {event.key: event.id for event in session.query(Event)}
            plan.change_venue(session, ids["ort"], there, None, act)
            plan.move(session, ids["zeit"], date(2023, 9, 23), time(19), None, act)
            plan.move(session, ids["tag"], date(2023, 9, 24), None, None, act)
    moved = structured(client, "ort")
    assert moved["eventStatus"].endswith("EventScheduled")
    assert "previousStartDate" not in moved
    assert structured(client, "zeit")["previousStartDate"] == "2023-09-23T18:00:00+02:00"
    assert structured(client, "zeit")["eventStatus"].endswith("EventRescheduled")
    assert structured(client, "tag")["previousStartDate"] == "2023-09-23"


@pytest.mark.parametrize(
    "path", ["/", "/programm/woche/", "/workshops/", "/buergerpicknick/", "/veranstaltung/fest/"]
)
def test_a_link_in_a_messenger_shows_what_it_leads_to(client: FlaskClient, path: str) -> None:
    with client.application.app_context():
        make_event(kind=EventKind.PICNIC)
    answer = client.get(path)
    if path == "/workshops/":
        assert answer.status_code in {200, 404}
        return
    page = answer.text
    for name in ("title", "description", "url", "image", "image:alt", "locale", "site_name"):
        assert f'<meta property="og:{name}" content="' in page, name
    assert '<meta property="og:locale" content="de_DE">' in page
    assert '<meta property="og:locale" content="uk_UA">' in client.get(f"/uk{path}").text
    image = re.search(r'og:image" content="http://127.0.0.1:8000([^"]+)"', page)
    assert image
    assert client.get(image[1]).data.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("typed", "led_to"),
    [
        ("/programm", "/programm/"),
        ("/uk/programm", "/uk/programm/"),
        ("/picknick/", "/buergerpicknick/"),
        ("/picknick", "/buergerpicknick/"),
        ("/en/picknick/", "/en/buergerpicknick/"),
        ("/kalender/woche.ics/", "/kalender/woche.ics"),
        ("/kalender/alle.ics/", "/kalender/alle.ics"),
        ("/uk/kalender/veranstaltung/fest.ics/", "/uk/kalender/veranstaltung/fest.ics"),
    ],
)
def test_addresses_that_people_remember_lead_to_the_right_place(
    client: FlaskClient, typed: str, led_to: str
) -> None:
    with client.application.app_context():
        make_event(kind=EventKind.PICNIC)
    address, seen = typed, 0
    while address != led_to:
        answer = client.get(address)
        assert answer.status_code == 308, (address, answer.status_code)
        address = answer.location.removeprefix("http://localhost")
        seen += 1
        assert seen < 4, "it goes round in circles"
    assert client.get(led_to).status_code in {200, 302}
