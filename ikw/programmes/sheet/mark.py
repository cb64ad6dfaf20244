"""A workbook as it was brought, with the questions in the cells that they are about."""

from __future__ import annotations

from io import BytesIO

from openpyxl import load_workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from ikw.model.choice import Choice
from ikw.programmes.rows import Rows
from ikw.text.translate import _

ASKED = PatternFill("solid", start_color="FFF2A8")

#: Of a comment, in pixels.
WIDTH, HEIGHT = 320, 110


def mark_sheet(body: bytes, rows: Rows, choice: Choice) -> bytes:
    """Return a workbook with what was entered for its cells, and its questions as comments."""
    book = load_workbook(BytesIO(body))
    for place, text in choice.cells.items():
        name, _mark, cell = place.rpartition("!")
        if name in book.sheetnames:
            _set(book[name][cell], text or None)
    for fault in rows.faults:
        name, _mark, cell = fault.place.rpartition("!")
        if name in book.sheetnames:
            text = fault.text
            if fault.proposal:
                text += " " + _("Proposal: %(text)s", text=fault.proposal)
            _mark_cell(book[name][cell], text)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _set(cell: object, text: str | None) -> None:
    # The other cells of a merged one hold nothing.
    if isinstance(cell, SheetCell):
        cell.value = text
        cell.number_format = "@"
        if text is not None:
            # As text, be it one that looks like a formula.
            cell.data_type = "s"


def _mark_cell(cell: object, text: str) -> None:
    if isinstance(cell, SheetCell):
        cell.fill = ASKED
        cell.comment = Comment(text, _("The site"), HEIGHT, WIDTH)
