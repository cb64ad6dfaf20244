"""The programme as a file: taken away as XLSX, brought back as XLSX or ICS, and confirmed.

What reads and writes workbooks is imported when it is needed: no command waits for it.
"""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from ikw import clock
from ikw.actions.series import import_file
from ikw.actions.series.import_file import ChangedMeanwhile
from ikw.db import session, write
from ikw.model import Event, Series, Upload
from ikw.programmes.rows import Rows
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
    kind = "ics" if body.lstrip()[:15].upper().startswith(b"BEGIN:VCALENDAR") else "xlsx"
    try:
        rows = _read(kind, body)
    except (NoSheet, NoCalendar) as error:
        form.file.errors = [str(error)]
        return _page(shown, form, 422)
    if rows.faults:
        page = render_template(
            "desk/series/import_file/faults.html", series=shown, faults=rows.faults
        )
        return page, 422
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
    rows = _read(upload.kind, upload.body)
    found = import_file.changes_of(session(), shown, rows.rows, now=clock.now())
    return render_template(
        "desk/series/import_file/confirm.html",
        series=shown,
        found=found,
        fields=[_fields(change) for change in found.changes],
        form=ConfirmForm(),
    )


def _fields(change: import_file.Change) -> list[tuple[str, str, str]]:
    """Return what a change sets: the name of each field, its old words and its new ones."""
    return [
        (label_of("event", name), in_words(name, change.old.get(name)), in_words(name, value))
        for name, value in change.new.items()
        if change.event is not None or name in {"date", "start", "venue", "hosts", "capacity"}
    ]


@bp.post("/reihen/<key:series>/datei/<int:number>")
def take_over(series: str, number: int) -> ResponseReturnValue:
    """Take over what was shown."""
    only_coordination()
    shown = _series_or_404(series)
    upload = _upload_or_404(shown, number)
    if not ConfirmForm().validate():
        return redirect(url_for(".confirm", series=series, number=number), 303)
    rows = _read(upload.kind, upload.body)
    mark = request.form.get("shown", "")
    try:
        with write() as current:
            found = import_file.take_over(current, shown, rows.rows, act(), shown=mark)
            current.delete(upload)
    except ChangedMeanwhile:
        say(_("Somebody has changed an event meanwhile. Please look at the list again."), "warn")
        return redirect(url_for(".confirm", series=series, number=number), 303)
    say(
        ngettext(
            "%(num)d event is taken over. New ones are drafts.",
            "%(num)d events are taken over. New ones are drafts.",
            len(found.changes),
        )
    )
    return redirect(url_for("desk.events.index", reihe=series), 303)


def _read(kind: str, body: bytes) -> Rows:
    from ikw.programmes.ics import read_ics
    from ikw.programmes.sheet import read_sheet

    return read_ics(body) if kind == "ics" else read_sheet(body)


def _upload_or_404(series: Series, number: int) -> Upload:
    found = session().get(Upload, number)
    if found is None or (found.organiser_id, found.series_id) != (me().id, series.id):
        abort(404)
    return found


def _series_or_404(key: str) -> Series:
    return session().scalar(select(Series).where(Series.key == key)) or abort(404)
