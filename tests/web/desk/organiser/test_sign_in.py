"""Signing in by a link, staying signed in, and how that ends."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any, TypeVar

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from ikw import clock, db
from ikw.actions.links import Link
from ikw.actions.organiser.accounts import change_organiser, disable, forget_accounts
from ikw.cli import cli
from ikw.mail.compose import compose
from ikw.model import DeskSession, Letter, LogEntry, Organiser, Passkey, SignInLink
from ikw.model.organiser import CLOSED_KEEPS, IDLE, LASTS, LINK_LASTS
from ikw.model.roles import Role
from tests.actions.cast import at, new_link
from tests.conftest import NOW, MakeApp
from tests.web.desk.desk import (
    Person,
    Town,
    ask_for_link,
    furnish_town,
    link_sent_to,
    organiser,
    sign_in_by_link,
    token_for,
)
from tests.web.forms import send, token_in

DOOR_TO_THE_DESK = "/verwaltung/anmelden"
DESK = "/verwaltung/veranstaltungen/"

T = TypeVar("T")


@pytest.fixture
def site(make_app: MakeApp, sqlite_url: str) -> Flask:
    return make_app(sqlite_url, IKW_BASE_URL="https://ikw.example.org")


@pytest.fixture
def karla(site: Flask) -> Person:
    with site.app_context():
        return organiser("coordination")


@pytest.fixture
def browser(site: Flask, karla: Person) -> FlaskClient:
    """Karla's, in which she is not signed in yet."""
    return secure(site)


def secure(app: Flask) -> FlaskClient:
    """A browser that reaches the site by TLS, without which it would not send back the cookie."""
    client = app.test_client()
    client.environ_base["wsgi.url_scheme"] = "https"
    return client


def is_in(client: FlaskClient) -> bool:
    """Whether the desk is open in this browser; else it leads to the sign-in."""
    answer = client.get(DESK)
    assert (answer.status_code, answer.location or "") in {
        (200, ""),
        (303, f"{DOOR_TO_THE_DESK}?weiter={DESK}"),
    }
    return answer.status_code == 200


def rows(app: Flask, model: type[T]) -> list[T]:
    with app.app_context():
        return list(db.session().scalars(select(model)))


def let_pass(app: Flask, model: type[Any], **columns: timedelta) -> None:
    """Move times in all rows into the past: the desk believes the real clock alone."""
    values = {name: clock.real() - ago for name, ago in columns.items()}
    with app.app_context(), db.write() as session:
        session.execute(update(model).values(values))


def test_karla_opens_the_desk_by_the_link_in_her_letter(
    site: Flask, browser: FlaskClient, karla: Person
) -> None:
    asked = send(browser, DOOR_TO_THE_DESK, email=" Karla@Example.ORG ")
    assert "Sehen Sie in Ihr Postfach" in browser.get(asked.location).text
    assert not browser.get_cookie("__Host-ikw_desk")
    with site.app_context():
        path = link_sent_to(karla.email)
    page = browser.get(path)
    assert "Guten Tag Karla König!" in page.text
    assert "Verwaltung öffnen" in page.text
    assert not browser.get_cookie("__Host-ikw_desk"), "the button signs in, not the address"
    assert send(browser, path).location == "/verwaltung/"
    assert "Karla König" in browser.get("/verwaltung/").text
    (link,), (opened,) = rows(site, SignInLink), rows(site, DeskSession)
    assert link.used_at is not None
    assert path.split("/")[3] not in (link.link_hash, opened.token_hash)
    assert [entry.verb for entry in rows(site, LogEntry)] == ["open account", "sign in"]


def test_programs_that_look_into_mails_do_not_use_the_link_up(
    site: Flask, browser: FlaskClient, karla: Person
) -> None:
    path = ask_for_link(browser, karla.email)
    for _ in range(5):
        assert secure(site).get(path).status_code == 200
        assert secure(site).head(path).status_code == 200
    assert rows(site, DeskSession) == []
    # Sent by what pressed no button of ours.
    assert browser.post(path).status_code == 422
    assert rows(site, SignInLink)[0].used_at is None
    assert send(browser, path).status_code == 303
    assert is_in(browser)


