"""One person's right: all that is stored of somebody, to be handed out, corrected or erased.

Art. 15 to 17 GDPR. Whoever asks has to be known first; the page says so.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask import (
    Blueprint,
    abort,
    current_app,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy import or_, select

from ikw.actions.keeping import erase
from ikw.actions.keeping.erase import Row
from ikw.db import session, write
from ikw.erasures import marks_of
from ikw.model import (
    Cost,
    Event,
    Feedback,
    Letter,
    Organisation,
    Organiser,
    Registration,
    Task,
)
from ikw.model.phone_numbers import digits_of
from ikw.text.phones import as_kept
from ikw.text.search import names_somebody, searchable
from ikw.text.translate import _, ngettext
from ikw.web.desk.access import asked, me, only_coordination, say
from ikw.web.desk.acting import act
from ikw.web.desk.registration.index import SEARCHED, is_meant
from ikw.web.disclosure import as_json, as_pdf, erase_for_good, sections
from ikw.web.forms import ConfirmForm

bp = Blueprint("persons", __name__)

#: What can be found, by the names of the tables.
TABLES: dict[str, type[Row]] = {table.__tablename__: table for table in erase.IDENTITY}


#: Texts of one sort that are named.
MOST_MENTIONS = 50


@bp.get("/personen/")
def index() -> str:
    """Answer with all that is stored by a name, an address or a number."""
    only_coordination()
    wanted = asked("q")
    rows = _found(wanted) if wanted else []
    return render_template(
        "desk/person/index.html",
        query=wanted,
        found=[(_name(row), _where(row), section) for row, section in _with_sections(rows)],
        mentions=_mentions(wanted) if wanted else [],
    )


@bp.get("/personen/auskunft.<any(json, pdf):form>")
def file(form: str) -> ResponseReturnValue:
    """Answer with what is ticked as a file to hand out."""
    only_coordination()
    rows = _ticked_or_404()
    if not rows:
        return _nobody()
    return as_json(rows) if form == "json" else as_pdf(rows)


@bp.get("/personen/loeschung")
def ask_to_erase() -> ResponseReturnValue:
    """Ask first, and say what goes."""
    only_coordination()
    wanted, rows = asked("q"), _ticked_or_404()
    if not rows:
        return _nobody()
    return render_template(
        "desk/person/erase.html",
        query=wanted,
        found=[(_name(row), _where(row), section) for row, section in _with_sections(rows)],
        whole_address=_is_whole_address(wanted, rows),
        myself=any(row is me() for row in rows),
        form=ConfirmForm(),
    )


@bp.post("/personen/loeschung")
def erase_them() -> ResponseReturnValue:
    """Erase what was ticked, for good."""
    only_coordination()
    if not ConfirmForm().validate():
        say(_("This form was open for too long. Please send it once more."), "warn")
        return redirect(request.url, 303)
    wanted, rows = asked("q"), _ticked_or_404()
    if not rows:
        return _nobody()
    if any(row is me() for row in rows):
        abort(400)
    marks: Collection[str] = ()
    if is_whole := _is_whole_address(wanted, rows):
        marks = marks_of(wanted, as_kept(wanted), current_app.config["SECRET_KEY"])
    count = erase_for_good(rows, act(), marks)
    if is_whole:
        with write() as current:
            erase.erase_old_letters(current, lambda to: to == wanted.lower())
    say(ngettext("%(num)d entry is erased.", "%(num)d entries are erased.", count))
    return redirect(url_for(".index"), 303)


def _found(wanted: str) -> list[Row]:
    """Return what has this address or number, or is somebody of this name."""
    found: list[Row] = erase.rows_of(session(), wanted, as_kept(wanted))
    parties = session().execute(select(*SEARCHED))
    ids = [party.id for party in parties if is_meant(wanted, party)]
    # Those that had this address before: letters to it are still there.
    told = select(Letter.registration_id).where(Letter.to == wanted.lower())
    found += session().scalars(
        select(Registration).where(or_(Registration.id.in_(ids), Registration.id.in_(told)))
    )
    found += [row for row in session().scalars(select(Feedback)) if _is_named(wanted, row)]
    found += [row for row in session().scalars(select(Organiser)) if _is_named(wanted, row)]
    return list(dict.fromkeys(found))


def _is_named(wanted: str, row: Feedback | Organiser) -> bool:
    phone = getattr(row, "phone", None)
    return names_somebody(wanted, searchable(row.name, row.email, phone, digits_of(phone or "")))


def _is_whole_address(wanted: str, rows: list[Row]) -> bool:
    """Whether all was ticked that an address or a number has: then it is meant itself."""
    mine = erase.rows_of(session(), wanted, as_kept(wanted))
    return bool(mine) and set(mine) <= set(rows)


def _ticked_or_404() -> list[Row]:
    rows: list[Row] = []
    for name in request.args.getlist("was"):
        table, _dash, number = name.partition("-")
        row: Any = session().get(TABLES[table], int(number)) if _is_name(table, number) else None
        rows.append(row or abort(404))
    return rows


def _nobody() -> ResponseReturnValue:
    say(_("Nobody was ticked."), "warn")
    return redirect(url_for(".index", q=asked("q")), 303)


def _is_name(table: str, number: str) -> bool:
    return table in TABLES and number.isascii() and number.isdecimal() and len(number) < 10


def _with_sections(rows: list[Row]) -> list[tuple[Row, object]]:
    return list(zip(rows, sections(rows), strict=True))


def _name(row: Row) -> str:
    return f"{row.__tablename__}-{row.id}"


def _where(row: Row) -> str:
    """Return the page on which it can be corrected."""
    if isinstance(row, Registration):
        return url_for("desk.registration.show", event=row.event.key, number=row.id)
    if isinstance(row, Feedback):
        return url_for("desk.feedback.show", number=row.id)
    return url_for("desk.accounts.edit", number=row.id)


def _mentions(wanted: str) -> list[tuple[str, str]]:
    """Return texts that name somebody, with the pages on which they are written."""
    events = select(Event).where(
        Event.deleted_at.is_(None),
        or_(
            Event.contact.icontains(wanted, autoescape=True),
            Event.description.icontains(wanted, autoescape=True),
            Event.summary.icontains(wanted, autoescape=True),
        ),
    )
    hosts = select(Organisation).where(
        or_(
            Organisation.name.icontains(wanted, autoescape=True),
            Organisation.email == wanted.lower(),
        )
    )
    found = [
        (event.title, url_for("desk.event_form.edit", event=event.key))
        for event in session().scalars(events.order_by(Event.date.desc()).limit(MOST_MENTIONS))
    ]
    found += [
        (host.name, url_for("desk.organisations.edit", organisation=host.key))
        for host in session().scalars(hosts.order_by(Organisation.name))
    ]
    tasks = select(Task).where(Task.title.icontains(wanted, autoescape=True))
    found += [
        (task.title, url_for("desk.all_tasks.edit", number=task.id))
        for task in session().scalars(tasks.order_by(Task.id.desc()).limit(MOST_MENTIONS))
    ]
    costs = select(Cost).where(Cost.title.icontains(wanted, autoescape=True))
    return found + [
        (cost.title, url_for("desk.tasks.edit_cost", event=cost.event.key, number=cost.id))
        for cost in session().scalars(costs.order_by(Cost.id.desc()).limit(MOST_MENTIONS))
    ]
