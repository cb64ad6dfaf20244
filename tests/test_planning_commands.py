"""`ikw announce-time` and its sisters on a running site: page, calendars and letters follow."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from ikw import create_app, db
from ikw.actions.links import Link, new_seed
from ikw.model import Event
from tests.actions.cast import ANNA, DILAN, sign_up
from tests.calendar.subscriber import Subscriber
from tests.commands import run_ikw
from tests.mail.smtp import Handler, free_port, smtp_server
from tests.processes import until
from tests.sites import environment, ikw, start, stock

pytestmark = pytest.mark.system

MESUM = "quartiersworkshop-mesum"


@dataclass
class Site:
    """A running site with its post."""

    url: str
    env: dict[str, str]
    letters: Handler
    #: The address of Anna's own calendar.
    mine: str

    def run(self, *arguments: str) -> str:
        return ikw(self.env, *arguments)

    def get(self, path: str) -> str:
        with urllib.request.urlopen(f"{self.url}{path}", timeout=10) as answer:
            return str(answer.read().decode())

    def letter(self, subject: str) -> str:
        """Wait for a letter to Anna and return its text."""
        message = until(
            lambda: next(
                (
                    message
                    for message in self.letters.taken
                    if message["To"] == ANNA.email and message["Subject"].startswith(subject)
                ),
                None,
            ),
            f"a letter {subject!r} leaves",
        )
        assert message is not None
        body = message.get_body(("plain",))
        assert body is not None
        return " ".join(str(body.get_content()).split())


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    port = free_port()
    with smtp_server() as (mail_port, letters):
        env = environment(
            tmp_path / "instance",
            port,
            MAIL_SERVER="127.0.0.1",
            MAIL_PORT=str(mail_port),
            IKW_QUIET_MINUTES="0",
        )
        stock(env)
        with start(env):
            for name, value in env.items():
                monkeypatch.setenv(name, value)
            yield Site(f"http://127.0.0.1:{port}", env, letters, sign_anna_up())


def sign_anna_up() -> str:
    """Sign Anna and Dilan up, beside the running site; return where Anna's own calendar is."""
    app = create_app()
    with app.app_context():
        event = db.session().query(Event).filter_by(key=MESUM).one()
        link = Link.from_seed(new_seed(), app.config["SECRET_KEY"])
        sign_up(event, ANNA, 2, calendar_link=link)
        sign_up(event, DILAN)
    app.extensions["ikw.engine"].dispose()
    return f"/kalender/meine/{link.token}.ics"


def test_announcing_the_time_reaches_page_feed_letters_and_subscribers(
    site: Site, tmp_path: Path
) -> None:
    subscriber = Subscriber(tmp_path / "subscriber", f"{site.url}/kalender/alle.ics")
    subscriber.sync()
    before = subscriber.files()
    assert "Uhrzeit wird noch bekanntgegeben" in site.get(f"/veranstaltung/{MESUM}/")

    said = site.run("announce-time", MESUM, "17:00", "19:30")
    assert "10.03.2023, 17:00 to 19:30, Pfarrheim" in said
    assert "1 letter(s) and 1 call(s)" in said

    assert "17:00 bis 19:30 Uhr" in site.get(f"/veranstaltung/{MESUM}/")
    assert "17:00 bis 19:30 Uhr" in site.get("/workshops/")
    (own,) = Calendar.from_ical(site.get(site.mine)).events
    assert own.start == datetime(2023, 3, 10, 17, tzinfo=ZoneInfo("Europe/Berlin"))
    letter = site.letter("Uhrzeit steht fest: Quartiersworkshop")
    assert "Die Uhrzeit steht jetzt fest: 17:00 bis 19:30 Uhr. Passt das noch?" in letter
    assert "Plätze freigeben:" in letter
    assert "Uhrzeit steht fest" in site.get("/kalender/neues.atom")

    subscriber.sync()
    after = subscriber.files()
    assert before.keys() == after.keys()
    assert {page for page in after if after[page] != before[page]} == {
        f"{site.url}/veranstaltung/{MESUM}/"
    }
    (workshop,) = [entry for entry in subscriber.entries() if "Südraum" in entry.title]
    assert workshop.start == datetime(2023, 3, 10, 17, tzinfo=ZoneInfo("Europe/Berlin"))
    assert (workshop.title, workshop.status) == ("Quartiersworkshop Südraum", "CONFIRMED")

    calls = site.run("calls")
    assert "05971 12345" in calls
    assert "Die Uhrzeit steht jetzt fest: 17:00 bis 19:30 Uhr." in calls
    number = calls.split()[0]
    site.run("calls", "--reached", number)
    assert site.run("calls") == ""


def test_calling_off_moving_and_reinstating_by_command(site: Site) -> None:
    said = site.run("call-off", MESUM, "--reason", "Das Pfarrheim ist gesperrt.")
    assert f"{site.url}/veranstaltung/{MESUM}/aushang" in said
    for path in (f"/veranstaltung/{MESUM}/", "/workshops/", f"/veranstaltung/{MESUM}/aushang"):
        page = site.get(path)
        assert "Das Pfarrheim ist gesperrt." in page, path
        assert "Abgesagt" in page, path
    assert "fällt leider aus" in site.letter("Abgesagt: Quartiersworkshop")
    assert site.get("/kalender/alle.ics").count("STATUS:CANCELLED") == 1
    site.run("reinstate", MESUM)
    assert "Das Pfarrheim" not in site.get(f"/veranstaltung/{MESUM}/").partition("<dl")[0]
    assert "findet doch statt" in site.letter("Findet doch statt: Quartiersworkshop")
    site.run("move", MESUM, "11.03.2023", "16:00")
    assert "(statt Freitag, 10. März 2023)" in site.letter("Neuer Termin: Quartiersworkshop")
    assert "Samstag, 11. März 2023" in site.get(f"/veranstaltung/{MESUM}/")
    site.run("change-venue", MESUM, "basilika-forum", "--room", "Saal 2")
    assert "Basilika Forum, Osnabrücker Str. 34" in site.letter("Neuer Ort: Quartiersworkshop")
    site.run("postpone", MESUM)
    assert "Diese Veranstaltung ist verschoben." in site.get(f"/veranstaltung/{MESUM}/")


@pytest.fixture(scope="module")
def programme(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a site that does not run, with a programme."""
    env = environment(tmp_path_factory.mktemp("still"), 8000)
    stock(env)
    return env


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("announce-time", MESUM, "25:00"), "25:00 is not a time like 17:00"),
        (("announce-time", MESUM, "19:30", "17:00"), "the end is not after the start"),
        (("announce-time", "nirgends", "17:00"), "There is no event nirgends"),
        (("move", MESUM, "31.02.2023"), "31.02.2023 is not a date like 10.03.2023"),
        (("change-venue", MESUM, "nirgends"), "There is no venue nirgends"),
        (("reinstate", MESUM), "is so already; nobody was told"),
        (("calls", "--reached", "7"), "7 is not on the call list"),
    ],
)
def test_mistakes_are_named(
    programme: dict[str, str], arguments: tuple[str, ...], complaint: str
) -> None:
    done = run_ikw(programme, *arguments)
    assert done.returncode != 0
    assert complaint in done.stderr


def test_a_command_without_a_programme_says_where_there_may_be_one(tmp_path: Path) -> None:
    done = run_ikw(environment(tmp_path, 8000), "call-off", MESUM)
    assert done.returncode != 0
    assert "There is no programme in sqlite:///" in done.stderr
    assert "make ikw ARGS=" in done.stderr
    assert "Traceback" not in done.stderr
