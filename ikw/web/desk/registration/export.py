"""What is taken away from the desk: the parties as table, the attendance list, badges.

What writes workbooks is imported when it is needed: no command waits for it.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, redirect, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from ikw.actions.log import note
from ikw.clock import in_town
from ikw.db import engine, session, write
from ikw.model import Event, Registration
from ikw.model.verbs import Verb
from ikw.model.vocabulary import QuestionKind
from ikw.print.attendance import attendance_list, badges, certificates
from ikw.text.languages import LANGUAGES
from ikw.text.lists import listed
from ikw.text.phones import write_phone
from ikw.text.translate import _
from ikw.text.vocabulary import NEEDS
from ikw.web.desk.access import my_event_or_404, say
from ikw.web.desk.acting import act
from ikw.web.desk.files import file_of, inert
from ikw.web.desk.words import state_of_party
from ikw.web.template_helpers import site_name

bp = Blueprint("printing", __name__)

#: Rows that are read and written at a time.
CHUNK = 500


@bp.get("/veranstaltung/<key:event>/anmeldungen.csv")
def as_csv(event: str) -> Response:
    """Answer with all parties as CSV, row by row, as German spreadsheets open it at once."""
    shown = my_event_or_404(event)
    _note(shown, "csv")

    def rows() -> Iterator[bytes]:
        buffer = io.StringIO()
        writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
        # With the mark, or Excel takes it for another encoding.
        yield "\ufeff".encode()
        writer.writerow([inert(head) for head in _heads(shown)])
        for party in _parties(shown):
            writer.writerow([inert(value) for value in _cells(shown, party)])
            if buffer.tell() > 16_384:
                yield _drained(buffer)
        yield _drained(buffer)

    return file_of(stream_with_context(rows()), "text/csv", f"{event}.csv")


@bp.get("/veranstaltung/<key:event>/anmeldungen.xlsx")
def as_xlsx(event: str) -> Response:
    """Answer with all parties as a workbook; it is written to a file, never held in memory."""
    from openpyxl import Workbook

    shown = my_event_or_404(event)
    _note(shown, "xlsx")
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title=_("Sign-ups"))
    sheet.freeze_panes = "A2"
    for column, width in zip(
        "ABCDEFGHIJKL", (10, 24, 30, 18, 8, 8, 14, 28, 20, 26, 14, 18), strict=True
    ):
        sheet.column_dimensions[column].width = width
    sheet.append([_bold(sheet, head) for head in _heads(shown)])
    for party in _parties(shown):
        sheet.append([_cell(sheet, value) for value in _cells(shown, party)])
    file = tempfile.TemporaryFile()  # noqa: SIM115 (closed by the answer that reads it)
    book.save(file)
    file.seek(0)
    mimetype = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    response = file_of(iter(lambda: file.read(65_536), b""), mimetype, f"{event}.xlsx")
    response.call_on_close(file.close)
    return response


@bp.get("/veranstaltung/<key:event>/teilnahmeliste.pdf")
def attendance(event: str) -> Response:
    """Answer with the list for the door, by family name, with room for a signature."""
    shown = my_event_or_404(event)
    _note(shown, "pdf")
    file = attendance_list(shown, _seated(shown), site=site_name())
    return file_of(file, "application/pdf", f"{event}-teilnahmeliste.pdf", inline=True)


@bp.get("/veranstaltung/<key:event>/namensschilder.pdf")
def name_badges(event: str) -> Response:
    """Answer with badges to cut out."""
    shown = my_event_or_404(event)
    _note(shown, "pdf")
    file = badges(shown, _seated(shown), site=site_name())
    return file_of(file, "application/pdf", f"{event}-namensschilder.pdf", inline=True)


@bp.get("/veranstaltung/<key:event>/bescheinigungen.pdf")
def certificates_of(event: str) -> ResponseReturnValue:
    """Answer with a certificate for everyone who came."""
    shown = my_event_or_404(event)
    came = [party for party in _seated(shown) if party.arrived]
    if not came:
        say(_("Nobody has been let in yet: certificates are for those who came."), "warn")
        return redirect(url_for("desk.registrations.index", event=event), 303)
    _note(shown, "pdf")
    file = certificates(shown, came, site=site_name())
    return file_of(file, "application/pdf", f"{event}-bescheinigungen.pdf", inline=True)


def _parties(event: Event) -> Iterator[Registration]:
    mine = select(Registration).where(
        Registration.event_id == event.id, Registration.cancelled_at.is_(None)
    )
    chunks = mine.order_by(Registration.id).execution_options(yield_per=CHUNK)
    # All of them as at one moment, and by a cursor: that takes a transaction.
    with Session(engine()) as reading:
        for chunk in reading.scalars(chunks).partitions():
            yield from chunk
            for party in chunk:
                # Written already: it need not stay in the session, and so in memory.
                reading.expunge(party)


def _seated(event: Event) -> list[Registration]:
    mine = select(Registration).where(Registration.event_id == event.id, Registration.seats > 0)
    return list(session().scalars(mine))


def _heads(event: Event) -> list[str]:
    heads = [
        _("Code"),
        _("Name"),
        _("E-mail address"),
        _("Telephone number"),
        _("Places"),
        _("Seats"),
        _("State"),
        _("Companions"),
        _("Needs"),
        _("Further needs"),
        _("Language"),
        _("Signed up on"),
    ]
    return [*heads, *[question["label"] for question in event.questions]]


def _cells(event: Event, party: Registration) -> list[Any]:
    language = LANGUAGES.get(party.language)
    return [
        party.code,
        party.name,
        party.email or "",
        write_phone(party.phone),
        party.places,
        party.seats,
        state_of_party(party)[0],
        listed(party.companions),
        listed(str(NEEDS[code]) for code in party.needed if code in NEEDS),
        party.needs or "",
        language.name if language else party.language,
        f"{in_town(party.created_at):%d.%m.%Y %H:%M}",
        *[_answer(question, party) for question in event.questions],
    ]


def _answer(question: dict[str, Any], party: Registration) -> Any:
    answer = party.answers.get(question["key"], "")
    if question["kind"] == QuestionKind.YES_NO and answer:
        return _("Yes") if answer == "yes" else _("No")
    return answer


def _cell(sheet: Any, value: Any) -> Any:
    """Return a cell that holds a text as a text, be it one that looks like a formula."""
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, str):
        cell.data_type = "s"
    return cell


def _bold(sheet: Any, head: str) -> Any:
    from openpyxl.styles import Font

    cell = _cell(sheet, head)
    cell.font = Font(bold=True)
    return cell


def _drained(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()


def _note(event: Event, form: str) -> None:
    """Note that personal data left the desk (Art. 5 (2) GDPR)."""
    with write() as current:
        note(current, Verb.EXPORT_SIGN_UPS, act(), event=event, new={"form": form})
