"""What each role may open, see and change at the desk; all else is not there for them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import time, timedelta
from typing import Any

import pytest
from flask import url_for
from flask.testing import FlaskClient
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from ikw import clock, db
from ikw.model import Cost, Event, Organiser, Registration, Venue
from ikw.model.roles import ROLES
from tests.conftest import MakeApp
from tests.web.desk.desk import (
    ANNA,
    BEN,
    DAY,
    NAMES,
    Side,
    Town,
    answers_in,
    furnish_town,
    sign_in,
    token_for,
)
from tests.web.forms import errors_in, send, token_in

ALL = frozenset(ROLES)
OPEN = ALL | {"stranger"}
COORDINATION = frozenset({"coordination"})
PLANNERS = COORDINATION | {"club"}
DOOR = PLANNERS | {"door"}
COUNTING = PLANNERS | {"reader"}

#: Who may open what, if it is theirs.
TABLE: dict[str, frozenset[str]] = {
    "sign_in.new": OPEN,
    "sign_in.create": OPEN,
    "sign_in.sent": OPEN,
    "sign_in.confirm": OPEN,
    "sign_in.open_desk": OPEN,
    "sign_in.sign_out": OPEN,
    "passkey_sign_in.ask": OPEN,
    "passkey_sign_in.sign_in": OPEN,
    "desk.home.show": ALL,
    "desk.accounts.mine": ALL,
    "desk.accounts.choose_language": ALL,
    "desk.accounts.end_session": ALL,
    "desk.passkeys.ask_to_register": ALL,
    "desk.passkeys.create": ALL,
    "desk.passkeys.remove": ALL,
    "desk.passkeys.confirm": ALL,
    "desk.passkeys.ask_to_confirm": ALL,
    "desk.passkeys.create_confirmation": ALL,
    "desk.accounts.index": COORDINATION,
    "desk.accounts.new": COORDINATION,
    "desk.accounts.create": COORDINATION,
    "desk.accounts.edit": COORDINATION,
    "desk.accounts.update": COORDINATION,
    "desk.accounts.close": COORDINATION,
    "desk.accounts.reopen": COORDINATION,
    "desk.calls.index": PLANNERS,
    "desk.calls.reached": PLANNERS,
    "desk.calls.not_reached": PLANNERS,
    "desk.door.index": DOOR,
    "desk.door.show": DOOR,
    "desk.door.check_in": DOOR,
    "desk.door.undo": DOOR,
    "desk.door.count_walk_ins": DOOR,
    "desk.door.sync": DOOR,
    # A script without any data.
    "desk.door.worker": ALL,
    "desk.event_form.new": PLANNERS,
    "desk.event_form.create": PLANNERS,
    "desk.event_form.edit": PLANNERS,
    "desk.event_form.update": PLANNERS,
    "desk.events.index": PLANNERS,
    "desk.event.show": PLANNERS,
    "desk.event.preview": PLANNERS,
    "desk.event.set_places": PLANNERS,
    "desk.event.close_sign_up": PLANNERS,
    "desk.event.reopen_sign_up": PLANNERS,
    "desk.event.submit": PLANNERS,
    "desk.event.call_off": PLANNERS,
    "desk.event.postpone": PLANNERS,
    "desk.event.reinstate": PLANNERS,
    "desk.event.duplicate": PLANNERS,
    "desk.bin.confirm": PLANNERS,
    "desk.bin.put": PLANNERS,
    "desk.event.hand_back": COORDINATION,
    "desk.event.publish": COORDINATION,
    "desk.events.publish_many": COORDINATION,
    "desk.bin.put_many": COORDINATION,
    "desk.event.withdraw": COORDINATION,
    "desk.bin.index": COORDINATION,
    "desk.bin.restore": COORDINATION,
    "desk.feedback.index": COORDINATION,
    "desk.feedback.show": COORDINATION,
    "desk.feedback.answer": COORDINATION,
    "desk.translations.index": COORDINATION,
    "desk.translations.file": COORDINATION,
    "desk.translations.upload": COORDINATION,
    "desk.translations.edit": COORDINATION,
    "desk.translations.update": COORDINATION,
    "desk.translations.review": COORDINATION,
    "desk.log.index": COORDINATION,
    "desk.settings.edit": COORDINATION,
    "desk.settings.update": COORDINATION,
    "desk.settings.edit_text": COORDINATION,
    "desk.settings.update_text": COORDINATION,
    "desk.persons.index": COORDINATION,
    "desk.persons.file": COORDINATION,
    "desk.persons.ask_to_erase": COORDINATION,
    "desk.persons.erase_them": COORDINATION,
    "desk.mailing.new": PLANNERS,
    "desk.mailing.create": PLANNERS,
    "desk.mailing.show": PLANNERS,
    "desk.mailing.stop": PLANNERS,
    "desk.series_mailing.new": COORDINATION,
    "desk.series_mailing.create": COORDINATION,
    "desk.series_mailing.show": COORDINATION,
    "desk.series_mailing.stop": COORDINATION,
    "desk.numbers.index": COUNTING,
    "desk.numbers.show": COUNTING,
    "desk.numbers.as_csv": COUNTING,
    "desk.numbers.as_report": COUNTING,
    "desk.numbers.show_event": COUNTING,
    "desk.numbers.edit_visits": PLANNERS,
    "desk.numbers.update_visits": PLANNERS,
    "desk.numbers.year_as_csv": COUNTING,
    "desk.numbers.year_as_report": COUNTING,
    "desk.organisations.index": COORDINATION,
    "desk.organisations.new": COORDINATION,
    "desk.organisations.create": COORDINATION,
    "desk.organisations.edit": COORDINATION,
    "desk.organisations.update": COORDINATION,
    "desk.organisations.remove": COORDINATION,
    "desk.outbox.index": PLANNERS,
    "desk.outbox.show": PLANNERS,
    "desk.outbox.send_again": PLANNERS,
    "desk.outbox.mark_bounced": PLANNERS,
    "desk.planner.show": PLANNERS,
    "desk.printing.as_csv": PLANNERS,
    "desk.printing.as_xlsx": PLANNERS,
    "desk.printing.attendance": PLANNERS,
    "desk.printing.name_badges": PLANNERS,
    "desk.printing.certificates_of": PLANNERS,
    "desk.registrations.index": PLANNERS,
    "desk.registrations.cancel_many": PLANNERS,
    "desk.callers.new": PLANNERS,
    "desk.callers.create": PLANNERS,
    "desk.registration.show": PLANNERS,
    "desk.registration.update_places": PLANNERS,
    "desk.registration.update_contact": PLANNERS,
    "desk.registration.cancel_companion": PLANNERS,
    "desk.registration.cancel": PLANNERS,
    "desk.registration.ask_to_cancel": PLANNERS,
    "desk.registration.restore": PLANNERS,
    "desk.registration.move_earlier": PLANNERS,
    "desk.registration.move_later": PLANNERS,
    "desk.registration.give_places": PLANNERS,
    "desk.registration.give_places_above": PLANNERS,
    "desk.series.index": COORDINATION,
    "desk.series.new": COORDINATION,
    "desk.series.create": COORDINATION,
    "desk.series.edit": COORDINATION,
    "desk.series.update": COORDINATION,
    "desk.calls_for.index": COORDINATION,
    "desk.calls_for.open_all": COORDINATION,
    "desk.calls_for.new": COORDINATION,
    "desk.calls_for.create": COORDINATION,
    "desk.calls_for.edit": COORDINATION,
    "desk.calls_for.update": COORDINATION,
    "desk.calls_for.remove": COORDINATION,
    "desk.copies.new": COORDINATION,
    "desk.copies.create": COORDINATION,
    "desk.series.publish": COORDINATION,
    "desk.series.withdraw": COORDINATION,
    "desk.series.remove": COORDINATION,
    "desk.money.show": COORDINATION,
    "desk.money.create": COORDINATION,
    "desk.money.edit": COORDINATION,
    "desk.money.update": COORDINATION,
    "desk.money.remove": COORDINATION,
    "desk.money.release": COORDINATION,
    "desk.money.block": COORDINATION,
    "desk.sheets.as_xlsx": COORDINATION,
    "desk.sheets.show": COORDINATION,
    "desk.sheets.create": COORDINATION,
    "desk.sheets.confirm": COORDINATION,
    "desk.sheets.take_over": COORDINATION,
    "desk.sheets.template": COORDINATION,
    "desk.sheets.marked": COORDINATION,
    "desk.accounts.send_invitation": COORDINATION,
    "desk.many.set_hosts": COORDINATION,
    "desk.many.withdraw": COORDINATION,
    "desk.times.edit": PLANNERS,
    "desk.times.update": PLANNERS,
    "desk.kept_forms.show": ALL,
    "desk.kept_forms.discard": ALL,
    "desk.imports.show": COORDINATION,
    "desk.imports.undo": COORDINATION,
    "desk.picture.edit": PLANNERS,
    "desk.picture.show": PLANNERS,
    "desk.picture.update": PLANNERS,
    "desk.picture.remove": PLANNERS,
    "desk.tasks.show": PLANNERS,
    "desk.tasks.create_task": PLANNERS,
    "desk.all_tasks.index": PLANNERS,
    "desk.all_tasks.create": COORDINATION,
    "desk.all_tasks.edit": PLANNERS,
    "desk.all_tasks.update": PLANNERS,
    "desk.all_tasks.tick_off": PLANNERS,
    "desk.all_tasks.remove": PLANNERS,
    "desk.tasks.create_cost": PLANNERS,
    "desk.tasks.edit_cost": PLANNERS,
    "desk.tasks.update_cost": PLANNERS,
    "desk.tasks.remove_cost": PLANNERS,
    "desk.venues.index": PLANNERS,
    "desk.venues.new": PLANNERS,
    "desk.venues.create": PLANNERS,
    "desk.venues.edit": COORDINATION,
    "desk.venues.update": COORDINATION,
    "desk.venues.remove": COORDINATION,
}

#: A page, a redirect within the desk, a link that is over, or a form without its token.
ANSWERS = {200, 303, 410, 422}

#: Which number of a side an address holds, by the part of the desk.
NUMBERS = {
    "registration": "party",
    "door": "party",
    "mailing": "mailing",
    "outbox": "letter",
    "calls": "call",
}

#: What no row has: an id that is free, and one that no database can hold.
NO_IDS = (999_999, 10**30)


@pytest.fixture
def town(make_app: MakeApp, sqlite_url: str) -> Town:
    return furnish_town(make_app(sqlite_url, IKW_BASE_URL="http://localhost:8000"))


def routes(town: Town) -> list[tuple[Rule, str]]:
    """Every route of the desk with each of its methods."""
    return [
        (rule, method)
        for rule in town.app.url_map.iter_rules()
        if rule.rule.startswith("/verwaltung/")
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"})
    ]


def number_of(rule: Rule) -> str | None:
    """Which number of a side the address of a route holds, if it holds one."""
    part, page = rule.endpoint.split(".")[1:] if rule.endpoint.count(".") == 2 else ("", "")
    if part in {"tasks", "all_tasks"}:
        return "cost" if page.endswith("_cost") else "task"
    return NUMBERS.get(part)


def address(town: Town, rule: Rule, role: str, side: Side, **instead: object) -> str:
    """The address of a route for what belongs to a side, as this role would open it."""
    part = rule.endpoint.split(".")[1]
    values: dict[str, Any] = {
        "event": "alt" if rule.endpoint == "desk.bin.restore" else side.event,
        "index": 0,
        "series": "woche",
        "venue": "haus",
        "organisation": f"{side.event}-verein",
        "language": "uk",
        "year": 2023,
        "token": "A" * 32,
        "form": "pdf",
        "name": "impressum",
        "call": "aufruf",
    }
    of_town = {
        "feedback": town.feedback,
        "money": town.source,
        "sheets": town.upload,
        "imports": town.done,
        "series_mailing": town.series_mailing,
    }
    if kind := number_of(rule):
        values["number"] = getattr(side, kind)
    elif part in of_town:
        values["number"] = of_town[part]
    elif part == "kept_forms":
        values["number"] = town.kept.get(role, 1)
    elif part == "passkeys":
        values["number"] = town.passkeys.get(role, 1)
    elif rule.endpoint == "desk.accounts.end_session":
        values["number"] = town.session_of(role) if role in ALL else 1
    elif part == "accounts":
        values["number"] = town.staff["reader"].id
    values |= instead
    with town.app.test_request_context():
        return url_for(rule.endpoint, **{name: values[name] for name in rule.arguments})


def ask(client: FlaskClient, method: str, path: str, token: str | None = None) -> TestResponse:
    data = {"form_token": token} if token and method != "GET" else None
    return client.open(path, method=method, data=data, buffered=True)


def not_404(
    client: FlaskClient, asked: Iterator[tuple[str, str]], token: str | None
) -> list[tuple[str, str, int]]:
    """Ask for all of them with a good token; return what was answered by anything but a 404."""
    answers = [
        (method, path, ask(client, method, path, token).status_code) for method, path in asked
    ]
    assert answers
    return [answer for answer in answers if answer[2] != 404]


def test_every_route_says_whom_it_is_for(town: Town) -> None:
    assert {rule.endpoint for rule, _method in routes(town)} == set(TABLE)


@pytest.mark.parametrize("prefix", ["", "/uk"])
def test_a_stranger_is_led_to_the_sign_in(town: Town, prefix: str) -> None:
    before, stranger = town.stored, town.app.test_client()
    token = token_in(stranger.get("/verwaltung/anmelden").text)
    for rule, method in routes(town):
        if "stranger" in TABLE[rule.endpoint]:
            continue
        there = address(town, rule, "stranger", town.dancers)
        nothing = address(town, rule, "stranger", town.dancers, event="nichts", number=999_999)
        for path in (there, nothing):
            answer = ask(stranger, method, prefix + path, token)
            assert answer.status_code == 303, (method, path)
            assert answer.location.partition("?")[0] == f"{prefix}/verwaltung/anmelden"
            assert "Set-Cookie" not in answer.headers
    assert town.stored == before


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_its_own_pages(town: Town, role: str) -> None:
    browser = town.browser_of(role)
    for rule, method in routes(town):
        if role in TABLE[rule.endpoint]:
            path = address(town, rule, role, town.dancers)
            # Without a token nothing changes on the way.
            answer = ask(browser, method, path)
            assert answer.status_code in ANSWERS, (method, path, answer.status_code)
            if rule.endpoint.startswith("desk."):
                assert not answer.headers.get("Location", "").startswith("/verwaltung/anmelden")


@pytest.mark.parametrize("role", [role for role in ROLES if role != "coordination"])
def test_what_is_not_for_a_role_is_not_there(town: Town, role: str) -> None:
    browser = town.browser_of(role)
    token, before = token_for(browser), town.stored
    others = (
        (method, address(town, rule, role, town.dancers))
        for rule, method in routes(town)
        if role not in TABLE[rule.endpoint]
    )
    assert not_404(browser, others, token) == []
    assert town.stored == before


@pytest.mark.parametrize("role", [role for role in ROLES if role != "coordination"])
def test_what_belongs_to_others_is_not_there(town: Town, role: str) -> None:
    """Rita has no events of her own, so that all of them are others' to her, but for numbers."""
    browser = town.browser_of(role)
    token, before = token_for(browser), town.stored
    theirs = [
        (method, address(town, rule, role, town.choir))
        for rule, method in routes(town)
        if "event" in rule.arguments or number_of(rule) in {"letter", "call"}
        if rule.arguments and not (role == "reader" and rule.endpoint == "desk.numbers.show_event")
    ]
    assert not_404(browser, iter(theirs), token) == []
    assert town.stored == before


