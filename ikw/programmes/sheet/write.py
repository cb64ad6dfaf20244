"""Writing the programme as a workbook, to be looked through and brought back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from ikw.model import Event
from ikw.programmes.sheet.columns import COLUMNS
from ikw.text.languages import speaking


def write_sheet(events: Iterable[Event]) -> bytes:
    """Return a workbook with a row for each event; read back it changes nothing.

    Its words are German whatever language the desk is in, as it goes from hand to hand.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Programm")
    sheet.freeze_panes = "C2"
    for number, column in enumerate(COLUMNS, 1):
        width = column.codec.width
        sheet.column_dimensions[get_column_letter(number)].width = width
    with speaking("de"):
        sheet.append([_cell(sheet, column.head, bold=True) for column in COLUMNS])
        for event in events:
            values = [column.codec.write(getattr(event, column.name)) for column in COLUMNS]
            sheet.append([_cell(sheet, value) for value in values])
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _cell(sheet: Any, value: Any, bold: bool = False) -> Any:
    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, str):
        # As text, be it one that looks like a formula.
        cell.data_type = "s"
        cell.alignment = Alignment(wrap_text="\n" in value, vertical="top")
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        cell.number_format = "DD.MM.YYYY"
    elif isinstance(value, dt.datetime):
        cell.number_format = "DD.MM.YYYY HH:MM"
    elif isinstance(value, dt.time):
        cell.number_format = "HH:MM"
    cell.font = Font(bold=bold)
    return cell
