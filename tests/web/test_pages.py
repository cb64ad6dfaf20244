"""The other pages, and what holds for every answer."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from ikw import clock, db
from ikw.programmes.file import parse
from ikw.programmes.store import load
from tests.actions.cast import at
from tests.conftest import NOW, MakeApp, make_event, make_venue


@pytest.fixture
def rheine(client: FlaskClient) -> FlaskClient:
    """Rheine's programme of 2023."""
    with client.application.app_context(), db.write() as session:
        text = Path("ikw/programmes/rheine-2023.toml").read_text("utf-8")
        load(session, parse(text), at(NOW))
    return client


def test_the_home_page_shows_what_is_next_and_three_strands(rheine: FlaskClient) -> None:
    page = rheine.get("/").text
    assert page.index("Infoabend") < page.index("Quartiersworkshop Südraum")
    for text in ("Interkulturelle Woche 2023", "Quartiersworkshops 2023", "Bürgerpicknick"):
        assert text in page
    assert "Diese Seite zeigt den Stand vom Freitag, 20. Januar 2023, 12:00 Uhr." in page
    assert "ist ein Beispiel" not in page


def test_what_is_over_is_not_next(rheine: FlaskClient) -> None:
    clock.set_to("2023-03-11T12:00")
    page = rheine.get("/").text
    assert "Quartiersworkshop Südraum" not in page
    assert "Quartiersworkshop links der Ems" in page


def test_the_workshops_page_has_dates_places_and_background(rheine: FlaskClient) -> None:
    page = rheine.get("/workshops/").text
    assert page.count("Uhrzeit wird noch bekanntgegeben") >= 3
    for text in (
        "Sozialplan Alter",
        "Freitag, 10. März 2023",
        "Im Klosterhook 8, 48432 Rheine",
        "Freitag, 17. März 2023",
        "Mühlenstraße 29, 48431 Rheine",
        "Freitag, 24. März 2023",
        "Osnabrücker Str. 34, 48429 Rheine",
        "24 Seiten und 61 Fragen",
        "1.675",
        "152",
        "fast 37 %",
        "25. November 2022",
        "Integrationsrat",
    ):
        assert text in page, text


def test_the_picnic_has_a_page_of_its_own(rheine: FlaskClient) -> None:
    page = rheine.get("/buergerpicknick/").text
    for text in ("Dienstag, 3. Oktober 2023", "Humboldtplatz und Bernburgplatz", "19. Juni"):
        assert text in page
    assert "RheineTourismusVeranstaltungen e. V." in page


@pytest.mark.parametrize("path", ["/impressum", "/datenschutz", "/barrierefreiheit"])
def test_a_town_fills_in_its_own_texts(client: FlaskClient, path: str) -> None:
    assert "Vorlage" in client.get(path).text
    own = Path(client.application.instance_path) / "pages"
    own.mkdir()
    (own / f"{path[1:]}.md").write_text("# Eigener Text\n\n<b>roh</b> {TOWN}\n", "utf-8")
    clock.set_to("2023-01-20T12:01")
    page = client.get(path).text
    assert "Eigener Text" in page
    assert "&lt;b&gt;roh&lt;/b&gt; Rheine" in page


def structured(page: str) -> dict[str, object]:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    assert found
    data: dict[str, object] = json.loads(found[1])
    return data


def test_search_engines_learn_when_and_where(rheine: FlaskClient) -> None:
    data = structured(rheine.get("/veranstaltung/infoabend/").text)
    assert data["@type"] == "Event"
    assert data["startDate"] == "2023-02-13T18:00:00+01:00"
    assert data["eventStatus"] == "https://schema.org/EventScheduled"
    open_time = structured(rheine.get("/veranstaltung/quartiersworkshop-mesum/").text)
    assert open_time["startDate"] == "2023-03-10"


def test_a_title_cannot_break_out_of_the_page(client: FlaskClient) -> None:
    title = "</script><script>alert(1)</script> \"& '"
    with client.application.app_context():
        make_event(title=title, description="<img src=x>", venue=make_venue(name=title))
    page = client.get("/veranstaltung/fest/").text
    assert "<script>alert" not in page
    assert "<img src" not in page
    assert structured(page)["name"] == title


