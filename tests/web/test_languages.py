"""Reading and signing up in another language than German."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import select

from ikw import db
from ikw.model import Letter, Registration, Translation
from ikw.model.translation import hash_of
from ikw.programmes import store, translations
from ikw.programmes.file import parse
from ikw.text.languages import LANGUAGES
from tests.actions.cast import at
from tests.conftest import NOW, make_event, make_venue
from tests.web.forms import errors_in, send

PROGRAMMES = Path("ikw/programmes")


@pytest.fixture
def rheine(client: FlaskClient) -> FlaskClient:
    """Rheine's programme of 2023 in all its languages."""
    with client.application.app_context(), db.write() as session:
        store.load(session, parse((PROGRAMMES / "rheine-2023.toml").read_text("utf-8")), at(NOW))
        for file in sorted((PROGRAMMES / "rheine-2023").glob("*.po")):
            translations.store(session, translations.parse(file.read_bytes()))
    return client


def translate(client: FlaskClient, language: str, **texts: str) -> None:
    """Store translations as if they came in a file."""
    lines = [f'msgid "{german}"\nmsgstr "{text}"' for german, text in texts.items()]
    header = f'msgid ""\nmsgstr "Language: {LANGUAGES[language].locale}\\n"'
    with client.application.app_context(), db.write() as session:
        file = "\n\n".join([header, *lines]).encode()
        translations.store(session, translations.parse(file))


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_has_the_whole_programme_of_rheine(rheine: FlaskClient, code: str) -> None:
    language = LANGUAGES[code]
    for path in ("/", "/programm/ikw-2023/", "/workshops/", "/buergerpicknick/"):
        page = rheine.get(f"{language.prefix}{path}").text
        assert f'<html lang="{language.tag}" dir="{language.direction}">' in page
        # Where nothing is missing, no note says so.
        assert 'role="note"' not in page


def test_the_language_stays_in_every_link(rheine: FlaskClient) -> None:
    page = rheine.get("/uk/veranstaltung/infoabend/").text
    inside = page.partition("<main")[2].partition("<footer")[0]
    links = [link for link in re.findall(r'href="(/[^"]*)"', inside) if "/static/" not in link]
    assert links
    assert all(link.startswith("/uk/") for link in links)
    answer = rheine.get("/uk/programm/")
    assert answer.location == "/uk/programm/ikw-2023/"
    assert rheine.get("/uk").location == "/uk/"
    assert 'lang="uk"' in rheine.get("/uk/gibt-es-nicht").text
    for path in ("/xx/", "/de/", "/uk/uk/"):
        assert rheine.get(path).status_code == 404


def test_every_page_names_its_other_languages(rheine: FlaskClient) -> None:
    page = rheine.get("/ar/programm/ikw-2023/?q=Mitte&utm_source=x").text
    alternates = dict(re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)"', page))
    assert set(alternates) == {language.tag for language in LANGUAGES.values()} | {"x-default"}
    base = "http://127.0.0.1:8000"
    assert alternates["uk"] == f"{base}/uk/programm/ikw-2023/?q=Mitte"
    assert alternates["de"] == alternates["x-default"] == f"{base}/programm/ikw-2023/?q=Mitte"
    switcher = page.partition('class="languages"')[2].partition("</details>")[0]
    for language in LANGUAGES.values():
        assert f'lang="{language.tag}" hreflang="{language.tag}"' in switcher
        assert f">{language.name}</a>" in switcher
    assert 'hreflang="ar" dir="rtl" aria-current="true"' in switcher


UKRAINIAN = {"Accept-Language": "uk-UA,uk;q=0.9,de;q=0.5", "Sec-Fetch-Site": "none"}


def test_the_first_page_offers_the_browsers_language_and_the_next_no_more(
    rheine: FlaskClient,
) -> None:
    first = rheine.get("/workshops/", headers=UKRAINIAN).text
    offer = first.partition('<aside class="offer"')[2].partition("</aside>")[0]
    assert 'lang="uk"' in offer
    assert 'href="/uk/workshops/"' in offer
    assert '<html lang="de"' in first
    inside = UKRAINIAN | {"Sec-Fetch-Site": "same-origin"}
    by_referrer = {"Accept-Language": "uk", "Referer": "http://localhost/workshops/"}
    for headers in (inside, by_referrer, {"Accept-Language": "de"}, {"Accept-Language": "sw"}, {}):
        assert 'class="offer"' not in rheine.get("/workshops/", headers=headers).text
    assert 'class="offer"' not in rheine.get("/uk/workshops/", headers=UKRAINIAN).text
    # The page that was kept for one reader is not shown to the other.
    assert 'class="offer"' in rheine.get("/workshops/", headers=UKRAINIAN).text


