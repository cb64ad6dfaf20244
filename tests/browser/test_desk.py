"""Organisers' days at the desk, in a real browser on a served site with real letters."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Dialog,
    Page,
    Route,
    expect,
)
from pypdf import PdfReader

from tests import processes
from tests.browser.conftest import FLAGS, chromium
from tests.browser.letters import letter_to
from tests.browser.organisers import (
    at_the_desk,
    film_of,
    open_account,
    party,
    publish,
    publish_event,
    sign_in,
    sign_up,
    write_event,
)
from tests.browser.test_keyboard import follow, tab_to
from tests.browser.waiting import until
from tests.browser.wire import wire_to
from tests.browser.words import D
from tests.conftest import count_rows, run
from tests.sites import Site, ikw

#: The day at which the clock of the tests stands.
TODAY = "2023-01-20"


#: The worker has all that the page of the door is made of, and is the one that answers.
IS_KEPT = """navigator.serviceWorker.controller?.state === "activated" && (
  await Promise.all(
    [location.pathname, ...JSON.parse(document.getElementById("door-facts").textContent).parts]
      .map(async (url) => (await caches.open("door-1")).match(url)),
  )
).every(Boolean)"""


def test_a_new_coordinator_fills_an_evening_and_chiara_moves_up(
    desk: Site, office: BrowserContext, phone: BrowserContext
) -> None:
    page = office.new_page()
    page.goto(f"{desk.url}/verwaltung/")
    expect(page.get_by_role("heading", level=1)).to_have_text(D("Sign in at the desk"))
    link = ikw(desk.env, "organiser", "link", "karla@example.org").strip()
    page.goto(link)
    expect(page.get_by_text(D("Hello %(name)s,", name="Karla"))).to_be_visible()
    page.get_by_role("button", name=D("Open the desk")).click()
    page.get_by_role("link", name=D("New event")).click()
    page.get_by_label(D("Title")).fill("Erzählabend")
    page.get_by_label(D("In one or two sentences")).fill("Wir erzählen vom Ankommen.")
    page.get_by_label(D("Day"), exact=True).fill("2023-09-28")
    page.get_by_role("button", name=D("Save")).click()
    missing = page.get_by_role("region", name=D("Before it is published"))
    for fact in ("There is no venue", "There is no host", "The time is open"):
        expect(missing).to_contain_text(D(fact))

    page.get_by_role("link", name=D("Fill it in")).click()
    page.get_by_label(D("Begins at")).fill("19:00")
    page.get_by_label(D("Venue"), exact=True).select_option("mitte51")
    page.get_by_label("Integrationsrat der Stadt Rheine").check()
    page.get_by_label("Stufenlos").check()
    page.get_by_label(D("People sign up")).check()
    page.get_by_label(D("With a waiting list")).check()
    page.get_by_role("button", name=D("Save")).click()
    expect(page.locator("#error-summary")).to_be_focused()
    page.get_by_role("link", name=D("A waiting list needs a number of places.")).click()
    expect(page.get_by_label(D("Places in all"))).to_be_focused()
    page.keyboard.type("2")
    page.get_by_role("button", name=D("Save")).click()
    page.get_by_role("region", name=D("It is ready")).get_by_role("link", name=D("Preview")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Erzählabend")
    page.get_by_role("link", name=D("Back to the desk")).click()
    publish(page)

    sign_up(phone, desk, "erzaehlabend", "Anna Zander")
    sign_up(phone, desk, "erzaehlabend", "Ben Adler")
    _code, chiara = sign_up(phone, desk, "erzaehlabend", "Chiara Conti")
    expect(chiara.get_by_role("heading", level=1)).to_have_text("Sie stehen auf der Warteliste")

    page.reload()
    counts = page.locator(".counts")
    expect(counts).to_contain_text(re.compile(rf"{D('have a place')}\s*2"))
    expect(counts).to_contain_text(re.compile(rf"{D('waiting')}\s*1"))
    printed = page.get_by_role("link", name=D("Attendance list")).get_attribute("href")
    file = office.request.get(f"{desk.url}{printed}")
    assert file.headers["content-type"] == "application/pdf"
    text = " ".join(sheet.extract_text() for sheet in PdfReader(BytesIO(file.body())).pages)
    # By family name, and without who waits.
    assert text.index("Adler") < text.index("Zander")
    assert "Conti" not in text

    page.get_by_label(D("Places in all")).fill("3")
    page.get_by_role("button", name=D("Change"), exact=True).click()
    expect(page.get_by_role("status")).to_have_text(D("The number of places is changed."))
    letter = letter_to(desk, "chiara-erzaehlabend@example.org", "Erzählabend")
    assert "Warteliste" in letter
    letter_to(desk, "chiara-erzaehlabend@example.org", "Sie haben einen Platz")
    chiara.reload()
    expect(chiara.get_by_role("heading", level=1)).to_have_text("Sie sind angemeldet")
    assert party(desk, "erzaehlabend", "Chiara Conti", "seats") == "1"


def test_a_link_opens_the_desk_once_and_signing_out_closes_it(
    desk: Site, office: BrowserContext
) -> None:
    link = ikw(desk.env, "organiser", "link", "karla@example.org").strip()
    page = sign_in(desk, office, link)
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text(D("This link is used up"))
    page.goto(f"{desk.url}/verwaltung/konto/")
    page.locator(".menu-me summary").click()
    page.get_by_role("button", name=D("Sign out"), exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(D("Sign in at the desk"))
    assert [cookie for cookie in office.cookies() if cookie["name"] == "ikw_desk"] == []
    page.goto(f"{desk.url}/verwaltung/veranstaltungen/")
    expect(page.get_by_role("heading", level=1)).to_have_text(D("Sign in at the desk"))


@pytest.mark.parametrize("how", ["on a desktop", "on a phone without JavaScript"])
def test_what_kim_wrote_is_there_when_the_session_has_ended(
    desk: Site, browser: Browser, how: str
) -> None:
    is_phone = "phone" in how
    context = browser.new_context(
        viewport={"width": 360, "height": 740} if is_phone else {"width": 1280, "height": 900},
        java_script_enabled=not is_phone,
        locale="de-DE",
    )
    email = "kim@example.org" if is_phone else "kai@example.org"
    ikw(desk.env, "organiser", "add", "Kim", email)
    page = sign_in(desk, context, ikw(desk.env, "organiser", "link", email).strip())
    page.goto(f"{desk.url}/verwaltung/veranstaltungen/neu")
    title = f"Langer Text {how}"
    page.get_by_label(D("Title")).fill(title)
    page.get_by_label(D("Day"), exact=True).fill("2023-09-28")
    page.get_by_label(D("Description")).fill("Zwei Stunden lang geschrieben.")
    mine = f"organiser_id = (SELECT id FROM organiser WHERE email = '{email}')"
    yesterday = "seen_at = datetime('now', '-13 hours')"
    run(desk.database_url, f"UPDATE desk_session SET {yesterday} WHERE {mine}")
    page.get_by_role("button", name=D("Save")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(D("Sign in at the desk"))
    page.get_by_label(D("E-mail address")).fill(email)
    page.get_by_role("button", name=D("Send me a link")).click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text(D("Sign in at the desk"))
    found = re.search(r"http://\S+/verwaltung/link/\S+/", letter_to(desk, email, "Verwaltung"))
    assert found
    page.goto(found[0])
    page.get_by_role("button", name=D("Open the desk")).click()
    said = D("What you had typed is in the form again. It is not saved yet.")
    expect(page.get_by_text(said)).to_be_visible()
    expect(page.get_by_label(D("Title"))).to_have_value(title)
    page.get_by_role("button", name=D("Save")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(title)
    texts = f"SELECT description FROM event WHERE title = '{title}'"
    assert count_rows(desk.database_url, texts) == "Zwei Stunden lang geschrieben."
    context.close()


@pytest.mark.parametrize("how", ["on a desktop", "on a phone without JavaScript"])
def test_a_coordinators_own_list_becomes_the_programme(
    desk: Site, browser: Browser, how: str
) -> None:
    """Next year's series is copied, the list brought as it is, and everyone sees what it says."""
    is_phone = "phone" in how
    first_day, year = ("2025-09-20", 2025) if is_phone else ("2024-09-21", 2024)
    context = browser.new_context(
        viewport={"width": 360, "height": 740} if is_phone else {"width": 1280, "height": 900},
        java_script_enabled=not is_phone,
        locale="de-DE",
    )
    page = at_the_desk(desk, context)
    page.goto(f"{desk.url}/verwaltung/reihen/quartiersworkshops-2023/kopie")
    page.get_by_label(D("The new first day")).fill(first_day)
    page.get_by_role("button", name=D("See the days")).click()
    page.get_by_role("button", name=D("Copy the series")).click()
    said = D("The copy begins on %(day)s. Nobody sees it yet, and all its events are drafts.")
    expect(page.get_by_text(said.partition("%")[0])).to_be_visible()
    series = f"quartiersworkshops-{year}"
    page.goto(f"{desk.url}/verwaltung/reihen/{series}/")
    page.get_by_label(D("Last day")).fill(f"{year}-10-31")
    page.get_by_role("button", name=D("Save")).click()

    page.goto(f"{desk.url}/verwaltung/reihen/{series}/datei")
    page.locator("#file").set_input_files(Path("tests/programmes/cases/coordinator.xlsx"))
    page.get_by_role("button", name=D("See what would change")).click()
    main = page.get_by_role("main")
    expect(main).to_contain_text(f"{D('These columns are not taken over:')} Nr. (A) · Telefon (H)")
    if is_phone:
        # The list says "24.9.", and other years beside it.
        question = page.get_by_role("row").filter(has_text="24.9.")
        question.get_by_role("checkbox").check()
        page.get_by_role("button", name=D("Read it again with these answers")).click()
    expect(main).to_contain_text("Ausstellung „Wege“")
    expect(main).to_contain_text("10:00")
    page.get_by_role("button", name=D("Take over what is ticked")).click()
    for title in ("Eröffnungsfest", "Ausstellung „Wege“"):
        page.get_by_role("checkbox", name=title).check()
    page.get_by_role("button", name=D("Publish those that are ticked …")).click()
    show = page.get_by_role("listitem").filter(has_text="Ausstellung")
    expect(show).to_contain_text(D("Nothing is said about access"))
    # Nothing that lacks something is ticked by itself.
    expect(show.get_by_role("checkbox")).not_to_be_checked()
    show.get_by_role("checkbox").check()
    page.get_by_role("button", name=D("Publish now")).click()
    page.goto(f"{desk.url}/verwaltung/reihen/{series}/")
    page.get_by_role("button", name=D("Publish the series")).click()

    page.goto(f"{desk.url}/programm/{series}/")
    expect(page.get_by_role("link", name="Ausstellung „Wege“")).to_be_visible()
    expect(page.get_by_role("link", name="Eröffnungsfest")).to_have_count(0)
    page.get_by_role("link", name="Ausstellung „Wege“").click()
    expect(page.get_by_role("main")).to_contain_text("ganztägig")
    context.close()


