"""Taking a programme over that somebody has brought, as it was shown to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.event.edit import create_event, edit_event, stated, version
from ikw.actions.keys import new_key
from ikw.actions.locking import lock_all
from ikw.actions.log import note, plain
from ikw.actions.series.import_changes import Brought, Names, Reading
from ikw.model import Event, Import, Organisation, Series, Upload, Venue
from ikw.model.choice import Choice
from ikw.model.verbs import Verb


class ChangedMeanwhile(Exception):
    """Somebody has changed an event since it was shown what the file would change."""


def take_over(
    session: Session,
    series: Series,
    rows: Iterable[Brought],
    act: Act,
    *,
    shown: str,
    by: int | None = None,
    choice: Choice | None = None,
) -> Import:
    """Change and add events as rows say; whoever signed up is told of another time or place.

    Only what differs is set, so that nothing else of an event is touched. New ones are drafts.
    `shown` is the mark of the changes that were confirmed, `by` the number of the organiser.
    Call it inside write(). Raises ChangedMeanwhile.
    """
    # Of a series without events there is nothing else to lock, and two would add everything.
    session.scalars(select(Series.id).where(Series.id == series.id).with_for_update()).one()
    lock_all(session, Event.series_id == series.id)
    choice = choice or Choice()
    reading = Reading(session, series, act.now, choice.same, choice.new)
    found = reading.read(rows)
    if found.mark != shown:
        raise ChangedMeanwhile
    done = Import(series=series, organiser_id=by, at=act.real, made={}, changed={})
    made: dict[str, dict[str, str]] = defaultdict(dict)
    for change in found.changes:
        if change.place in choice.without:
            continue
        values = dict(change.values)
        if venue := values.get("venue"):
            values["venue"] = _row_of(session, reading.venues, Venue, venue, made)
        if "hosts" in values:
            values["hosts"] = [
                _row_of(session, reading.hosts, Organisation, host, made)
                for host in values["hosts"]
            ]
        event = change.event
        if event is None:
            event = create_event(session, values | {"series": series}, act, key=change.key)
            event.origin = change.origin
            session.flush()
            made["event"][event.key] = version(event)
        else:
            done.changed |= {event.key: _changed(session, event, values, act)}
            event.origin = event.origin or change.origin
    done.made = dict(made)
    session.add(done)
    note(
        session,
        Verb.IMPORT_PROGRAMME,
        act,
        new={"series": series.key, "added": len(made["event"]), "changed": len(done.changed)},
    )
    return done


def _changed(session: Session, event: Event, values: dict[str, Any], act: Act) -> dict[str, Any]:
    """Change an event; return what it takes to undo that."""
    before, stamp = (
        stated(event),
        {"sequence": event.sequence, "changed_at": plain(event.changed_at)},
    )
    edit_event(session, event.id, values, act, known=version(event))
    after = stated(event)
    fields = {name: [before[name], after[name]] for name in before if before[name] != after[name]}
    return {"fields": fields, **stamp}


def _row_of(
    session: Session, names: Names, model: type[Any], name: str, made: dict[str, dict[str, str]]
) -> Any:
    """Return the venue or host of this name; it is added where there is none."""
    if not names.are_known(name):
        row = model(key=new_key(session, model, name), name=name)
        session.add(row)
        session.flush()
        names.add(row)
        made[model.__tablename__][row.key] = row.name
    return names[name]


def forget_uploads(session: Session, *, before: datetime) -> None:
    """Delete the files that nobody has confirmed; whoever brought them brings them again."""
    session.execute(delete(Upload).where(Upload.created_at < before))