@pytest.mark.parametrize("role", ROLES)
def test_nobody_ends_the_session_of_another_or_takes_a_passkey_away(town: Town, role: str) -> None:
    for other in ROLES:
        town.browser_of(other)
    browser = town.browser_of(role)
    token, before = token_for(browser), town.stored
    theirs = (
        ("POST", path)
        for other in ROLES
        if other != role
        for path in (
            f"/verwaltung/konto/sitzungen/{town.session_of(other)}/ende",
            f"/verwaltung/konto/passkeys/{town.passkeys[other]}/loeschung",
        )
    )
    assert not_404(browser, theirs, token) == []
    assert town.stored == before


@pytest.mark.parametrize("role", ["coordination", "club", "door"])
def test_a_party_of_another_event_is_not_found_under_this_one(town: Town, role: str) -> None:
    browser = town.browser_of(role)
    token, before = token_for(browser), town.stored
    mixed = (
        (method, address(town, rule, role, town.dancers, number=number))
        for rule, method in routes(town)
        if rule.arguments >= {"event", "number"} and role in TABLE[rule.endpoint]
        for number in [getattr(town.choir, number_of(rule) or "")]
    )
    assert not_404(browser, mixed, token) == []
    assert town.stored == before


@pytest.mark.parametrize("number", NO_IDS)
def test_numbers_that_nothing_has_are_not_found(town: Town, number: int) -> None:
    karla = town.browser_of("coordination")
    token, before = token_for(karla), town.stored
    numbered = (
        (method, address(town, rule, "coordination", town.dancers, number=number))
        for rule, method in routes(town)
        if "number" in rule.arguments
    )
    assert not_404(karla, numbered, token) == []
    assert town.stored == before