def test_a_text_that_is_not_translated_is_german_and_says_so(client: FlaskClient) -> None:
    with client.application.app_context():
        make_event(summary="Alle sind da.", venue=make_venue(), topics=["Musik"])
    translate(client, "ar", **{"Fest der Räume": "مهرجان", "Musik": "موسيقى"})
    page = client.get("/ar/veranstaltung/fest/").text
    assert "<h1>مهرجان</h1>" in page
    assert '<span lang="de" dir="ltr">Alle sind da.</span>' in page
    assert 'role="note">' in page
    # A name is what stands on the door; it is marked, and nobody is sorry for it.
    assert '<span lang="de" dir="ltr">Haus⁵¹</span>' in page
    translate(client, "ar", **{"Alle sind da.": "الجميع هنا.", "Woche": "أسبوع"})
    whole = client.get("/ar/veranstaltung/fest/").text
    assert "الجميع هنا." in whole
    assert 'role="note">' not in whole
    assert '<span lang="de"' not in client.get("/veranstaltung/fest/").text


def test_a_changed_german_text_is_not_shown_with_its_old_translation(client: FlaskClient) -> None:
    with client.application.app_context():
        make_event(summary="Um zwei im Hof.")
    translate(client, "uk", **{"Um zwei im Hof.": "О другій у дворі."})
    assert "О другій у дворі." in client.get("/uk/veranstaltung/fest/").text
    with client.application.app_context(), db.write() as session:
        from ikw.model import Event

        session.scalars(select(Event)).one().summary = "Um drei im Saal."
    page = client.get("/uk/veranstaltung/fest/").text
    assert "О другій у дворі." not in page
    assert "Um drei im Saal." in page


def test_search_and_filters_know_both_languages(client: FlaskClient) -> None:
    with client.application.app_context():
        make_event("tanz", title="Tanzabend", topics=["Tanz"])
        make_event("chor", title="Chorprobe", topics=["Musik"])
    translate(client, "uk", Tanzabend="Вечір танцю", Tanz="Танець", Musik="Музика")
    for query in ("вечір", "tanzabend"):
        page = client.get(f"/uk/programm/woche/?q={query}").text
        assert "Вечір танцю" in page
        assert "Chorprobe" not in page
    page = client.get("/uk/programm/woche/?thema=Tanz").text
    assert "Вечір танцю" in page
    assert "Chorprobe" not in page
    assert '<input type="hidden" name="thema" value="Tanz">' in page
    assert '<a href="/uk/programm/woche/?thema=Musik&amp;thema=Tanz">Музика</a>' in page


def test_oksana_signs_up_in_ukrainian_and_all_that_follows_is_ukrainian(
    client: FlaskClient,
) -> None:
    with client.application.app_context():
        make_event()
    translate(client, "uk", **{"Fest der Räume": "Свято кімнат"})
    form = "/uk/veranstaltung/fest/anmelden"
    wrong = send(client, form, to=f"{form}?gesendet", name="", email="x")
    assert wrong.status_code == 422
    assert errors_in(wrong.text)
    assert all(re.search("[а-яіїє]", error) for error in errors_in(wrong.text))
    done = send(client, form, name="Оксана", email="oksana@example.org", places="2")
    assert done.location.startswith("/uk/anmeldung/")
    assert "Свято кімнат" in client.get(done.location).text
    with client.application.app_context():
        registration = db.session().scalars(select(Registration)).one()
        assert registration.language == "uk"
        from ikw.mail.compose import compose

        message = compose(db.session().scalars(select(Letter)).one())
    assert "Свято кімнат" in message.subject
    assert "http://127.0.0.1:8000/uk/anmeldung/" in str(message.body)
    assert "/uk/kalender/meine/" in str(message.body)
    assert message.invitation is not None
    entry = message.invitation[1].decode().replace("\r\n ", "")
    assert "SUMMARY:Свято кімнат" in entry
    assert "/uk/veranstaltung/fest/" in entry


def test_a_feed_is_in_the_language_of_its_address_with_the_same_identity(
    client: FlaskClient,
) -> None:
    with client.application.app_context():
        make_event()
    translate(client, "ar", **{"Fest der Räume": "مهرجان"})
    german = client.get("/kalender/alle.ics").text
    arabic = client.get("/ar/kalender/alle.ics").text
    assert "SUMMARY:Fest der Räume" in german
    assert "SUMMARY:مهرجان" in arabic
    uid = re.search(r"UID:(.+)", german)
    assert uid
    assert uid[0] in arabic
    assert "SOURCE;VALUE=URI:http://127.0.0.1:8000/ar/kalender/alle.ics" in arabic


