"""Every page of the desk with an address that shows it, on a site where much has happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask
from playwright.sync_api import Browser, BrowserContext

from tests.browser.organisers import (
    at_the_desk,
    open_account,
    publish_event,
    sign_up,
    write_event,
)
from tests.browser.routes import DESK, post
from tests.browser.words import D
from tests.conftest import count_rows
from tests.programmes.test_sheet import sheet
from tests.sites import Site

#: Answers that are files, and a page that is seen only where the town wants a second factor.
NO_PAGES = {
    "desk.passkeys.confirm",
    "desk.door.worker",
    "desk.translations.file",
    "desk.numbers.as_csv",
    "desk.numbers.as_report",
    "desk.numbers.year_as_csv",
    "desk.numbers.year_as_report",
    "desk.printing.as_csv",
    "desk.printing.as_xlsx",
    "desk.printing.attendance",
    "desk.printing.name_badges",
    "desk.printing.certificates_of",
    "desk.persons.file",
    "desk.picture.show",
    "desk.sheets.as_xlsx",
    "desk.sheets.marked",
    "desk.sheets.template",
}


@dataclass(frozen=True)
class DeskKeys:
    """What the addresses of the desk hold."""

    event: str
    draft: str
    off: str
    #: By the endpoint whose address holds it.
    numbers: dict[str, int]


def furnish(site: Site, browser: Browser) -> DeskKeys:
    """Let so much happen that every page has something on it."""
    office = browser.new_context(locale="de-DE")
    page = at_the_desk(site, office)
    draft = write_event(page, site, "Entwurf für alle", "2023-03-01")
    binned = write_event(page, site, "Für den Papierkorb", "2023-03-02")
    page.goto(f"{site.url}{DESK}veranstaltung/{binned}/papierkorb")
    page.get_by_role("button", name=D("Yes, into the bin")).click()
    # At the same time and place as the other: they clash.
    off = publish_event(page, site, "Fest, das ausfällt", "2023-03-03", 5)
    event = publish_event(page, site, "Fest der vielen Sprachen", "2023-03-03", 4)
    sign_up(office, site, event, "Anna Zander", 4)
    sign_up(office, site, event, "Chiara Conti")
    for key in (event, off):
        page.goto(f"{site.url}{DESK}veranstaltung/{key}/anmeldungen/neu")
        page.get_by_label("Name", exact=True).fill("Dilan Demir")
        page.get_by_label("Telefonnummer").fill("05971 4712")
        page.locator("input[name=needed]").first.check()
        page.get_by_role("button", name=D("Sign them up"), exact=True).click()
    page.goto(f"{site.url}{DESK}veranstaltung/{off}/")
    page.get_by_label(D("Why? (everyone reads this)")).fill("Das Dach ist undicht.")
    page.get_by_role("button", name=D("Call it off")).click()
    page.goto(f"{site.url}{DESK}veranstaltung/{event}/nachricht")
    page.get_by_label(D("Subject")).first.fill("Bitte an {name}")
    page.get_by_label("Text", exact=True).first.fill("Guten Tag {name}!")
    page.get_by_role("button", name=D("See how it looks")).click()
    page.get_by_role("button", name=D("Send now")).click()
    page.goto(f"{site.url}{DESK}reihen/ikw-2023/nachricht")
    page.get_by_label(D("Subject")).first.fill("An alle")
    page.get_by_label("Text", exact=True).first.fill("Guten Tag {name}!")
    page.get_by_role("button", name=D("See how it looks")).click()
    page.get_by_role("button", name=D("Send now")).click()
    page.goto(f"{site.url}{DESK}reihen/ikw-2023/geld")
    page.locator("#name").fill("Integrationsrat")
    page.locator("#amount").fill("11000")
    page.locator("main form .button").filter(has_text=D("Add")).click()
    page.goto(f"{site.url}{DESK}reihen/ikw-2023/datei")
    rows = sheet(
        ["Lesung im Park", "23.09.2023", "15 Uhr", None, "Mitte51", "Frau Adam"],
        ["Tanz", "24.09.2023", 18.3, None, "Park", None],
        heads=("Titel", "Datum", "Beginn", "Ende", "Ort", "Telefonisch über"),
    )
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    page.locator("#file").set_input_files({"name": "w.xlsx", "mimeType": kind, "buffer": rows})
    page.get_by_role("button", name=D("See what would change")).click()
    # What has a question stays to be confirmed, what has none can be undone.
    page.get_by_role("button", name=D("Take over what is ticked")).click()
    page.get_by_role("status").wait_for()
    page.goto(f"{site.url}{DESK}veranstaltung/{event}/aufgaben")
    page.locator("#title").fill("Technik bestellen")
    page.get_by_role("button", name=D("Note it")).click()
    page.locator("#purpose").fill("Tonanlage")
    page.locator("#planned").fill("500")
    page.locator("#spent").fill("700")
    page.get_by_role("button", name=D("Save")).click()
    # Fewer places than are taken.
    page.goto(f"{site.url}{DESK}veranstaltung/{event}/")
    page.get_by_label(D("Places in all")).fill("2")
    page.get_by_role("button", name=D("Change"), exact=True).click()
    open_account(page, site, "Viktor", "Club: its own events", "Caritasverband Rheine")
    post(f"{site.url}/rueckmeldung", message="Zu klein!", about="accessibility", name="Emil")
    page.goto(f"{site.url}{DESK}veranstaltungen/neu")
    page.get_by_label(D("Title")).fill("Noch nicht fertig")
    page.get_by_role("button", name=D("Add a venue that is not in the list")).click()
    page.locator("#street").wait_for()
    office.close()

    def number(statement: str) -> int:
        return int(count_rows(site.database_url, statement))

    numbers = {
        "desk.accounts.edit": number("SELECT id FROM organiser WHERE name = 'Viktor'"),
        "desk.feedback.show": number("SELECT max(id) FROM feedback"),
        "desk.money.edit": number("SELECT max(id) FROM source"),
        "desk.mailing.show": number("SELECT max(id) FROM mailing WHERE event_id IS NOT NULL"),
        "desk.series_mailing.show": number(
            "SELECT max(id) FROM mailing WHERE series_id IS NOT NULL"
        ),
        "desk.outbox.show": number("SELECT max(id) FROM letter WHERE kind = 'message'"),
        "desk.sheets.confirm": number("SELECT max(id) FROM upload"),
        "desk.kept_forms.show": number("SELECT max(id) FROM kept_form"),
        "desk.imports.show": number('SELECT max(id) FROM "import"'),
        "desk.tasks.edit_cost": number("SELECT max(id) FROM cost"),
        "desk.all_tasks.edit": number("SELECT max(id) FROM task"),
    } | dict.fromkeys(
        ("desk.registration.show", "desk.registration.ask_to_cancel"),
        number("SELECT max(id) FROM registration WHERE name = 'Chiara Conti'"),
    )
    return DeskKeys(event, draft, off, numbers)


def desk_pages(app: Flask, keys: DeskKeys) -> list[str]:
    """Return the path of every page of the desk, and of some in states in which they differ."""
    here = f"{DESK}veranstaltung/{keys.event}"
    registration = keys.numbers["desk.registration.show"]
    found = [
        f"{DESK}veranstaltung/{keys.draft}/",
        f"{DESK}veranstaltung/{keys.draft}/papierkorb",
        f"{DESK}veranstaltung/{keys.off}/",
        f"{DESK}veranstaltungen/?stand=draft",
        f"{here}/anmeldungen/?nur=waiting",
        f"{here}/anmeldungen/?q=gibtesnicht",
        f"{DESK}personen/?q=Conti",
        f"{DESK}personen/loeschung?q=Conti&was=registration-{registration}",
        f"{DESK}einlass/{keys.event}/?q=Conti",
        f"{DESK}postausgang/?stand=queued",
        f"{DESK}kalender/?tag=2023-03-03",
        f"{DESK}reihen/ikw-2023/kopie?erster=2024-09-21",
    ]
    for rule in app.url_map.iter_rules():
        is_page = "GET" in (rule.methods or set()) and rule.endpoint not in NO_PAGES
        if not is_page or not rule.endpoint.startswith("desk."):
            continue
        values: dict[str, Any] = {
            "event": keys.event,
            "series": "ikw-2023",
            "venue": "mitte51",
            "organisation": "caritasverband-rheine",
            "name": "impressum",
            "call": "ikw-2023-stall",
            "language": "uk",
        }
        if "number" in rule.arguments:
            values["number"] = keys.numbers[rule.endpoint]
        needed = {name: values[name] for name in rule.arguments - set(rule.defaults or {})}
        with app.test_request_context():
            found.append(app.url_for(rule.endpoint, **needed))
    return sorted(set(found))


def signed_out_pages(link: str) -> list[str]:
    """Return the paths that are seen before one has signed in; `link` opens the desk."""
    path = "/" + link.split("/", 3)[3]
    return [f"{DESK}anmelden", f"{DESK}anmelden/unterwegs", path, f"{DESK}link/{'x' * 32}/"]


def open_desk(site: Site, context: BrowserContext) -> None:
    at_the_desk(site, context).close()