def test_karla_looks_at_an_event_and_goes_on_writing(desk: Site, office: BrowserContext) -> None:
    page = at_the_desk(desk, office)
    page.goto(f"{desk.url}/verwaltung/veranstaltungen/neu")
    page.get_by_label(D("Title")).fill("Federleicht")
    with office.expect_page() as opened:
        page.get_by_role("button", name=D("Preview")).click()
    look = opened.value
    expect(look.get_by_role("heading", level=1)).to_have_text("Federleicht")
    expect(
        look.get_by_text(D("Nothing is saved yet: close this tab and go on writing."))
    ).to_be_visible()
    look.close()
    expect(page.get_by_label(D("Title"))).to_have_value("Federleicht")
    page.get_by_role("button", name=D("Save")).click()
    said = D("The draft is saved. Here you see what is still missing.")
    expect(page.get_by_role("status")).to_have_text(said)
    drafts = "SELECT count(*) FROM event WHERE title = 'Federleicht'"
    assert count_rows(desk.database_url, drafts) == 1


def test_the_time_of_a_workshop_reaches_who_signed_up(
    desk: Site, office: BrowserContext, phone: BrowserContext
) -> None:
    event = "quartiersworkshop-mesum"
    sign_up(phone, desk, event, "Anna")
    page = at_the_desk(desk, office)
    page.goto(f"{desk.url}/verwaltung/veranstaltung/{event}/bearbeiten")
    page.get_by_label(D("Begins at")).fill("17:00")
    page.locator("#end").fill("19:30")
    page.get_by_role("button", name=D("Save")).click()
    expect(page.get_by_role("status")).to_contain_text(D("Saved."))
    letter = letter_to(desk, f"anna-{event}@example.org", "Uhrzeit")
    assert "17:00" in letter
    assert count_rows(desk.database_url, f"SELECT start FROM event WHERE key = '{event}'")[:5] == (
        "17:00"
    )
    sent = f"SELECT count(*) FROM letter WHERE sent_at IS NOT NULL AND \"to\" LIKE 'anna-{event}%'"
    # The mail server has the letter before the outbox knows that it took it.
    processes.until(lambda: count_rows(desk.database_url, sent) == 2, "both letters are noted")
    page.goto(f"{desk.url}/verwaltung/postausgang/?q=anna-{event}")
    row = page.get_by_role("row").filter(has_text=D("News of the event"))
    expect(row).to_contain_text(D("sent"))
    row.get_by_role("link", name=D("News of the event")).click()
    expect(page.locator(".letter")).to_contain_text("17:00")