def test_a_link_opens_the_desk_once(site: Flask, browser: FlaskClient, karla: Person) -> None:
    path = ask_for_link(browser, karla.email)
    other = secure(site)
    token = token_in(other.get(path).text)
    assert send(browser, path).status_code == 303
    again = other.post(path, data={"form_token": token})
    assert again.status_code == other.get(path).status_code == 410
    assert "Dieser Link gilt nicht mehr" in again.text
    assert not is_in(other)
    assert is_in(browser)
    assert len(rows(site, DeskSession)) == 1


@pytest.mark.parametrize(
    ("age", "status"), [(LINK_LASTS - timedelta(minutes=1), 200), (LINK_LASTS, 410)]
)
def test_a_link_is_good_for_fifteen_minutes(
    site: Flask, browser: FlaskClient, karla: Person, age: timedelta, status: int
) -> None:
    assert timedelta(minutes=15) == LINK_LASTS
    path = ask_for_link(browser, karla.email)
    token = token_in(browser.get(path).text)
    let_pass(site, SignInLink, created_at=age)
    assert browser.get(path).status_code == status
    answer = browser.post(path, data={"form_token": token})
    assert answer.status_code == (303 if status == 200 else 410)
    assert is_in(browser) is (status == 200)


def test_the_clock_of_a_demonstration_opens_no_door_for_longer(
    site: Flask, browser: FlaskClient, karla: Person
) -> None:
    path = ask_for_link(browser, karla.email)
    let_pass(site, SignInLink, created_at=LINK_LASTS)
    clock.set_to("2001-01-01T00:00")
    assert browser.get(path).status_code == 410


@pytest.mark.parametrize("token", ["A" * 32, "A" * 31, "A" * 33, "../../konten/", "%00" * 32])
def test_a_link_that_nobody_sent_opens_nothing(browser: FlaskClient, token: str) -> None:
    form = token_in(browser.get(DOOR_TO_THE_DESK).text)
    answer = browser.post(f"/verwaltung/link/{token}/", data={"form_token": form})
    assert answer.status_code in {404, 410}
    assert not is_in(browser)


def test_the_answer_is_the_same_whoever_has_an_account(
    site: Flask, browser: FlaskClient, karla: Person
) -> None:
    with site.app_context(), db.write() as session:
        vera = Organiser(
            name="Vera", email="vera@example.org", role="reader", created_at=clock.real()
        )
        vera.disabled_at = clock.real()
        session.add(vera)
    answers = [
        send(browser, DOOR_TO_THE_DESK, email=email)
        for email in (karla.email, "niemand@example.org", "vera@example.org")
    ]
    known, *unknown = [
        (a.status_code, a.data, [h for h in a.headers if h[0] != "Date"]) for a in answers
    ]
    assert known[0] == 303
    assert unknown == [known, known]
    assert [letter.to for letter in rows(site, Letter)] == ["karla@example.org"]
    assert len(rows(site, SignInLink)) == 1


@pytest.mark.parametrize("email", ["", "karla", "karla@example.org\r\nBcc: x@example.org"])
def test_what_is_no_address_gets_no_letter(
    site: Flask, browser: FlaskClient, karla: Person, email: str
) -> None:
    assert send(browser, DOOR_TO_THE_DESK, email=email).status_code == 422
    assert rows(site, Letter) == []


@pytest.fixture
def limited(make_app: MakeApp, sqlite_url: str) -> Flask:
    app = make_app(sqlite_url, IKW_RATE_LIMITS=True)
    with app.app_context():
        organiser("coordination")
    return app


