"""What a flood leaves in the list, and what the door leaves on a telephone: both can be cleared."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, expect
from sqlalchemy import text

from ikw.actions.registration.bursts import MANY
from ikw.db import connect
from tests.browser.conftest import PATIENCE
from tests.browser.organisers import at_the_desk, publish_event, sign_up
from tests.browser.test_desk import IS_KEPT, TODAY, open_door
from tests.browser.waiting import until
from tests.browser.words import D
from tests.conftest import count_rows
from tests.sites import Site


def test_names_leave_the_telephone_with_the_next_page_of_the_desk(
    desk: Site, office: BrowserContext, phone: BrowserContext
) -> None:
    event = publish_event(at_the_desk(desk, office), desk, "Spieleabend", TODAY)
    sign_up(office, desk, event, "Zacharias Zimmer")
    page = at_the_desk(desk, phone)
    open_door(page, desk.url, event)
    until(page, IS_KEPT)
    kept = f"localStorage.getItem('door {event}')"
    cached = f"(await (await caches.open('door-1')).match('/verwaltung/einlass/{event}/')) ?? null"
    until(page, f"({kept} ?? '').includes('Zacharias')")
    until(page, f"({cached}) !== null")

    # Somebody looks at the desk while the event is on: everything stays.
    page.goto(f"{desk.url}/verwaltung/veranstaltungen/")
    assert page.evaluate(f"{kept} !== null")
    # The event and its night are over, by the telephone's own clock.
    page.clock.set_fixed_time("2100-01-01T12:00:00Z")
    page.goto(f"{desk.url}/verwaltung/veranstaltungen/")
    until(page, f"{kept} === null")
    until(page, f"({cached}) === null")


def test_what_was_not_sent_stays_without_a_name(
    desk: Site, office: BrowserContext, phone: BrowserContext
) -> None:
    event = publish_event(at_the_desk(desk, office), desk, "Lesung", TODAY)
    sign_up(office, desk, event, "Yvonne Ypsilon")
    page = at_the_desk(desk, phone)
    open_door(page, desk.url, event)
    until(page, f"(localStorage.getItem('door {event}') ?? '').includes('Yvonne')")
    page.goto(f"{desk.url}/verwaltung/veranstaltungen/")
    page.evaluate(
        """(key) => {
          const kept = JSON.parse(localStorage.getItem(key));
          kept.acts = [{ id: "a.1", at: 1, what: "walk-in", arrived: 1 }];
          kept.until = 1;
          localStorage.setItem(key, JSON.stringify(kept));
        }""",
        f"door {event}",
    )
    page.goto(f"{desk.url}/verwaltung/veranstaltungen/")
    until(page, f"!localStorage.getItem('door {event}').includes('Yvonne')")
    assert page.evaluate(f"JSON.parse(localStorage.getItem('door {event}')).acts.length") == 1


@pytest.mark.parametrize("with_javascript", [True, False])
def test_a_flood_is_cancelled_on_a_telephone_but_for_who_is_real(
    desk: Site, browser: Browser, office: BrowserContext, with_javascript: bool
) -> None:
    title = f"Beliebt {'mit' if with_javascript else 'ohne'} Skript"
    event = publish_event(at_the_desk(desk, office), desk, title, TODAY, 50)
    engine = connect(desk.database_url)
    with engine.connect().execution_options(ikw_writes=True) as connection:
        for number in range(MANY + 1):
            # As a program would have come, from a network of its own.
            connection.execute(
                text(
                    "INSERT INTO registration (event_id, code, made_by, link_hash, link_seed, name,"
                    " email, language, companions, needed, answers, places, seats, arrived,"
                    " created_at, network) SELECT id, :code, :key, :key, 'seed', :name, :email,"
                    " 'de', '[]', '[]', '{}', 1, 1, 0, '2023-01-20 11:00:00', 'flood'"
                    " FROM event WHERE key = :event"
                ),
                {
                    "code": f"AAA-AA{number}",
                    "key": f"{event}{number}",
                    "name": f"Programm {number}",
                    "email": f"programm{number}@example.org",
                    "event": event,
                },
            )
        connection.execute(
            text("UPDATE event SET taken = :taken WHERE key = :event"),
            {"taken": MANY + 1, "event": event},
        )
        connection.commit()
    engine.dispose()
    context = browser.new_context(
        viewport={"width": 360, "height": 740},
        locale="de-DE",
        java_script_enabled=with_javascript,
    )
    context.set_default_timeout(PATIENCE)
    page = at_the_desk(desk, context)
    page.goto(f"{desk.url}/verwaltung/veranstaltung/{event}/anmeldungen/")
    page.get_by_role("link", name=D("Look at them")).click()
    page.get_by_role("checkbox", name=D("Cancel %(name)s", name="Programm 0")).uncheck()
    page.get_by_role("button", name=D("Cancel those ticked")).click()
    expect(page.get_by_role("status").first).to_have_text(f"{MANY} Anmeldungen sind abgesagt.")
    left = (
        "SELECT name FROM registration JOIN event ON event.id = event_id"
        f" WHERE event.key = '{event}' AND cancelled_at IS NULL"
    )
    assert count_rows(desk.database_url, left) == "Programm 0"
    taken = f"SELECT taken FROM event WHERE key = '{event}'"
    assert count_rows(desk.database_url, taken) == 1
    assert re.search("Programm 0", page.content())
    context.close()