def test_called_off_and_moved_are_said_on_every_page(client: FlaskClient) -> None:
    with client.application.app_context():
        make_event("aus", called_off_at=NOW, reason="Der Saal ist nicht fertig.")
        make_event("weg", former_date=NOW.date(), former_venue=make_venue())
        make_event("spaeter", postponed_at=NOW, reason="Die Rednerin ist krank.")
    page = client.get("/veranstaltung/aus/").text
    assert "Diese Veranstaltung ist abgesagt." in page
    assert "Der Saal ist nicht fertig." in page
    assert structured(page)["eventStatus"] == "https://schema.org/EventCancelled"
    page = client.get("/veranstaltung/weg/").text
    assert "Neuer Termin: Samstag, 23. September 2023, 18:00 Uhr." in page
    assert "Ursprünglich geplant: Freitag, 20. Januar 2023, Haus⁵¹, Lange Straße 1." in page
    page = client.get("/veranstaltung/spaeter/").text
    assert "Diese Veranstaltung ist verschoben." in page
    assert "Die Rednerin ist krank." in page
    assert "Nicht am Samstag, 23. September 2023" in page
    assert 'property="og:title" content="Verschoben: ' in page
    assert structured(page)["eventStatus"] == "https://schema.org/EventPostponed"
    listed = client.get("/programm/woche/").text
    for state in ("Abgesagt", "Neuer Termin", "Verschoben"):
        assert state in listed


@pytest.mark.parametrize(
    ("state", "word"), [("called_off_at", "Abgesagt"), ("postponed_at", "Verschoben")]
)
def test_nothing_invites_to_a_picnic_that_is_not_on(
    client: FlaskClient, state: str, word: str
) -> None:
    with client.application.app_context():
        make_event("picknick", kind="picnic", title="Picknick", reason="Sturm", **{state: NOW})
    for path in ("/", "/buergerpicknick/", "/veranstaltung/picknick/anmelden"):
        page = client.get(path).text
        assert word in page, path
    for path in ("/buergerpicknick/", "/veranstaltung/picknick/"):
        page = client.get(path).text
        assert "Sturm" in page
        assert "Zum Kalender hinzufügen" not in page
    assert client.get("/buergerpicknick/").text.partition("<title>")[2].startswith(word)
    follow = client.get("/kalender/?veranstaltung=picknick").text
    assert "Sturm" in follow


def test_whom_to_ask_stands_on_the_page_and_in_the_calendar(client: FlaskClient) -> None:
    """Between its own marks, or Arabic would turn the telephone number round."""
    ask = "Bürgerbüro, 05971 939-0 oder fest@example.org"
    with client.application.app_context():
        make_event(contact=ask)
        make_event("tanz")
    page = client.get("/ar/veranstaltung/fest/").text
    assert "<bdi>Bürgerbüro, 05971 939-0 oder <a " in page
    assert 'href="mailto:fest@example.org"' in page
    assert "<dt>Auskunft</dt>" in client.get("/veranstaltung/fest/").text
    assert "Auskunft" not in client.get("/veranstaltung/tanz/").text
    calendar = client.get("/kalender/alle.ics").text.replace("\r\n ", "")
    assert "Auskunft: Bürgerbüro\\, 05971 939-0 oder fest@example.org" in calendar


def test_a_draft_is_no_page(client: FlaskClient) -> None:
    with client.application.app_context():
        make_event(published_at=None)
    for path in ("", "anmelden"):
        assert client.get(f"/veranstaltung/fest/{path}").status_code == 404
    assert client.get("/kalender/veranstaltung/fest.ics").status_code == 404
    assert "Fest" not in client.get("/programm/woche/").text


