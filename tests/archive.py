"""What is left of fifteen years: series that are over, with their sign-ups, letters and log."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from sqlalchemy import JSON, Column, Integer, MetaData, String, Table, func, insert, literal, select
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import Session

from ikw.model import Event, Letter, LogEntry, Registration, Series
from ikw.model.vocabulary import SeriesKind
from tests.conftest import NOW

SERIES = 600
EVENTS_EACH = 60
#: At every third event there were so many parties.
PARTIES_EACH = 28


def store_archive(session: Session, last: date, series: int = SERIES) -> int:
    """Store so many series, the last of which ended on this day; return how many rows there are.

    With 600 of them 36,000 events and 1,008,000 sign-ups, letters and entries of the log.
    """
    session.execute(
        insert(Series),
        [
            {
                "id": 1_000 + n,
                "key": f"archiv-{n}",
                "kind": SeriesKind.WORKSHOPS if n % 2 else SeriesKind.WEEK,
                "title": f"Archiv {n}",
                "first_day": last - timedelta(days=9 * n + 8),
                "last_day": last - timedelta(days=9 * n),
                "figures": [],
                "published_at": NOW,
            }
            for n in range(series)
        ],
    )
    empty: list[str] = []
    session.execute(
        insert(Event),
        [
            {
                "id": 100_000 + n * EVENTS_EACH + k,
                "uid": str(uuid.UUID(int=n * EVENTS_EACH + k)),
                "key": f"archiv-{n}-{k}",
                "series_id": 1_000 + n,
                "title": f"Archiv {n}, Veranstaltung {k}",
                "summary": "Was einmal war, mit allem, was dazu gehört.",
                "date": last - timedelta(days=9 * n + k % 9),
                "takes_sign_up": True,
                "capacity": 40,
                "taken": PARTIES_EACH if k % 3 == 0 else 0,
                "topics": empty,
                "languages": empty,
                "audiences": empty,
                "access": empty,
                "questions": empty,
                "counted": {},
                "loaded": {},
                **dict.fromkeys(("published_at", "created_at", "changed_at"), made),
            }
            for n in range(series)
            for k in range(EVENTS_EACH)
            # Put in and published one after the other, some months before.
            for made in [NOW - timedelta(days=480 + 9 * n, minutes=k)]
        ],
    )
    _store_parties(session)
    tables = (Series, Event, Registration, Letter, LogEntry)
    return sum(session.scalar(select(func.count()).select_from(table)) or 0 for table in tables)


def _store_parties(session: Session) -> None:
    """Store sign-ups, each with a letter and an entry of the log, in three statements."""
    numbers = Table("numbers", MetaData(), Column("n", Integer), prefixes=["TEMPORARY"])
    numbers.create(session.connection())
    session.execute(numbers.insert(), [{"n": n} for n in range(PARTIES_EACH)])
    nothing, none = literal([], JSON), literal({}, JSON)
    now = literal(NOW, Registration.created_at.type)
    party = Event.id * 100 + numbers.c.n
    unique = sql_cast(party, String)
    parties = select(
        party,
        Event.id,
        sql_cast(numbers.c.n, String),
        literal("h") + unique,
        literal("h") + unique,
        literal("seed"),
        literal("Gast"),
        unique + literal("@example.org"),
        literal("de"),
        nothing,
        nothing,
        none,
        literal(1),
        literal(1),
        literal(0),
        now,
    ).where(Event.id >= 100_000, Event.taken > 0)
    names = "id event_id code made_by link_hash link_seed name email language companions needed"
    names += " answers places seats arrived created_at"
    parties = parties.join_from(Event, numbers, literal(True))
    session.execute(insert(Registration).from_select(names.split(), parties))
    letter = "registration_id kind to mailbox language facts message_id created_at tries sent_at"
    made = Registration.id >= 100_000 * 100
    session.execute(
        insert(Letter).from_select(
            letter.split(),
            select(
                Registration.id,
                literal("confirmed"),
                Registration.email,
                Registration.email,
                literal("de"),
                none,
                literal("m") + sql_cast(Registration.id, String),
                now,
                literal(1),
                now,
            ).where(made),
        )
    )
    session.execute(
        insert(LogEntry).from_select(
            ["at", "actor", "verb", "event_id", "registration_id", "old", "new"],
            select(
                now,
                literal("citizen"),
                literal("register"),
                Registration.event_id,
                Registration.id,
                none,
                none,
            ).where(made),
        )
    )
    numbers.drop(session.connection())
