"""What is to be done for an event, by whom until when, and what it costs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import Field, SelectField, ValidationError
from wtforms.validators import DataRequired

from ikw.actions.series import money, tasks
from ikw.actions.series.money import SourceBlocked
from ikw.db import session, write
from ikw.model import Cost, Event, Source, Task
from ikw.text.dates import price
from ikw.text.prices import write_price
from ikw.text.translate import _, _l
from ikw.web.desk.access import me, my_event_or_404, say
from ikw.web.desk.acting import act
from ikw.web.desk.fields import line
from ikw.web.desk.money_fields import cents_of, euros
from ikw.web.desk.tasks import TaskForm
from ikw.web.forms import BaseForm, ConfirmForm

bp = Blueprint("tasks", __name__)


class CostForm(BaseForm):
    """What something costs."""

    purpose = line(_l("What for?"), DataRequired(_l("Please write what it is for.")))
    source = SelectField(_l("From which source?"))
    planned = euros(_l("Planned"))
    granted = euros(_l("Granted"))
    spent = euros(_l("Spent"))

    def validate_planned(self, field: Field) -> None:
        if not (field.data or self.granted.data or self.spent.data):
            raise ValidationError(_("Please enter an amount: planned, granted or spent."))

    @property
    def values(self) -> dict[str, Any]:
        """The columns as the form says them, without the source."""
        return {
            "title": self.purpose.data,
            "planned_cents": cents_of(self.planned) or 0,
            "granted_cents": cents_of(self.granted) or 0,
            "spent_cents": cents_of(self.spent) or 0,
        }


@bp.get("/veranstaltung/<key:event>/aufgaben")
def show(event: str) -> ResponseReturnValue:
    """Answer with the tasks and costs of an event."""
    return _page(my_event_or_404(event))


def _page(
    event: Event,
    task: TaskForm | None = None,
    cost: CostForm | None = None,
    edited: Cost | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    mine = select(Task).where(Task.event_id == event.id)
    costs = select(Cost).where(Cost.event_id == event.id).order_by(Cost.id)
    page = render_template(
        "desk/event/tasks.html",
        event=event,
        tasks=session().scalars(mine.order_by(Task.done_at, Task.due_on, Task.id)).all(),
        costs=session().scalars(costs).all(),
        task=task or TaskForm.for_me(),
        cost=cost or _cost_form(event),
        edited=edited,
        form=ConfirmForm(formdata=None),
    )
    return page, status


@bp.post("/veranstaltung/<key:event>/aufgaben")
def create_task(event: str) -> ResponseReturnValue:
    """Note something to be done."""
    shown = my_event_or_404(event)
    form = TaskForm.for_me(sent=True)
    if not form.validate():
        return _page(shown, task=form, status=422)
    with write() as current:
        tasks.add_task(
            current, shown, form.title.data or "", form.chosen_owner, form.due_on.data, act()
        )
    return _see(event)


@bp.post("/veranstaltung/<key:event>/kosten")
def create_cost(event: str) -> ResponseReturnValue:
    """Add a cost."""
    return _save(my_event_or_404(event), None)


@bp.get("/veranstaltung/<key:event>/kosten/<int:number>")
def edit_cost(event: str, number: int) -> ResponseReturnValue:
    """Answer with the page, the cost in the form."""
    shown = my_event_or_404(event)
    cost = _mine_or_404(Cost, shown, number)
    form = _cost_form(shown)
    form.purpose.data = cost.title
    form.source.data = str(cost.source_id or "")
    form.planned.data = write_price(cost.planned_cents)
    form.granted.data = write_price(cost.granted_cents)
    form.spent.data = write_price(cost.spent_cents)
    return _page(shown, cost=form, edited=cost)


@bp.post("/veranstaltung/<key:event>/kosten/<int:number>")
def update_cost(event: str, number: int) -> ResponseReturnValue:
    """Change a cost."""
    shown = my_event_or_404(event)
    return _save(shown, _mine_or_404(Cost, shown, number))


def _save(event: Event, cost: Cost | None) -> ResponseReturnValue:
    form = _cost_form(event, sent=True)
    if not form.validate():
        return _page(event, cost=form, edited=cost, status=422)
    source = session().get(Source, int(form.source.data)) if form.source.data else None
    values = form.values | {"source": source}
    if not me().coordinates:
        # What is granted, and from where, the coordination decides.
        values |= {
            "granted_cents": cost.granted_cents if cost else 0,
            "source": cost.source if cost else None,
        }
    try:
        with write() as current:
            money.set_cost(current, cost, event, values, act())
    except SourceBlocked as error:
        form.spent.errors = [
            _("“%(name)s” is blocked still: nothing of it can be spent.", name=str(error))
        ]
        return _page(event, cost=form, edited=cost, status=422)
    say(_("Saved."))
    if source is not None and (more := money.balance_of(session(), source).too_much_granted):
        say(
            _(
                "Of “%(name)s” %(amount)s more is granted than there is.",
                name=source.name,
                amount=price(more),
            ),
            "warn",
        )
    return _see(event.key)


@bp.post("/veranstaltung/<key:event>/kosten/<int:number>/loeschung")
def remove_cost(event: str, number: int) -> ResponseReturnValue:
    """Take a cost out."""
    cost = _mine_or_404(Cost, my_event_or_404(event), number)
    if ConfirmForm().validate():
        with write() as current:
            money.remove_cost(current, cost, act())
    return _see(event)


def _cost_form(event: Event, sent: bool = False) -> CostForm:
    form = CostForm() if sent else CostForm(formdata=None)
    sources = select(Source).where(Source.series_id == event.series_id).order_by(Source.id)
    form.source.choices = [("", "–"), *[(str(s.id), s.name) for s in session().scalars(sources)]]
    return form


def _mine_or_404(model: Any, event: Event, number: int) -> Any:
    found = session().get(model, number)
    return found if found is not None and found.event_id == event.id else abort(404)


def _see(event: str) -> ResponseReturnValue:
    return redirect(url_for(".show", event=event), 303)
