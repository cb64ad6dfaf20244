"""Everything that is still to be done: for events and for a whole series, by whom until when."""

from __future__ import annotations

from typing import Self

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload
from wtforms import SelectField
from wtforms.validators import DataRequired

from ikw.actions.series import tasks
from ikw.db import session, write
from ikw.model import Event, Organiser, Series, Task
from ikw.model.roles import ROLES, Can, Scope
from ikw.text.translate import _, _l
from ikw.web.desk.access import all_series, me, my_events, only_planners, say
from ikw.web.desk.acting import act
from ikw.web.desk.fields import day, line
from ikw.web.forms import BaseForm, ConfirmForm

bp = Blueprint("all_tasks", __name__)


class TaskForm(BaseForm):
    """Something to be done."""

    title = line(_l("What is to be done?"), DataRequired(_l("Please write what is to be done.")))
    owner = SelectField(_l("Who?"))
    due_on = day(_l("Until when?"))

    @classmethod
    def for_me(cls, task: Task | None = None, *, sent: bool = False) -> Self:
        """Return the form with those who can see a task, filled in with one if it is not sent."""
        form = cls() if sent else cls(formdata=None)
        people = select(Organiser).where(
            Organiser.disabled_at.is_(None),
            Organiser.role.in_([role for role, facts in ROLES.items() if Can.PLAN in facts.can]),
        )
        if me().scope is Scope.OWN:
            people = people.where(Organiser.organisation_id == me().organisation_id)
        owners = session().scalars(people.order_by(Organiser.name))
        form.owner.choices = [("", _("still open")), *[(str(one.id), one.name) for one in owners]]
        if task is not None and not sent:
            form.title.data, form.due_on.data = task.title, task.due_on
            form.owner.data = str(task.owner_id or "")
        return form

    @property
    def chosen_owner(self) -> Organiser | None:
        return session().get(Organiser, int(self.owner.data)) if self.owner.data else None


class SeriesTaskForm(TaskForm):
    """The same for a whole series."""

    series = SelectField(_l("Which series?"))


def _series_form(*, sent: bool = False) -> SeriesTaskForm:
    form = SeriesTaskForm.for_me(sent=sent)
    form.series.choices = [(one.key, one.title) for one in all_series()]
    return form


@bp.get("/aufgaben/")
def index() -> ResponseReturnValue:
    """Answer with all that is open, what is late first."""
    only_planners()
    return _page(_series_form() if me().coordinates else None)


def _page(form: SeriesTaskForm | None, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "desk/tasks/index.html",
        tasks=session().scalars(_my_open_tasks()).all(),
        form=form,
        confirm=ConfirmForm(formdata=None),
    )
    return page, status


def _my_open_tasks() -> Select[Task]:
    """Select what is open of one's own events, and of series for whoever coordinates."""
    mine = [event.id for event in session().scalars(my_events())]
    return (
        select(Task)
        .where(
            Task.done_at.is_(None),
            or_(
                Task.event_id.in_(mine),
                Task.owner_id == me().id,
                *([Task.series_id.is_not(None)] if me().coordinates else []),
            ),
        )
        .options(joinedload(Task.event).joinedload(Event.series), joinedload(Task.owner))
        .order_by(Task.due_on.is_(None), Task.due_on, Task.owner_id, Task.id)
    )


@bp.post("/aufgaben/")
def create() -> ResponseReturnValue:
    """Note something to be done for a whole series."""
    if not me().coordinates:
        abort(404)
    form = _series_form(sent=True)
    if not form.validate():
        return _page(form, 422)
    series = session().scalars(select(Series).where(Series.key == form.series.data)).one()
    with write() as current:
        tasks.add_task(
            current, series, form.title.data or "", form.chosen_owner, form.due_on.data, act()
        )
    say(_("It is noted."))
    return redirect(url_for(".index"), 303)


@bp.get("/aufgaben/<int:number>/")
def edit(number: int) -> ResponseReturnValue:
    """Answer with a task in its form."""
    task = _mine_or_404(number)
    return _edit_page(task, TaskForm.for_me(task))


def _edit_page(task: Task, form: TaskForm, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "desk/tasks/edit.html", task=task, form=form, confirm=ConfirmForm(formdata=None)
    )
    return page, status


@bp.post("/aufgaben/<int:number>/")
def update(number: int) -> ResponseReturnValue:
    """Change a task; whoever is to do it now is told."""
    task = _mine_or_404(number)
    form = TaskForm.for_me(task, sent=True)
    if not form.validate():
        return _edit_page(task, form, 422)
    with write() as current:
        tasks.change_task(
            current, task, form.title.data or "", form.chosen_owner, form.due_on.data, act()
        )
    say(_("Saved."))
    return redirect(url_for(".index"), 303)


@bp.post("/aufgaben/<int:number>/erledigt")
def tick_off(number: int) -> ResponseReturnValue:
    """Tick a task off, or take that back."""
    task = _mine_or_404(number)
    if ConfirmForm().validate():
        with write() as current:
            tasks.tick_off(current, task, act())
    return _back(task)


@bp.post("/aufgaben/<int:number>/loeschung")
def remove(number: int) -> ResponseReturnValue:
    """Take a task out."""
    task = _mine_or_404(number)
    there = _back(task)
    if ConfirmForm().validate():
        with write() as current:
            tasks.remove_task(current, task, act())
    return there


def _mine_or_404(number: int) -> Task:
    """Return a task of one's own events or one's own, or of a series for who coordinates."""
    only_planners()
    found = session().get(Task, number) or abort(404)
    if found.event_id is None:
        return found if me().coordinates or found.owner_id == me().id else abort(404)
    is_mine = session().scalar(my_events().where(Event.id == found.event_id))
    return found if is_mine else abort(404)


def _back(task: Task) -> ResponseReturnValue:
    """Lead back to the page on which the button was."""
    if task.event is not None and request.form.get("zurueck") == "veranstaltung":
        return redirect(url_for("desk.tasks.show", event=task.event.key), 303)
    return redirect(url_for(".index"), 303)
