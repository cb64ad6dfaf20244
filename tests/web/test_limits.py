"""Limits stop floods and lock nobody out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from limits import RateLimitItemPerHour
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import select

from ikw import clock, db, networks
from ikw.limit_storage import SharedCounts, forget_counts, uri_for
from ikw.model import Registration
from tests.conftest import MakeApp, make_event
from tests.web.forms import send

FORM = "/veranstaltung/fest/anmelden"


@pytest.fixture
def app(make_app: MakeApp, database_url: str) -> Flask:
    app = make_app(database_url, IKW_RATE_LIMITS=True)
    with app.app_context():
        make_event()
    return app


def sign_up(app: Flask, network: str, number: int, email: str | None = None) -> int:
    """Sign somebody up from a network; return the status of the answer."""
    client: FlaskClient = app.test_client()
    client.environ_base["REMOTE_ADDR"] = network
    address = email or f"gast{number}@example.org"
    return send(client, FORM, name=f"Gast {number}", email=address, places=1).status_code


def test_thirty_families_behind_one_address_get_in(app: Flask) -> None:
    """The library's wifi, an afternoon with the form on a screen."""
    assert [sign_up(app, "192.0.2.1", n) for n in range(30)] == [303] * 30


def test_a_home_cannot_take_more_by_changing_its_network(app: Flask) -> None:
    """An IPv6 home has 256 networks; each of them is the same home."""
    codes = [sign_up(app, f"2001:db8:0:{n:x}::1", n) for n in range(70)]
    assert codes == [303] * 60 + [429] * 10
    assert sign_up(app, "2001:db8:0:100::1", 99) == 303, "the neighbour's home"


def ask_for_a_link(app: Flask, network: str, number: int) -> int:
    """Ask for a lost link, which costs less than a sign-up and counts as much."""
    client: FlaskClient = app.test_client()
    client.environ_base["REMOTE_ADDR"] = network
    return send(client, "/anmeldung/link", email=f"gast{number}@example.org").status_code


def test_a_provider_s_block_cannot_either(app: Flask) -> None:
    codes = [ask_for_a_link(app, f"2001:db8:1:{n * 256 + n % 7:x}::1", n) for n in range(250)]
    assert codes[:240] == [303] * 240
    assert codes[240:] == [429] * 10


def test_an_ipv4_address_in_ipv6_clothes_is_the_same(app: Flask) -> None:
    codes = [sign_up(app, f"{'::ffff:' if n % 2 else ''}192.0.2.7", n) for n in range(64)]
    assert codes == [303] * 60 + [429] * 4


def test_whoever_names_another_s_address_locks_only_themselves_out(app: Flask) -> None:
    """Twelve posts from changing networks name Karla; from home she still gets in."""
    karla = "karla@example.org"
    for number in range(12):
        sign_up(app, f"198.51.100.{number}", number, karla)
    codes = [sign_up(app, "203.0.113.9", n, karla) for n in range(8)]
    assert codes == [303] * 6 + [429] * 2, "six an hour from one network"
    assert sign_up(app, "192.0.2.1", 99, karla) == 303
    assert sign_up(app, "203.0.113.9", 99, "andere@example.org") == 303


