"""The programme as a spreadsheet: what is written is read back, and every fault has its cell."""

from __future__ import annotations

import datetime as dt
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openpyxl import Workbook, load_workbook
from sqlalchemy import select

from ikw import db
from ikw.actions.series import import_changes, import_file
from ikw.model import Event, Letter, Series
from ikw.programmes.file import parse
from ikw.programmes.ics import NoCalendar, read_ics
from ikw.programmes.rows import Fault, Row
from ikw.programmes.sheet import NoSheet, read_sheet, write_sheet
from ikw.programmes.sheet.columns import COLUMNS
from ikw.programmes.store import load
from tests.actions.cast import ANNA, at, sign_up
from tests.conftest import NOW, make_event, make_venue

KARLA = at(NOW, by="organiser 1")


def sheet(*rows: list[Any], heads: tuple[str, ...] = ("Titel", "Datum", "Beginn", "Ende")) -> bytes:
    """A workbook as somebody in the town hall makes one."""
    book = Workbook()
    page = book.worksheets[0]
    page.append(list(heads))
    for row in rows:
        page.append(row)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def take_over(session: Any, series: Series, rows: list[Row]) -> import_changes.Changes:
    """Look at what would change, and take it over."""
    found = import_changes.changes_of(session, series, rows, now=NOW)
    import_file.take_over(session, series, rows, KARLA, shown=found.mark)
    return found


def everything(session: Any) -> list[Event]:
    return list(session.scalars(select(Event).order_by(Event.id)))


def test_what_is_written_changes_nothing_when_it_is_read_back(app: Flask) -> None:
    """Of sixty events with everything that can be said of one."""
    with db.write() as session:
        load(session, parse(Path("ikw/programmes/beispiel-60.toml").read_text("utf-8")), at(NOW))
    for series in db.session().scalars(select(Series)):
        mine = [event for event in everything(db.session()) if event.series is series]
        rows = read_sheet(write_sheet(mine))
        assert rows.faults == []
        found = import_changes.changes_of(db.session(), series, rows.rows, now=NOW)
        assert [(change.title, change.old, change.new) for change in found.changes] == []
        assert (found.unchanged, found.venues, found.hosts) == (len(mine), [], [])


def test_karla_reads_the_day_as_a_day_and_a_formula_as_its_words(app: Flask) -> None:
    event = make_event(title="=1+1", summary="@alle")
    page = load_workbook(BytesIO(write_sheet([event]))).worksheets[0]
    heads = {str(cell.value): number for number, cell in enumerate(page[1], 1)}
    assert page.cell(2, heads["Datum"]).value == dt.datetime(2023, 9, 23)  # noqa: DTZ001
    assert page.cell(2, heads["Beginn"]).value == dt.time(18, 0)
    title = page.cell(2, heads["Titel"])
    assert (title.value, title.data_type) == ("=1+1", "s")
    assert list(heads) == [column.head for column in COLUMNS]


@pytest.mark.parametrize(
    ("row", "cell", "said"),
    [
        (["Fest", "31.02.2023"], "B2", "„31.02.2023“ ist kein"),
        (["Fest", "23.09.9999"], "B2", "ein Jahr von 2000 bis 2099"),
        (["Fest", "23.09.2023", "25:00"], "C2", "„25:00“ ist keine"),
        (["Fest", "23.09.2023", "18:00", "17:00"], "D2", "Ende"),
        (["Fest", "23.09.2023", None, "17:00"], "D2", "Beginn"),
        ([None, "23.09.2023"], "A2", "Titel"),
        (["Fest", None], "B2", "Tag"),
    ],
)
def test_a_fault_is_named_by_its_cell(app: Flask, row: list[Any], cell: str, said: str) -> None:
    rows = read_sheet(sheet(row))
    assert [rows.short(fault.place) for fault in rows.faults] == [cell]
    assert said in rows.faults[0].text
    assert rows.rows == []


def test_every_fault_is_named_at_once(app: Flask) -> None:
    rows = read_sheet(sheet(["A", "x"], ["B", "24.09.2023", "99"], ["C", "24.09.2023"]))
    assert [rows.short(fault.place) for fault in rows.faults] == ["B2", "C3"]