def asks(app: Flask, email: str, network: str) -> int:
    """Ask for a link from a network; return the status of the answer."""
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = network
    return send(client, DOOR_TO_THE_DESK, email=email).status_code


@pytest.mark.parametrize("who", ["karla@example.org", "niemand@example.org"])
def test_karla_gets_three_letters_an_hour_and_the_page_is_the_same(
    limited: Flask, who: str
) -> None:
    spellings = [who, who.upper(), f" {who} "]
    codes = [asks(limited, spellings[n % 3], f"192.0.2.{n}") for n in range(12)]
    assert codes == [303] * 12
    assert len(rows(limited, Letter)) == (3 if who == "karla@example.org" else 0)


def test_nobody_can_keep_karla_out_by_asking_for_her_links(
    limited: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three letters came at ten; at half past, the last of them opens the desk, once."""
    for number in range(12):
        asks(limited, "karla@example.org", f"192.0.2.{number}")
    later = clock.real() + timedelta(minutes=30)
    monkeypatch.setattr(clock, "real", lambda: later)
    with limited.app_context():
        newest = select(Letter).order_by(Letter.id.desc()).limit(1)
        seed = db.session().scalars(newest).one().facts["seed"]
    path = "/verwaltung/link/" + Link.from_seed(seed, limited.config["SECRET_KEY"]).token + "/"
    karla = limited.test_client()
    assert karla.get(path).status_code == 410
    assert asks(limited, "karla@example.org", "198.51.100.7") == 303
    assert len(rows(limited, Letter)) == 3
    assert send(karla, path).status_code == 303
    assert is_in(karla)


@pytest.mark.parametrize(
    ("network", "neighbour", "elsewhere"),
    [
        ("192.0.2.1", "192.0.2.1", "192.0.2.2"),
        # A home gets 256 networks of 2^64 addresses; they count as one.
        ("2001:db8:1:1::1", "2001:db8:1:ff:ffff::2", "2001:db8:1:100::1"),
    ],
)
def test_one_network_cannot_try_all_addresses(
    limited: Flask, network: str, neighbour: str, elsewhere: str
) -> None:
    codes = [asks(limited, f"jemand{n}@example.org", network) for n in range(60)]
    assert codes == [303] * 60
    assert asks(limited, "karla@example.org", neighbour) == 429
    assert rows(limited, Letter) == []
    assert asks(limited, "karla@example.org", elsewhere) == 303


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "boese.example"])
def test_the_letter_names_the_configured_address_alone(
    site: Flask, browser: FlaskClient, karla: Person, host: str
) -> None:
    token = token_in(browser.get(DOOR_TO_THE_DESK).text)
    headers = {"Host": host, "X-Forwarded-Host": "boese.example", "Origin": "null"}
    answer = browser.post(
        DOOR_TO_THE_DESK, data={"form_token": token, "email": karla.email}, headers=headers
    )
    if host == "boese.example":
        assert answer.status_code == 400
        assert rows(site, Letter) == []
        return
    assert answer.status_code == 303
    with site.app_context():
        message = compose(db.session().scalars(select(Letter)).one())
    assert message.recipients == [karla.email]
    for text in (str(message.body), str(message.html)):
        assert "https://ikw.example.org/verwaltung/link/" in text
        assert host not in text
        assert "boese" not in text


def test_the_cookie_is_for_this_site_and_no_script(
    site: Flask, browser: FlaskClient, karla: Person
) -> None:
    browser.set_cookie("__Host-ikw_desk", "planted by somebody else", secure=True)
    path = ask_for_link(browser, karla.email)
    (cookie,) = send(browser, path).headers.getlist("Set-Cookie")
    name, *attributes = cookie.split("; ")
    assert name.startswith("__Host-ikw_desk=")
    assert "planted" not in name
    assert {"HttpOnly", "SameSite=Lax", "Secure", "Path=/"} <= set(attributes)
    assert f"Max-Age={int(LASTS.total_seconds())}" in attributes
    assert not any(attribute.startswith("Domain") for attribute in attributes)


def test_without_tls_the_cookie_comes_back_as_well(client: FlaskClient) -> None:
    """`make run` serves http://127.0.0.1, where no browser would return a secure cookie."""
    with client.application.app_context():
        made = organiser("coordination")
    (cookie,) = send(client, ask_for_link(client, made.email)).headers.getlist("Set-Cookie")
    assert "Secure" not in cookie
    assert is_in(client)


def test_signing_in_again_makes_a_new_session(
    site: Flask, browser: FlaskClient, karla: Person
) -> None:
    sign_in_by_link(browser, karla)
    first = browser.get_cookie("__Host-ikw_desk")
    with site.app_context(), db.write() as session:
        link = new_link()
        owner = session.get_one(Organiser, karla.id)
        session.add(SignInLink(organiser=owner, link_hash=link.hash, created_at=clock.real()))
    token = token_in(browser.get(f"/verwaltung/link/{link.token}/").text)
    answer = browser.post(f"/verwaltung/link/{link.token}/", data={"form_token": token})
    assert answer.status_code == 303
    second = browser.get_cookie("__Host-ikw_desk")
    assert first
    assert second
    assert first.value != second.value


@pytest.mark.parametrize(
    ("ages", "stays"),
    [
        ({"seen_at": IDLE - timedelta(minutes=1)}, True),
        ({"seen_at": IDLE}, False),
        ({"created_at": LASTS - timedelta(minutes=1)}, True),
        ({"created_at": LASTS}, False),
    ],
)
def test_a_session_ends_when_idle_and_after_a_week(
    site: Flask, browser: FlaskClient, karla: Person, ages: dict[str, timedelta], stays: bool
) -> None:
    sign_in_by_link(browser, karla)
    let_pass(site, DeskSession, **ages)
    assert is_in(browser) is stays
    # What is over stays over.
    assert is_in(browser) is stays


def test_a_session_in_use_does_not_become_idle(
    site: Flask, browser: FlaskClient, karla: Person
) -> None:
    sign_in_by_link(browser, karla)
    let_pass(site, DeskSession, seen_at=IDLE - timedelta(minutes=1))
    before = clock.real() - timedelta(minutes=1)
    assert is_in(browser)
    assert rows(site, DeskSession)[0].seen_at > before


def test_karla_signs_out(site: Flask, browser: FlaskClient, karla: Person) -> None:
    sign_in_by_link(browser, karla)
    kept = browser.get_cookie("__Host-ikw_desk")
    assert kept
    answer = browser.post("/verwaltung/abmelden", data={"form_token": token_for(browser)})
    assert (answer.status_code, answer.location) == (303, DOOR_TO_THE_DESK)
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert not browser.get_cookie("__Host-ikw_desk")
    # Whoever copied the cookie has nothing.
    thief = secure(site)
    thief.set_cookie("__Host-ikw_desk", kept.value, secure=True)
    assert not is_in(thief)
    assert rows(site, DeskSession)[0].ended_at is not None


def test_desk_pages_are_kept_in_no_cache(browser: FlaskClient, karla: Person) -> None:
    for path in (DESK, DOOR_TO_THE_DESK, ask_for_link(browser, karla.email)):
        answer = browser.get(path)
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
    sign_in_by_link(browser, karla)
    assert browser.get(DESK).headers["Cache-Control"] == "no-store"


@pytest.fixture
def town(make_app: MakeApp, sqlite_url: str) -> Town:
    return furnish_town(make_app(sqlite_url, IKW_BASE_URL="http://localhost:8000"))


def change(karla: FlaskClient, who: Person, **answers: str) -> int:
    path = f"/verwaltung/konten/{who.id}/"
    same = {"name": who.name, "email": who.email, "role": who.role, "organisation": ""}
    return send(karla, path, **{**same, **answers}).status_code


def test_a_closed_account_is_dead_at_once(town: Town) -> None:
    karla, vera = town.browser_of("coordination"), town.browser_of("club")
    who = town.staff["club"]
    link = ask_for_link(town.app.test_client(), who.email)
    path = f"/verwaltung/konten/{who.id}/"
    assert send(karla, path, f"{path}schliessung").status_code == 303
    assert not is_in(vera)
    assert town.app.test_client().get(link).status_code == 410
    assert send(karla, path, f"{path}oeffnung").status_code == 303
    assert not is_in(vera), "old sessions stay closed"
    assert town.app.test_client().get(link).status_code == 410, "and old links"
    assert is_in(town.browser_of("club"))


@pytest.mark.parametrize(
    "answers", [{"role": "reader"}, {"email": "neu@example.org", "organisation": "tanz-verein"}]
)
def test_another_role_or_address_ends_all_sessions(town: Town, answers: dict[str, str]) -> None:
    karla, vera = town.browser_of("coordination"), town.browser_of("club")
    assert change(karla, town.staff["club"], **answers) == 303
    assert not is_in(vera)
    assert is_in(karla)


def test_a_link_in_the_old_mailbox_opens_nothing_once_the_address_is_another(town: Town) -> None:
    karla, vera = town.browser_of("coordination"), town.staff["club"]
    link = ask_for_link(town.app.test_client(), vera.email)
    answers = {"email": "neu@example.org", "organisation": "tanz-verein"}
    assert change(karla, vera, **answers) == 303
    assert town.app.test_client().get(link).status_code == 410


def test_another_club_sees_its_own_events_at_once(town: Town) -> None:
    karla, vera = town.browser_of("coordination"), town.browser_of("club")
    assert vera.get("/verwaltung/veranstaltung/tanz/bearbeiten").status_code == 200
    assert change(karla, town.staff["club"], organisation="konzert-verein") == 303
    assert vera.get("/verwaltung/veranstaltung/tanz/bearbeiten").status_code == 404


def test_karla_sees_where_she_is_signed_in_and_ends_it_there(town: Town) -> None:
    here, there = town.app.test_client(), town.app.test_client()
    there.environ_base["HTTP_USER_AGENT"] = "<b>Firefox</b> (Android)"
    sign_in_by_link(here, town.staff["coordination"])
    sign_in_by_link(there, town.staff["coordination"])
    town.browser_of("club")
    page = here.get("/verwaltung/konto/").text
    assert page.count("dieser Browser") == 1
    assert "<b>Firefox, Android</b>" in page
    assert page.count("/ende") == 1, "hers in the kitchen, and not Vera's"
    end = page.partition('action="/verwaltung/konto/sitzungen/')[2].split('"')[0]
    answer = send(here, "/verwaltung/konto/", f"/verwaltung/konto/sitzungen/{end}")
    assert answer.status_code == 303
    assert "Der andere Browser ist ausgeloggt." in here.get(answer.location).text
    assert is_in(here)
    assert not is_in(there)
    assert "Android" not in here.get("/verwaltung/konto/").text


@pytest.mark.parametrize(
    "there",
    [
        "https://boese.example/",
        "//boese.example/verwaltung/",
        "///boese.example/verwaltung/",
        "/\\boese.example/verwaltung/",
        "/verwaltung/\\..\\..\\boese.example",
        "https:/verwaltung/",
        "javascript:alert(1)//verwaltung/",
        "\t//boese.example/verwaltung/",
        "/\t/boese.example/verwaltung/",
        "/datenschutz",
        "verwaltung/",
        "",
    ],
)
def test_the_sign_in_leads_nowhere_but_to_the_desk(
    browser: FlaskClient, karla: Person, there: str
) -> None:
    sign_in_by_link(browser, karla)
    answer = browser.get(DOOR_TO_THE_DESK, query_string={"weiter": there})
    assert (answer.status_code, answer.location) == (303, "/verwaltung/")
    inside = browser.get(DOOR_TO_THE_DESK, query_string={"weiter": f"{DESK}?stand=draft"})
    assert inside.location == f"{DESK}?stand=draft"


def test_two_who_press_the_button_at_once_open_one_session(
    make_app: MakeApp, database_url: str
) -> None:
    app = make_app(database_url)
    with app.app_context():
        made = organiser("coordination")
    path = ask_for_link(app.test_client(), made.email)
    browsers = [app.test_client() for _ in range(6)]
    tokens = [token_in(browser.get(path).text) for browser in browsers]
    start = Barrier(len(browsers))

    def press(browser: FlaskClient, token: str) -> int:
        start.wait()
        return browser.post(path, data={"form_token": token}).status_code

    with ThreadPoolExecutor(len(browsers)) as pool:
        codes = list(pool.map(press, browsers, tokens))
    assert sorted(codes) == [303] + [410] * 5
    assert len(rows(app, DeskSession)) == 1
    assert sum(is_in(browser) for browser in browsers) == 1


@pytest.fixture
def command_line(town: Town, monkeypatch: pytest.MonkeyPatch) -> Town:
    """The town, with its settings where the commands read them."""
    for name in ("IKW_DATABASE_URL", "IKW_BASE_URL"):
        monkeypatch.setenv(name, town.app.config[name])
    monkeypatch.setenv("IKW_SECRET_KEY", town.app.config["SECRET_KEY"])
    return town


def run(*arguments: str) -> str:
    result = CliRunner().invoke(cli, ["organiser", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def refused(*arguments: str) -> str:
    result = CliRunner().invoke(cli, ["organiser", *arguments], catch_exceptions=False)
    assert result.exit_code != 0
    return result.output


def test_the_first_coordinator_comes_in_by_the_command_line(command_line: Town) -> None:
    said = run("add", "Ömer  Öz", "OEMER@example.org")
    assert "oemer@example.org" in said
    assert "http://localhost:8000/verwaltung/" in said
    link = run("link", "oemer@example.org").strip()
    assert link.startswith("http://localhost:8000/verwaltung/link/")
    oemer = command_line.app.test_client()
    path = link.removeprefix("http://localhost:8000")
    assert send(oemer, path).status_code == 303
    assert "Ömer Öz" in oemer.get("/verwaltung/konten/").text
    assert oemer.get(path).status_code == 410
    assert "Ömer Öz" in run("list")
    run("disable", "oemer@example.org")
    assert not is_in(oemer)
    assert "closed" in next(line for line in run("list").splitlines() if "oemer" in line)
    assert "closed" in refused("link", "oemer@example.org")


def test_a_club_is_added_with_whose_events_it_plans(command_line: Town) -> None:
    run(
        "add", "Valentin", "valentin@example.org", "--role", "club", "--organisation", "tanz-verein"
    )
    valentin = command_line.app.test_client()
    send(
        valentin, run("link", "valentin@example.org").strip().removeprefix("http://localhost:8000")
    )
    assert valentin.get("/verwaltung/veranstaltung/tanz/bearbeiten").status_code == 200
    assert valentin.get("/verwaltung/veranstaltung/konzert/bearbeiten").status_code == 404
    assert "club tanz-verein" in run("list")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("add", "Karla", "karla@example.org"), "karla@example.org has an account already."),
        (("add", "X", "kein-at"), "kein-at is not an e-mail address"),
        (("add", "X", "x@example.org", "--role", "chef"), "chef"),
        (("add", "X", "x@example.org", "--role", "club"), "--organisation"),
        (("add", "X", "x@example.org", "--organisation", "tanz-verein"), "--organisation"),
        (
            ("add", "X", "x@example.org", "--role", "club", "--organisation", "nichts"),
            "There is no organisation nichts.",
        ),
        (("link", "x@example.org"), "x@example.org has no account."),
        (("disable", "x@example.org"), "x@example.org has no account."),
    ],
)
def test_a_command_that_cannot_be_done_says_why(
    command_line: Town, arguments: tuple[str, ...], sentence: str
) -> None:
    before = command_line.stored
    assert sentence in refused(*arguments)
    assert command_line.stored == before


