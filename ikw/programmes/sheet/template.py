"""A list to be handed to clubs: the heads, an example, lists to choose from, the words allowed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation

from ikw.model.fields import Kind
from ikw.programmes.sheet.columns import BY_NAME, COLUMNS, Column
from ikw.programmes.sheet.read import EXAMPLE
from ikw.text.languages import SPOKEN, name_of, speaking
from ikw.text.translate import _
from ikw.text.vocabulary import ACCESS, AUDIENCES

#: What a club need not know: what the town decides, and what is rare.
LEFT_OUT = {
    "key",
    "end_date",
    "hours",
    "reserved",
    "party_max",
    "has_waiting_list",
    "sign_up_opens",
}

#: So many rows can be chosen in from lists.
ROWS = 300

WORDS = "Erlaubte Wörter"
HEAD = PatternFill("solid", start_color="E6ECF5")

#: How the example is filled in, as people write.
SHOWN: dict[str, str] = {
    "title": EXAMPLE,
    "start": "18.00 Uhr",
    "end": "20.30 Uhr",
    "room": "Küche",
    "hosts": "Verein A; Verein B",
    "contact": "Frau Beispiel, 05971 00000",
    "topics": "Kochen, Begegnung",
    "languages": "Deutsch, Arabisch",
    "audiences": "Familien",
    "access": "rollstuhlgerecht",
    "price_cents": "5 €",
    "price_note": "Kinder frei",
    "summary": "Wir kochen zusammen und essen an einer langen Tafel.",
    "takes_sign_up": "ja",
    "capacity": "12 Personen",
}


def write_template(
    first_day: dt.date, last_day: dt.date, venues: Sequence[str], hosts: Sequence[str]
) -> bytes:
    """Return a workbook for the events of a series; read back, its example is left out.

    Its words are German whatever language the desk is in, as it goes from hand to hand.
    """
    book = Workbook()
    book.remove(book.worksheets[0])
    sheet = book.create_sheet("Programm")
    sheet.freeze_panes = "B2"
    columns = [column for column in COLUMNS if column.name not in LEFT_OUT]
    with speaking("de"):
        lists = _lists(venues, hosts)
        where = _write_words(book.create_sheet(WORDS), lists)
        for number, column in enumerate(columns, 1):
            letter = get_column_letter(number)
            sheet.column_dimensions[letter].width = max(column.codec.width, len(column.head) + 4)
            head = sheet.cell(1, number, column.head)
            head.font, head.fill = Font(bold=True), HEAD
            if column.field.required:
                head.comment = Comment(_("Please fill this in."), "IKW")
            example = sheet.cell(2, number, _example(column, first_day, venues))
            example.font = Font(italic=True, color="666666")
            example.alignment = Alignment(vertical="top")
            if rule := _rule(column, first_day, last_day, where):
                rule.add(f"{letter}2:{letter}{ROWS}")
                sheet.add_data_validation(rule)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _lists(venues: Sequence[str], hosts: Sequence[str]) -> dict[str, list[str]]:
    """Return by column the words that are known; of venues and hosts others may be written."""
    return {
        "venue": list(venues),
        "hosts": list(hosts),
        "languages": [name_of(code) for code in SPOKEN],
        "audiences": [str(name) for name in AUDIENCES.values()],
        "access": [str(name) for name in ACCESS.values()],
        "takes_sign_up": ["ja", "nein"],
    }


def _write_words(sheet: Any, lists: dict[str, list[str]]) -> dict[str, str]:
    """Write the words, a column each; return where they stand."""
    where = {}
    for number, (name, known) in enumerate(lists.items(), 1):
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = 36
        head = sheet.cell(1, number, BY_NAME[name].head)
        head.font, head.fill = Font(bold=True), HEAD
        for row, word in enumerate(known, 2):
            cell = sheet.cell(row, number, word)
            # As text, be it one that looks like a formula.
            cell.data_type = "s"
        if known:
            where[name] = f"{quote_sheetname(WORDS)}!${letter}$2:${letter}${len(known) + 1}"
    return where


def _example(column: Column, first_day: dt.date, venues: Iterable[str]) -> str:
    if column.name == "date":
        return f"{first_day:%d.%m.%Y}"
    if column.name == "venue":
        return next(iter(venues), "Haus der Beispiele")
    return SHOWN.get(column.name, "")


def _rule(
    column: Column, first_day: dt.date, last_day: dt.date, where: dict[str, str]
) -> DataValidation | None:
    """Return what a spreadsheet program offers in a column; other words are asked about only."""
    if column.name in where:
        rule = DataValidation(type="list", formula1=where[column.name], allow_blank=True)
        rule.errorStyle = "information"
        rule.error = _("This is not in the list. Several are written with commas between.")
        return rule
    if column.field.kind is Kind.DATE:
        rule = DataValidation(prompt=f"{first_day:%d.%m.%Y} – {last_day:%d.%m.%Y}")
        rule.showInputMessage = True
        return rule
    return None
