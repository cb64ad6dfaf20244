"""Tasks: who does what until when."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.log import note
from ikw.model import Event, Organiser, Task
from ikw.model.verbs import Verb


def add_task(
    session: Session,
    event: Event,
    title: str,
    owner: Organiser | None,
    due_on: dt.date | None,
    act: Act,
) -> Task:
    """Note something to be done."""
    task = Task(event=event, title=title, owner=owner, due_on=due_on)
    session.add(task)
    note(session, Verb.ADD_TASK, act, event=event, new={"title": title})
    return task


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
    """Return what somebody has to do until a day, or should have done, the most urgent first."""
    mine = select(Task).where(
        Task.owner_id == organiser.id, Task.done_at.is_(None), Task.due_on <= until
    )
    return list(session.scalars(mine.order_by(Task.due_on, Task.id)))
