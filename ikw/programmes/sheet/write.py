"""The programme as a spreadsheet (XLSX), the way towns collect it; written, and read with care."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from ikw.clock import TOWN, in_town
from ikw.model import Event
from ikw.model.fields import EVENT, End, Field, Group, Kind
from ikw.model.rules import faults_of
from ikw.model.times import FIRST_YEAR, LAST_YEAR, end_of, is_plausible
from ikw.programmes.faults import describe
from ikw.programmes.rows import Fault, Row, Rows
from ikw.text import vocabulary
from ikw.text.cleaning import clean_line, clean_text
from ikw.text.languages import speaking
from ikw.text.lists import joined, split
from ikw.text.prices import read_price
from ikw.text.search import fold
from ikw.text.translate import _

#: What a file may have at most. A zip of a few kilobytes can hold gigabytes.
MOST_ROWS = 2_000
MOST_COLUMNS = 60
MOST_UNPACKED = 40 * 1024 * 1024
MOST_PARTS = 500


class NoSheet(ValueError):
    """The file is no workbook that can be read."""


class BadCell(ValueError):
    """A cell that cannot be taken; its message says why."""


@dataclass(frozen=True)
class Codec:
    """How a sort of value is read from a cell and written to it."""

    read: Callable[[Any], Any]
    write: Callable[[Any], Any] = lambda value: value
    #: Of the column, in letters.
    width: int = 14


@dataclass(frozen=True)
class Column:
    """One column of the workbook, and the field of the event that it holds."""

    field: Field
    codec: Codec

    @property
    def head(self) -> str:
        """Its head, which is German in every language."""
        return self.field.head

    @property
    def name(self) -> str:
        return self.field.name


def _text(limit: int, lines: bool = False) -> Callable[[Any], str | None]:
    def read(value: Any) -> str | None:
        text = clean_text(str(value)) if lines else clean_line(str(value))
        if len(text) > limit:
            raise BadCell(_("It has more than %(limit)d characters.", limit=limit))
        return text or None

    return read


def _day(value: Any) -> dt.date:
    if isinstance(value, dt.datetime):
        value = value.date()
    day = value if isinstance(value, dt.date) else _written_day(value)
    if not is_plausible(day):
        raise BadCell(
            _(
                "Please use a year from %(first)d to %(last)d.",
                first=FIRST_YEAR,
                last=LAST_YEAR,
            )
        )
    return day


def _written_day(value: Any) -> dt.date:
    text = str(value).strip()
    for pattern in ("%d.%m.%Y", "%Y-%m-%d", "%d.%m.%y"):
        try:
            return dt.datetime.strptime(text, pattern).date()  # noqa: DTZ007 (a day)
        except ValueError:
            continue
    raise BadCell(_("“%(text)s” is not a day like 23.09.2023.", text=text[:40]))


def _time(value: Any) -> dt.time:
    if isinstance(value, dt.datetime):
        return value.time().replace(second=0, microsecond=0)
    if isinstance(value, dt.time):
        return value.replace(second=0, microsecond=0)
    text = str(value).strip()
    if found := re.fullmatch(r"(\d{1,2})(?:[:.](\d{2}))?(?:\s*Uhr)?", text):
        hour, minute = int(found[1]), int(found[2] or 0)
        if hour < 24 and minute < 60:
            return dt.time(hour, minute)
    raise BadCell(_("“%(text)s” is not a time like 18:00.", text=text[:40]))


def _moment(value: Any) -> dt.datetime:
    if isinstance(value, dt.datetime):
        _day(value)
        return value.replace(tzinfo=TOWN).astimezone(dt.UTC)
    if isinstance(value, dt.date):
        _day(value)
        return dt.datetime.combine(value, dt.time.min, TOWN).astimezone(dt.UTC)
    day, _space, clock = str(value).strip().partition(" ")
    time = _time(clock) if clock.strip() else dt.time.min
    return dt.datetime.combine(_day(day), time, TOWN).astimezone(dt.UTC)


def _whole(least: int, most: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        try:
            number = int(str(value).strip().removesuffix(".0"))
        except ValueError:
            number = -1
        if not least <= number <= most:
            text = str(value)[:40]
            raise BadCell(
                _("“%(text)s” is not a number from %(least)d on.", text=text, least=least)
            )
        return number

    return read


def _cents(value: Any) -> int:
    text = str(value)
    if fold(text.strip()) in {"frei", "kostenlos", "kostenfrei"}:
        return 0
    try:
        return read_price(text)
    except ValueError:
        raise BadCell(_("“%(text)s” is not a price like 4,50.", text=text[:40])) from None


def _yes(value: Any) -> bool:
    text = fold(str(value))
    if text in {"ja", "j", "x", "yes", "true", "1"}:
        return True
    if text in {"nein", "n", "no", "false", "0", "-"}:
        return False
    raise BadCell(_("“%(text)s” is neither “ja” nor “nein”.", text=str(value)[:40]))


def _list(value: Any, between: str = ",;\n") -> list[str]:
    """Return the words of a cell, each once."""
    parts = [clean_line(part) for part in split(str(value), between)]
    return list(dict.fromkeys(filter(None, parts)))


def _words(limit: int) -> Callable[[Any], list[str]]:
    def read(value: Any) -> list[str]:
        words = _list(value)
        for word in words:
            if len(word) > limit:
                text = word[:40]
                raise BadCell(
                    _("“%(text)s …” has more than %(limit)d characters.", text=text, limit=limit)
                )
        return words

    return read


def _hosts(value: Any) -> list[str]:
    # Names of clubs have commas in them.
    return _list(value, ";\n")


def _codes(known: Iterable[str], names: dict[str, str]) -> Callable[[Any], list[str]]:
    def read(value: Any) -> list[str]:
        by_name = {fold(str(names[code])): code for code in known} | {code: code for code in known}
        found = []
        for word in _list(value):
            code = by_name.get(fold(word)) or by_name.get(word)
            if code is None:
                offered = ", ".join(str(names[code]) for code in known)
                raise BadCell(_("“%(text)s” is none of: %(offered)s.", text=word, offered=offered))
            found.append(code)
        return list(dict.fromkeys(found))

    return read


def _languages(value: Any) -> list[str]:
    codes = _list(str(value).casefold())
    if strange := [code for code in codes if not re.fullmatch(r"[a-z]{2,3}", code)]:
        raise BadCell(
            _("“%(text)s” is not the code of a language such as de, uk or ar.", text=strange[0])
        )
    return codes


def _moment_of(value: dt.datetime | None) -> dt.datetime | None:
    return in_town(value).replace(tzinfo=None) if value else None


def _row(limit: int) -> Codec:
    return Codec(_text(limit), lambda row: row.name if row else None, 28)


def _named(field: Field) -> Codec:
    """Return how members of a closed set are read and written: by their German names."""
    known: dict[str, dict[str, str]] = {
        "audiences": vocabulary.AUDIENCES,
        "access": vocabulary.ACCESS,
    }
    names = known[field.name]
    return Codec(
        _codes(field.members or (), names),
        lambda codes: ", ".join(str(names[code]) for code in codes),
        22,
    )


#: How a field is read and written, by its kind.
CODECS: dict[Kind, Callable[[Field], Codec]] = {
    Kind.KEY: lambda field: Codec(_text(field.limit), width=20),
    Kind.LINE: lambda field: Codec(_text(field.limit), width=36 if field.required else 14),
    Kind.TEXT: lambda field: Codec(_text(field.limit, lines=True), width=50),
    Kind.WORDS: lambda field: Codec(
        _words(field.limit), lambda words: joined(words, ", ", ",;\n"), 24
    ),
    Kind.CODES: _named,
    Kind.LANGUAGES: lambda field: Codec(_languages, ", ".join),
    Kind.DATE: lambda field: Codec(_day, width=12),
    Kind.TIME: lambda field: Codec(_time, width=9),
    Kind.MOMENT: lambda field: Codec(_moment, _moment_of, 17),
    Kind.COUNT: lambda field: Codec(_whole(field.least, field.limit), width=9),
    Kind.CENTS: lambda field: Codec(
        _cents, lambda cents: cents / 100 if cents is not None else None, 9
    ),
    Kind.YES_NO: lambda field: Codec(_yes, lambda yes: "ja" if yes else "nein", 11),
    Kind.ROW: lambda field: _row(field.limit),
    Kind.ROWS: lambda field: Codec(
        _hosts, lambda rows: joined([row.name for row in rows], "; ", ";\n"), 32
    ),
}

#: In the order of the groups; columns that are brought are known by their heads, in any order.
COLUMNS = [
    Column(field, CODECS[field.kind](field))
    for group in Group
    for field in EVENT
    if field.group is group and field.is_in(End.WORKBOOK)
]


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


def read_sheet(body: bytes) -> Rows:
    """Read a workbook; every fault is named by its cell. Raises NoSheet.

    Columns are known by their heads, in any order; those of other names are left alone, and a
    column that is not there changes nothing.
    """
    found = Rows()
    lines = _lines(body)
    heads = _heads(next(lines, ()), found)
    with speaking("de"):
        for number, cells in enumerate(lines, 2):
            if number > MOST_ROWS:
                found.faults.append(
                    Fault(f"A{number}", _("More than %(most)d rows are not read.", most=MOST_ROWS))
                )
                break
            if any(cell is not None and str(cell).strip() for cell in cells):
                _read_row(number, cells, heads, found)
    if not found.rows and not found.faults:
        found.faults.append(Fault("A2", _("There is no event in it.")))
    return found


def _lines(body: bytes) -> Any:
    """Return the rows of the first sheet, read one after the other. Raises NoSheet."""
    try:
        with zipfile.ZipFile(BytesIO(body)) as archive:
            parts = archive.infolist()
            unpacked = sum(part.file_size for part in parts)
            if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED:
                raise NoSheet(_("The file is too large."))
        book = load_workbook(BytesIO(body), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        # Written by others, a sheet may claim to be endless.
        sheet.reset_dimensions()
        rows = sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS, values_only=True)
        return iter([tuple(row) for row in rows])
    except NoSheet:
        raise
    # openpyxl raises whatever its parsers do.
    except Exception as error:
        raise NoSheet(_("This is not an Excel file (XLSX) that can be read.")) from error


def _heads(cells: Iterable[Any], found: Rows) -> dict[int, Column]:
    by_head = {fold(column.head): column for column in COLUMNS}
    heads = {
        index: by_head[fold(str(cell))]
        for index, cell in enumerate(cells)
        if cell is not None and fold(str(cell)) in by_head
    }
    for needed in ("title", "date"):
        if needed not in {column.name for column in heads.values()}:
            head = next(column.head for column in COLUMNS if column.name == needed)
            found.faults.append(
                Fault("A1", _("There is no column “%(head)s” in the first row.", head=head))
            )
    return heads


def _read_row(number: int, cells: tuple[Any, ...], heads: dict[int, Column], found: Rows) -> None:
    values: dict[str, Any] = {}
    places: dict[str, str] = {}
    faults: list[Fault] = []
    for index, column in heads.items():
        place = places[column.name] = f"{get_column_letter(index + 1)}{number}"
        cell = cells[index] if index < len(cells) else None
        if cell is None or not str(cell).strip():
            values[column.name] = column.field.default
            continue
        try:
            values[column.name] = column.codec.read(cell)
        except BadCell as error:
            faults.append(Fault(place, str(error)))
    if not faults:
        faults = [Fault(places.get(name, f"A{number}"), text) for name, text in _against(values)]
    found.faults.extend(faults)
    if not faults:
        key = values.pop("key", None)
        if "end_date" in values or "end" in values:
            night = end_of(values["date"], values.get("start"), values.get("end"))
            values["end_date"] = values.get("end_date") or night
        found.rows.append(Row(places.get("title", f"A{number}"), key, values))


def _against(values: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what is missing or does not go together: the column, and a sentence."""
    faults = []
    if not values.get("title"):
        faults.append(("title", _("There is no title.")))
    if values.get("date") is None:
        faults.append(("date", _("There is no day.")))
    if faults:
        return faults
    return [(field, describe(fault)) for field, fault in faults_of("event", values)]
