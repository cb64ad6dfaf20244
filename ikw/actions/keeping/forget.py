"""Deleting personal data on the day that was told to the citizen (Art. 5 (1) e GDPR).

What ends when stands in ikw.model.keeping; here is how each of the ends comes.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, delete, func, or_, select, update
from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.event.bin import empty_bin
from ikw.actions.feedback import forget_feedback
from ikw.actions.locking import lock
from ikw.actions.log import note
from ikw.actions.organiser.accounts import forget_accounts
from ikw.actions.organiser.passkeys import forget_challenges
from ikw.actions.organiser.sign_in import forget_links, forget_sessions
from ikw.actions.registration.calendar import close_calendars
from ikw.actions.series.import_file import forget_uploads
from ikw.clock import TOWN, in_town
from ikw.model import (
    Cost,
    DoorAct,
    DoorDuty,
    Event,
    Import,
    KeptForm,
    Letter,
    LogEntry,
    Mailing,
    Organiser,
    Registration,
    Series,
    Task,
)
from ikw.model.event import WAITS_FOR_A_DATE
from ikw.model.keeping import End
from ikw.model.letter import still_open
from ikw.model.letter_kinds import kinds
from ikw.model.programme import note_change
from ikw.model.verbs import IN_OWN_WORDS, Actor, Verb


@dataclass(frozen=True)
class Day:
    """The moment at which things end: in the town, and really, for who may work at the desk."""

    act: Act
    keep_days: int

    @property
    def date(self) -> dt.date:
        return in_town(self.act.now).date()

    def since(self, end: End) -> datetime:
        """Return the midnight before which something was made that ends now.

        At midnight, so that what is deleted in a day is deleted at once.
        """
        day = self.date - end.period
        return datetime.combine(day, dt.time.min, TOWN)

    def really_since(self, end: End) -> datetime:
        """Return the same by the real clock."""
        day = in_town(self.act.real).date() - end.period
        return datetime.combine(day, dt.time.min, TOWN)


def forget(session: Session, act: Act, *, keep_days: int) -> Counter[End]:
    """Delete all whose time is over; return how many rows went or were emptied, by what ended.

    Headcounts stay with the event.
    """
    day = Day(act, keep_days)
    gone = Counter({end: forget_one(session, day) for end, forget_one in FORGETTERS.items()})
    close_calendars(session)
    empty_bin(session, act)
    return gone


def _ended(day: Day, period: timedelta) -> ColumnElement[bool]:
    """The condition of events that ended so long ago, and that do not wait for a new date."""
    last: ColumnElement[dt.date] = func.coalesce(Event.end_date, Event.date)
    waits_no_more = last <= day.date - period - WAITS_FOR_A_DATE
    return and_(last <= day.date - period, or_(Event.postponed_at.is_(None), waits_no_more))


def _forget_events(session: Session, day: Day) -> int:
    last: ColumnElement[dt.date] = func.coalesce(Event.end_date, Event.date)
    mine = select(Registration.event_id).union(select(Mailing.event_id), select(DoorAct.event_id))
    # Of some events people were told fewer days; each is looked at below.
    fewest = session.scalar(select(func.min(Event.keep_days)).where(Event.id.in_(mine)))
    keep_days = day.keep_days if fewest is None else min(fewest, day.keep_days)
    due = select(Event.id).where(last <= day.date - timedelta(days=keep_days), Event.id.in_(mine))
    count = 0
    for event_id in session.scalars(due.order_by(Event.id)).all():
        # Under the lock, as it may just be moved.
        event = lock(session, event_id)
        if event.forget_on(day.keep_days) <= day.date:
            count += _forget_event(session, event, day.act)
    since = day.date - timedelta(days=day.keep_days)
    ended = select(Series.id).where(Series.last_day <= since)
    # With what was written to clubs; letters to people have gone with their sign-ups.
    count += _deleted(session, Mailing, Mailing.series_id.in_(ended))
    return count + _deleted(session, DoorDuty, DoorDuty.day <= since)


def _counted(session: Session, event: Event, *which: ColumnElement[bool]) -> dict[str, Any]:
    """Return in which language and week places were asked for, with what was counted before."""
    asked = select(Registration.language, Registration.created_at, Registration.places).where(
        Registration.event_id == event.id, *which
    )
    languages = Counter(event.counted.get("languages", {}))
    weeks = Counter(event.counted.get("weeks", {}))
    for language, created_at, places in session.execute(asked):
        languages[language] += places
        weeks[monday_of(created_at).isoformat()] += places
    return {"languages": dict(languages), "weeks": dict(weeks)}


def monday_of(moment: datetime) -> dt.date:
    """Return the Monday of the week in which a moment is, in the town."""
    day = in_town(moment).date()
    return day - timedelta(days=day.weekday())


def _forget_needs(session: Session, day: Day) -> int:
    """Empty what people needed once the event is over: it tells of their health (Art. 9 GDPR)."""
    over = select(Event.id).where(_ended(day, timedelta(days=1)))
    told = or_(Registration.needs.is_not(None), func.length(cast(Registration.needed, String)) > 2)
    return _emptied(
        session, Registration, Registration.event_id.in_(over), told, needs=None, needed=[]
    )


def _forget_networks(session: Session, day: Day) -> int:
    old = Registration.created_at < day.since(End.NETWORK)
    return _emptied(session, Registration, old, Registration.network.is_not(None), network=None)


#: Letters to organisers that are sent however long it takes: no link of a quarter of an hour.
CAN_BE_LATE = kinds(lambda facts: facts.can_be_late)


def _forget_letters_to_organisers(session: Session, day: Day) -> int:
    """Delete links to the desk and trials, which show the name of a party, after a day."""
    mine = (
        Letter.organiser_id.is_not(None),
        Letter.created_at < day.really_since(End.NEXT_DAY),
        # One that a mail server has put off is still to come.
        ~and_(still_open(), Letter.kind.in_(CAN_BE_LATE)),
    )
    forget_uploads(session, before=day.really_since(End.NEXT_DAY))
    return _deleted(session, Letter, *mine)


def _forget_tasks(session: Session, day: Day) -> int:
    over = select(Event.id).where(_ended(day, End.TASK.period))
    past = select(Series.id).where(Series.last_day <= day.date - End.TASK.period)
    count = _deleted(session, Task, or_(Task.event_id.in_(over), Task.series_id.in_(past)))
    named = LogEntry.verb.in_(IN_OWN_WORDS), LogEntry.at < day.since(End.TASK)
    return count + _take_out(session, {"title"}, *named)


def _forget_costs(session: Session, day: Day) -> int:
    over = select(Event.id).where(_ended(day, End.COST.period))
    return _deleted(session, Cost, Cost.event_id.in_(over))


def _forget_imports(session: Session, day: Day) -> int:
    return _deleted(session, Import, Import.at < day.really_since(End.IMPORT))


def _forget_kept_forms(session: Session, day: Day) -> int:
    old = KeptForm.created_at < day.act.real - End.KEPT_FORM.period
    return _deleted(session, KeptForm, old)


def _forget_actors(session: Session, day: Day) -> int:
    """Let the log name roles instead of people (section 72 LPVG NRW)."""
    old = LogEntry.at < day.since(End.ACTOR)
    people = or_(LogEntry.actor.startswith("organiser "), LogEntry.actor.like("% (%)"))
    actors = session.scalars(select(LogEntry.actor).where(old, people).distinct()).all()
    for actor in actors:
        name_the_role(session, actor, old)
    return len(actors) + _take_out(session, {"account"}, old)


def name_the_role(session: Session, actor: str, *which: ColumnElement[bool]) -> None:
    """Put somebody's role in the place of a number or a login name."""
    kind, _space, number = actor.partition(" ")
    role: str | None = actor.partition(" (")[0]
    if kind == "organiser" and number.isdigit():
        role = session.scalar(select(Organiser.role).where(Organiser.id == int(number)))
    _emptied(session, LogEntry, LogEntry.actor == actor, *which, actor=role or "organiser")


