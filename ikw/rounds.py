"""What happens by itself, beside the delivery of letters: remind, forget, tidy up, tell we live."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import current_app
from sqlalchemy.exc import OperationalError

from ikw import backups, clock, db, desk_settings, sqlite_files
from ikw.actions.act import Act
from ikw.actions.heartbeat import beat
from ikw.actions.keeping.forget import forget
from ikw.actions.letter.remind import Schedule, due_for_reminder, remind
from ikw.actions.letter.tell_organisers import digest_is_due, write_digests
from ikw.erasures import Erasures
from ikw.limit_storage import forget_counts
from ikw.model.verbs import Actor

log = logging.getLogger(__name__)

#: How often each of them comes round.
FORGET_EVERY = timedelta(hours=1)
REMIND_EVERY = timedelta(minutes=1)
TIDY_EVERY = timedelta(minutes=1)
BEAT_EVERY = timedelta(seconds=20)

#: How the heartbeat of these rounds is called.
NAME = "deliver"


class Rounds:
    """Makes its rounds whenever it is called and something is due. By the real clock."""

    def __init__(self) -> None:
        never = datetime.min.replace(tzinfo=UTC)
        self.rounds: dict[str, tuple[timedelta, Callable[[], None]]] = {
            "beat": (BEAT_EVERY, _beat),
            "forget": (FORGET_EVERY, _forget),
            "remind": (REMIND_EVERY, _remind),
            "digest": (REMIND_EVERY, _tell_coordination),
            "tidy": (TIDY_EVERY, _tidy),
            "erased": (FORGET_EVERY, _forget_erased),
            "replaced": (FORGET_EVERY, _forget_replaced),
            "counts": (FORGET_EVERY, _forget_counts),
        }
        self.last = dict.fromkeys(self.rounds, never)

    def __call__(self) -> None:
        """Do what is due. Call it inside an application context.

        What goes wrong in one is no reason to leave the others out. Raises OperationalError while
        the database is not available.
        """
        desk_settings.refresh(current_app)
        for name, (every, make) in self.rounds.items():
            now = clock.real()
            if now - self.last[name] < every:
                continue
            self.last[name] = now
            try:
                make()
            except OperationalError:
                raise
            except Exception:
                db.session().rollback()
                log.exception("%s failed; it is done again when it is due", name)


def _act(by: Actor) -> Act:
    return Act(by, clock.now(), clock.real())


def _beat() -> None:
    with db.write() as session:
        beat(session, NAME, now=clock.real())


def _forget() -> None:
    days = current_app.config["IKW_KEEP_DAYS"]
    with db.write() as session:
        gone = forget(session, _act(Actor.DELETION), keep_days=days)
        if gone.total():
            sqlite_files.note_deleted(db.engine())
    if gone.total():
        log.info("deleted what has ended: %s", {end.name: n for end, n in gone.items() if n})
        _tidy()


def _tidy() -> None:
    """Overwrite what was deleted, and empty the WAL; again until nobody is in the way."""
    db.session().rollback()
    sqlite_files.clean(db.engine())


def _forget_erased() -> None:
    kept_since = clock.now() - timedelta(days=current_app.config["IKW_BACKUP_DAYS"])
    Erasures(Path(current_app.instance_path)).forget(kept_since)


def _forget_replaced() -> None:
    backups.forget_replaced(current_app.config["IKW_DATABASE_URL"], now=clock.real())


def _forget_counts() -> None:
    forget_counts(current_app.config["IKW_DATABASE_URL"])


def _tell_coordination() -> None:
    act = _act(Actor.REMINDER)
    if not digest_is_due(db.session(), act.real):
        return
    with db.write() as session:
        count = write_digests(session, act)
    if count:
        log.info("told %d coordinators what clubs have done", count)


def _remind() -> None:
    config = current_app.config
    act = _act(Actor.REMINDER)
    schedule = Schedule(config["IKW_REMIND_DAYS"], config["IKW_REMIND_AT"])
    for event_id in due_for_reminder(db.session(), schedule, now=act.now, real=act.real):
        with db.write() as session:
            count = remind(session, event_id, schedule, act)
        log.info("reminded %d parties of event %d", count, event_id)