def test_a_page_in_another_language_takes_no_more_questions(client: FlaskClient) -> None:
    with client.application.app_context():
        for number in range(30):
            make_event(f"fest-{number}", title=f"Fest {number}", venue=None)
    counted: list[str] = []
    engine = client.application.extensions["ikw.engine"]
    client.get("/uk/programm/woche/")
    sqlalchemy_event.listen(
        engine, "before_cursor_execute", lambda *args: counted.append(args[2]), named=False
    )
    client.get("/uk/programm/woche/?q=fest")
    with client.application.app_context(), db.write() as session:
        row = Translation(language="uk", source_hash=hash_of("x"), source="x", text="y")
        row.changed_at = NOW
        session.add(row)
    counted.clear()
    client.get("/uk/programm/woche/?q=fest")
    assert sum("SELECT" in statement for statement in counted) <= 6, counted


@pytest.mark.parametrize("code", ["ar", "fa"])
def test_numbers_and_codes_keep_their_order_from_right_to_left(
    rheine: FlaskClient, code: str
) -> None:
    page = rheine.get(f"/{code}/").text
    assert '<bdi dir="ltr">05971 939-0</bdi>' in page
    statement = rheine.get(f"/{code}/barrierefreiheit").text.partition("<footer")[0]
    assert '<bdi dir="ltr">05971 939-0</bdi>' in statement


def test_a_figure_is_written_as_the_language_writes_numbers(rheine: FlaskClient) -> None:
    assert "<dd>1.675</dd>" in rheine.get("/workshops/").text
    assert "<dd>1,675</dd>" in rheine.get("/en/workshops/").text
    assert "<dd>1 675</dd>" in rheine.get("/uk/workshops/").text.replace("\xa0", " ")


def test_the_towns_own_text_is_not_shown_in_our_translation(rheine: FlaskClient) -> None:
    assert "Privacy" in rheine.get("/en/datenschutz").text
    own = Path(rheine.application.instance_path) / "pages"
    own.mkdir()
    (own / "datenschutz.md").write_text("# Datenschutz bei uns\n\nEigenes.\n", "utf-8")
    from ikw import clock

    clock.set_to("2023-01-20T12:01")
    page = rheine.get("/en/datenschutz").text
    assert '<div lang="de" dir="ltr"><p>Eigenes.</p>' in page
    (own / "datenschutz.en.md").write_text("# Our privacy\n\nOwn.\n", "utf-8")
    clock.set_to("2023-01-20T12:02")
    assert "Our privacy" in rheine.get("/en/datenschutz").text


def test_leichte_sprache_is_shown_with_who_checked_it(client: FlaskClient) -> None:
    with client.application.app_context():
        make_event(easy_text="Wir feiern.\n\nAlle sind da.", easy_checked_by="Prüfgruppe Beispiel")
    for path in ("/veranstaltung/fest/", "/ar/veranstaltung/fest/"):
        page = client.get(path).text
        assert 'class="easy" lang="de" dir="ltr"' in page
        assert "<p>Wir feiern.</p>" in page
        assert "Geprüft von: Prüfgruppe Beispiel" in page
    draft = client.get("/leichte-sprache").text
    assert "Bis die Gruppe den Text geprüft hat, nennen wir ihn nicht so." in draft


def test_the_film_says_how_long_and_how_large_it_is(client: FlaskClient) -> None:
    assert "<video" not in client.get("/gebaerdensprache").text
    assert client.get("/gebaerdensprache.mp4").status_code == 404
    own = Path(client.application.instance_path) / "pages"
    own.mkdir()
    # A movie header of 125 seconds (ISO/IEC 14496-12, 8.2.2), and nothing to see.
    header = b"\0\0\0\x1cmvhd" + bytes(12) + (1000).to_bytes(4) + (125_000).to_bytes(4)
    movie = b"\0\0\0\x10ftypisom\0\0\0\0" + (8 + len(header)).to_bytes(4) + b"moov" + header
    (own / "gebaerdensprache.mp4").write_bytes(movie + bytes(2_500_000))
    from ikw import clock

    clock.set_to("2023-01-20T12:01")
    page = client.get("/gebaerdensprache").text
    assert "Der Film dauert 2:05 Minuten." in page
    assert "Film herunterladen (2,5 MB)" in page
    part = client.get("/gebaerdensprache.mp4", headers={"Range": "bytes=0-7"})
    assert part.status_code == 206
    assert part.data == movie[:8]
    part.close()