def test_added_once_more_nothing_happens(command_line: Town) -> None:
    before = command_line.stored
    assert run("add", "Karla", "karla@example.org", "--once") == ""
    assert command_line.stored == before


def test_signing_out_of_a_session_that_is_over_leaves_what_the_telephone_noted(
    site: Flask, browser: FlaskClient, karla: Person
) -> None:
    sign_in_by_link(browser, karla)
    token = token_for(browser)
    let_pass(site, DeskSession, seen_at=IDLE + timedelta(minutes=1))
    answer = browser.post("/verwaltung/abmelden", data={"form_token": token})
    assert answer.status_code == 303
    assert "Clear-Site-Data" not in answer.headers


def test_a_passkey_does_not_outlive_the_person(town: Town) -> None:
    """The account of a club is handed over: new name, new address."""
    club = town.staff["club"]
    with town.app.app_context(), db.write() as session:
        organiser = session.get_one(Organiser, club.id)
        change_organiser(
            session,
            organiser,
            "Valeria",
            "valeria@example.org",
            Role.CLUB,
            at(NOW, by="test"),
            organisation=organiser.organisation,
            duties=[],
        )
    with town.app.app_context():
        mine = select(Passkey).where(Passkey.organiser_id == club.id)
        assert db.session().scalars(mine).all() == []


