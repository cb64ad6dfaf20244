"""Backups: written while people sign up, restored without damage, without whoever was erased."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url

from ikw import clock
from ikw.backups import forget_replaced
from ikw.erasures import Erasure, Erasures
from tests.commands import run_ikw
from tests.conftest import count_rows
from tests.mail.smtp import free_port
from tests.postgres import administer
from tests.processes import Process, alive, children_of, until
from tests.sites import environment, ikw, start, stock
from tests.web.forms import token_in

pytestmark = pytest.mark.system

Env = dict[str, str]


@pytest.fixture
def env(tmp_path: Path) -> Env:
    made = environment(tmp_path / "instance", free_port(), IKW_RATE_LIMITS="off")
    stock(made)
    return made


@pytest.fixture
def site(env: Env) -> Iterator[Process]:
    with start(env) as process:
        yield process


def database(env: Env) -> Path:
    return Path(env["IKW_INSTANCE"], "ikw.sqlite")


def sign_up(env: Env, *names: str) -> None:
    """Sign people up for the Infoabend in the running site."""
    url = f"http://127.0.0.1:{env['PORT']}/veranstaltung/infoabend/anmelden"
    with urllib.request.urlopen(url) as page:
        token = token_in(page.read().decode())
    for name in names:
        form = {"form_token": token, "name": name, "email": f"{name.lower()}@example.org"}
        body = urllib.parse.urlencode({**form, "places": 1}).encode()
        with urllib.request.urlopen(url, body) as ticket:
            assert "/anmeldung/" in ticket.geturl()


def refused(env: Env, *arguments: str) -> str:
    """Run a command that has to end with a sentence, and return that."""
    done = run_ikw(env, *arguments)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    return done.stderr


def names_in(env: Env) -> set[str]:
    with closing(sqlite3.connect(database(env))) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return {row[0] for row in connection.execute("SELECT name FROM registration")}


def stop(site: Process) -> None:
    site.send_signal(signal.SIGTERM)
    assert site.wait(20) == 0


def files(env: Env) -> set[str]:
    return {path.name for path in Path(env["IKW_INSTANCE"]).iterdir()}


def test_the_rehearsal_of_the_readme(
    env: Env, site: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    """Twenty sign up, a backup is written, others follow, one is erased, the machine is lost."""
    early = [f"Frueh{n}" for n in range(20)]
    sign_up(env, *early)
    copy = tmp_path / "b.sqlite"
    ikw(env, "backup", str(copy))
    sign_up(env, *(f"Spaet{n}" for n in range(25)))
    assert "1 erased" in ikw(env, "erase", "--yes", "frueh3@example.org")
    assert "The site runs" in refused(env, "restore", str(copy))
    stop(site)
    assert not {"ikw.sqlite-wal", "ikw.sqlite-shm"} & files(env), "a stop leaves one sound file"

    told = ikw(env, "restore", str(copy))
    assert "Sign-ups among it: 25" in told
    assert "1 erased again" in told
    assert names_in(env) == set(early) - {"Frueh3"}
    (aside,) = (name for name in files(env) if ".replaced-" in name)
    for name in ("ikw.sqlite", aside, "erased"):
        mode = Path(env["IKW_INSTANCE"], name).stat().st_mode & 0o777
        assert mode == 0o600, name
    assert copy.stat().st_mode & 0o777 == 0o600
    with start(env) as again:
        sign_up(env, "Wieder")
        stop(again)
    assert "Wieder" in names_in(env)


def test_what_was_replaced_goes_after_a_week(env: Env, tmp_path: Path) -> None:
    copy = tmp_path / "b.sqlite"
    ikw(env, "backup", str(copy))
    ikw(env, "restore", str(copy))
    url = f"sqlite:///{database(env)}"
    for days, there in ((6, True), (8, False)):
        forget_replaced(url, now=clock.real() + timedelta(days=days))
        assert any(".replaced-" in name for name in files(env)) is there


def test_a_wal_that_was_left_does_not_tear_what_is_restored(env: Env, tmp_path: Path) -> None:
    """The site was killed: its file and its WAL stay, and the backup is of before."""
    copy = tmp_path / "b.sqlite"
    with start(env) as site:
        sign_up(env, "Anna")
        ikw(env, "backup", str(copy))
        sign_up(env, "Ben")
        workers = children_of(site.pid)
        site.kill()
        site.wait()
        until(lambda: not alive(workers), "nobody uses the database")
    ikw(env, "restore", str(copy))
    assert names_in(env) == {"Anna"}
    assert "ok" in ikw(env, "check-database")


def test_letters_that_left_since_the_backup_are_not_sent_again(env: Env, tmp_path: Path) -> None:
    copy = tmp_path / "b.sqlite"
    with start(env):
        sign_up(env, "Anna", "Ben")
        ikw(env, "backup", str(copy))
    with closing(sqlite3.connect(database(env))) as connection, connection:
        connection.execute(
            "UPDATE letter SET sent_at = '2023-01-20 11:30:00' WHERE \"to\" LIKE 'anna%'"
        )
    ikw(env, "restore", str(copy))
    waiting = 'SELECT "to" FROM letter WHERE sent_at IS NULL'
    assert count_rows(f"sqlite:///{database(env)}", waiting) == "ben@example.org"


def test_what_is_over_by_now_is_gone_before_anything_is_served(env: Env, tmp_path: Path) -> None:
    copy = tmp_path / "b.sqlite"
    with start(env):
        sign_up(env, "Anna")
        ikw(env, "backup", str(copy))
    later = {**env, "IKW_NOW": "2023-03-14T12:00"}
    assert "forgotten" in ikw(later, "restore", str(copy))
    assert names_in(env) == set()
    assert b"anna@example.org" not in database(env).read_bytes()


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("torn", "damaged"),
        ("text", "no SQLite database"),
        ("empty", "nothing in it"),
        ("foreign", "another program"),
        ("newer", "does not know"),
    ],
)
def test_a_file_that_is_no_backup_of_ours_changes_nothing(
    env: Env, tmp_path: Path, what: str, says: str
) -> None:
    copy = tmp_path / "b.sqlite"
    if what == "text":
        copy.write_text("Keine Datenbank, sondern ein Brief. " * 200)
    elif what == "empty":
        copy.write_bytes(b"")
    elif what == "foreign":
        with closing(sqlite3.connect(copy)) as connection, connection:
            connection.execute("CREATE TABLE recipe (name TEXT)")
    else:
        ikw(env, "backup", str(copy))
    if what == "torn":
        torn = bytearray(copy.read_bytes())
        torn[4096 * 3 : 4096 * 20] = b"x" * 4096 * 17
        copy.write_bytes(torn)
    elif what == "newer":
        with closing(sqlite3.connect(copy)) as connection, connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999'")
    before = database(env).read_bytes()
    assert says in refused(env, "restore", str(copy))
    assert database(env).read_bytes() == before
    assert not any("restoring" in name for name in files(env))


def test_commands_refuse_a_database_that_is_none_of_theirs(tmp_path: Path) -> None:
    env = environment(tmp_path, free_port())
    for command in ("serve", "web", "deliver", "calls", "backup /tmp/x.sqlite"):
        assert "There is no programme in sqlite:///" in refused(env, *command.split()), command
    ikw(env, "migrate")
    with closing(sqlite3.connect(database(env))) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0002'")
    for command in ("serve", "deliver", "calls"):
        assert "has the older shape 0002" in refused(env, *command.split()), command
    with closing(sqlite3.connect(database(env))) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    for command in ("serve", "deliver", "calls", "migrate"):
        assert "does not know" in refused(env, *command.split()), command


@pytest.mark.parametrize(
    ("url", "arguments", "says"),
    [
        ("sqlite:////nowhere/at/all/ikw.sqlite", ("migrate",), "cannot be opened"),
        ("", ("backup", "/nowhere/at/all/b.sqlite"), "cannot be written"),
    ],
)
def test_a_missing_folder_is_named_in_a_sentence(
    env: Env, url: str, arguments: tuple[str, ...], says: str
) -> None:
    assert says in refused({**env, "IKW_DATABASE_URL": url}, *arguments)


def test_everything_moves_to_postgresql_and_back(
    env: Env, tmp_path: Path, postgres: str, postgres_url: str
) -> None:
    with start(env):
        sign_up(env, "Anna", "Ben", "Zoe")
    dumped = ikw(env, "dump")
    assert "all checksums the same" in ikw(env, "move-database", postgres_url)
    there = {**env, "IKW_DATABASE_URL": postgres_url}
    assert ikw(there, "dump") == dumped
    assert "of the target already" in refused(env, "move-database", postgres_url)
    with start(there):
        sign_up(there, "Dilan")
    back = f"sqlite:///{tmp_path / 'back.sqlite'}"
    told = ikw(there, "move-database", back)
    assert "4 registration" in told
    at_home = {**env, "IKW_DATABASE_URL": back}
    assert ikw(at_home, "dump") == dumped
    with start(at_home):
        sign_up(at_home, "Chiara")
    assert count_rows(back, "SELECT count(*) FROM registration") == 5


def test_a_move_waits_for_nobody_who_works(
    env: Env, site: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    target = tmp_path / "there.sqlite"
    assert "The site runs" in refused(env, "move-database", f"sqlite:///{target}")
    stop(site)
    shutil.copy(database(env), target)
    assert "of the target already" in refused(env, "move-database", f"sqlite:///{target}")


def test_postgresql_is_brought_up_to_today_after_its_own_restore(
    env: Env, postgres: str, postgres_url: str
) -> None:
    there = {**env, "IKW_DATABASE_URL": postgres_url}
    ikw(there, "load", "ikw/programmes/rheine-2023.toml")
    with start(there):
        sign_up(there, "Anna", "Ben")
    name = make_url(postgres_url).database
    # What pg_restore brings back of the night before.
    administer(postgres, f"CREATE DATABASE night_before TEMPLATE {name}")
    ikw(there, "erase", "--yes", "anna@example.org")
    restored = postgres.format(name="night_before")
    assert count_rows(restored, "SELECT count(*) FROM registration") == 2
    assert "1 erased again" in ikw({**env, "IKW_DATABASE_URL": restored}, "restore")
    assert count_rows(restored, "SELECT name FROM registration") == "Ben"
    administer(postgres, "DROP DATABASE night_before WITH (FORCE)")


@pytest.mark.parametrize(
    ("signed_up", "is_left"), [("2023-01-21 10:00:00", True), ("2023-01-19 10:00:00", False)]
)
def test_whoever_comes_again_after_being_erased_stays(
    env: Env, tmp_path: Path, signed_up: str, is_left: bool
) -> None:
    """Anna was erased on 20 January: a sign-up of the day after is new, one of before is not."""
    copy = tmp_path / "b.sqlite"
    with start(env):
        sign_up(env, "Anna", "Ben")
        ikw(env, "erase", "--yes", "anna@example.org")
        sign_up(env, "Anna")
        ikw(env, "backup", str(copy))
    erased = Path(env["IKW_INSTANCE"], "erased")
    lines = [line.split(maxsplit=1)[1] for line in erased.read_text().splitlines()]
    erased.write_text("".join(f"2023-01-20T20:00:00Z {line}\n" for line in lines))
    with closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute("UPDATE registration SET created_at = ?", (signed_up,))
    ikw(env, "restore", str(copy))
    assert names_in(env) == ({"Anna", "Ben"} if is_left else {"Ben"})


def test_what_hung_on_another_address_of_hers_goes_by_what_it_is(env: Env, tmp_path: Path) -> None:
    """In the backup she still had her old address; it is the same sign-up all the same."""
    copy = tmp_path / "b.sqlite"
    with start(env):
        sign_up(env, "Anna", "Ben")
        ikw(env, "backup", str(copy))
    with closing(sqlite3.connect(database(env))) as connection, connection:
        connection.execute("UPDATE registration SET email = 'neu@example.org' WHERE name = 'Anna'")
    ikw(env, "erase", "--yes", "neu@example.org")
    assert "1 erased again" in ikw(env, "restore", str(copy))
    assert names_in(env) == {"Ben"}


def test_a_full_disk_leaves_the_list_of_the_erased_as_it_was(tmp_path: Path) -> None:
    """Half a line was glued to the next, and nothing could be delivered or restored any more."""
    erasures = Erasures(tmp_path)
    one = Erasure(datetime(2023, 1, 20, tzinfo=UTC), "registration", "a" * 64, "b" * 64)
    erasures.note([one])
    path = tmp_path / "erased"
    path.write_text(path.read_text() + "2023-01-2")
    erasures.note([one])
    assert erasures.read() == [one, one]
    erasures.forget(datetime(2024, 1, 1, tzinfo=UTC))
    assert erasures.read() == []
    assert path.stat().st_mode & 0o777 == 0o600


def test_two_who_share_an_address_are_two_to_the_one_who_erases(env: Env, tmp_path: Path) -> None:
    """Anna goes by her number; Ben, who reads mail in the same mailbox, keeps his letter."""
    copy = tmp_path / "b.sqlite"
    url = f"sqlite:///{database(env)}"
    with start(env):
        sign_up(env, "Anna", "Ben")
    with closing(sqlite3.connect(database(env))) as connection, connection:
        connection.execute("UPDATE registration SET email = 'fam@example.org'")
        connection.execute("UPDATE registration SET phone = '05971/123 45' WHERE name = 'Anna'")
        connection.execute("UPDATE letter SET \"to\" = 'fam@example.org'")
    ikw(env, "backup", str(copy))
    assert "1 erased" in ikw(env, "erase", "--yes", "05971 12345")
    for _ in range(2):
        assert names_in(env) == {"Ben"}
        assert count_rows(url, "SELECT count(*) FROM letter") == 1
        ikw(env, "restore", str(copy))


def test_letters_to_an_address_that_was_given_up_go_as_well(env: Env) -> None:
    url = f"sqlite:///{database(env)}"
    with start(env):
        sign_up(env, "Anna", "Ben")
    with closing(sqlite3.connect(database(env))) as connection, connection:
        connection.execute("UPDATE registration SET email = 'neu@example.org' WHERE name = 'Anna'")
    assert "1 letters" in ikw(env, "erase", "--yes", "anna@example.org")
    assert names_in(env) == {"Anna", "Ben"}
    assert count_rows(url, 'SELECT "to" FROM letter') == "ben@example.org"


def test_a_backup_is_written_before_an_older_database_is_migrated(env: Env, tmp_path: Path) -> None:
    with closing(sqlite3.connect(database(env))) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0004'")
        connection.execute("DROP TABLE heartbeat")
    ikw(env, "backup", str(tmp_path / "b.sqlite"))
    assert (tmp_path / "b.sqlite").stat().st_size > 100_000
