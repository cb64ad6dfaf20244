"""The programme as a file: brought as XLSX or ICS, read as somebody chooses, and confirmed.

What reads and writes workbooks is imported when it is needed: no command waits for it.
"""

from __future__ import annotations

import codecs

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField
from sqlalchemy import select
from werkzeug.datastructures import FileStorage, MultiDict

from ikw import clock
from ikw.actions.series import import_changes, import_file
from ikw.actions.series.import_changes import Change, Changes
from ikw.actions.series.import_file import ChangedMeanwhile
from ikw.db import session, write
from ikw.model import Event, Import, Organisation, Series, Upload, Venue
from ikw.model.choice import Choice
from ikw.model.fields import EVENT, End
from ikw.model.times import FIRST_YEAR, LAST_YEAR
from ikw.programmes.rows import Rows
from ikw.text.cleaning import clean_line
from ikw.text.translate import _, _l, ngettext
from ikw.web.desk import words
from ikw.web.desk.access import me, my_events, only_coordination, say, series_or_404
from ikw.web.desk.acting import act
from ikw.web.desk.event.form import in_words
from ikw.web.desk.files import file_of
from ikw.web.desk.row_form import label_of
from ikw.web.forms import BaseForm, ConfirmForm

bp = Blueprint("sheets", __name__)

#: Megabytes of a file that is brought, and bytes of the form that says how it is read.
MOST_MEGABYTES = 8
MOST = MOST_MEGABYTES * 1024 * 1024
MOST_OF_FORM = 400_000

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class UploadForm(BaseForm):
    """A file to be taken over."""

    file = FileField(_l("Excel file (XLSX) or calendar (ICS)"))


@bp.get("/reihen/<key:series>/datei")
def show(series: str) -> ResponseReturnValue:
    """Answer with the ways out and in, and what was brought lately."""
    only_coordination()
    return _page(series_or_404(series), UploadForm())


def _page(series: Series, form: UploadForm, status: int = 200) -> ResponseReturnValue:
    imports = select(Import).where(Import.series_id == series.id).order_by(Import.id.desc())
    page = render_template(
        "desk/series/import_file/show.html",
        series=series,
        form=form,
        imports=session().scalars(imports).all(),
        most=MOST_MEGABYTES,
    )
    return page, status


@bp.get("/reihen/<key:series>.xlsx")
def as_xlsx(series: str) -> Response:
    """Answer with the events of a series as a workbook."""
    from ikw.programmes.sheet import write_sheet

    only_coordination()
    shown = series_or_404(series)
    events = session().scalars(my_events().where(Event.series_id == shown.id))
    return file_of(write_sheet(events), XLSX, f"{series}.xlsx")


@bp.get("/reihen/<key:series>/vorlage.xlsx")
def template(series: str) -> Response:
    """Answer with an empty list to hand to clubs, which shows how it is filled in."""
    from ikw.programmes.sheet import write_template

    only_coordination()
    shown = series_or_404(series)
    venues = session().scalars(select(Venue.name).order_by(Venue.name)).all()
    hosts = session().scalars(select(Organisation.name).order_by(Organisation.name)).all()
    body = write_template(shown.first_day, shown.last_day, venues, hosts)
    return file_of(body, XLSX, f"{_('template')}-{series}.xlsx")


@bp.post("/reihen/<key:series>/datei")
def create(series: str) -> ResponseReturnValue:
    """Keep the file for now, and show what it would change."""
    from ikw.programmes.ics import NoCalendar
    from ikw.programmes.sheet import NoSheet

    only_coordination()
    shown = series_or_404(series)
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
    choice = shown.list_choice if kind == "xlsx" else {}
    try:
        _read(shown, kind, body, Choice.of(choice))
    except (NoSheet, NoCalendar) as error:
        form.file.errors = [str(error)]
        return _page(shown, form, 422)
    with write() as current:
        upload = Upload(
            organiser_id=me().id,
            series_id=shown.id,
            kind=kind,
            body=body,
            choice=choice,
            created_at=clock.real(),
        )
        current.add(upload)
        current.flush()
    return redirect(url_for(".confirm", series=series, number=upload.id), 303)


@bp.get("/reihen/<key:series>/datei/<int:number>")
def confirm(series: str, number: int) -> str:
    """Answer with what would change; nothing is taken over yet."""
    only_coordination()
    shown = series_or_404(series)
    upload = _upload_or_404(shown, number)
    choice = Choice.of(upload.choice)
    rows = _read(shown, upload.kind, upload.body, choice)
    found = _changes(shown, rows, choice)
    return render_template(
        "desk/series/import_file/confirm.html",
        series=shown,
        upload=upload,
        rows=rows,
        found=found,
        choice=choice,
        changes=[(number, one, _fields(one)) for number, one in enumerate(found.changes)],
        most=MOST_SHOWN,
        columns=[(field.name, field.head) for field in EVENT if field.is_in(End.WORKBOOK)],
        words=words,
        form=ConfirmForm(),
    )


#: More new events, and more questions, than this are shown when somebody opens their list.
MOST_SHOWN = 60


def _changes(series: Series, rows: Rows, choice: Choice) -> Changes:
    return import_changes.changes_of(
        session(), series, rows.rows, now=clock.now(), same=choice.same, new=choice.new
    )


