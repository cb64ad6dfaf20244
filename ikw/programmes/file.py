"""From a programme file to checked tables and back; nothing here touches the database."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from typing import Any

import tomlkit

from ikw.model.times import MOST_DAYS, is_too_long
from ikw.programmes.fields import (
    EVENT,
    ORGANISATION,
    SERIES,
    VENUE,
    Field,
    read_fields,
    write_fields,
)

#: The tables of a file, in the order in which they are written.
TABLES: dict[str, list[Field]] = {
    "series": SERIES,
    "organisation": ORGANISATION,
    "venue": VENUE,
    "event": EVENT,
}


class FaultyProgramme(ValueError):
    """A programme file with faults; `faults` names every one with its place."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass
class ProgrammeFile:
    """What a file says: whether it is an example, and its rows by table, each a dict of values."""

    example: bool = False
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


def parse(text: str) -> ProgrammeFile:
    """Read a programme file. Raises FaultyProgramme with every fault that was found."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FaultyProgramme([_explain(error, text)]) from error
    except RecursionError as error:
        raise FaultyProgramme(["the file: its lists are nested too deeply"]) from error
    faults: list[str] = []
    file = ProgrammeFile(rows={name: [] for name in TABLES})
    for name, value in document.items():
        if name == "example" and isinstance(value, bool):
            file.example = value
        elif name not in TABLES or not isinstance(value, list):
            faults.append(f"the file: {name!r} is none of {', '.join(TABLES)}, example")
        else:
            file.rows[name] = _read_table(name, value, faults)
    _check_references(file, faults)
    if faults:
        raise FaultyProgramme(faults)
    return file


def _explain(error: tomllib.TOMLDecodeError, text: str) -> str:
    """Return the parser's complaint together with the line that it is about."""
    if not (match := re.search(r"at line (\d+)", str(error))):
        return f"the file: {error}"
    line = text.splitlines()[int(match[1]) - 1].strip()
    return f"line {match[1]}: {line!r} cannot be read: {error}"


def _read_table(name: str, tables: list[Any], faults: list[str]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for number, table in enumerate(tables, 1):
        if not isinstance(table, dict):
            faults.append(f"{name} number {number}: is not a table")
            continue
        values, found = read_fields(table, TABLES[name])
        key = values["key"] or f"number {number}"
        if any(row["key"] == key for row in rows):
            found.append("the key is used twice")
        if not found:
            found = _check_sense(name, values)
        faults.extend(f"{name} {key}: {fault}" for fault in found)
        rows.append(values)
    return rows


def _check_sense(name: str, row: dict[str, Any]) -> list[str]:
    """Return what is well written and yet cannot be."""
    faults = []
    if name == "series" and row["last_day"] < row["first_day"]:
        faults.append("last_day is before first_day")
    if name == "series" and row["key"] == "alle":
        faults.append("the key alle is that of the calendar of all events")
    if bool(row.get("easy_text")) != bool(row.get("easy_checked_by")):
        # DIN SPEC 33429: people who need it have checked it, or it is not Leichte Sprache.
        faults.append("easy_text needs easy_checked_by, and the other way round")
    if name != "event":
        return faults
    one_day = row["end_date"] in (None, row["date"])
    if row["end_date"] and row["end_date"] < row["date"]:
        faults.append("end_date is before date")
    if is_too_long(row["date"], row["end_date"]):
        faults.append(f"it would last more than {MOST_DAYS} days")
    if row["end"] and not row["start"]:
        faults.append("end needs a start")
    elif row["end"] and one_day and row["end"] <= row["start"]:
        faults.append("end is not after start (an event past midnight needs an end_date)")
    if row["reserved"] and row["capacity"] is None:
        faults.append("reserved needs a capacity")
    elif row["capacity"] is not None and row["reserved"] > row["capacity"]:
        faults.append("reserved is more than capacity")
    if row["has_waiting_list"] and row["capacity"] is None:
        faults.append("waiting_list needs a capacity")
    opens, closes = row["sign_up_opens"], row["sign_up_closes"]
    if opens and closes and closes <= opens:
        faults.append("sign_up_closes is not after sign_up_opens")
    if row["called_off_at"] and row["postponed_at"]:
        faults.append("it is called off or postponed, not both")
    if row["former_start"] and not row["former_date"]:
        faults.append("former_start needs a former_date")
    return faults


#: Which fields name rows of which table.
REFERENCES = [
    ("series", "hosts", "organisation"),
    ("event", "hosts", "organisation"),
    ("event", "series", "series"),
    ("event", "venue", "venue"),
    ("event", "former_venue", "venue"),
]


def _check_references(file: ProgrammeFile, faults: list[str]) -> None:
    known = {name: {row["key"] for row in rows} for name, rows in file.rows.items()}
    for table, column, target in REFERENCES:
        for row in file.rows[table]:
            named = row[column] if isinstance(row[column], list) else [row[column]]
            faults.extend(
                f"{table} {row['key']}: {column}: there is no {target} {key!r} in this file"
                for key in named
                if key is not None and key not in known[target]
            )


def render(file: ProgrammeFile) -> str:
    """Write a programme file that `parse` reads back to the same."""
    document = tomlkit.document()
    if file.example:
        document.add("example", tomlkit.item(True))
    for name, fields in TABLES.items():
        tables = tomlkit.aot()
        for row in file.rows.get(name, []):
            table = tomlkit.table()
            for key, value in write_fields(row, fields).items():
                table.add(key, _item(value))
            tables.append(table)
        if len(tables):
            document.add(name, tables)
    return tomlkit.dumps(document)


def _item(value: Any) -> Any:
    if isinstance(value, str) and "\n" in value:
        return tomlkit.string(value, multiline=True)
    if isinstance(value, list) and value and isinstance(value[0], dict):
        rows = tomlkit.array()
        for row in value:
            inline = tomlkit.inline_table()
            inline.update(row)
            rows.append(inline)
        return rows.multiline(True)
    return value
