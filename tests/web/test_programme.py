"""The programme page: filters, search, days."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from datetime import date, time
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event as sql_event

from ikw import clock, db
from ikw.model import Event
from ikw.programmes.file import parse
from ikw.programmes.store import load
from tests.actions.cast import at
from tests.conftest import NOW, MakeApp, make_event, make_venue

PAGE = "/programm/beispiel-ikw/"


@pytest.fixture
def example(client: FlaskClient) -> FlaskClient:
    """The example programme of sixty events."""
    with client.application.app_context(), db.write() as session:
        text = Path("ikw/programmes/beispiel-60.toml").read_text("utf-8")
        load(session, parse(text), at(NOW))
    return client


def titles(page: str) -> list[str]:
    return re.findall(r'<h3><a href="/veranstaltung/[^"]+">([^<]+)</a>', page)


def count(client: FlaskClient, query: str) -> int:
    page = client.get(f"{PAGE}?{query}").text
    shown = len(titles(page))
    assert f"{shown} von 57 Veranstaltungen" in page
    return shown


def test_all_events_stand_under_their_days(example: FlaskClient) -> None:
    page = example.get(PAGE).text
    assert len(titles(page)) == 57
    assert "57 Veranstaltungen" in page
    days = re.findall(r'<h2 id="tag-(2023-\d\d-\d\d)"', page)
    assert days == sorted(set(days))
    assert len(days) == 11
    assert "Dieses Programm ist ein Beispiel" in page


def test_each_filter_narrows_and_filters_combine(example: FlaskClient) -> None:
    queries = [
        "tag=2023-09-26",
        "thema=Musik",
        "stadtteil=S%C3%BCdraum",
        "sprache=ar",
        "kostenlos=1",
        "stufenlos=1",
        "kinder=1",
        "frei=1",
    ]
    for query in queries:
        assert 0 < count(example, query) < 57, query
    both = count(example, "sprache=ar&kostenlos=1")
    assert 0 < both < min(count(example, "sprache=ar"), count(example, "kostenlos=1"))


def test_filters_are_links_and_a_form_that_keep_each_other(example: FlaskClient) -> None:
    page = example.get(f"{PAGE}?thema=Musik&kostenlos=1").text
    assert "?tag=2023-09-24&amp;thema=Musik&amp;kostenlos=1" in page
    assert '<input type="hidden" name="thema" value="Musik">' in page
    assert re.search(r'id="kostenlos"[^>]* checked', page)
    assert '<meta name="robots" content="noindex">' in page


def test_of_several_values_of_one_filter_one_has_to_fit(example: FlaskClient) -> None:
    music, dance = count(example, "thema=Musik"), count(example, "thema=Tanz")
    either = count(example, "thema=Musik&thema=Tanz")
    assert max(music, dance) < either <= music + dance
    days = count(example, "tag=2023-09-25") + count(example, "tag=2023-09-26")
    page = example.get(f"{PAGE}?tag=2023-09-26&tag=2023-09-25").text
    assert len(titles(page)) == days
    assert re.findall(r'<h2 id="tag-([^"]+)"', page) == ["2023-09-25", "2023-09-26"]
    assert count(example, "tag=2023-09-25&tag=2023-09-26&thema=Musik&thema=Tanz") < days
    # One more, or one less: each topic is a link that keeps the other.
    page = example.get(f"{PAGE}?thema=Musik&thema=Tanz").text
    assert f'href="{PAGE}?thema=Tanz"' in page
    assert f'href="{PAGE}?thema=Essen&amp;thema=Musik&amp;thema=Tanz"' in page


def test_times_of_day_and_what_helps_to_take_part_are_filters(example: FlaskClient) -> None:
    parts = [count(example, f"zeit={part}") for part in ("vormittag", "nachmittag", "abend")]
    assert all(parts)
    assert sum(parts) == count(example, "zeit=vormittag&zeit=nachmittag&zeit=abend") < 57
    for name, word in (("betreuung", "Kinderbetreuung"), ("gebaerden", "Gebärdensprache")):
        page = example.get(f"{PAGE}?{name}=1").text
        assert 0 < len(titles(page)) < 57
        assert page.count(word) > len(titles(page))


def test_a_selection_with_a_very_long_address_still_has_an_etag(example: FlaskClient) -> None:
    days = "&".join(f"tag=2023-09-{day}" for day in range(10, 30))
    address = f"{PAGE}?{days}&q={'x' * 99}&thema=Musik&ort=nirgends"
    assert len(address) > 400
    for path in (address, address.replace(PAGE, "/kalender/beispiel-ikw.ics")):
        answer = example.get(path)
        assert answer.status_code == 200
        again = example.get(path, headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304


def test_an_exhibition_is_found_on_each_of_its_days(example: FlaskClient) -> None:
    with example.application.app_context():
        make_event(
            "schau",
            title="Schau",
            date=date(2023, 9, 24),
            end_date=date(2023, 9, 27),
            start=None,
            hours="täglich 10 bis 17 Uhr",
        )
    for day in ("24", "26", "27"):
        assert "Schau" in titles(example.get(f"/programm/woche/?tag=2023-09-{day}").text)
    assert titles(example.get("/programm/woche/?tag=2023-09-28").text) == []


@pytest.mark.parametrize(
    "query",
    [
        "mitte51",
        "MITTE⁵¹",
        "mitte⁵¹",
        "strasse",
        "Straße",
        "raeume",
        "räume",
        "raume",
        "mitte51 fest",
        "internationalem",
    ],
)
def test_the_search_finds_what_people_type(client: FlaskClient, query: str) -> None:
    with client.application.app_context():
        make_event(
            title="Fest der Räume",
            description="Mit internationalem Büfett",
            venue=make_venue(name="Mitte⁵¹", street="Lange Straße 1"),
        )
        make_event("anderes", title="Film")
    page = client.get("/programm/woche/", query_string={"q": query}).text
    assert titles(page) == ["Fest der Räume"]


@pytest.mark.parametrize(
    "query",
    [
        "tag=gestern",
        "tag=2023-99-99",
        "thema=Gibtesnicht",
        "q=%00",
        "q=<script>alert(1)</script>",
        "sprache=xx",
        "q=" + "x" * 5000,
        "kostenlos=1&kostenlos=2",
        "unbekannt=1",
    ],
)
def test_strange_addresses_are_pages_too(example: FlaskClient, query: str) -> None:
    answer = example.get(f"{PAGE}?{query}")
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text


def test_the_example_says_so_on_every_page(example: FlaskClient) -> None:
    path = "/veranstaltung/kochabend-vier-kuechen/anmelden"
    for answer in (
        example.get("/"),
        example.get(path),
        example.post(path),
        example.get("/gibt-es-nicht"),
        example.post("/"),
        example.get("/impressum"),
    ):
        assert "Dieses Programm ist ein Beispiel." in answer.text, answer.status


def test_days_of_a_running_exhibition_can_be_chosen(client: FlaskClient) -> None:
    with client.application.app_context():
        make_event(start=None, end_date=date(2023, 9, 25), hours="täglich 10 bis 17 Uhr")
        make_event("nacht", end=time(2), end_date=date(2023, 9, 24))
    page = client.get("/programm/woche/").text
    assert re.findall(r"\?tag=([\d-]+)", page) == ["2023-09-23", "2023-09-24", "2023-09-25"]
    assert "18:00 bis 02:00 Uhr" in page
    assert titles(client.get("/programm/woche/?tag=2023-09-24").text) == ["Fest der Räume"]


def test_what_is_chosen_can_be_taken_off_one_by_one(example: FlaskClient) -> None:
    page = example.get(f"{PAGE}?tag=2023-10-02&sprache=ar&q=haus").text
    chosen = re.findall(r'<li><a href="([^"]+)" aria-current="true">([^<]+) <span', page)
    assert [name for _, name in chosen] == ["Mo., 2. Okt.", "„haus“", "Arabisch"]
    assert "tag=" not in chosen[0][0]
    assert "sprache=ar" in chosen[0][0]


def test_a_form_with_empty_fields_leads_to_a_short_address(example: FlaskClient) -> None:
    answer = example.get(f"{PAGE}?q=tanz&thema=&ort=&kostenlos=1")
    assert answer.status_code == 302
    assert answer.location == f"{PAGE}?q=tanz&kostenlos=1"


@pytest.fixture
def statements(example: FlaskClient) -> Iterator[list[str]]:
    """What is sent to the database."""
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.upper().startswith("SELECT"):
            seen.append(statement)

    engine = example.application.extensions["ikw.engine"]
    sql_event.listen(engine, "before_cursor_execute", note)
    yield seen
    sql_event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        PAGE,
        f"{PAGE}?thema=Musik&q=haus",
        "/veranstaltung/kochabend-vier-kuechen/",
        "/workshops/",
        "/buergerpicknick/",
        "/kalender/",
        "/kalender/alle.ics",
    ],
)
def test_a_page_is_seven_queries_at_most_and_none_of_them_when_it_is_known(
    example: FlaskClient, statements: list[str], path: str
) -> None:
    clock.set_to(NOW.isoformat())
    # The settings of the desk are read once, whichever page comes first.
    example.get("/impressum")
    statements.clear()
    example.get(path)
    assert 1 <= len(statements) <= 7
    statements.clear()
    example.get(path)
    assert statements == []


def test_the_programme_page_is_light(example: FlaskClient) -> None:
    page = example.get(PAGE, headers={"Accept-Encoding": "gzip"})
    css = re.search(r"/static/\w+/site\.css", gzip.decompress(page.data).decode())
    assert css
    style = example.get(css[0], headers={"Accept-Encoding": "gzip"})
    assert len(page.data) + len(style.data) < 20_000


def test_a_change_is_on_the_page_at_once(make_app: MakeApp, database_url: str) -> None:
    client = make_app(database_url).test_client()
    with client.application.app_context():
        make_event(capacity=5)
    assert "noch 5 Plätze" in client.get("/programm/woche/").text
    with client.application.app_context(), db.write() as session:
        session.query(Event).one().capacity = 7
    assert "noch 7 Plätze" in client.get("/programm/woche/").text


def test_pages_come_back_when_the_database_was_started_anew(
    make_app: MakeApp, postgres_url: str
) -> None:
    app = make_app(postgres_url)
    client = app.test_client()
    with app.app_context():
        make_event()
    assert client.get("/programm/woche/").status_code == 200
    with app.extensions["ikw.engine"].connect() as connection:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> "
        connection.exec_driver_sql(f"{others} pg_backend_pid() AND datname = current_database()")
    assert client.get("/programm/woche/").status_code == 200


def test_an_exhibition_is_named_on_every_day_that_it_is_on(example: FlaskClient) -> None:
    page = example.get(PAGE).text
    later = page.partition('id="tag-2023-09-26"')[2].partition("</section>")[0]
    assert "Auch an diesem Tag" in later
    assert "Türklinken" in later.partition("Auch an diesem Tag")[2]
    first = page.partition('id="tag-2023-09-23"')[2].partition("</section>")[0]
    assert "Auch an diesem Tag" not in first