def test_a_club_hands_in_its_own_and_sees_nobody_elses(
    desk: Site, browser: Browser, office: BrowserContext
) -> None:
    page = at_the_desk(desk, office)
    link = open_account(page, desk, "Vera", "Club: its own events", "Caritasverband Rheine")
    club = browser.new_context(locale="de-DE")
    vera = sign_in(desk, club, link)
    vera.get_by_role("link", name=D("New event")).first.click()
    vera.get_by_label(D("Title")).fill("Café der Caritas")
    vera.get_by_label(D("In one or two sentences")).fill("Kaffee für alle.")
    vera.get_by_label(D("Begins at")).fill("15:00")
    vera.get_by_label(D("Venue"), exact=True).select_option("mitte51")
    vera.get_by_label("Stufenlos").check()
    expect(vera.get_by_label("Stadt Rheine")).to_have_count(0)
    vera.get_by_role("button", name=D("Save")).click()
    expect(vera.get_by_role("button", name=D("Publish"))).to_have_count(0)
    vera.get_by_role("button", name=D("Hand it in")).click()
    expect(vera.get_by_role("status")).to_have_text(
        D("It is handed in. The coordination looks at it and publishes it.")
    )

    page.goto(f"{desk.url}/verwaltung/")
    waits = page.get_by_role("region", name=D("Waits for you"))
    waits.get_by_role("link", name="Café der Caritas").click()
    publish(page)
    vera.goto(f"{desk.url}/verwaltung/veranstaltungen/")
    expect(vera.get_by_role("link", name="Café der Caritas")).to_be_visible()
    expect(vera.get_by_role("link", name="Infoabend")).to_have_count(0)
    for path in ("veranstaltung/infoabend/", "veranstaltung/infoabend/anmeldungen/", "konten/"):
        answer = vera.goto(f"{desk.url}/verwaltung/{path}")
        assert answer is not None
        assert answer.status == 404
    host = (
        "SELECT organisation.key FROM event_host JOIN organisation "
        "ON organisation.id = organisation_id JOIN event ON event.id = event_id "
        "WHERE event.key = 'cafe-der-caritas'"
    )
    assert count_rows(desk.database_url, host) == "caritasverband-rheine"
    club.close()


