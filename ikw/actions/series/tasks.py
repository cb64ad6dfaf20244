"""Tasks: who does what until when."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.letter.write_to_organiser import write_to_organiser
from ikw.actions.log import note
from ikw.model import Event, Organiser, Series, Task
from ikw.model.letter_kinds import LetterKind
from ikw.model.verbs import Verb


def add_task(
    session: Session,
    about: Event | Series,
    title: str,
    owner: Organiser | None,
    due_on: dt.date | None,
    act: Act,
) -> Task:
    """Note something to be done for an event or a whole series; whoever is to do it is told."""
    task = Task(title=title, owner=owner, due_on=due_on)
    if isinstance(about, Event):
        task.event = about
    else:
        task.series = about
    session.add(task)
    note(session, Verb.ADD_TASK, act, event=task.event, new={"title": title})
    _tell_owner(session, task, act)
    return task


def change_task(
    session: Session,
    task: Task,
    title: str,
    owner: Organiser | None,
    due_on: dt.date | None,
    act: Act,
) -> None:
    """Change what is to be done, by whom or until when; whoever is to do it now is told."""
    before = (task.title, task.owner_id, task.due_on)
    task.title, task.owner, task.due_on = title, owner, due_on
    session.flush()
    if before == (task.title, task.owner_id, task.due_on):
        return
    note(session, Verb.CHANGE_TASK, act, event=task.event, new={"title": title})
    _tell_owner(session, task, act)


def _tell_owner(session: Session, task: Task, act: Act) -> None:
    """Write to whoever is to do something, unless they have noted it themselves."""
    if task.owner is None or task.owner.actor == act.by:
        return
    about = task.event or task.series
    facts = {
        "title": task.title,
        "about": about.title if about else "",
        "due": task.due_on.isoformat() if task.due_on else None,
    }
    write_to_organiser(session, task.owner, LetterKind.TASK, facts, real=act.real)


def tick_off(session: Session, task: Task, act: Act) -> None:
    """Note that a task is done, or, once more, that it is not."""
    task.done_at = None if task.done_at else act.now
    verb = Verb.FINISH_TASK if task.done_at else Verb.REOPEN_TASK
    note(session, verb, act, event=task.event, new={"title": task.title})


def remove_task(session: Session, task: Task, act: Act) -> None:
    """Take a task out."""
    note(session, Verb.REMOVE_TASK, act, event=task.event, old={"title": task.title})
    session.delete(task)


def open_tasks(session: Session, organiser: Organiser, *, until: dt.date) -> list[Task]:
    """Return what somebody has to do until a day, or without one, what is late first."""
    mine = select(Task).where(
        Task.owner_id == organiser.id,
        Task.done_at.is_(None),
        or_(Task.due_on <= until, Task.due_on.is_(None)),
    )
    return list(session.scalars(mine.order_by(Task.due_on.is_(None), Task.due_on, Task.id)))