def test_people_write_times_as_they_like(app: Flask) -> None:
    written = ["18 Uhr", "18.30", "18:30 Uhr", dt.time(18, 30), "9"]
    rows = read_sheet(sheet(*[["A", dt.date(2023, 9, 23), time] for time in written]))
    times = [row.values["start"] for row in rows.rows]
    assert times == [dt.time(18), *[dt.time(18, 30)] * 3, dt.time(9)]


def test_who_writes_a_language_or_a_host_twice_means_it_once(app: Flask) -> None:
    """A programme file that does is refused, so a dump would be."""
    heads = ("Titel", "Datum", "Sprachen", "Veranstalter", "Themen", "Zielgruppe")
    row = [
        "A",
        dt.date(2023, 9, 23),
        "de, DE; uk",
        "Chor; Chor",
        "Musik, Musik",
        "children, children",
    ]
    (read,) = read_sheet(sheet(row, heads=heads)).rows
    assert read.values["languages"] == ["de", "uk"]
    assert read.values["hosts"] == ["Chor"]
    assert read.values["topics"] == ["Musik"]
    assert read.values["audiences"] == ["children"]


def test_a_file_that_is_no_workbook_is_refused(app: Flask) -> None:
    bomb = BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (60 * 1024 * 1024))
    for body in (b"", b"PK\x03\x04", b"Titel;Datum\n", bomb.getvalue()):
        with pytest.raises(NoSheet):
            read_sheet(body)
    rows = read_sheet(sheet(heads=("Name", "Wann")))
    assert rows.short(rows.faults[0].place) == "A1"


def test_an_entity_in_a_workbook_reads_no_file(app: Flask) -> None:
    """XML may name files of the server; their content must not come out as a title."""
    original = BytesIO(sheet(["Fest", "23.09.2023"]))
    changed = BytesIO()
    with zipfile.ZipFile(original) as source, zipfile.ZipFile(changed, "w") as target:
        for name in source.namelist():
            body = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                doctype = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
                body = doctype + body.replace(b"Fest", b"&e;")
            target.writestr(name, body)
    try:
        rows = read_sheet(changed.getvalue())
    except NoSheet:
        return
    assert Path("/etc/hostname").read_text("utf-8").strip() not in str(rows)


def test_karla_brings_a_programme_and_anna_is_told_of_the_new_time(app: Flask) -> None:
    event = make_event()
    sign_up(event, ANNA)
    heads = ("Kennung", "Titel", "Datum", "Beginn", "Ort", "Veranstalter")
    rows = read_sheet(
        sheet(
            ["fest", "Fest der Räume", "23.09.2023", "19:00", "Haus am Ufer", None],
            [None, "Neu: Tanz", "24.09.2023", None, "Haus am Ufer", "Chor e. V.; Verein B"],
            heads=heads,
        )
    )
    assert rows.faults == []
    with db.write() as session:
        found = take_over(session, event.series, rows.rows)
    assert (found.venues, found.hosts) == (["Haus am Ufer"], ["Chor e. V.", "Verein B"])
    fest, new = everything(db.session())
    assert (fest.start, fest.former_start) == (dt.time(19), dt.time(18))
    assert fest.venue is new.venue
    assert (new.key, new.is_draft) == ("neu-tanz", True)
    assert [host.name for host in new.hosts] == ["Chor e. V.", "Verein B"]
    told = db.session().scalars(select(Letter).where(Letter.kind == "event_changed")).all()
    assert [letter.to for letter in told] == ["anna@example.org"]


def test_a_column_that_is_not_there_changes_nothing(app: Flask) -> None:
    event = make_event(summary="Bleibt.", capacity=20, topics=["Musik"])
    rows = read_sheet(
        sheet(["fest", "Anderer Titel", "23.09.2023"], heads=("Kennung", "Titel", "Datum"))
    )
    with db.write() as session:
        take_over(session, event.series, rows.rows)
    (fest,) = everything(db.session())
    assert (fest.title, fest.summary, fest.capacity) == ("Anderer Titel", "Bleibt.", 20)
    assert (fest.topics, fest.start) == (["Musik"], dt.time(18))