@pytest.mark.parametrize("part", ["postausgang", "protokoll"])
def test_a_list_older_than_any_number_is_a_list(town: Town, part: str) -> None:
    karla = town.browser_of("coordination")
    for number in (0, -1, *NO_IDS, -(10**30)):
        assert karla.get(f"/verwaltung/{part}/?vor={number}").status_code == 200, number


@pytest.mark.parametrize("act", ['{"ago": 1e999}', '{"ago": 0, "number": 1e30}', "7", "null"])
def test_what_no_telephone_of_ours_sends_changes_nothing(town: Town, act: str) -> None:
    tom = town.browser_of("door")
    token, before = token_for(tom), town.stored
    sent = act.replace("{", '{"what": "in", "id": "a", ', 1)
    answer = tom.post(f"{DOOR_PAGE}abgleich", data={"form_token": token, "acts": f"[{sent}]"})
    assert answer.status_code in {200, 400}
    assert town.stored == before


def test_keys_that_nothing_has_are_not_found(town: Town) -> None:
    karla = town.browser_of("coordination")
    token, before = token_for(karla), town.stored
    nothing = dict.fromkeys(("event", "series", "venue", "organisation", "language"), "nichts")
    keyed = (
        (method, address(town, rule, "coordination", town.dancers, **nothing))
        for rule, method in routes(town)
        if rule.arguments & set(nothing)
    )
    assert not_404(karla, keyed, token) == []
    assert town.stored == before


