"""Sixteen people in two processes want fifty places at once."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.conftest import MakeApp, count_rows, make_event

pytestmark = pytest.mark.system

CAPACITY = 50


def race(make_app: MakeApp, url: str, *options: str) -> tuple[int, int, int, bool]:
    """Run a race; return seats held, the counter, how many signed up, and if any worker failed."""
    with make_app(url).app_context():
        event = make_event(f"rennen-{len(options)}", capacity=CAPACITY, has_waiting_list=True)
    workers = [
        subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.actions.registration.race_worker",
                url,
                str(event.id),
                seed,
                *options,
            ],
            env=dict(os.environ),
            stderr=subprocess.PIPE,
        )
        for seed in ("1", "2")
    ]
    errors = [worker.communicate(timeout=120)[1] for worker in workers]
    failed = any(worker.returncode for worker in workers) or any(b"Traceback" in e for e in errors)
    if not options:
        assert not failed, errors
    mine = f"FROM registration WHERE event_id = {event.id}"
    return (
        count_rows(url, f"SELECT coalesce(sum(seats), 0) {mine}"),
        count_rows(url, f"SELECT taken FROM event WHERE id = {event.id}"),
        count_rows(url, f"SELECT count(*) {mine}"),
        failed,
    )


def test_nobody_is_oversold_whatever_races(make_app: MakeApp, database_url: str) -> None:
    seats, counter, signed_up, _ = race(make_app, database_url)
    assert signed_up == 160
    assert seats <= CAPACITY
    assert counter == seats
    waits = "SELECT min(places - seats) FROM registration WHERE queued_at IS NOT NULL"
    smallest = count_rows(database_url, waits)
    assert smallest is not None
    assert smallest > CAPACITY - seats, "someone waits for places that are free"


def test_the_race_is_lost_without_the_lock(make_app: MakeApp, database_url: str) -> None:
    """That the race above can be lost at all."""
    seats, counter, _, _ = race(make_app, database_url, "without-lock")
    assert seats > CAPACITY or counter != seats
