"""A year at the desk in a real browser: translations, one person's data, and the report."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect
from pypdf import PdfReader

from tests.browser.letters import letter_to
from tests.browser.organisers import SIGNED_IN, at_the_desk, party, publish_event, sign_up
from tests.browser.words import D
from tests.conftest import count_rows
from tests.sites import Site, environment, ikw

TRANSLATIONS = "/verwaltung/uebersetzungen/"


@pytest.mark.parametrize("device", ["desktop", "phone without JavaScript"])
def test_karla_fills_in_a_translation_and_a_file_comes_back(
    desk: Site, browser: Browser, office: BrowserContext, device: str
) -> None:
    is_phone = device != "desktop"
    title = f"Abend der Lieder {'zwei' if is_phone else 'eins'}"
    key = publish_event(at_the_desk(desk, office), desk, title, "2023-04-20", 5)
    context = browser.new_context(
        locale="de-DE",
        java_script_enabled=not is_phone,
        viewport={"width": 360, "height": 740} if is_phone else {"width": 1280, "height": 800},
    )
    context.add_cookies(SIGNED_IN[desk.url, "karla@example.org"])
    page = context.new_page()
    page.goto(f"{desk.url}{TRANSLATIONS}")
    page.get_by_role("link", name="Українська", exact=True).click()
    page.get_by_label(f"Українська: {title}").fill("Вечір пісень")
    page.get_by_role("button", name=D("Save")).click()
    expect(page.get_by_role("status")).to_contain_text("1 Text ist gespeichert")
    citizen = browser.new_page()
    citizen.goto(f"{desk.url}/uk/veranstaltung/{key}/")
    expect(citizen.get_by_role("heading", level=1)).to_have_text("Вечір пісень")

    page.goto(f"{desk.url}{TRANSLATIONS}")
    file = page.request.get(f"{desk.url}{TRANSLATIONS}uk.po").body().decode()
    filled = file.replace('msgstr "Вечір пісень"', 'msgstr "Пісні вечора"')
    broken = filled.replace('msgstr "Пісні вечора"', "msgstr Пісні вечора")
    for body in (broken, filled):
        page.locator("#file").set_input_files(
            {"name": "uk.po", "mimeType": "text/x-gettext-translation", "buffer": body.encode()}
        )
        page.get_by_role("button", name=D("Take it over")).click()
        if body is broken:
            expect(page.locator("#error-summary")).to_contain_text("msgstr Пісні вечора")
    expect(page.get_by_role("status").first).to_contain_text("übernommen")
    citizen.reload()
    expect(citizen.get_by_role("heading", level=1)).to_have_text("Пісні вечора")
    citizen.close()
    context.close()


def test_a_persons_data_is_found_handed_out_erased_and_not_back_after_a_restore(
    desk: Site, office: BrowserContext, phone: BrowserContext, tmp_path: Path
) -> None:
    page = at_the_desk(desk, office)
    event = publish_event(page, desk, "Teestunde für alle", "2023-04-21", 5)
    sign_up(phone, desk, event, "Wilma Wunder")
    sign_up(phone, desk, event, "Xaver Xanten")
    backup = tmp_path / "backup.sqlite"
    ikw(desk.env, "backup", str(backup))

    page.goto(f"{desk.url}/verwaltung/personen/")
    page.get_by_label(D("Name, e-mail address or telephone number")).fill("wunder")
    page.get_by_role("button", name=D("Find")).click()
    page.get_by_role("checkbox").check()
    with page.expect_download() as download:
        page.get_by_role("button", name=D("Hand out as PDF")).click()
    text = PdfReader(download.value.path()).pages[0].extract_text()
    assert "Wilma Wunder" in text
    assert f"wilma-{event}@example.org" in text
    with page.expect_download() as download:
        page.get_by_role("button", name=D("Hand out for programs (JSON)")).click()
    told = json.loads(Path(download.value.path()).read_text("utf-8"))
    assert [one["name"] for one in told["stored"]] == ["Wilma Wunder"]
    page.get_by_role("button", name=D("Erase …")).click()
    expect(page.get_by_text("Teestunde für alle")).to_be_visible()
    page.get_by_role("button", name=D("Yes, erase for good")).click()
    expect(page.get_by_role("status")).to_contain_text("1 Eintrag ist gelöscht")
    page.get_by_label(D("Name, e-mail address or telephone number")).fill("wunder")
    page.get_by_role("button", name=D("Find")).click()
    expect(
        page.get_by_text(D("Nothing is stored under this name, address or number."))
    ).to_be_visible()

    # On another machine, with what belongs to the site besides its database.
    other = tmp_path / "instance"
    other.mkdir()
    for name in ("secret_key", "erased"):
        shutil.copy(Path(desk.env["IKW_INSTANCE"]) / name, other / name)
    env = environment(other, 8000)
    ikw(env, "restore", str(backup))
    names = "SELECT count(*) FROM registration WHERE name = '{}'"
    database = f"sqlite:///{other / 'ikw.sqlite'}"
    assert count_rows(database, names.format("Xaver Xanten")) == 1
    assert count_rows(database, names.format("Wilma Wunder")) == 0


@pytest.mark.parametrize("prefix", ["", "/ar"])
def test_a_citizen_sees_takes_along_and_erases_what_is_stored(
    desk: Site, office: BrowserContext, browser: Browser, prefix: str
) -> None:
    event = publish_event(at_the_desk(desk, office), desk, f"Lesekreis{prefix}", "2023-04-22", 5)
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    name = "Yara" if prefix else "Zoe"
    _code, page = sign_up(context, desk, event, name)
    ticket = page.url.replace(desk.url, f"{desk.url}{prefix}")
    page.goto(ticket)
    page.locator("a[href$='/daten']").click()
    expect(page.locator("main")).to_contain_text(name)
    expect(page.locator("main")).to_contain_text(f"{name.lower()}-{event}@example.org")
    page.locator("a[href$='/loeschung']").click()
    page.locator("main form .button").click()
    assert page.url.endswith(f"{prefix}/anmeldung/geloescht")
    answer = page.goto(ticket)
    assert answer is not None
    assert answer.status == 404
    query = f"SELECT count(*) FROM registration WHERE name = '{name}'"
    assert count_rows(desk.database_url, query) == 0
    context.close()


def test_the_report_of_the_year_can_be_read_in_the_committee(
    desk: Site, office: BrowserContext
) -> None:
    """Long titles stay on their lines, and the numbers stand in their columns beside them."""
    page = at_the_desk(desk, office)
    title = "Vom Ankommen und Bleiben: ein Abend mit Bildern, Liedern und Gesprächen"
    event = publish_event(page, desk, title, "2023-01-20", 40)
    page.goto(f"{desk.url}/verwaltung/zahlen/ikw-2023/besuche")
    page.get_by_label(f"{D('Came without')} {title}").fill("123")
    page.get_by_role("button", name=D("Save")).click()
    expect(page.get_by_role("status")).to_be_visible()
    report = page.request.get(f"{desk.url}/verwaltung/zahlen/jahr/2023.pdf").body()
    lines = "\n".join(
        one.extract_text(extraction_mode="layout") for one in PdfReader(BytesIO(report)).pages
    ).splitlines()
    (line,) = [one for one in lines if "Vom Ankommen und Bleiben" in one]
    # The title breaks once at most, and never after each word.
    assert "ein Abend mit" in line
    cells = line.split()
    assert cells[0] == "20.01.2023"
    assert cells[-7:] == ["40", "0", "0", "0", "0", "123", "–"]
    assert event


def test_one_letter_to_all_clubs_is_looked_at_sent_and_read(
    desk: Site, office: BrowserContext
) -> None:
    page = at_the_desk(desk, office)
    page.goto(f"{desk.url}/verwaltung/veranstalter/caritasverband-rheine/")
    page.get_by_label(D("E-mail address")).fill("buero@caritas.example.org")
    page.get_by_role("button", name=D("Save")).click()
    page.goto(f"{desk.url}/verwaltung/reihen/ikw-2023/nachricht")
    page.get_by_label(D("All clubs, with or without an account")).check()
    page.get_by_label(D("Subject")).first.fill("Ihre Ideen für 2023")
    page.get_by_label("Text", exact=True).first.fill("Guten Tag {name},\n\nwas bringen Sie mit?")
    page.get_by_role("button", name=D("See how it looks")).click()
    expect(page.locator(".letter")).to_contain_text("Guten Tag Karla")
    page.get_by_role("button", name=D("Send now")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ihre Ideen für 2023")
    page.goto(f"{desk.url}/verwaltung/postausgang/?q=buero@caritas")
    page.get_by_role("link", name=D("Letter to clubs")).click()
    expect(page.locator(".letter")).to_contain_text("Guten Tag Caritasverband Rheine")
    page.goto(f"{desk.url}/verwaltung/reihen/ikw-2023/nachricht")
    mailing = count_rows(desk.database_url, "SELECT max(id) FROM mailing")
    page.goto(f"{desk.url}/verwaltung/reihen/ikw-2023/nachricht/{mailing}/")
    page.get_by_role("button", name=D("Stop what has not left")).click()
    expect(page.get_by_role("status")).to_contain_text("1 Nachricht ist angehalten.")


def test_what_was_cancelled_by_mistake_is_said_and_given_back(
    desk: Site, office: BrowserContext, phone: BrowserContext
) -> None:
    """Berta has the place by then: Karla reads so before, and what Anton has afterwards."""
    page = at_the_desk(desk, office)
    event = publish_event(page, desk, "Töpfern zu zweit", "2023-04-23", 2)
    sign_up(phone, desk, event, "Anton Ast", 2)
    sign_up(phone, desk, event, "Berta Bach", 2)
    page.goto(f"{desk.url}/verwaltung/veranstaltung/{event}/anmeldungen/")
    page.get_by_role("link", name="Anton Ast").click()
    page.get_by_role("link", name=D("Cancel the whole sign-up …")).click()
    expect(page.locator("main")).to_contain_text("Berta Bach")
    page.get_by_role("button", name=D("Yes, cancel the sign-up")).click()
    assert party(desk, event, "Berta Bach", "seats") == "2"
    page.get_by_role("button", name=D("Take the cancellation back")).click()
    said = page.get_by_role("status")
    expect(said).to_be_visible()
    assert party(desk, event, "Anton Ast", "seats") == "0"
    expect(said).to_contain_text("Warteliste")
    page.get_by_text(D("Give them places although it is full …")).click()
    page.get_by_label(D("Reason")).fill("Versehen der Verwaltung")
    page.get_by_role("button", name=D("Give places above the capacity")).click()
    expect(page.get_by_role("status")).to_be_visible()
    assert party(desk, event, "Anton Ast", "seats") == "2"
    assert party(desk, event, "Berta Bach", "seats") == "2"


def test_three_workshops_are_announced_at_once_and_their_letters_read(
    serve: Callable[..., Site], office: BrowserContext, phone: BrowserContext
) -> None:
    """Filled in, looked at, saved: three clicks after the times are typed."""
    site = serve("rheine-2023.toml", IKW_QUIET_MINUTES="0")
    ikw(site.env, "organiser", "add", "Karla", "karla@example.org")
    keys = {"mesum": "17:00", "fbs": "18:00", "basilika": "19:00"}
    for key in keys:
        sign_up(phone, site, f"quartiersworkshop-{key}", f"Anna {key.title()}")
    page = at_the_desk(site, office)
    page.goto(f"{site.url}/verwaltung/veranstaltungen/zeiten?reihe=quartiersworkshops-2023")
    for key, start in keys.items():
        row = page.locator("tr", has=page.locator(f"input[value=quartiersworkshop-{key}]"))
        row.locator("input[type=time]").first.fill(start)
    page.get_by_role("button", name=D("See who is told")).click()
    seen = page.get_by_role("region", name=D("Is this right?"))
    expect(seen).to_contain_text("1 Nachricht")
    page.get_by_role("button", name=D("Save and tell them")).click()
    expect(page.get_by_role("status").first).to_contain_text("3 Veranstaltungen")
    for key, start in keys.items():
        letter = letter_to(site, f"anna-quartiersworkshop-{key}@example.org", "Uhrzeit")
        assert start in letter