def words_in(answer: TestResponse) -> str:
    """All that can be read in an answer, be it a page, a table or a PDF."""
    if answer.mimetype == "application/pdf":
        pages = PdfReader(io.BytesIO(answer.data)).pages
        return "\n".join(page.extract_text() for page in pages)
    if (answer.mimetype or "").endswith("spreadsheetml.sheet"):
        book = load_workbook(io.BytesIO(answer.data))
        rows = [row for sheet in book for row in sheet.iter_rows(values_only=True)]
        return "\n".join(str(cell) for row in rows for cell in row)
    return answer.text


def everything_read_by(town: Town, role: str) -> dict[str, str]:
    """The words on every page that a role may open, and on those found by searching for Ben."""
    paths = [
        address(town, rule, role, town.dancers)
        for rule, method in routes(town)
        if method == "GET" and role in TABLE[rule.endpoint] and rule.endpoint != "sign_in.confirm"
    ]
    code = next(word for word in town.choir.secrets if len(word) == 7 and word[3] == "-")
    searches = [
        *[f"{path}?q={word}" for path in paths for word in ("becker", code)],
        "/verwaltung/postausgang/?stand=queued",
        "/verwaltung/kalender/?tag=2023-01-20",
        "/verwaltung/kalender/?tag=2023-01-20&ansicht=tag",
        "/verwaltung/veranstaltung/tanz/anmeldungen/?nur=needs",
    ]
    browser = town.browser_of(role)
    answers = {path: browser.get(path, buffered=True) for path in [*paths, *searches]}
    return {path: words_in(a) for path, a in answers.items() if a.status_code == 200}


