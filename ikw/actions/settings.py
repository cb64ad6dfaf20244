"""Changing settings and texts of the town at the desk."""

from __future__ import annotations

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.log import note
from ikw.model import Event, Registration, Setting
from ikw.model.verbs import Verb


def change_setting(session: Session, name: str, value: str | None, act: Act) -> None:
    """Store a value as it would be typed; None gives back what holds by itself.

    The log says which and not what: texts and contacts name people.
    """
    row = session.get(Setting, name)
    if (row.value if row else None) == value:
        return
    if value is None:
        session.delete(row)
    elif row is None:
        session.add(Setting(name=name, value=value, changed_at=act.now))
    else:
        row.value, row.changed_at = value, act.now
    note(session, Verb.CHANGE_SETTING, act, new={"setting": name})


def change_keep_days(session: Session, name: str, before: int, after: int, act: Act) -> None:
    """Change after how many days sign-ups are deleted.

    Fewer hold at once. More hold only for events for which nobody has signed up yet: whoever has
    was told a day, and that one stays (Art. 13 (2) a GDPR).
    """
    if after > before:
        signed_up = select(Registration.event_id)
        told = func.coalesce(Event.keep_days, before)
        session.execute(
            update(Event)
            .where(Event.id.in_(signed_up))
            .values(keep_days=told)
            .execution_options(synchronize_session=False)
        )
    change_setting(session, name, str(after), act)
    note(session, Verb.CHANGE_SETTING, act, old={"keep_days": before}, new={"keep_days": after})


def count_told(session: Session) -> int:
    """Return for how many events somebody has signed up, and so was told a day."""
    return session.scalar(select(func.count(Registration.event_id.distinct()))) or 0
