"""The made-up programme can be tried: lists, door, calls and numbers have something in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands import run_ikw
from tests.conftest import count_rows
from tests.sites import environment, ikw, stock

pytestmark = pytest.mark.system


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    env = environment(tmp_path, 8000)
    stock(env, "beispiel-60.toml")
    return env


def test_whoever_tries_the_example_finds_every_state_of_a_year(env: dict[str, str]) -> None:
    assert "invented parties" in ikw(env, "example")
    url = f"sqlite:///{env['IKW_INSTANCE']}/ikw.sqlite"
    for what, condition in {
        "waiting": "registration WHERE queued_at IS NOT NULL",
        "cancelled": "registration WHERE cancelled_at IS NOT NULL",
        "at the door": "registration WHERE checked_in_at IS NOT NULL",
        "in need of something": "registration WHERE needed <> '[]'",
        "to be called": 'letter WHERE "to" IS NULL',
        "sent": "letter WHERE sent_at IS NOT NULL",
        "failed": "letter WHERE failed_at IS NOT NULL",
        "waiting to be sent": "letter WHERE sent_at IS NULL AND failed_at IS NULL",
        "counted last year": "event WHERE people_counted > 0",
        "called off": "event WHERE called_off_at IS NOT NULL",
    }.items():
        assert count_rows(url, f"SELECT count(*) FROM {condition}") > 0, what
    plain = "SELECT count(*) FROM registration WHERE name NOT LIKE '%(Beispiel %)'"
    assert count_rows(url, plain) == 0, "everyone can see that nobody is meant"
    over = "SELECT count(*) FROM event WHERE capacity IS NOT NULL AND taken > capacity"
    assert count_rows(url, over) == 0
    parties = count_rows(url, "SELECT count(*) FROM registration")
    assert ikw(env, "example") == "", "once"
    assert count_rows(url, "SELECT count(*) FROM registration") == parties


def test_nobody_is_invented_for_a_real_programme(tmp_path: Path) -> None:
    env = environment(tmp_path, 8000)
    stock(env, "rheine-2023.toml")
    done = run_ikw(env, "example")
    assert done.returncode == 1
    assert "a real one" in done.stderr