def test_dilan_without_e_mail_is_entered_and_called_when_it_is_off(
    desk: Site, office: BrowserContext
) -> None:
    page = at_the_desk(desk, office)
    event = publish_event(page, desk, "Nähstube")
    page.get_by_role("link", name=D("Enter somebody who calls")).click()
    page.get_by_label("Name", exact=True).fill("Dilan Demir")
    page.get_by_label("Telefonnummer").fill("05971 12345")
    page.get_by_label("Anzahl der Plätze").fill("2")
    page.get_by_role("button", name=D("Sign them up"), exact=True).click()
    code = party(desk, event, "Dilan Demir", "code")
    expect(page.get_by_role("status")).to_have_text(
        D("They are signed up. Their code is %(code)s.", code=code)
    )
    page.goto(f"{desk.url}/verwaltung/veranstaltung/{event}/")
    page.get_by_label(D("Why? (everyone reads this)")).fill("Wasserschaden")
    page.get_by_role("button", name=D("Call it off")).click()
    page.goto(f"{desk.url}/verwaltung/anrufe/")
    call = page.get_by_role("region", name="Dilan Demir")
    expect(call).to_contain_text("05971 12345")
    expect(call).to_contain_text("Wasserschaden")
    call.get_by_role("button", name=D("Reached")).click()
    expect(page.get_by_role("status")).to_have_text(D("Ticked off."))
    expect(page.get_by_role("region", name="Dilan Demir")).to_have_count(0)
    reached = (
        "SELECT count(*) FROM letter JOIN registration ON registration.id = registration_id "
        "WHERE registration.name = 'Dilan Demir' AND reached_at IS NOT NULL "
        "AND letter.kind = 'event_changed'"
    )
    assert count_rows(desk.database_url, reached) == 1