def _fields(change: Change) -> list[tuple[str, str, str]]:
    """Return what a change sets: the name of each field, its old words and its new ones."""
    return [
        (label_of("event", name), in_words(name, change.old.get(name)), in_words(name, value))
        for name, value in change.new.items()
        if change.event is not None or name != "title"
    ]


@bp.post("/reihen/<key:series>/datei/<int:number>")
def take_over(series: str, number: int) -> ResponseReturnValue:
    """Read the file again as the form says, or take over what is ticked in it."""
    only_coordination()
    request.max_content_length = MOST_OF_FORM
    shown = series_or_404(series)
    upload = _upload_or_404(shown, number)
    again = redirect(url_for(".confirm", series=series, number=number), 303)
    if not ConfirmForm().validate():
        return again
    choice = Choice.of(upload.choice)
    rows = _read(shown, upload.kind, upload.body, choice)
    found = _changes(shown, rows, choice)
    chosen = _chosen(request.form, choice, rows, found)
    with write():
        upload.choice = chosen.as_json()
    if not chosen.reads_like(choice) or request.form.get("was") != "uebernehmen":
        if request.form.get("was") == "uebernehmen":
            say(_("The file is read anew as you chose. Please look at the list again."), "warn")
        return again
    try:
        with write() as current:
            done = import_file.take_over(
                current,
                shown,
                rows.rows,
                act(),
                by=me().id,
                shown=request.form.get("shown", ""),
                choice=chosen,
            )
            if upload.kind == "xlsx":
                shown.list_choice = chosen.for_the_next()
            # What was not understood can still be brought right and taken over for a day.
            if not rows.faults:
                current.delete(upload)
    except ChangedMeanwhile:
        say(_("Somebody has changed an event meanwhile. Please look at the list again."), "warn")
        return again
    say(
        ngettext(
            "%(num)d event is taken over. New ones are drafts.",
            "%(num)d events are taken over. New ones are drafts.",
            len(done.made.get("event", {})) + len(done.changed),
        )
    )
    if rows.faults:
        return again
    return redirect(url_for("desk.events.index", reihe=series), 303)


def _chosen(form: MultiDict[str, str], before: Choice, rows: Rows, found: Changes) -> Choice:
    """Return what the form says: the choice of before, with what differs from what was shown."""
    sheets = form.getlist("blatt")
    year = form.get("jahr", type=int) if "jahr" in form else before.year
    shown = [sheet for sheet in rows.sheets if sheet.is_read]
    heads, fields = dict(before.heads), dict(before.fields)
    for sheet in shown:
        row = form.get(f"kopf-{sheet.name}", type=int)
        if row and row != sheet.head_row:
            heads[sheet.name] = row
        for head in sheet.heads:
            field = form.get(f"spalte-{head.name}")
            if field is not None and field != head.field:
                fields[head.name] = field
    ticked = {int(number) for number in form.getlist("zeile") if number.isdecimal()}
    return Choice(
        sheets=before.sheets if sheets in ([], [sheet.name for sheet in shown]) else sheets,
        heads=heads,
        fields=fields,
        year=year if year and FIRST_YEAR <= year <= LAST_YEAR else None,
        cells=_cells(form, before, rows),
        also=form.getlist("auch"),
        same=form.getlist("gleich"),
        new=form.getlist("neu"),
        without=[one.place for number, one in enumerate(found.changes) if number not in ticked],
    )


def _cells(form: MultiDict[str, str], before: Choice, rows: Rows) -> dict[str, str]:
    """Return what is to be read in the place of cells: a proposal that was ticked, or a text."""
    said = {
        place: clean_line(form.get(f"zelle-{place}", was)) for place, was in before.cells.items()
    }
    accepted = form.getlist("vorschlag")
    for fault in rows.faults:
        if not fault.about:
            continue
        text = clean_line(form.get(f"zelle-{fault.place}", fault.written))
        if fault.place in accepted and fault.proposal is not None:
            said[fault.place] = fault.proposal
        elif text != fault.written:
            said[fault.place] = text
    return {place: text for place, text in said.items() if place not in form.getlist("datei")}


@bp.get("/reihen/<key:series>/datei/<int:number>/fragen.xlsx")
def marked(series: str, number: int) -> Response:
    """Answer with the workbook as it was brought, its questions marked in their cells."""
    from ikw.programmes.sheet import mark_sheet

    only_coordination()
    shown = series_or_404(series)
    upload = _upload_or_404(shown, number)
    if upload.kind != "xlsx":
        abort(404)
    choice = Choice.of(upload.choice)
    rows = _read(shown, upload.kind, upload.body, choice)
    return file_of(mark_sheet(upload.body, rows, choice), XLSX, f"{series}-{_('questions')}.xlsx")


def _read(series: Series, kind: str, body: bytes, choice: Choice) -> Rows:
    from ikw.programmes.ics import read_ics
    from ikw.programmes.sheet import read_sheet

    if kind == "ics":
        return read_ics(body, series.last_day)
    return read_sheet(body, series.first_day, series.last_day, choice)


def _upload_or_404(series: Series, number: int) -> Upload:
    found = session().get(Upload, number)
    if found is None or (found.organiser_id, found.series_id) != (me().id, series.id):
        abort(404)
    return found