def test_vera_learns_nothing_of_those_who_go_to_the_choir(town: Town) -> None:
    read = everything_read_by(town, "club")
    assert any("Konzert des Chors" in text for text in read.values()), "she sees when it is"
    for known in ("Anna Ahrens", "ahrens@example.org", "Rampe für Achmed", "Dilan Demir"):
        assert any(known in text for text in read.values()), known
    for path, text in read.items():
        # What she searches for stands in the field again.
        asked = path.partition("?q=")[2]
        found = {word for word in town.choir.secrets if word in text.replace(asked or "\0", "")}
        assert not found, path


def test_rita_reads_numbers_and_no_name(town: Town) -> None:
    read = everything_read_by(town, "reader")
    assert any("Tanz im Haus" in text and "3" in text for text in read.values())
    staff = {name for role, name in NAMES.items() if role != "reader"}
    for path, text in read.items():
        found = {
            word
            for word in town.choir.secrets | town.dancers.secrets | staff
            if word in text.replace(path.partition("?q=")[2] or "\0", "")
        }
        assert not found, path


DOOR_PAGE = "/verwaltung/einlass/tanz/"


def test_tom_lets_in_whom_he_is_to_let_in(town: Town) -> None:
    tom = town.browser_of("door")
    assert tom.get("/verwaltung/einlass/").location == DOOR_PAGE
    page = tom.get(f"{DOOR_PAGE}?q=Ahrens").text
    assert ANNA.name in page
    # The telephone keeps no more than it needs.
    for hidden in (*town.choir.secrets, "ahrens@example.org", "05971 11111", "Rampe für Achmed"):
        assert hidden not in page
    send(tom, DOOR_PAGE, f"{DOOR_PAGE}ankunft/{town.dancers.party}", arrived="2")
    with town.app.app_context():
        assert db.session().get_one(Registration, town.dancers.party).arrived == 2


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2023-01-19T23:59", False),
        ("2023-01-20T00:01", True),
        ("2023-01-20T23:58", True),
        ("2023-01-21T00:01", False),
    ],
)
def test_tom_is_on_duty_for_one_day_in_the_town(town: Town, moment: str, opens: bool) -> None:
    tom = town.browser_of("door")
    clock.set_to(moment)
    token, before = token_for(tom), town.stored
    assert tom.get(DOOR_PAGE).status_code == (200 if opens else 404)
    assert ("Tanz im Haus" in tom.get("/verwaltung/", follow_redirects=True).text) is opens
    answer = ask(tom, "POST", f"{DOOR_PAGE}ankunft/{town.dancers.party}", token)
    assert answer.status_code == (303 if opens else 404)
    assert (town.stored != before) is opens