def open_door(page: Page, url: str, event: str) -> None:
    page.goto(f"{url}/verwaltung/einlass/{event}/")
    page.locator("[data-door][data-ready]").wait_for()


def look_up(page: Page, words: str) -> None:
    page.get_by_role("searchbox").fill(words)
    page.keyboard.press("Enter")


def expect_said(page: Page, text: str) -> None:
    expect(page.locator(".door-result")).to_have_text(text)


def test_tom_lets_people_in_by_code_and_by_name(
    desk: Site, browser: Browser, office: BrowserContext, phone: BrowserContext
) -> None:
    karla = at_the_desk(desk, office)
    event = publish_event(karla, desk, "Lichterfest", TODAY, 4)
    other = publish_event(karla, desk, "Lesekreis", TODAY)
    anna, _page = sign_up(office, desk, event, "Anna Zander", 3)
    sign_up(office, desk, event, "Ben Adler")
    chiara, _page = sign_up(office, desk, event, "Chiara Conti")
    dilan, _page = sign_up(office, desk, other, "Dilan Demir")
    page = sign_in(
        desk, phone, open_account(karla, desk, "Tom", "Door: check-in on one day", "Lichterfest")
    )
    # On duty at one event alone, Tom is led to it.
    page.locator("[data-door][data-ready]").wait_for()

    look_up(page, anna.replace("-", "").lower())
    expect_said(page, "Anna Z.: 3")
    page.get_by_role("button", name=D("Let {number} in").format(number=2)).click()
    expect_said(page, D("{name} is in: {number}").format(name="Anna Z.", number=2))
    expect(page.locator(".door-status")).to_contain_text(D("Everything is sent."))
    assert party(desk, event, "Anna Zander", "arrived") == "2"
    look_up(page, anna)
    expect(page.locator(".door-result")).to_contain_text("Anna Z.")
    expect(page.locator(".door-result")).to_have_class(re.compile("warn"))

    # Her whole name is not kept here, and found all the same.
    page.get_by_role("searchbox").fill("conti")
    expect(page.locator(".door-list")).to_contain_text("Chiara C.")
    page.get_by_role("searchbox").fill("ben")
    page.get_by_role("button", name=D("Let {number} in").format(number=1)).click()
    expect_said(page, D("{name} is in: {number}").format(name="Ben A.", number=1))
    page.get_by_role("button", name=D("Take back")).click()
    expect_said(page, D("{name} is out again").format(name="Ben A."))
    expect(page.locator(".door-status")).to_contain_text(D("Everything is sent."))
    assert party(desk, event, "Ben Adler", "checked_in_at") == "None"
    look_up(page, chiara)
    expect_said(page, D("{name} has no place: waiting list").format(name="Chiara C."))
    look_up(page, dilan)
    expect_said(page, D("Nobody here has this code or name"))
    # What is kept on a telephone is no more than is needed at the door.
    kept = page.evaluate("JSON.stringify(localStorage)")
    assert "Anna Z." in kept
    assert not [word for word in ("Zander", "example.org", "05971") if word in kept]