def _forget_log(session: Session, day: Day) -> int:
    return _deleted(session, LogEntry, LogEntry.at < day.since(End.LOG))


def _forget_feedback(session: Session, day: Day) -> int:
    return forget_feedback(session, day.date)


def _forget_accounts(session: Session, day: Day) -> int:
    return forget_accounts(session, before=day.really_since(End.ACCOUNT))


def _forget_sessions(session: Session, day: Day) -> int:
    return forget_sessions(session, before=day.act.real - End.SESSION.period)


def _forget_links(session: Session, day: Day) -> int:
    forget_links(session, before=day.act.real - End.LINK.period)
    return 0


def _forget_challenges(session: Session, day: Day) -> int:
    forget_challenges(session, before=day.act.real - End.CHALLENGE.period)
    return 0


#: How each end comes. Calendars end with the sign-ups, what is in the programme by hand.
FORGETTERS: dict[End, Callable[[Session, Day], int]] = {
    End.NEEDS: _forget_needs,
    End.EVENT: _forget_events,
    End.NETWORK: _forget_networks,
    End.FEEDBACK: _forget_feedback,
    End.NEXT_DAY: _forget_letters_to_organisers,
    End.CHALLENGE: _forget_challenges,
    End.LINK: _forget_links,
    End.SESSION: _forget_sessions,
    End.ACCOUNT: _forget_accounts,
    End.TASK: _forget_tasks,
    End.ACTOR: _forget_actors,
    End.LOG: _forget_log,
    End.COST: _forget_costs,
    End.IMPORT: _forget_imports,
    End.KEPT_FORM: _forget_kept_forms,
}