def test_tom_delivers_after_midnight_what_he_noted_and_sees_nobody_any_more(town: Town) -> None:
    tom = town.browser_of("door")
    token = token_for(tom)
    act = {"id": "a1", "what": "in", "number": town.dancers.party, "arrived": 2, "ago": 3_600_000}
    noted = {"form_token": token, "acts": json.dumps([act])}
    clock.set_to("2023-01-21T00:10")
    answer = tom.post(f"{DOOR_PAGE}abgleich", data=noted)
    assert (answer.status_code, answer.get_json()["parties"]) == (200, [])
    with town.app.app_context():
        assert db.session().get_one(Registration, town.dancers.party).arrived == 2
    clock.set_to("2023-01-22T00:10")
    assert tom.post(f"{DOOR_PAGE}abgleich", data=noted).status_code == 404


def test_tom_stays_at_the_door_until_a_long_night_is_over(town: Town) -> None:
    """An event that goes on past midnight is one of its first day all the same."""
    with town.app.app_context(), db.write() as session:
        tanz = session.scalars(select(Event).where(Event.key == "tanz")).one()
        tanz.start, tanz.end = time(20), time(2)
        tanz.end_date = DAY + timedelta(days=1)
    tom = town.browser_of("door")
    clock.set_to("2023-01-21T01:00")
    assert tom.get(DOOR_PAGE).status_code == 200
    clock.set_to("2023-01-21T09:00")
    assert tom.get(DOOR_PAGE).status_code == 404


#: Columns of an event that no form may set, with what somebody could try.
NOT_YOURS = {
    "id": "77",
    "uid": "mine",
    "key": "geklaut",
    "published_at": "2023-01-01T00:00",
    "submitted_at": "2023-01-01T00:00",
    "deleted_at": "2023-01-01T00:00",
    "called_off_at": "2023-01-01T00:00",
    "created_at": "2001-01-01T00:00",
    "taken": "0",
    "walked_in": "500",
    "people_counted": "500",
    "former_venue_id": "1",
    "loaded": "{}",
}

TITLE = "Tanz bis zum Morgen"


def columns(event: Event) -> dict[str, object]:
    return {name: getattr(event, name) for name in NOT_YOURS}


@pytest.mark.parametrize("hosts", ["hosts", "host_rows", "host_rows-0", "organisation_id"])
def test_vera_sets_nothing_but_what_her_form_has(town: Town, hosts: str) -> None:
    vera = town.browser_of("club")
    with town.app.app_context():
        before = columns(db.session().scalars(select(Event).where(Event.key == "tanz")).one())
    path = "/verwaltung/veranstaltung/tanz/bearbeiten"
    more = {**NOT_YOURS, hosts: "konzert-verein", "role": "coordination", "is_new": "1"}
    answers = answers_in(vera.get(path).text) | {"title": [TITLE]} | more
    assert vera.post(path, data=answers).status_code == 303
    with town.app.app_context():
        tanz = db.session().scalars(select(Event).where(Event.title == TITLE)).one()
        assert columns(tanz) == before
        assert [host.key for host in tanz.hosts] == ["tanz-verein"]
        assert db.session().get_one(Organiser, town.staff["club"].id).role == "club"


def test_what_vera_writes_is_a_draft_of_her_own_club(town: Town) -> None:
    vera = town.browser_of("club")
    path = "/verwaltung/veranstaltungen/neu"
    more = {**NOT_YOURS, "hosts": "konzert-verein"}
    answer = vera.post(path, data=answers_in(vera.get(path).text) | {"title": TITLE} | more)
    assert answer.location == "/verwaltung/veranstaltung/tanz-bis-zum-morgen/"
    assert vera.get("/veranstaltung/tanz-bis-zum-morgen/").status_code == 404
    with town.app.app_context():
        made = db.session().scalars(select(Event).where(Event.title == TITLE)).one()
        assert (made.published_at, made.submitted_at, made.walked_in) == (None, None, 0)
        assert [host.key for host in made.hosts] == ["tanz-verein"]