def test_errors_are_pages_of_the_site(client: FlaskClient) -> None:
    with client.application.app_context():
        make_event()
    big = {"needs": "x" * 70_000}
    for answer, code in [
        (client.get("/gibt-es-nicht"), 404),
        (client.get("/veranstaltung/Gibt_es/"), 404),
        (client.post("/"), 405),
        (client.post("/veranstaltung/fest/anmelden", data=big), 413),
        (client.post("/anmeldung/" + "A" * 32 + "/absage"), 422),
    ]:
        assert answer.status_code == code
        assert f"Fehler {code}" in answer.text
        assert "05971 939-0" in answer.text
        assert '<html lang="de" dir="ltr">' in answer.text
    assert client.post("/").headers["Allow"]


def test_a_broken_database_is_our_fault_and_says_so(make_app: MakeApp, sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    with app.extensions["ikw.engine"].begin() as connection:
        connection.exec_driver_sql("ALTER TABLE event RENAME TO weg")
    app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = app.test_client().get("/")
    assert answer.status_code == 500
    assert "Bei uns ist etwas kaputt" in answer.text
    assert "sqlite" not in answer.text.lower()


@pytest.mark.parametrize("path", ["/", "/workshops/", "/nix", "/impressum", "/kalender/alle.ics"])
def test_every_answer_is_guarded(rheine: FlaskClient, path: str) -> None:
    headers = rheine.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"]
    assert "Set-Cookie" not in headers


def test_pages_name_no_other_host(rheine: FlaskClient) -> None:
    for path in ("/", "/programm/ikw-2023/", "/veranstaltung/infoabend/", "/workshops/"):
        page = rheine.get(path).text
        loaded = re.findall(r'<(?:link|script|img|iframe)[^>]*(?:src|href)="([^"]+)"', page)
        for address in loaded:
            assert address.startswith(("/", "http://127.0.0.1:8000/")), address
        assert " style=" not in page
        assert " onclick=" not in page


def test_a_wrong_host_is_refused_and_never_believed(rheine: FlaskClient) -> None:
    answer = rheine.get("/veranstaltung/infoabend/", headers={"Host": "boese.example"})
    assert answer.status_code == 400
    assert "boese.example" not in answer.text
    page = rheine.get("/veranstaltung/infoabend/", headers={"X-Forwarded-Host": "boese.example"})
    assert "boese.example" not in page.text


def test_forms_of_other_sites_are_refused(client: FlaskClient) -> None:
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://boese.example"},
        {"Origin": "http://[x"},
    ):
        assert client.post("/anmeldung/link", headers=headers).status_code == 403
    for headers in (
        {"Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://localhost"},
        {"Origin": "null"},
        {},
    ):
        assert client.post("/anmeldung/link", headers=headers).status_code == 422


def test_a_page_that_is_known_costs_nothing_again(rheine: FlaskClient) -> None:
    first = rheine.get("/workshops/")
    assert first.headers["Cache-Control"] == "no-cache"
    again = rheine.get("/workshops/", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""
    zipped = rheine.get("/workshops/", headers={"Accept-Encoding": "gzip"})
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert zipped.headers["ETag"] != first.headers["ETag"]
    assert zipped.headers["Vary"] == "Accept-Encoding"
    head = rheine.head("/workshops/")
    assert head.headers["ETag"] == first.headers["ETag"]
    assert head.data == b""


def test_assets_are_kept_for_a_year_and_only_ours(client: FlaskClient) -> None:
    css = re.search(r"/static/\w+/site\.css", client.get("/").text)
    assert css
    answer = client.get(css[0])
    assert answer.content_type == "text/css; charset=utf-8"
    assert "immutable" in answer.headers["Cache-Control"]
    assert "immutable" not in client.get("/static/alt/site.css").headers["Cache-Control"]
    for name in ("../pyproject.toml", "..%2fpyproject.toml", "css", "nix.css"):
        assert client.get(f"/static/x/{name}").status_code == 404


def test_proxies_are_believed_only_when_configured(make_app: MakeApp, sqlite_url: str) -> None:
    from flask import request

    for proxies, expected in ((0, "127.0.0.1"), (1, "203.0.113.7")):
        app = make_app(sqlite_url, IKW_TRUSTED_PROXIES=proxies)
        app.add_url_rule("/wer", f"who{proxies}", lambda: str(request.remote_addr))
        seen = app.test_client().get("/wer", headers={"X-Forwarded-For": "203.0.113.7"})
        assert seen.text == expected