def test_the_door_works_on_without_a_network(
    desk: Site, office: BrowserContext, phone: BrowserContext
) -> None:
    karla = at_the_desk(desk, office)
    event = publish_event(karla, desk, "Trommelkreis", TODAY)
    anna, _page = sign_up(office, desk, event, "Anna Zander", 3)
    sign_up(office, desk, event, "Ben Adler")
    page = at_the_desk(desk, phone)
    with wire_to(desk.url) as wire:
        open_door(page, wire.url, event)
        until(page, IS_KEPT)
        wire.cut()
        page.reload()
        page.locator("[data-door][data-ready]").wait_for()
        look_up(page, anna)
        page.get_by_role("button", name=D("Let {number} in").format(number=2)).click()
        look_up(page, "Ben")
        page.get_by_role("button", name=D("Let {number} in").format(number=1)).click()
        page.get_by_role("button", name=D("One more without a sign-up")).click()
        page.get_by_role("button", name=D("One more without a sign-up")).click()
        expect(page.locator("span[data-walked-in]")).to_have_text("2")
        expect(page.locator(".door-status")).to_contain_text(
            D("No network: everything is kept here and sent later.")
        )
        # What was noted outlives the page.
        page.reload()
        page.locator("[data-door][data-ready]").wait_for()
        expect(page.locator("[data-arrived]")).to_have_text("3")
        expect(page.locator("span[data-walked-in]")).to_have_text("2")
        assert party(desk, event, "Anna Zander", "arrived") == "0"
        # Signing out would lose it, and asks.
        asked: list[str] = []

        def refuse(dialog: Dialog) -> None:
            asked.append(dialog.message)
            dialog.dismiss()

        page.once("dialog", refuse)
        page.locator(".menu-me summary").click()
        page.get_by_role("button", name=D("Sign out"), exact=True).click()
        assert len(asked) == 1
        expect(page.locator("[data-arrived]")).to_have_text("3")

        # Meanwhile Karla lets Anna in at another door, with a network: later than Tom did.
        open_door(karla, desk.url, event)
        look_up(karla, anna)
        karla.get_by_role("button", name=D("Let {number} in").format(number=3)).click()
        expect(karla.locator(".door-status")).to_contain_text(D("Everything is sent."))
        later = party(desk, event, "Anna Zander", "checked_in_at")
        wire.mend()
        page.evaluate("dispatchEvent(new Event('online'))")
        expect(page.locator(".door-status")).to_contain_text(D("Everything is sent."))
        assert party(desk, event, "Anna Zander", "checked_in_at") < later
        assert party(desk, event, "Ben Adler", "arrived") == "1"
        walked_in = f"SELECT walked_in FROM event WHERE key = '{event}'"
        assert count_rows(desk.database_url, walked_in) == 2
        page.reload()
        page.locator("[data-door][data-ready]").wait_for()
        expect(page.locator("span[data-walked-in]")).to_have_text("2")
        assert count_rows(desk.database_url, walked_in) == 2


def test_walk_ins_whose_answer_got_lost_are_counted_once(
    desk: Site, office: BrowserContext, phone: BrowserContext
) -> None:
    event = publish_event(at_the_desk(desk, office), desk, "Tanztee", TODAY)
    page = at_the_desk(desk, phone)
    open_door(page, desk.url, event)
    lost: list[str] = []

    def lose(route: Route) -> None:
        """Let the site have what was sent, and the telephone no answer."""
        if lost:
            route.continue_()
        else:
            route.fetch()
            lost.append(route.request.url)
            route.abort()

    page.route("**/abgleich", lose)
    page.get_by_role("button", name=D("One more without a sign-up")).click()
    offline = D("No network: everything is kept here and sent later.")
    expect(page.locator(".door-status")).to_contain_text(offline)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator(".door-status")).to_contain_text(D("Everything is sent."))
    assert lost
    expect(page.locator("span[data-walked-in]")).to_have_text("1")
    walked_in = f"SELECT walked_in FROM event WHERE key = '{event}'"
    assert count_rows(desk.database_url, walked_in) == 1


