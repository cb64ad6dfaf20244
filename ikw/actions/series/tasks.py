"""Tasks: who does what until when."""

from __future__ import annotations

import datetime as dt
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.model import Event, LogEntry, Organiser, Task


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
    _log(session, "add task", act, event, new={"title": title})
    return task


def tick_off(session: Session, task: Task, act: Act) -> None:
    """Note that a task is done, or, once more, that it is not."""
    task.done_at = None if task.done_at else act.now
    verb = "finish task" if task.done_at else "reopen task"
    _log(session, verb, act, task.event, new={"title": task.title})


def remove_task(session: Session, task: Task, act: Act) -> None:
    """Take a task out."""
    _log(session, "remove task", act, task.event, old={"title": task.title})
    session.delete(task)


def open_tasks(session: Session, organiser: Organiser, *, until: dt.date) -> list[Task]:
    """Return what somebody has to do until a day, or should have done, the most urgent first."""
    mine = select(Task).where(
        Task.owner_id == organiser.id, Task.done_at.is_(None), Task.due_on <= until
    )
    return list(session.scalars(mine.order_by(Task.due_on, Task.id)))


def _log(
    session: Session,
    verb: str,
    act: Act,
    event: Event | None,
    **what: dict[str, Any],
) -> None:
    at: datetime = act.now
    session.add(LogEntry(at=at, actor=act.by, verb=verb, event=event, **what))
