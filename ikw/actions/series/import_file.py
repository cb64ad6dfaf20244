"""Taking a programme over that somebody has brought, as it was shown to them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.event.edit import create_event, edit_event, version
from ikw.actions.keys import new_key
from ikw.actions.locking import lock_all
from ikw.actions.log import note
from ikw.actions.series.import_changes import Brought, Changes, Reading
from ikw.model import Event, Organisation, Series, Upload, Venue
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
    same: Collection[str] = (),
) -> Changes:
    """Change and add events as rows say; whoever signed up is told of another time or place.

    Only what differs is set, so that nothing else of an event is touched. New ones are drafts.
    `shown` is the mark of the changes that were confirmed. Call it inside write(). Raises
    ChangedMeanwhile.
    """
    lock_all(session, Event.series_id == series.id)
    reading = Reading(session, series, act.now, same)
    found = reading.read(rows)
    if found.mark != shown:
        raise ChangedMeanwhile
    for name in found.venues:
        reading.venues.add(_add(session, Venue, name))
    for name in found.hosts:
        reading.hosts.add(_add(session, Organisation, name))
    for change in found.changes:
        values = dict(change.values)
        if values.get("venue"):
            values["venue"] = reading.venues[values["venue"]]
        if "hosts" in values:
            values["hosts"] = [reading.hosts[name] for name in values["hosts"]]
        event = change.event
        if event is None:
            create_event(session, values | {"series": series}, act, key=change.key)
        else:
            edit_event(session, event.id, values, act, known=version(event))
    new = sum(change.is_new for change in found.changes)
    note(
        session,
        Verb.IMPORT_PROGRAMME,
        act,
        new={"series": series.key, "added": new, "changed": len(found.changes) - new},
    )
    return found


def _add(session: Session, model: type[Any], name: str) -> Any:
    row = model(key=new_key(session, model, name), name=name)
    session.add(row)
    session.flush()
    return row


def forget_uploads(session: Session, *, before: datetime) -> None:
    """Delete the files that nobody has confirmed; whoever brought them brings them again."""
    session.execute(delete(Upload).where(Upload.created_at < before))