def test_the_door_works_without_javascript(
    desk: Site, browser: Browser, office: BrowserContext
) -> None:
    karla = at_the_desk(desk, office)
    event = publish_event(karla, desk, "Stadtrundgang", TODAY, 3)
    other = publish_event(karla, desk, "Kleidertausch", TODAY)
    anna, _page = sign_up(office, desk, event, "Anna Zander", 3)
    sign_up(office, desk, event, "Chiara Conti")
    dilan, _page = sign_up(office, desk, other, "Dilan Demir")
    plain = browser.new_context(
        java_script_enabled=False, viewport={"width": 360, "height": 740}, locale="de-DE"
    )
    page = at_the_desk(desk, plain)
    page.goto(f"{desk.url}/verwaltung/einlass/{event}/")
    look_up(page, anna)
    page.get_by_role("button", name=D("Let {number} in").format(number=2)).click()
    expect(page.locator(".said")).to_contain_text("Anna Zander")
    assert party(desk, event, "Anna Zander", "arrived") == "2"
    look_up(page, "Zander")
    expect(page.locator(".door-list")).to_contain_text(
        D("in since {time}").partition("{time}")[0] + "12:"
    )
    page.get_by_role("button", name=D("Take back")).click()
    assert party(desk, event, "Anna Zander", "arrived") == "0"
    look_up(page, "Chiara")
    expect(page.locator(".door-list")).to_contain_text(D("waiting list"))
    look_up(page, dilan)
    expect_said(page, f"{D('This ticket is for another event')}: Kleidertausch")
    page.get_by_role("button", name=D("One more without a sign-up")).click()
    page.get_by_role("button", name=D("One more without a sign-up")).click()
    page.get_by_role("button", name=D("One less without a sign-up")).click()
    walked_in = f"SELECT walked_in FROM event WHERE key = '{event}'"
    assert count_rows(desk.database_url, walked_in) == 1
    plain.close()


@pytest.mark.parametrize("reader", ["own", "ours"])
def test_a_ticket_before_the_camera_lets_in(
    desk: Site, browser: Browser, office: BrowserContext, tmp_path: Path, reader: str
) -> None:
    karla = at_the_desk(desk, office)
    event = publish_event(karla, desk, f"Filmabend {reader}", TODAY)
    _code, ticket = sign_up(office, desk, event, "Anna Zander")
    # As her telephone shows it, on which the picture for the camera has to be found.
    ticket.set_viewport_size({"width": 640, "height": 480})
    ticket.locator(".ticket .qr").scroll_into_view_if_needed()
    film = film_of(ticket, tmp_path / "ticket.mjpeg")
    camera = browser.browser_type.launch(
        executable_path=chromium(whole=True),
        args=[
            *FLAGS.split(),
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={film}",
        ],
    )
    context = camera.new_context(permissions=["camera"], locale="de-DE")
    if reader == "ours":
        context.add_init_script("delete window.BarcodeDetector")
    page = at_the_desk(desk, context)
    open_door(page, desk.url, event)
    page.get_by_role("button", name=D("Scan with the camera")).click()
    expect_said(page, D("{name} is in: {number}").format(name="Anna Z.", number=1))
    page.get_by_role("button", name=D("Stop the camera")).click()
    expect(page.locator("video")).to_be_hidden()
    expect(page.locator(".door-status")).to_contain_text(D("Everything is sent."))
    assert party(desk, event, "Anna Zander", "arrived") == "1"
    camera.close()


def test_two_who_edit_the_same_event_lose_nothing(
    desk: Site, browser: Browser, office: BrowserContext
) -> None:
    ikw(desk.env, "organiser", "add", "--once", "Konrad", "konrad@example.org")
    karla = at_the_desk(desk, office)
    event = write_event(karla, desk, "Spielenachmittag")
    elsewhere = browser.new_context(locale="de-DE")
    konrad = at_the_desk(desk, elsewhere, "konrad@example.org")
    for page in (karla, konrad):
        page.goto(f"{desk.url}/verwaltung/veranstaltung/{event}/bearbeiten")
    karla.get_by_label(D("In one or two sentences")).fill("Karla schreibt: mit Kuchen.")
    karla.get_by_role("button", name=D("Save")).click()
    konrad.get_by_label(D("Description")).fill("Konrad schreibt: bis 12 Jahre.")
    konrad.get_by_role("button", name=D("Save")).click()
    warning = konrad.get_by_role("alert")
    expect(warning).to_be_focused()
    expect(warning).to_contain_text(D("Somebody else has changed this event"))
    expect(warning).to_contain_text("Karla")
    row = warning.get_by_role("row").filter(has_text=D("In one or two sentences"))
    expect(row).to_contain_text("Karla schreibt: mit Kuchen.")
    expect(row).to_contain_text("Wir kommen zusammen.")
    expect(konrad.get_by_label(D("Description"))).to_have_value("Konrad schreibt: bis 12 Jahre.")
    summary = f"SELECT summary || coalesce(description, '') FROM event WHERE key = '{event}'"
    assert count_rows(desk.database_url, summary) == "Karla schreibt: mit Kuchen."
    konrad.get_by_label(D("In one or two sentences")).fill("Karla schreibt: mit Kuchen.")
    konrad.get_by_role("button", name=D("Save")).click()
    expect(konrad.get_by_role("status")).to_have_text(D("Saved."))
    assert count_rows(desk.database_url, summary) == (
        "Karla schreibt: mit Kuchen.Konrad schreibt: bis 12 Jahre."
    )
    elsewhere.close()