@pytest.mark.system
def test_processes_count_together(app: Flask, database_url: str) -> None:
    """One network got 109 sign-ups instead of 60, as each worker counted for itself."""
    item, uri = RateLimitItemPerHour(60), uri_for(database_url)
    code = (
        "import sys\n"
        "from limits import RateLimitItemPerHour\n"
        "from limits.strategies import FixedWindowRateLimiter\n"
        "from ikw.limit_storage import SharedCounts\n"
        "limiter = FixedWindowRateLimiter(SharedCounts(sys.argv[1]))\n"
        "item = RateLimitItemPerHour(60)\n"
        "print(sum(limiter.hit(item, 'network') for _ in range(50)))\n"
    )
    workers = [
        subprocess.Popen([sys.executable, "-c", code, uri], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    passed = sum(int(worker.communicate(timeout=60)[0]) for worker in workers)
    assert passed == 60
    counts = SharedCounts(uri)
    assert counts.get(item.key_for("network")) == 150
    assert not FixedWindowRateLimiter(counts).test(item, "network")
    assert counts.get_expiry(item.key_for("network")) > 0
    counts.clear(item.key_for("network"))
    assert counts.get(item.key_for("network")) == 0
    counts.engine.dispose()


def test_counts_name_nobody_and_end_after_a_day(
    app: Flask, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_up(app, "192.0.2.1", 1, "anna@example.org")
    counts = SharedCounts(uri_for(database_url))
    with counts.engine.connect() as connection:
        keys = connection.exec_driver_sql("SELECT key FROM rate_limit").scalars().all()
    assert keys
    assert not any("192.0.2" in key or "anna" in key for key in keys)
    monkeypatch.setattr("ikw.limit_storage.time.time", lambda: 4e9)
    forget_counts(database_url)
    with counts.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM rate_limit").scalar() == 0
    counts.engine.dispose()


def test_the_file_of_counts_is_closed_to_others(make_app: MakeApp, sqlite_url: str) -> None:
    app = make_app(sqlite_url, IKW_RATE_LIMITS=True)
    with app.app_context():
        make_event()
    sign_up(app, "192.0.2.1", 1)
    file = Path(sqlite_url.removeprefix("sqlite:///")).with_name("limits.sqlite")
    assert file.stat().st_mode & 0o077 == 0


def test_without_the_file_people_still_sign_up(make_app: MakeApp, sqlite_url: str) -> None:
    """Counts are less important than people: they go on in memory."""
    app = make_app(sqlite_url, IKW_RATE_LIMITS=True)
    with app.app_context():
        make_event()
    file = Path(sqlite_url.removeprefix("sqlite:///")).with_name("limits.sqlite")
    file.write_bytes(b"no database at all" * 1000)
    for ending in ("-wal", "-shm"):
        file.with_name(file.name + ending).unlink(missing_ok=True)
    codes = [sign_up(app, "192.0.2.1", n) for n in range(63)]
    assert codes[:30] == [303] * 30


def test_a_site_starts_with_a_torn_file_of_counts(make_app: MakeApp, sqlite_url: str) -> None:
    file = Path(sqlite_url.removeprefix("sqlite:///")).with_name("limits.sqlite")
    file.write_bytes(b"no database at all" * 1000)
    app = make_app(sqlite_url, IKW_RATE_LIMITS=True)
    with app.app_context():
        make_event()
    codes = [sign_up(app, "192.0.2.1", n) for n in range(62)]
    assert codes == [303] * 60 + [429] * 2
    forget_counts(sqlite_url)


def test_where_it_came_from_is_a_mark_that_tells_nothing(app: Flask) -> None:
    sign_up(app, "2001:db8:0:1::1", 1)
    sign_up(app, "2001:db8:0:2::1", 2)
    sign_up(app, "192.0.2.1", 3)
    with app.app_context():
        marks = db.session().scalars(select(Registration.network).order_by(Registration.id)).all()
    assert marks[0] == marks[1] != marks[2]
    assert "2001" not in str(marks)


@pytest.mark.parametrize(
    ("address", "household"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2ff::9", "2001:db8:1:200::/56"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("nonsense", "unknown"),
        (None, "unknown"),
    ],
)
def test_what_a_household_is(address: str | None, household: str) -> None:
    assert networks.household(address) == household


def test_the_key_changes_with_the_day(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import timedelta

    from ikw.web import limits

    with app.test_request_context(environ_base={"REMOTE_ADDR": "192.0.2.1"}):
        today = limits.household()
        tomorrow = clock.real() + timedelta(days=1)
        monkeypatch.setattr(clock, "real", lambda: tomorrow)
        assert limits.household() != today
