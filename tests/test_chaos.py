"""What was confirmed is there, whatever dies meanwhile; `make chaos` does it for longer."""

from __future__ import annotations

import gc

import pytest

from tests.chaos import run_chaos

pytestmark = pytest.mark.system


# The mail server is gone in the middle of a line, and nobody closes that.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_nothing_is_lost_while_processes_disk_mail_and_database_fail(kind: str) -> None:
    # How long nobody is answered is measured by `make chaos`, where nothing else runs beside it.
    report = run_chaos(kind, seconds=7, clients=12, silence=60)
    gc.collect()
    assert not report.faults, str(report)
    assert report.kills
    assert report.answers["303"] > 50
