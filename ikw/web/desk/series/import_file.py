"""The programme as a file: taken away as XLSX, brought back as XLSX or ICS, and confirmed.

What reads and writes workbooks is imported when it is needed: no command waits for it.
"""

from __future__ import annotations

import codecs
import re

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from ikw import clock
from ikw.actions.series import import_changes, import_file
from ikw.actions.series.import_file import ChangedMeanwhile
from ikw.db import session, write
from ikw.model import Event, Series, Upload
from ikw.model.fields import EVENT, End
from ikw.model.times import FIRST_YEAR, LAST_YEAR
from ikw.programmes.rows import Rows
from ikw.text.search import fold
from ikw.text.translate import _, _l, ngettext
from ikw.web.desk.access import me, my_events, only_coordination, say
from ikw.web.desk.acting import act
from ikw.web.desk.event.form import in_words
from ikw.web.desk.files import file_of
from ikw.web.desk.row_form import label_of
from ikw.web.forms import BaseForm, ConfirmForm

bp = Blueprint("sheets", __name__)

#: Bytes of a file that is brought.
MOST = 2 * 1024 * 1024

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class UploadForm(BaseForm):
    """A file to be taken over."""

    file = FileField(_l("Excel file (XLSX) or calendar (ICS)"))


@bp.get("/reihen/<key:series>/datei")
def show(series: str) -> ResponseReturnValue:
    """Answer with the ways out and in."""
    only_coordination()
    return _page(_series_or_404(series), UploadForm())


def _page(series: Series, form: UploadForm, status: int = 200) -> ResponseReturnValue:
    return render_template("desk/series/import_file/show.html", series=series, form=form), status


@bp.get("/reihen/<key:series>.xlsx")
def as_xlsx(series: str) -> Response:
    """Answer with the events of a series as a workbook."""
    from ikw.programmes.sheet import write_sheet

    only_coordination()
    shown = _series_or_404(series)
    events = session().scalars(my_events().where(Event.series_id == shown.id))
    return file_of(write_sheet(events), XLSX, f"{series}.xlsx")


@bp.post("/reihen/<key:series>/datei")
def create(series: str) -> ResponseReturnValue:
    """Keep the file for now, and show what it would change."""
    from ikw.programmes.ics import NoCalendar
    from ikw.programmes.sheet import NoSheet

    only_coordination()
    shown = _series_or_404(series)
    request.max_content_length = MOST + 4096
    form = UploadForm()
    if not form.validate():
        return _page(shown, form, 422)
    brought = request.files.get("file")
    if not isinstance(brought, FileStorage) or not brought.filename:
        form.file.errors = [_("Please choose a file.")]
        return _page(shown, form, 422)
    body = brought.read(MOST + 1)
    if not body:
        form.file.errors = [_("This file is empty.")]
        return _page(shown, form, 422)
    start = body.removeprefix(codecs.BOM_UTF8).lstrip()[:15].upper()
    kind = "ics" if start.startswith(b"BEGIN:VCALENDAR") else "xlsx"
    try:
        _read(shown, kind, body)
    except (NoSheet, NoCalendar) as error:
        form.file.errors = [str(error)]
        return _page(shown, form, 422)
    with write() as current:
        upload = Upload(
            organiser_id=me().id,
            series_id=shown.id,
            kind=kind,
            body=body,
            created_at=clock.real(),
        )
        current.add(upload)
        current.flush()
    return redirect(url_for(".confirm", series=series, number=upload.id), 303)


@bp.get("/reihen/<key:series>/datei/<int:number>")
def confirm(series: str, number: int) -> str:
    """Answer with what would change; nothing is taken over yet."""
    only_coordination()
    shown = _series_or_404(series)
    upload = _upload_or_404(shown, number)
    rows = _read(shown, upload.kind, upload.body)
    found = import_changes.changes_of(
        session(), shown, rows.rows, now=clock.now(), same=_same_names()
    )
    return render_template(
        "desk/series/import_file/confirm.html",
        series=shown,
        rows=rows,
        found=found,
        same=_same_names(),
        changed=[(one, _fields(one)) for one in found.changes if not one.is_new],
        new=[(one, _fields(one)) for one in found.changes if one.is_new],
        most=MOST_SHOWN,
        columns=[(field.name, field.head) for field in EVENT if field.is_in(End.WORKBOOK)],
        parameter=_parameter,
        year=request.args.get("jahr", type=int),
        query=request.query_string.decode("ascii", "ignore"),
        form=ConfirmForm(),
    )


#: More new events than this are shown when somebody opens their list.
MOST_SHOWN = 60


def _fields(change: import_changes.Change) -> list[tuple[str, str, str]]:
    """Return what a change sets: the name of each field, its old words and its new ones."""
    return [
        (label_of("event", name), in_words(name, change.old.get(name)), in_words(name, value))
        for name, value in change.new.items()
        if change.event is not None or name != "title"
    ]


#: Begins the names of the choices for columns in the address.
COLUMN = "spalte-"


def _parameter(head: str) -> str:
    """Return how the choice for a column is called in the address, by its head."""
    return COLUMN + "-".join(re.findall("[a-z0-9]+", fold(head)))


def _same_names() -> list[str]:
    """Return the new names that somebody has said to be those of what there is."""
    return request.args.getlist("gleich")[:200]


@bp.post("/reihen/<key:series>/datei/<int:number>")
def take_over(series: str, number: int) -> ResponseReturnValue:
    """Take over what was shown."""
    only_coordination()
    shown = _series_or_404(series)
    upload = _upload_or_404(shown, number)
    if not ConfirmForm().validate():
        return redirect(url_for(".confirm", series=series, number=number), 303)
    rows = _read(shown, upload.kind, upload.body)
    mark = request.form.get("shown", "")
    try:
        with write() as current:
            found = import_file.take_over(
                current, shown, rows.rows, act(), shown=mark, same=_same_names()
            )
            # What was not understood can still be brought right and taken over for a day.
            if not rows.faults:
                current.delete(upload)
    except ChangedMeanwhile:
        say(_("Somebody has changed an event meanwhile. Please look at the list again."), "warn")
        again = url_for(".confirm", series=series, number=number)
        return redirect(f"{again}?{request.query_string.decode('ascii', 'ignore')}", 303)
    say(
        ngettext(
            "%(num)d event is taken over. New ones are drafts.",
            "%(num)d events are taken over. New ones are drafts.",
            len(found.changes),
        )
    )
    return redirect(url_for("desk.events.index", reihe=series), 303)


def _read(series: Series, kind: str, body: bytes) -> Rows:
    """Read a file, as the address says which sheets and columns are meant."""
    from ikw.programmes.ics import read_ics
    from ikw.programmes.sheet import Choice, read_sheet

    if kind == "ics":
        return read_ics(body, series.last_day)
    fields = {
        name.removeprefix(COLUMN).replace("-", " "): value
        for name, value in request.args.items()
        if name.startswith(COLUMN)
    }
    year = request.args.get("jahr", type=int)
    year = year if year and FIRST_YEAR <= year <= LAST_YEAR else None
    choice = Choice(tuple(request.args.getlist("blatt")), fields, year)
    return read_sheet(body, series.first_day, series.last_day, choice)


def _upload_or_404(series: Series, number: int) -> Upload:
    found = session().get(Upload, number)
    if found is None or (found.organiser_id, found.series_id) != (me().id, series.id):
        abort(404)
    return found


def _series_or_404(key: str) -> Series:
    return session().scalar(select(Series).where(Series.key == key)) or abort(404)