def test_only_what_differs_is_taken_over(app: Flask) -> None:
    """Two houses have the same name, and more places are no other place."""
    first, second = make_venue(key="eins", name="Gemeindehaus"), make_venue(name="Gemeindehaus")
    event = make_event(venue=first, capacity=50)
    make_event("anderes", venue=second)
    sign_up(event, ANNA)
    heads = ("Kennung", "Titel", "Datum", "Beginn", "Ort", "Plätze")
    rows = read_sheet(
        sheet(["fest", "Fest der Räume", "23.09.2023", "18:00", "Gemeindehaus", 55], heads=heads)
    )
    with db.write() as session:
        found = take_over(session, event.series, rows.rows)
    fest = everything(db.session())[0]
    assert (fest.venue, fest.capacity, found.ambiguous) == (first, 55, [])
    assert not db.session().scalars(select(Letter).where(Letter.kind == "event_changed")).all()
    elsewhere = read_sheet(
        sheet([None, "Neu", "24.09.2023", None, "Gemeindehaus", None], heads=heads)
    )
    with db.write() as session:
        found = take_over(session, event.series, elsewhere.rows)
    assert found.ambiguous == ["Gemeindehaus"]
    assert everything(db.session())[-1].venue is None


def test_what_was_not_shown_is_not_taken_over(app: Flask) -> None:
    event = make_event(capacity=50)
    heads = ("Kennung", "Titel", "Datum", "Beginn", "Plätze")
    rows = read_sheet(sheet(["fest", event.title, "23.09.2023", "18:00", 66], heads=heads)).rows
    shown = import_changes.changes_of(db.session(), event.series, rows, now=NOW).mark
    with db.write():
        event.capacity = 80
    with pytest.raises(import_file.ChangedMeanwhile), db.write() as session:
        import_file.take_over(session, event.series, rows, KARLA, shown=shown)
    assert everything(db.session())[0].capacity == 80


def test_what_cannot_be_moved_is_left_alone_and_named(app: Flask) -> None:
    event = make_event(title="Vorbei")
    off = make_event("aus", title="Fällt aus", called_off_at=NOW)
    heads = ("Kennung", "Titel", "Datum", "Beginn")
    rows = read_sheet(
        sheet(
            ["fest", "Vorbei", "23.09.2022", "18:00"],
            ["aus", "Fällt aus", "24.09.2023", "18:00"],
            heads=heads,
        )
    )
    with db.write() as session:
        found = take_over(session, event.series, rows.rows)
    assert found.stuck == ["Vorbei", "Fällt aus"]
    assert (event.date, off.date) == (dt.date(2023, 9, 23), dt.date(2023, 9, 23))


def test_an_event_of_another_series_is_left_alone(app: Flask) -> None:
    event = make_event()
    with db.write() as session:
        other = Series(key="andere", title="Andere", first_day=NOW.date(), last_day=NOW.date())
        session.add(other)
    row = ["fest", "Gekapert", "23.09.2023"]
    rows = read_sheet(sheet(row, heads=("Kennung", "Titel", "Datum")))
    with db.write() as session:
        found = take_over(session, other, rows.rows)
    assert found.strangers == ["fest"]
    assert [one.title for one in everything(db.session())] == [event.title]


CALENDAR = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//Verein//DE\r
BEGIN:VEVENT\r
UID:1\r
SUMMARY:Sommerfest\r
LOCATION:Haus am Ufer\r
DTSTART;TZID=Europe/Berlin:20230923T180000\r
DTEND;TZID=Europe/Berlin:20230923T210000\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:2\r
SUMMARY:Ausstellung\r
DTSTART;VALUE=DATE:20230924\r
DTEND;VALUE=DATE:20230927\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:3\r
SUMMARY:Ohne Tag\r
END:VEVENT\r
END:VCALENDAR\r
"""


def test_vera_brings_her_calendar(app: Flask) -> None:
    rows = read_ics(CALENDAR)
    fest, shown = rows.rows
    assert (fest.values["title"], fest.values["venue"]) == ("Sommerfest", "Haus am Ufer")
    assert (fest.values["start"], fest.values["end"]) == (dt.time(18), dt.time(21))
    assert (shown.values["date"], shown.values["end_date"]) == (
        dt.date(2023, 9, 24),
        dt.date(2023, 9, 26),
    )
    assert [fault.place for fault in rows.faults] == ["3"]
    assert isinstance(rows.faults[0], Fault)
    with pytest.raises(NoCalendar):
        read_ics(b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n")