def _forget_event(session: Session, event: Event, act: Act) -> int:
    count_as_forgotten(session, event)
    event.taken = event.places_revision = 0
    # A lower sum must not look like an earlier one.
    note_change(session)
    # Why somebody got a place tells of that person.
    forget_reasons(session, LogEntry.event_id == event.id)
    session.flush()
    count = _deleted(session, Registration, Registration.event_id == event.id)
    rest = _deleted(session, DoorAct, DoorAct.event_id == event.id)
    rest += _deleted(session, Mailing, Mailing.event_id == event.id)
    note(session, Verb.FORGET, act, by=Actor.DELETION, event=event, new={"deleted": count})
    return count + rest


def count_as_forgotten(session: Session, event: Event, *which: ColumnElement[bool]) -> None:
    """Add registrations that are about to be deleted to the headcount; the event is locked."""
    seated = select(
        func.count(),
        func.coalesce(func.sum(Registration.seats), 0),
        func.coalesce(func.sum(Registration.arrived), 0),
    ).where(Registration.event_id == event.id, Registration.seats > 0, *which)
    parties, people, arrived = session.execute(seated).one()
    event.parties_counted = (event.parties_counted or 0) + parties
    event.people_counted = (event.people_counted or 0) + people
    event.arrived_counted = (event.arrived_counted or 0) + arrived
    event.counted = _counted(session, event, *which)


def forget_reasons(session: Session, *which: ColumnElement[bool]) -> None:
    """Take out of the log for what reason somebody was seated above the capacity."""
    _take_out(session, {"reason"}, LogEntry.verb == Verb.SEAT_ABOVE_CAPACITY, *which)


def _take_out(session: Session, names: set[str], *which: ColumnElement[bool]) -> int:
    """Take facts of these names out of entries of the log; return of how many."""
    holds = [
        cast(facts, String).like(f'%"{name}"%')
        for facts in (LogEntry.old, LogEntry.new)
        for name in names
    ]
    count = 0
    for entry in session.scalars(select(LogEntry).where(or_(*holds), *which)):
        if names & {*entry.old, *entry.new}:
            entry.old = {name: fact for name, fact in entry.old.items() if name not in names}
            entry.new = {name: fact for name, fact in entry.new.items() if name not in names}
            count += 1
    session.flush()
    return count


def _deleted(session: Session, table: type[Any], *which: ColumnElement[bool]) -> int:
    return int(session.execute(delete(table).where(*which)).rowcount)  # type: ignore[attr-defined]


def _emptied(
    session: Session, table: type[Any], *which: ColumnElement[bool], **values: object
) -> int:
    done = session.execute(
        update(table).where(*which).values(**values).execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]
