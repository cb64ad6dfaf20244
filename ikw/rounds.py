"""What happens by itself, beside the delivery of letters: remind, forget, tidy up, tell we live."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import current_app

from ikw import backups, clock, db
from ikw.actions.forgetting import forget
from ikw.actions.heartbeat import beat
from ikw.actions.reminding import Schedule, due_for_reminder, remind
from ikw.erasures import Erasures
from ikw.web.limit_storage import forget_counts

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
        self.last = dict.fromkeys(("beat", "remind", "forget", "tidy"), never)
        #: Whether something was deleted that SQLite's files may still hold.
        self.unclean = True

    def __call__(self) -> None:
        """Do what is due. Call it inside an application context."""
        if self._is_due("beat", BEAT_EVERY):
            with db.write() as session:
                beat(session, NAME, now=clock.real())
        if self._is_due("forget", FORGET_EVERY):
            self._forget()
        if self._is_due("remind", REMIND_EVERY):
            _remind()
        if self.unclean and self._is_due("tidy", TIDY_EVERY):
            db.session().rollback()
            self.unclean = not db.checkpoint(db.engine())

    def _is_due(self, what: str, every: timedelta) -> bool:
        now = clock.real()
        if now - self.last[what] < every:
            return False
        self.last[what] = now
        return True

    def _forget(self) -> None:
        config, real = current_app.config, clock.real()
        with db.write() as session:
            gone = forget(session, keep_days=config["IKW_KEEP_DAYS"], now=clock.now(), real=real)
        if gone.total():
            log.info("deleted what has ended: %s", {end.name: n for end, n in gone.items() if n})
            db.session().rollback()
            db.overwrite_deleted(db.engine())
            self.unclean = True
            self.last["tidy"] = datetime.min.replace(tzinfo=UTC)
        kept_since = clock.now() - timedelta(days=config["IKW_BACKUP_DAYS"])
        Erasures(Path(current_app.instance_path)).forget(kept_since)
        backups.forget_replaced(config["IKW_DATABASE_URL"], now=real)
        forget_counts(config["IKW_DATABASE_URL"])


def _remind() -> None:
    config = current_app.config
    schedule = Schedule(config["IKW_REMIND_DAYS"], config["IKW_REMIND_AT"])
    for event_id in due_for_reminder(db.session(), schedule, now=clock.now()):
        with db.write() as session:
            count = remind(session, event_id, schedule, now=clock.now())
        log.info("reminded %d parties of event %d", count, event_id)