def test_karla_tries_a_letter_on_herself_sends_it_and_stops_it(
    desk: Site, office: BrowserContext
) -> None:
    page = at_the_desk(desk, office)
    event = publish_event(page, desk, "Kochkurs")
    sign_up(office, desk, event, "Anna Zander")
    sign_up(office, desk, event, "Ben Adler")
    page.goto(f"{desk.url}/verwaltung/veranstaltung/{event}/nachricht")
    page.get_by_role("button", name=D("See how it looks")).click()
    expect(page.locator("#error-summary")).to_contain_text(D("Please enter a subject."))
    page.get_by_label(D("Subject")).fill("Bitte Schürzen mitbringen")
    page.get_by_label("Text", exact=True).fill("Guten Tag {name},\n\nbringen Sie eine Schürze mit.")
    page.get_by_role("button", name=D("See how it looks")).click()
    expect(page.locator(".letter")).to_contain_text("Guten Tag Anna Zander,")
    page.get_by_role("button", name=D("Test to myself")).click()
    expect(page.get_by_role("status")).to_have_text(
        D("The test is on its way to %(email)s.", email="karla@example.org")
    )
    assert "Anna Zander" in letter_to(desk, "karla@example.org", "Bitte Schürzen mitbringen")
    page.get_by_role("button", name=D("Send now")).click()
    counts = page.locator(".counts")
    expect(counts).to_contain_text(re.compile(rf"{D('waits to be sent')}\s*2"))
    page.get_by_role("button", name=D("Stop what has not left")).click()
    expect(counts).to_contain_text(re.compile(rf"{D('taken back')}\s*2"))
    stopped = "SELECT count(*) FROM letter WHERE kind = 'message' AND withdrawn_at IS NOT NULL"
    assert count_rows(desk.database_url, stopped) == 2


def test_karla_writes_and_publishes_an_event_without_a_mouse(
    desk: Site, office: BrowserContext
) -> None:
    page = at_the_desk(desk, office)
    # Smooth scrolling would still be on its way when we look.
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{desk.url}/verwaltung/")
    tab_to(page, D("Skip to content"))
    page.keyboard.press("Enter")
    tab_to(page, D("New event"))
    follow(page)
    tab_to(page, D("Title"))
    page.keyboard.type("Chorprobe")
    tab_to(page, D("In one or two sentences"))
    page.keyboard.type("Singen ohne Noten.")
    tab_to(page, D("Begins at"))
    page.keyboard.type("1930")
    tab_to(page, D("Venue"))
    page.keyboard.press("ArrowDown")
    tab_to(page, "Caritasverband Rheine")
    page.keyboard.press("Space")
    tab_to(page, "Stufenlos")
    page.keyboard.press("Space")
    tab_to(page, D("People sign up"))
    page.keyboard.press("Space")
    tab_to(page, D("Places in all"))
    page.keyboard.type("30")
    tab_to(page, D("Save"))
    follow(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Chorprobe")
    tab_to(page, D("Publish"))
    follow(page)
    expect(page.get_by_role("status")).to_have_text(D("It is published. Everyone can see it now."))
    start = "SELECT start FROM event WHERE key = 'chorprobe' AND published_at IS NOT NULL"
    assert count_rows(desk.database_url, start)[:5] == "19:30"