def test_who_calls_gets_no_more_than_the_form_says(town: Town) -> None:
    vera = town.browser_of("club")
    path = "/verwaltung/veranstaltung/tanz/anmeldungen/neu"
    more = {"id": "77", "seats": "9", "code": "AAA-AAA", "event_id": "2", "arrived": "9"}
    caller = {"name": "Emil Ernst", "phone": "05971 55555", "places": "1", "language": "de"}
    answer = send(vera, path, **caller, **more)
    assert answer.status_code == 303
    with town.app.app_context():
        emil = (
            db.session()
            .scalars(select(Registration).where(Registration.name == "Emil Ernst"))
            .one()
        )
        assert (emil.event.key, emil.seats, emil.arrived) == ("tanz", 1, 0)
        assert (emil.id, emil.code) != (77, "AAA-AAA")
        contact = f"/verwaltung/veranstaltung/tanz/anmeldungen/{emil.id}/"
    more = {"seats": "9", "places": "9", "event_id": "2", "cancelled_at": "2023-01-01T00:00"}
    sent = send(vera, contact, f"{contact}kontakt", name="Emil Engel", phone="05971 55555", **more)
    assert sent.status_code == 303
    with town.app.app_context():
        emil = db.session().get_one(Registration, emil.id)
        assert (emil.name, emil.event.key, emil.seats) == ("Emil Engel", "tanz", 1)
        assert (emil.places, emil.cancelled_at) == (1, None)


def test_an_account_gets_the_role_and_nothing_of_another_one(town: Town) -> None:
    karla = town.browser_of("coordination")
    new = "/verwaltung/konten/neu"
    reader = {"name": "Ronja Rat", "email": "ronja@example.org", "role": "reader"}
    more = {"organisation": "tanz-verein", "events": "tanz", "id": "1", "is_coordinator": "1"}
    assert send(karla, new, **reader, **more).status_code == 303
    admin = {**reader, "email": "x@example.org", "role": "admin"}
    assert send(karla, new, **admin, **more).status_code == 422
    with town.app.app_context():
        ronja = (
            db.session()
            .scalars(select(Organiser).where(Organiser.email == "ronja@example.org"))
            .one()
        )
        assert (ronja.role, ronja.organisation, ronja.duties) == ("reader", None, [])
        unknown = select(Organiser).where(Organiser.email == "x@example.org")
        assert db.session().scalar(unknown) is None


def test_vera_plans_what_it_costs_and_grants_herself_nothing(town: Town) -> None:
    vera = town.browser_of("club")
    path = "/verwaltung/veranstaltung/tanz/aufgaben"
    asked = {"purpose": "Kapelle", "planned": "500", "granted": "500", "spent": "0"}
    more = {"source": str(town.source), "granted_cents": "50000", "event_id": "2"}
    to = "/verwaltung/veranstaltung/tanz/kosten"
    assert send(vera, path, to, **asked, **more).status_code == 303
    with town.app.app_context():
        cost = db.session().scalars(select(Cost).where(Cost.title == "Kapelle")).one()
        assert (cost.event.key, cost.planned_cents) == ("tanz", 50_000)
        assert (cost.granted_cents, cost.source) == (0, None)


def test_karla_neither_closes_her_own_account_nor_gives_up_her_role(town: Town) -> None:
    karla, own = town.browser_of("coordination"), town.staff["coordination"]
    path = f"/verwaltung/konten/{own.id}/"
    assert send(karla, path, f"{path}schliessung").status_code == 303
    lesser = {"name": own.name, "email": own.email, "role": "reader", "organisation": ""}
    refused = send(karla, path, **lesser)
    assert refused.status_code == 422
    assert errors_in(refused.text) == [
        "Die Rolle „Koordination“ können Sie sich nicht selbst nehmen."
    ]
    assert karla.get("/verwaltung/konten/").status_code == 200
    with town.app.app_context():
        still = db.session().get_one(Organiser, own.id)
        assert (still.role, still.disabled_at) == ("coordination", None)


