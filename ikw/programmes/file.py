"""From a programme file to checked tables and back; nothing here touches the database."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from typing import Any

import tomlkit

from ikw.model.fields import TABLES
from ikw.model.rules import faults_of
from ikw.programmes.fields import read_fields, write_fields

#: Tables whose rows are shown, unless the file says `draft = true`.
DRAFTS = ("series", "event")


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


def decode(body: bytes) -> str:
    """Return the text of a programme file. Raises FaultyProgramme for one that is not UTF-8.

    A byte order mark, as some editors put first, is no part of it (RFC 3629, 6).
    """
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = body[: error.start]
        line = body.splitlines()[before.count(b"\n")].decode("cp1252", "replace").strip()
        raise FaultyProgramme(
            [f"line {before.count(10) + 1}: {line!r} is not UTF-8: please save the file as UTF-8"]
        ) from error


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
    if set(line) & set("„“”‚‘’»«") and not set(line) & set("\"'"):
        return f'line {match[1]}: {line!r}: texts stand in straight quotes, as in "Fest"'
    return f"line {match[1]}: {line!r} cannot be read: {error}"


def _read_table(name: str, tables: list[Any], faults: list[str]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for number, table in enumerate(tables, 1):
        if not isinstance(table, dict):
            faults.append(f"{name} number {number}: is not a table")
            continue
        is_draft = table.get("draft", False)
        values, found = read_fields({k: v for k, v in table.items() if k != "draft"}, name)
        if name in DRAFTS:
            values["draft"] = is_draft
            found += [] if isinstance(is_draft, bool) else ["draft is neither true nor false"]
        elif "draft" in table:
            found.append("there is no field 'draft'")
        key = values["key"] or f"number {number}"
        if any(row["key"] == key for row in rows):
            found.append("the key is used twice")
        if not found:
            found = _against(name, table, values)
        faults.extend(f"{name} {key}: {fault}" for fault in found)
        rows.append(values)
    return rows


def _against(name: str, table: dict[str, Any], row: dict[str, Any]) -> list[str]:
    """Return what is well written and yet cannot be."""
    called = {field.name: field.in_file for field in TABLES[name]}
    faults = [f"{called[field]} {fault}" for field, fault in faults_of(name, row)]
    if name == "series" and row["key"] == "alle":
        faults.append("the key alle is that of the calendar of all events")
    if table.get("draft") and row.get("published_at"):
        faults.append("draft cannot be together with published")
    return faults


#: Which fields name rows of which table.
REFERENCES = [
    (table, field.name, field.table)
    for table, fields in TABLES.items()
    for field in fields
    if field.table
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
    for name in TABLES:
        tables = tomlkit.aot()
        for row in file.rows.get(name, []):
            table = tomlkit.table()
            if row.get("draft"):
                table.add("draft", True)
            for key, value in write_fields(row, name).items():
                table.add(key, _item(value))
            tables.append(table)
        if len(tables):
            document.add(name, tables)
    return tomlkit.dumps(document)


def _item(value: Any) -> Any:
    if isinstance(value, str) and "\n" in value:
        return tomlkit.string(value, multiline=True)
    if isinstance(value, dict):
        inline = tomlkit.inline_table()
        inline.update(value)
        return inline
    if isinstance(value, list) and value and isinstance(value[0], dict):
        rows = tomlkit.array()
        for row in value:
            inline = tomlkit.inline_table()
            inline.update(row)
            rows.append(inline)
        return rows.multiline(True)
    return value