def test_whoever_has_the_mailbox_alone_takes_no_passkey_away(town: Town) -> None:
    browser = sign_in_by_link(town.app.test_client(), town.staff["coordination"])
    number = town.passkeys["coordination"]
    path = f"/verwaltung/konto/passkeys/{number}/loeschung"
    answer = browser.post(path, data={"form_token": token_for(browser)})
    assert answer.status_code == 404
    with town.app.app_context():
        assert db.session().get(Passkey, number) is not None


def test_questions_for_passkeys_are_limited_like_everything_else(
    make_app: MakeApp, sqlite_url: str
) -> None:
    app = make_app(sqlite_url, IKW_RATE_LIMITS=True, IKW_BASE_URL="http://localhost")
    client = app.test_client()
    token = token_in(client.get("/verwaltung/anmelden").text)
    answers = [
        client.post("/verwaltung/passkey/frage", data={"form_token": token}).status_code
        for _ in range(70)
    ]
    assert answers.count(200) == 60
    assert answers[-1] == 429


def test_one_mailbox_is_one_however_it_is_written(make_app: MakeApp, sqlite_url: str) -> None:
    client = make_app(sqlite_url, IKW_RATE_LIMITS=True).test_client()
    written = ["vera@gmail.com", "Ve.Ra@gmail.com", "vera+ikw@googlemail.com", "vera@gmａil.com"]
    answers = [
        send(client, "/anmeldung/link", email=address).status_code for address in written * 2
    ]
    assert answers == [303] * 6 + [429] * 2


def test_a_closed_account_is_deleted_after_a_month_and_its_acts_stay_in_the_log(
    town: Town,
) -> None:
    with town.app.app_context():
        with db.write() as session:
            door = session.get_one(Organiser, town.staff["door"].id)
            disable(session, door, at(NOW, by="test", real=NOW))
            number = door.id
        for days, there in ((29, True), (31, False)):
            with db.write() as session:
                forget_accounts(session, before=NOW + timedelta(days=days) - CLOSED_KEEPS)
            db.session().expire_all()
            assert (db.session().get(Organiser, number) is not None) is there
        closed = select(LogEntry).where(LogEntry.verb == "close account")
        (entry,) = db.session().scalars(closed)
        # SQLite may give the number to somebody else, who has closed no account.
        assert f"organiser {number}" not in {entry.actor, *entry.new.values()}
