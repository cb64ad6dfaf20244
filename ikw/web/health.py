"""Whether the site is alive, and whether it can do its work: for whoever watches it."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

from flask import Blueprint, Response, current_app
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from ikw import clock, config, db, sqlite_files
from ikw.actions.heartbeat import beat
from ikw.model import Heartbeat, Letter
from ikw.model.letter import still_open

bp = Blueprint("health", __name__)

#: A letter that is due for longer than this tells of a delivery, or a mail server, that is down.
LETTERS_WAIT = timedelta(minutes=15)

#: The rounds of delivery are seen every 20 seconds.
DELIVERY_SEEN = timedelta(minutes=2)

#: Seconds for which a write that went well is taken for granted.
WRITES_FOR = 10.0

#: Seconds for which somebody else may be writing whenever this process would.
OTHERS_WRITE_FOR = 120.0

#: When a write of this process went well last, by `time.monotonic()`.
_wrote_at = float("-inf")


@bp.get("/healthz")
def alive() -> Response:
    """Answer "ok" as long as this process answers at all."""
    return Response("ok\n", mimetype="text/plain")


@bp.get("/readyz")
def ready() -> Response:
    """Answer whether it can do its work; 503 with the names of what it cannot."""
    failed = list(_failures())
    text = "".join(f"{name}\n" for name in failed) or "ok\n"
    return Response(text, 503 if failed else 200, mimetype="text/plain")


def _failures() -> Iterator[str]:
    checks: dict[str, Callable[[], bool]] = {
        "cannot write to the database": _writes,
        "letters wait": _letters_leave,
        "delivery was not seen": _delivery_is_seen,
        "the disk is nearly full": _has_disk,
    }
    for name, holds in checks.items():
        try:
            if not holds():
                yield name
        except SQLAlchemyError:
            # What it says may name hosts and tables: nothing for strangers.
            db.session().rollback()
            yield name


def _writes() -> bool:
    """Write one row. It needs our schema, room on the disk, and a database that answers."""
    global _wrote_at
    if time.monotonic() - _wrote_at > WRITES_FOR:
        try:
            # Nobody who asks waits for those who write: that they do is answer enough, for a while.
            with db.write(wait=False) as session:
                beat(session, f"web {os.uname().nodename}"[:40], now=clock.real())
        except BlockingIOError:
            return time.monotonic() - _wrote_at < OTHERS_WRITE_FOR or _wrote_at < 0
        _wrote_at = time.monotonic()
    return True


def _letters_leave() -> bool:
    if not current_app.config["MAIL_SERVER"]:
        return True
    oldest = select(func.min(Letter.next_try_at)).where(
        still_open(), Letter.to.is_not(None), Letter.tries == 0
    )
    due_since = db.session().scalar(oldest)
    return due_since is None or clock.real() - due_since < LETTERS_WAIT


def _delivery_is_seen() -> bool:
    seen_at = db.session().scalar(select(Heartbeat.seen_at).where(Heartbeat.name == "deliver"))
    return seen_at is not None and clock.real() - seen_at < DELIVERY_SEEN


def _has_disk() -> bool:
    file = sqlite_files.database_file(current_app.config["IKW_DATABASE_URL"])
    folder = file.parent if file else current_app.instance_path
    return shutil.disk_usage(folder).free > config.LEAST_DISK
