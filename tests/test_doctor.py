"""`ikw doctor` says what is wrong where a town runs the site, and what to do."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.commands import run_ikw
from tests.mail.smtp import free_port, smtp_server
from tests.sites import environment, ikw, start, stock

pytestmark = pytest.mark.system


def examined(env: dict[str, str]) -> tuple[int, str]:
    done = run_ikw(env, "doctor")
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    made = environment(tmp_path / "instance", free_port())
    stock(made)
    return made


def test_a_site_that_is_set_up_well_has_no_fault(env: dict[str, str], tmp_path: Path) -> None:
    with smtp_server() as (port, _server):
        well = {**env, "MAIL_SERVER": "127.0.0.1", "MAIL_PORT": str(port), "IKW_NOW": ""}
        ikw(well, "backup", str(tmp_path / "b.sqlite"))
        with start(well):
            code, said = examined(well)
    assert code == 0, said
    assert "FAULT" not in said
    for name in ("address", "proxy", "mail", "clock", "files", "disk", "schema", "backup", "fonts"):
        assert f" {name} " in said, name
    assert "SPF" in said
    assert "DKIM" in said


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"IKW_BASE_URL": "http://ikw.example.org"}, "use https"),
        ({"IKW_BASE_URL": "https://127.0.0.2"}, "IKW_TRUSTED_PROXIES = 1"),
        ({"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": "9"}, "compare MAIL_*"),
        ({"IKW_TRUSTED_PROXIES": "1"}, "anybody can claim any address"),
        ({"IKW_NOW": "2023-01-20T12:00"}, "unset IKW_NOW"),
    ],
)
def test_what_is_set_up_badly_is_said_with_what_to_do(
    env: dict[str, str], settings: dict[str, str], says: str
) -> None:
    assert says in examined({**env, **settings})[1]


def test_files_that_others_can_read_are_named(env: dict[str, str]) -> None:
    Path(env["IKW_INSTANCE"], "secret_key").chmod(0o644)
    code, said = examined(env)
    assert code == 1
    assert "chmod 600" in said
    assert "secret_key" in said


def test_an_old_backup_and_an_old_schema_are_told(env: dict[str, str]) -> None:
    with closing(sqlite3.connect(Path(env["IKW_INSTANCE"], "ikw.sqlite"))) as connection:
        connection.execute("INSERT INTO heartbeat VALUES ('backup', '2024-01-01 00:00:00')")
        connection.commit()
        assert "look after the timer" in examined(env)[1]
        connection.execute("UPDATE alembic_version SET version_num = '0003'")
        connection.commit()
    code, said = examined(env)
    assert code == 1
    assert "ikw migrate" in said