def test_a_form_of_another_session_is_refused(town: Town) -> None:
    karla, vera = town.browser_of("coordination"), town.browser_of("club")
    elsewhere = sign_in(town.app.test_client(), town.staff["coordination"])
    stranger = town.app.test_client()
    close = f"/verwaltung/konten/{town.staff['door'].id}/schliessung"
    new = "/verwaltung/orte/neu"
    for token in (
        token_for(vera),
        token_for(elsewhere),
        token_in(stranger.get("/rueckmeldung").text),
        token_in(stranger.get("/veranstaltung/tanz/anmelden").text),
        token_in(stranger.get("/verwaltung/anmelden").text),
        "",
        "x" * 80,
    ):
        answer = karla.post(new, data={"form_token": token, "name": "Scheune"})
        assert answer.status_code == 422
        assert "Scheune" in answer.text, "what was written is not lost"
        karla.post(close, data={"form_token": token})
        karla.post("/verwaltung/abmelden", data={"form_token": token})
    with town.app.app_context():
        assert db.session().scalar(select(Venue).where(Venue.name == "Scheune")) is None
        assert db.session().get_one(Organiser, town.staff["door"].id).disabled_at is None
    own = token_for(karla)
    assert karla.post(new, data={"form_token": own, "name": "Scheune"}).status_code == 303
    karla.post(close, data={"form_token": own})
    with town.app.app_context():
        assert db.session().scalar(select(Venue).where(Venue.name == "Scheune")) is not None
        assert db.session().get_one(Organiser, town.staff["door"].id).disabled_at is not None


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://boese.example"},
    ],
)
def test_a_form_that_another_site_sends_is_refused(town: Town, headers: dict[str, str]) -> None:
    karla = town.browser_of("coordination")
    token, before = token_for(karla), town.stored
    for path in ("/verwaltung/orte/neu", "/verwaltung/abmelden"):
        answer = karla.post(path, data={"form_token": token, "name": "Scheune"}, headers=headers)
        assert answer.status_code == 403
    assert town.stored == before


PUBLIC = [
    "/",
    "/programm/woche/",
    "/veranstaltung/tanz/",
    "/uk/veranstaltung/tanz/",
    "/kalender/",
    "/kalender/woche.ics",
    "/datenschutz",
]


@pytest.mark.parametrize("first", ["karla", "stranger"])
def test_karla_reads_the_same_public_pages_as_everybody(town: Town, first: str) -> None:
    karla, stranger = town.browser_of("coordination"), town.app.test_client()
    # Something is still to be said to her, on her next page of the desk.
    new = "/verwaltung/orte/neu"
    assert send(karla, new, name="Scheune").status_code == 303
    assert karla.get_cookie("ikw_said")
    for path in PUBLIC:
        order = [karla, stranger] if first == "karla" else [stranger, karla]
        one, other = (browser.get(path) for browser in order)
        assert one.status_code == 200, path
        assert one.data == other.data, path
        assert list(one.headers) == list(other.headers), path
        assert "Set-Cookie" not in one.headers
        assert "König" not in one.text
    form = karla.get("/veranstaltung/tanz/anmelden")
    assert "Set-Cookie" not in form.headers
    assert "König" not in form.text
    assert BEN.name not in form.text
    assert "gespeichert" in karla.get("/verwaltung/orte/").text


def test_what_no_browser_types_finds_nothing_on_either_database(
    make_app: MakeApp, database_url: str
) -> None:
    """PostgreSQL refuses the character NUL in a text."""
    town = furnish_town(make_app(database_url, IKW_BASE_URL="http://localhost"))
    karla = town.browser_of("coordination")
    token = token_for(karla)
    for path in (
        "/verwaltung/veranstaltung/tanz/anmeldungen/?q=%00",
        "/verwaltung/postausgang/?q=a%00",
        "/verwaltung/protokoll/?q=%00&veranstaltung=%00&was=%00",
        "/verwaltung/einlass/tanz/?q=%00",
    ):
        assert karla.get(path).status_code == 200, path
    ticked = {"form_token": token, "key": "a\0"}
    assert karla.post("/verwaltung/veranstaltungen/freigabe", data=ticked).status_code == 303
    act = {"id": "a\0", "what": "in", "number": town.dancers.party, "arrived": 1, "ago": 0}
    noted = {"form_token": token, "acts": json.dumps([act])}
    assert karla.post("/verwaltung/einlass/tanz/abgleich", data=noted).status_code == 400
    anybody = town.app.test_client()
    token = token_in(anybody.get("/verwaltung/anmelden").text)
    answer = anybody.post("/verwaltung/passkey", data={"form_token": token, "challenge": "\0"})
    assert answer.status_code == 422
