"""What people type into the search, in eight languages, and what it has to find."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from ikw import clock, db
from ikw.model import Event, Series
from ikw.programmes import translations
from ikw.programmes.file import parse
from ikw.programmes.store import load
from tests.actions.cast import at
from tests.conftest import NOW, make_event

EVENING, OPENING, PICNIC = "infoabend", "eroeffnung", "buergerpicknick"
MESUM, FBS, BASILICA = (f"quartiersworkshop-{place}" for place in ("mesum", "fbs", "basilika"))
COMMITTEE = "sozialausschuss-zwischenstand"
WORKSHOPS = {MESUM, FBS, BASILICA}
EVERYTHING = {EVENING, OPENING, PICNIC, COMMITTEE, *WORKSHOPS}

#: Language, what is typed, and exactly what is found.
SEARCHES: list[tuple[str, str, set[str]]] = [
    # Names of places, whole and in part, as they are said and as they are written.
    ("de", "Mesum", {MESUM}),
    ("de", "mesum", {MESUM}),
    ("de", "Mesum!", {MESUM}),
    ("de", "„Mesum“", {MESUM}),
    ("de", "Pfarrheim Mesum", {MESUM}),
    ("de", "Klosterhook", {MESUM}),
    ("de", "Im Klosterhook 8", {MESUM}),
    ("de", "48431", {FBS}),
    ("de", "FBS", {FBS}),
    ("de", "fbs rheine", {FBS}),
    ("de", "Mühlenstraße", {FBS}),
    ("de", "Muehlenstrasse", {FBS}),
    ("de", "muhlenstrasse 29", {FBS}),
    ("de", "Südraum", {MESUM}),
    ("de", "suedraum", {MESUM}),
    ("de", "Mitte51", {EVENING, OPENING}),
    ("de", "Mitte⁵¹", {EVENING, OPENING}),
    ("de", "Mitte 51", {EVENING, OPENING}),
    ("de", "Humboldtplatz", {PICNIC}),
    ("de", "Bernburgplatz, Humboldtplatz", {PICNIC}),
    # What it is.
    ("de", "Workshop", {*WORKSHOPS, COMMITTEE}),
    ("de", "workshops", {*WORKSHOPS, COMMITTEE}),
    ("de", "Quartiersworkshop", WORKSHOPS | {COMMITTEE}),
    ("de", "Infoabend", {EVENING}),
    ("de", "Picknick", {PICNIC}),
    ("de", "Bürgerpicknick", {PICNIC}),
    ("de", "Sozialplan", {*WORKSHOPS, COMMITTEE}),
    ("de", "Sozialplan-Alter", {*WORKSHOPS, COMMITTEE}),
    ("de", "NeueRäume", {EVENING, OPENING, PICNIC}),
    ("de", "#NeueRäume", {EVENING, OPENING, PICNIC}),
    ("de", "SOKO", {*WORKSHOPS, COMMITTEE}),
    # Days and times.
    ("de", "13.2.", {EVENING}),
    ("de", "13.02.2023", {EVENING}),
    ("de", "13. Februar", {EVENING}),
    ("de", "18:00", {EVENING}),
    ("de", "18.00", {EVENING}),
    ("de", "18 Uhr", {EVENING}),
    ("de", "18h", {EVENING}),
    ("de", "24.3.", {BASILICA}),
    ("de", "3.10.", {PICNIC}),
    ("de", "23.9.", {OPENING}),
    ("de", "Freitag", WORKSHOPS),
    ("de", "März", {*WORKSHOPS, COMMITTEE}),
    # What must find nothing.
    ("de", "29.9.", set()),
    ("de", "19:00", set()),
    ("de", "Fußball", set()),
    ("de", "xyz", set()),
    ("de", "Mesum Basilika", set()),
    ("de", "8:00", set()),
    ("de", "2.2.", set()),
    # The same in other languages: their own words, and the German ones of the poster.
    ("en", "Mesum", {MESUM}),
    ("en", "workshop", {*WORKSHOPS, COMMITTEE}),
    ("en", "neighbourhood workshop", {*WORKSHOPS, COMMITTEE}),
    ("en", "Citizens' picnic", {PICNIC}),
    ("en", "citizens’ picnic", {PICNIC}),
    ("en", "Infoabend", {EVENING}),
    ("en", "football", set()),
    ("uk", "Mesum", {MESUM}),
    ("uk", "воркшоп", {*WORKSHOPS, COMMITTEE}),
    ("uk", "пікнік", {PICNIC}),
    ("uk", "ПІКНІК ГРОМАДИ", {PICNIC}),
    ("uk", "інформаційний", {EVENING}),
    ("uk", "13.2.", {EVENING}),
    ("uk", "футбол", set()),
    ("ru", "Mesum", {MESUM}),
    ("ru", "воркшоп", {*WORKSHOPS, COMMITTEE}),
    ("ru", "берег", {FBS, BASILICA}),
    ("ru", "рассёл", set()),
    ("ar", "Mesum", {MESUM}),
    ("ar", "ورشة", WORKSHOPS),
    ("ar", "الأحياء", {*WORKSHOPS, COMMITTEE}),
    ("ar", "الاحياء", {*WORKSHOPS, COMMITTEE}),
    ("ar", "أحياء", {*WORKSHOPS, COMMITTEE}),
    ("ar", "افتتاح", {OPENING}),
    ("ar", "كرة القدم", set()),
    ("fa", "Mesum", {MESUM}),
    ("fa", "كارگاه", {*WORKSHOPS, COMMITTEE}),
    ("fa", "کارگاه", {*WORKSHOPS, COMMITTEE}),
    ("fa", "پیکنیک", {PICNIC}),
    ("fa", "۱۸:۰۰", {EVENING}),
    ("tr", "Mesum", {MESUM}),
    ("tr", "çalıştay", {*WORKSHOPS, COMMITTEE}),
    ("tr", "calistay", {*WORKSHOPS, COMMITTEE}),
    ("tr", "PİKNİK", {PICNIC}),
    ("tr", "açılış", {OPENING}),
    ("tr", "futbol", set()),
    ("pl", "Mesum", {MESUM}),
    ("pl", "piknik", {PICNIC}),
    ("pl", "wieczor", {EVENING}),
    ("ro", "Mesum", {MESUM}),
    ("ro", "saptamana", {EVENING, OPENING, PICNIC}),
    ("ro", "Săptămâna", {EVENING, OPENING, PICNIC}),
    ("ro", "stâng", {FBS}),
]


@pytest.fixture
def rheine(client: FlaskClient) -> FlaskClient:
    """The Rheine programme in all its languages."""
    programme = Path("ikw/programmes/rheine-2023.toml")
    with client.application.app_context(), db.write() as session:
        load(session, parse(programme.read_text("utf-8")), at(NOW))
        for file in sorted(programme.with_suffix("").glob("*.po")):
            translations.store(session, translations.parse(file.read_bytes()))
    return client


def search(client: FlaskClient, language: str, query: str) -> str:
    prefix = "" if language == "de" else f"/{language}"
    return client.get(f"{prefix}/programm/", query_string={"q": query}).text


def found_in(page: str) -> set[str]:
    return set(re.findall(r'<h3><a href="[^"]*/veranstaltung/([^"/]+)/"', page))


def test_people_find_what_they_type(rheine: FlaskClient) -> None:
    assert len(SEARCHES) >= 80
    assert len({language for language, _query, _found in SEARCHES}) >= 8
    wrong = []
    for language, query, wanted in SEARCHES:
        found = found_in(search(rheine, language, query))
        if found != wanted:
            wrong.append(f"{language} {query}: {sorted(found)} instead of {sorted(wanted)}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("typed", "meant", "found"),
    [
        ("Pikcnick", "picknick", PICNIC),
        ("Basilikka", "basilika", BASILICA),
        ("Infoabnd", "infoabend", EVENING),
        ("Klosterhok", "klosterhook", MESUM),
    ],
)
def test_a_mistyped_word_is_asked_about(
    rheine: FlaskClient, typed: str, meant: str, found: str
) -> None:
    page = search(rheine, "de", typed)
    assert f"Für „{typed}“ haben wir nichts gefunden." in page
    assert f'Meinten Sie <a class="standalone" href="/programm/?q={meant}">{meant}</a>?' in page
    assert found in found_in(page)


@pytest.mark.parametrize("typed", ["Mesun", "Tee", "xyzzyx", "Mitt"])
def test_nobody_is_asked_about_a_short_word_or_one_that_is_there(
    rheine: FlaskClient, typed: str
) -> None:
    page = search(rheine, "de", typed)
    assert ("Meinten Sie" in page) is (typed == "Mesun")


def test_what_ended_long_ago_is_not_searched_any_more(
    rheine: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day, found in ((20, {MESUM}), (24, set())):
        moment = datetime(2023, 4, day, 12, tzinfo=UTC)
        monkeypatch.setattr(clock, "now", lambda moment=moment: moment)
        assert found_in(search(rheine, "de", "Klosterhook")) == found


def test_the_search_is_on_the_home_page_and_leads_on_from_a_week(rheine: FlaskClient) -> None:
    home = rheine.get("/en/").text
    assert '<form class="filters everywhere" action="/en/programm/" role="search">' in home
    week = rheine.get("/programm/ikw-2023/?q=Mesum").text
    assert found_in(week) == set()
    assert 'href="/programm/?q=Mesum">In allen Reihen nach „Mesum“ suchen</a>' in week


def test_without_a_query_one_comes_to_the_week_as_ever(rheine: FlaskClient) -> None:
    for address in ("/programm/", "/programm/?q=", "/programm/?q=+"):
        assert rheine.get(address).location == "/programm/ikw-2023/"


def test_what_is_not_public_is_not_found(rheine: FlaskClient) -> None:
    with rheine.application.app_context(), db.write() as session:
        event = session.scalars(select(Event).where(Event.key == MESUM)).one()
        event.published_at = None
    assert found_in(search(rheine, "de", "Workshop")) == {FBS, BASILICA, COMMITTEE}
    with rheine.application.app_context(), db.write() as session:
        series = session.scalars(select(Series).where(Series.key != "ikw-2023")).one()
        series.published_at = None
    assert found_in(search(rheine, "de", "Workshop")) == set()


@pytest.mark.parametrize(
    ("prefix", "query", "found"),
    [
        ("", "gratis", "frei"),
        ("", "umsonst", "frei"),
        ("", "kostenlos", "frei"),
        ("/uk", "безкоштовно", "frei"),
        ("/tr", "ücretsiz", "frei"),
        ("", "Kinderbetreuung", "hilfe"),
        ("", "Gebärdensprache", "hilfe"),
        ("", "Gebaerdensprache", "hilfe"),
        ("/en", "sign language", "hilfe"),
        ("/en", "childcare", "hilfe"),
        ("", "Rollstuhl", "hilfe"),
        ("", "Senioren", "alt"),
        ("/en", "seniors", "alt"),
        ("/ru", "пожилые", "alt"),
        ("/ar", "كبار السن", "alt"),
    ],
)
def test_what_an_event_offers_is_found_by_what_people_call_it(
    client: FlaskClient, prefix: str, query: str, found: str
) -> None:
    with client.application.app_context():
        make_event("frei", title="A", price_cents=0)
        make_event("hilfe", title="B", access=["childcare", "sign-language", "step-free"])
        make_event("alt", title="C", audiences=["older-people"])
    page = client.get(f"{prefix}/programm/", query_string={"q": query}).text
    assert found_in(page) == {found}
