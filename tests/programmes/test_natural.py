"""Lists as coordinators and clubs keep them: what they write is understood, or asked about."""

from __future__ import annotations

import datetime as dt
import struct
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.drawing.image import Image as Picture
from PIL import Image
from sqlalchemy import select

from ikw import db
from ikw.actions.series.import_changes import changes_of
from ikw.clock import TOWN
from ikw.model import Event, Series
from ikw.model.choice import Choice
from ikw.programmes.file import FaultyProgramme, decode, parse
from ikw.programmes.ics import read_ics
from ikw.programmes.rows import Rows
from ikw.programmes.sheet import NoSheet, read_sheet
from ikw.programmes.sheet.cells import Around, BadCell, Cell
from ikw.programmes.sheet.columns import BY_NAME
from ikw.programmes.store import load
from ikw.text import languages
from tests.actions.cast import at
from tests.conftest import NOW, examples, make_event, make_venue
from tests.programmes.test_sheet import sheet, take_over

CASES = Path("tests/programmes/cases")
FIRST, LAST = dt.date(2024, 9, 21), dt.date(2024, 10, 3)


@pytest.fixture(scope="module")
def german() -> Iterator[None]:
    """The words of the site in German, and nothing else of it."""
    app = Flask(__name__)
    languages.init_app(app)
    with app.app_context():
        yield


def case(name: str, first: dt.date = FIRST, last: dt.date = LAST, **choice: Any) -> Rows:
    return read_sheet((CASES / name).read_bytes(), first, last, Choice(**choice))


def faults(rows: Rows) -> dict[str, str]:
    return {rows.short(fault.place): fault.text for fault in rows.faults}


def proposals(rows: Rows) -> dict[str, str | None]:
    return {rows.short(fault.place): fault.proposal for fault in rows.faults}


def test_a_list_as_a_town_keeps_it(app: Flask) -> None:
    rows = case("coordinator.xlsx")
    assert [(sheet.name, sheet.head_row, sheet.is_read) for sheet in rows.sheets] == [
        ("Programm IKW 2024", 3, True),
        ("Kontakte", 1, False),
    ]
    taken = {head.text: head.field for head in rows.sheets[0].heads}
    assert taken == {
        "Nr.": "",
        "Datum": "date",
        "Uhrzeit": "start",
        "Titel der Veranstaltung": "title",
        "Ort": "venue",
        "Veranstalter*in": "hosts",
        "Ansprechpartner": "contact",
        "Telefon": "",
        "Anmeldung?": "takes_sign_up",
        "max. Teilnehmer": "capacity",
        "Kosten": "price_cents",
        "Bemerkung": "",
    }
    assert rows.faults == []
    party, service, cooking, exhibition, evening = (row.values for row in rows.rows)
    assert (party["title"], party["date"], party["start"]) == ("Eröffnungsfest", FIRST, dt.time(18))
    assert (party["takes_sign_up"], party["price_cents"]) == (False, 0)
    assert (service["date"], service["start"], service["end"]) == (
        dt.date(2024, 9, 22),
        dt.time(10),
        dt.time(12),
    )
    assert (cooking["capacity"], cooking["price_cents"], cooking["end"]) == (12, 500, dt.time(20))
    assert (exhibition["date"], exhibition["start"]) == (dt.date(2024, 9, 24), None)
    assert exhibition["hours"] == "ganztägig"
    assert evening["sign_up_closes"] == dt.datetime(2024, 9, 20, 23, 59, tzinfo=TOWN)
    assert evening["capacity"] == 50
    assert [rows.short(one.place) for one in rows.left_out] == ["I10"], "the sum is no event"


def test_our_own_heads_filled_in_as_people_write(app: Flask) -> None:
    rows = case("natural.xlsx")
    assert set(faults(rows)) == {"O7"}, "a formula that has no result"
    by_title = {row.values["title"]: row.values for row in rows.rows}
    party = by_title["Eröffnungsfest"]
    assert party["languages"] == ["de", "uk"]
    assert (party["audiences"], party["access"]) == (["families"], ["step-free"])
    assert by_title["Infoabend"]["audiences"] == []
    assert by_title["Infoabend"]["capacity"] == 50
    assert by_title["Infoabend"]["languages"] == ["de"]
    assert by_title["Infoabend"]["sign_up_closes"] == dt.datetime(2024, 9, 15, 23, 59, tzinfo=TOWN)
    cooking = by_title["Türkisch kochen für Anfänger"]
    assert (cooking["start"], cooking["end"]) == (dt.time(18), dt.time(20))
    assert (cooking["price_cents"], cooking["has_waiting_list"]) == (500, True)
    assert cooking["sign_up_closes"] == dt.datetime(2024, 9, 20, 23, 59, tzinfo=TOWN)
    show = by_title["Ausstellung"]
    assert (show["price_cents"], show["price_note"], show["hours"]) == (None, "Spende", "ganztägig")
    assert [head.text for head in rows.sheets[0].heads if not head.field] == ["Telefon"]


def test_the_words_of_towns_for_our_columns(app: Flask) -> None:
    (row,) = case("x02-heads-synonyms.xlsx").rows
    assert (row.values["start"], row.values["end"]) == (dt.time(18), dt.time(20))
    assert (row.values["venue"], row.values["capacity"]) == ("Mensa", 30)


def test_a_merged_cell_counts_for_all_its_rows(app: Flask) -> None:
    rows = case("x05-merged-place-only.xlsx").rows
    assert [(row.values["title"], row.values["venue"]) for row in rows] == [
        ("M1", "Mensa"),
        ("M2", "Mensa"),
        ("M3", "Mensa"),
    ]


def test_a_quarter_of_a_day_is_six_in_the_morning(app: Flask) -> None:
    (row,) = case("x07b-quarter-only.xlsx").rows
    assert row.values["start"] == dt.time(6)


def test_an_error_of_the_workbook_is_no_title(app: Flask) -> None:
    rows = case("x12-error-values.xlsx")
    assert rows.rows == []
    assert set(faults(rows)) == {"A2", "E2"}
    assert "#REF!" in faults(rows)["A2"]


def test_the_same_key_twice_is_a_fault_by_cell(app: Flask) -> None:
    rows = case("x20-copied-row-same-kennung.xlsx")
    assert rows.rows == []
    assert list(faults(rows)) == ["A2", "A3"]
    assert proposals(rows) == {"A2": "", "A3": ""}, "without a key it is a new event"
    assert "2, 3" in rows.faults[0].text


def test_a_key_of_ones_own_is_kept_and_known_again(app: Flask) -> None:
    make_event()
    series = db.session().scalars(select(Series)).one()
    rows = case("x22-own-kennung.xlsx").rows
    with db.write() as session:
        take_over(session, series, rows)
    assert db.session().scalars(select(Event.key).order_by(Event.id)).all() == [
        "fest",
        "mein-schluessel",
    ]
    again = changes_of(db.session(), series, rows, now=NOW)
    assert (again.changes, again.unchanged) == ([], 1)


def test_one_says_which_sheets_are_meant(app: Flask) -> None:
    rows = case("x27-second-sheet.xlsx")
    assert [row.values["title"] for row in rows.rows] == ["Erstes Blatt"]
    assert [sheet.name for sheet in rows.sheets] == ["Sheet", "Woche 2"]
    both = case("x27-second-sheet.xlsx", sheets=("Sheet", "Woche 2"))
    assert [row.values["title"] for row in both.rows] == ["Erstes Blatt", "Zweites Blatt"]


def test_what_is_filtered_out_is_named_and_left(app: Flask) -> None:
    rows = case("x28-hidden-rows.xlsx")
    assert [row.values["title"] for row in rows.rows] == ["Sichtbar"]
    assert [rows.short(one.place) for one in rows.left_out] == ["A3"]


def test_a_day_with_a_time_is_both(app: Flask) -> None:
    (row,) = case("x30-datetime-in-datum.xlsx").rows
    assert (row.values["date"], row.values["start"]) == (dt.date(2023, 9, 26), dt.time(18))


def test_a_sum_is_no_event(app: Flask) -> None:
    rows = case("x31-sum-row.xlsx")
    assert [row.values["title"] for row in rows.rows] == ["A", "B"]
    assert rows.faults == []
    assert [rows.short(one.place) for one in rows.left_out] == ["C4", "A5"]


def test_the_window_for_signing_up_moves_with_its_event(app: Flask) -> None:
    programme = Path("ikw/programmes/beispiel-60.toml").read_text("utf-8")
    with db.write() as session:
        load(session, parse(programme), at(NOW))
    series = db.session().scalars(select(Series).where(Series.key == "beispiel-ikw")).one()
    event = db.session().scalars(select(Event).where(Event.key == "portugiesischer-abend")).one()
    before, closes = event.date, event.sign_up_closes
    assert closes
    rows = case("x50-moved-by-sheet.xlsx").rows
    found = changes_of(db.session(), series, rows, now=NOW)
    assert "sign_up_closes" in found.changes[0].new, "and it is shown before"
    with db.write() as session:
        take_over(session, series, rows)
        assert event.date == dt.date(2023, 10, 2)
        assert event.sign_up_closes is not None
        assert event.sign_up_closes - closes == event.date - before


@pytest.mark.parametrize(
    ("column", "written", "value", "more"),
    [
        ("date", "So, 22.09.2024", dt.date(2024, 9, 22), {}),
        ("date", "Sonntag, den 22. September 2024", dt.date(2024, 9, 22), {}),
        ("date", "26. Sept. 2024", dt.date(2024, 9, 26), {}),
        ("date", "1. März 2024", dt.date(2024, 3, 1), {}),
        ("date", "24.9.", dt.date(2024, 9, 24), {}),
        ("date", "24.09.24, 18 Uhr", dt.date(2024, 9, 24), {"start": dt.time(18)}),
        ("date", 45556, dt.date(2024, 9, 21), {}),
        ("start", "10.00-12.00 Uhr", dt.time(10), {"end": dt.time(12)}),
        ("start", "10 – 12 Uhr", dt.time(10), {"end": dt.time(12)}),
        ("start", "von 18.30 bis 20 Uhr", dt.time(18, 30), {"end": dt.time(20)}),
        ("start", "ab 19h30", dt.time(19, 30), {}),
        ("start", "19h", dt.time(19), {}),
        ("start", 0.25, dt.time(6), {}),
        ("start", 18, dt.time(18), {}),
        ("start", dt.timedelta(hours=18, minutes=30), dt.time(18, 30), {}),
        ("start", "ganztägig", None, {"hours": "ganztägig"}),
        ("capacity", "ca. 12", 12, {}),
        ("capacity", "max. 50 Personen", 50, {}),
        ("capacity", "unbegrenzt", None, {}),
        ("price_cents", "5,- €", 500, {}),
        ("price_cents", "5.-", 500, {}),
        ("price_cents", "10/8 €", 1000, {"price_note": "ermäßigt 8 €"}),
        ("price_cents", "5 € (Kinder frei)", 500, {"price_note": "Kinder frei"}),
        ("price_cents", "12,50 EUR", 1250, {}),
        ("price_cents", "Spende", None, {"price_note": "Spende"}),
        ("price_cents", "Eintritt frei", 0, {}),
        ("takes_sign_up", "erforderlich", True, {}),
        ("languages", "Deutsch, Arabisch und Ukrainisch", ["de", "ar", "uk"], {}),
        ("languages", "DE/EN", ["de", "en"], {}),
        ("audiences", "Familien, Kinder", ["families", "children"], {}),
        ("access", "rollstuhlgerecht", ["step-free"], {}),
    ],
)
def test_a_cell_says_what_people_mean(
    german: None, column: str, written: Any, value: Any, more: dict[str, Any]
) -> None:
    said = BY_NAME[column].codec.read(Cell(written), Around(FIRST, LAST))
    assert (said.value, said.more) == (value, more)


@pytest.mark.parametrize(
    ("column", "written", "proposal"),
    [
        ("start", 18.3, "18:30"),
        ("start", 20.15, "20:15"),
        ("date", "24.12.", "24.12.2024"),
        ("date", "demnächst", "23.09.2023"),
        ("capacity", "viele", "0"),
        ("price_cents", "5 oder 6", "4,50"),
        ("takes_sign_up", "vielleicht", "nein"),
    ],
)
def test_what_nobody_can_tell_is_asked_about(
    german: None, column: str, written: Any, proposal: str
) -> None:
    with pytest.raises(BadCell) as told:
        BY_NAME[column].codec.read(Cell(written), Around(FIRST, LAST))
    assert proposal in str(told.value)


def test_a_day_without_a_year_beside_days_of_another_year_is_asked_about(app: Flask) -> None:
    rows = read_sheet(
        sheet(["A", "21.09.2024"], ["B", "24.9."]), dt.date(2023, 9, 23), dt.date(2023, 10, 3)
    )
    assert [row.values["title"] for row in rows.rows] == ["A"]
    assert "24.09.2024" in faults(rows)["B3"]
    assert rows.years == [2023, 2024]


def test_a_list_of_another_year_needs_to_be_told_once(app: Flask) -> None:
    """Brought into the week of 2023: one choice, and all of it is understood."""
    first, last = dt.date(2023, 9, 23), dt.date(2023, 10, 3)
    rows = case("coordinator.xlsx", first, last)
    assert set(faults(rows)) == {"B8", "I9"}
    rows = case("coordinator.xlsx", first, last, year=2024)
    assert rows.faults == []
    assert rows.rows[3].values["date"] == dt.date(2024, 9, 24)


def test_columns_are_set_by_hand(app: Flask) -> None:
    body = sheet(["Fest", "23.09.2023", "Saal 1"], heads=("Titel", "Datum", "Bühne"))
    rows = read_sheet(body, choice=Choice(fields={"buhne": "room"}))
    assert rows.rows[0].values["room"] == "Saal 1"
    rows = read_sheet(body, choice=Choice(fields={"buhne": "", "titel": "summary"}))
    assert any("Titel" in fault.text for fault in rows.faults)


def test_two_columns_for_the_same_are_named(app: Flask) -> None:
    body = sheet(
        ["Fest", "23.09.2023", "18:00", "19:00"], heads=("Titel", "Datum", "Beginn", "Zeit")
    )
    rows = read_sheet(body)
    assert rows.rows[0].values["start"] == dt.time(18)
    assert [rows.short(one.place) for one in rows.left_out] == ["D1"]


def test_a_cell_does_not_say_otherwise_than_its_row(app: Flask) -> None:
    rows = read_sheet(sheet(["Fest", "23.09.2023", "10-12 Uhr", "13:00"]))
    assert list(faults(rows)) == ["C2"]


def test_a_list_brought_twice_is_one(app: Flask) -> None:
    make_event(title="Fest", date=dt.date(2023, 9, 23))
    series = db.session().scalars(select(Series)).one()
    rows = read_sheet(sheet(["Fest", "23.09.2023", "18:00"], ["Tanz", "24.09.2023", "19:00"])).rows
    with db.write() as session:
        first = take_over(session, series, rows)
    assert [change.title for change in first.changes] == ["Tanz"], "the fest is there"
    again = changes_of(db.session(), series, rows, now=NOW)
    assert (again.changes, again.unchanged) == ([], 2)


def test_a_place_that_nearly_is_there_is_offered(app: Flask) -> None:
    venue = make_venue(key="mitte51", name="Begegnungszentrum Mitte⁵¹")
    make_event(venue=venue)
    series = db.session().scalars(select(Series)).one()
    rows = read_sheet(
        sheet(["Tanz", "24.09.2023", "Mitte51"], heads=("Titel", "Datum", "Ort"))
    ).rows
    found = changes_of(db.session(), series, rows, now=NOW)
    assert found.nearby == {"Mitte51": "Begegnungszentrum Mitte⁵¹"}
    same = changes_of(db.session(), series, rows, now=NOW, same=["Mitte51"])
    assert (same.venues, same.changes[0].new["venue"]) == ([], "Begegnungszentrum Mitte⁵¹")


def calendar(name: str) -> Rows:
    return read_ics((CASES / name).read_bytes(), dt.date(2023, 12, 31))


def test_every_time_of_what_repeats_is_an_event(app: Flask) -> None:
    days = [row.values["date"] for row in calendar("i05-rrule.ics").rows]
    assert days == [dt.date(2023, 9, 5) + dt.timedelta(days=7 * n) for n in range(4)]
    body = (CASES / "i05-rrule.ics").read_bytes()
    body = body.replace(b";COUNT=4", b"\r\nEXDATE;TZID=Europe/Berlin:20230912T180000")
    body = body.replace(
        b"END:VCALENDAR",
        b"BEGIN:VEVENT\r\nUID:u1\r\nRECURRENCE-ID;TZID=Europe/Berlin:20230919T180000\r\n"
        b"SUMMARY:Jeden Dienstag\r\nDTSTART;TZID=Europe/Berlin:20230920T190000\r\nEND:VEVENT\r\n"
        b"END:VCALENDAR",
    )
    rows = read_ics(body, dt.date(2023, 10, 3)).rows
    assert [(row.values["date"].day, row.values["start"].hour) for row in rows] == [
        (5, 18),
        (26, 18),
        (3, 18),
        (20, 19),
    ]


def test_what_is_called_off_is_named_and_no_draft(app: Flask) -> None:
    rows = calendar("i07-cancelled.ics")
    assert rows.rows == []
    assert "Faellt aus" in rows.left_out[0].text


@pytest.mark.parametrize(
    ("name", "title"),
    [("i08-bom.ics", "BOM"), ("i09-latin1.ics", "Frühstück für Mütter")],
)
def test_whatever_wrote_the_calendar_it_is_read(app: Flask, name: str, title: str) -> None:
    (row,) = calendar(name).rows
    assert row.values["title"] == title


def test_tags_are_no_text(app: Flask) -> None:
    (row,) = calendar("i11-html-description.ics").rows
    assert row.values["title"] == "HTML & Co"
    assert row.values["description"].startswith("Wir kochen zusammen.")
    assert "<" not in row.values["description"]


def test_a_calendar_brought_twice_is_one(app: Flask) -> None:
    make_event()
    series = db.session().scalars(select(Series)).one()
    rows = calendar("i24-reimport.ics").rows
    with db.write() as session:
        take_over(session, series, rows)
    again = changes_of(db.session(), series, rows, now=NOW)
    assert (again.changes, again.unchanged) == ([], 1)


DAYS = st.dates(dt.date(2024, 9, 21), dt.date(2024, 10, 3))
CLOCK = st.tuples(st.integers(0, 23), st.integers(0, 59))
WEEKDAYS = ["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"]
NAMES = ["September", "Oktober"]


@settings(max_examples=examples(300), deadline=None)
@given(day=DAYS, clock=CLOCK, how=st.integers(0, 5), style=st.integers(0, 4))
def test_however_a_day_and_a_time_are_written_they_are_the_same(
    day: dt.date, clock: tuple[int, int], how: int, style: int
) -> None:
    written = [
        f"{day:%d.%m.%Y}",
        f"{day.day}.{day.month}.{day:%y}",
        f"{WEEKDAYS[day.weekday()]}, {day:%d.%m.%Y}",
        f"{day.day}. {NAMES[day.month - 9]} {day.year}",
        f"{day.day}.{day.month}.",
        f"{day:%Y-%m-%d}",
    ][how]
    hour, minute = clock
    time = [
        f"{hour}:{minute:02}",
        f"{hour:02}.{minute:02} Uhr",
        f"{hour}h{minute:02}",
        f"ab {hour}.{minute:02}",
        (hour * 60 + minute) / 1440 or "0:00",
    ][style]
    around = Around(FIRST, LAST)
    assert BY_NAME["date"].codec.read(Cell(written), around).value == day
    assert BY_NAME["start"].codec.read(Cell(time), around).value == dt.time(hour, minute)


def test_a_programme_file_may_begin_with_a_mark(app: Flask) -> None:
    read = parse(decode((CASES / "t01-bom.toml").read_bytes()))
    assert read.rows["series"]


@pytest.mark.parametrize("name", ["t06-soft-hyphen.toml", "t12-rtl.toml"])
def test_what_nobody_sees_is_no_part_of_a_title(app: Flask, name: str) -> None:
    (event,) = parse(decode((CASES / name).read_bytes())).rows["event"]
    assert event["title"].isprintable()
    assert not set(event["title"]) & set("\u00ad\u200b\u202a\u202b\u202c")


def test_another_encoding_and_other_quotes_are_named_with_their_line() -> None:
    with pytest.raises(FaultyProgramme) as told:
        decode('[[series]]\nkey = "a"\ntitle = "Frühstück"\n'.encode("cp1252"))
    assert "line 3" in told.value.faults[0]
    assert "Frühstück" in told.value.faults[0]
    with pytest.raises(FaultyProgramme) as told:
        parse("[[series]]\nkey = „a“\n")
    assert "line 2" in told.value.faults[0]
    assert "straight quotes" in told.value.faults[0]


def test_a_huge_picture_in_a_list_is_named(app: Flask) -> None:
    """A bomb: nine hundred million pixels in a few kilobytes."""
    book = load_workbook(BytesIO(sheet(["Fest", "23.09.2023"], heads=("Titel", "Datum"))))
    small = BytesIO()
    Image.new("1", (40, 40)).save(small, "PNG")
    book.worksheets[0].add_image(Picture(small), "D2")
    file = BytesIO()
    book.save(file)
    bomb = BytesIO()
    with zipfile.ZipFile(file) as good, zipfile.ZipFile(bomb, "w") as bad:
        for part in good.infolist():
            body = good.read(part)
            if part.filename.endswith(".png"):
                head = struct.pack(">II", 30_000, 30_000) + body[24:29]
                sum_ = struct.pack(">I", zlib.crc32(b"IHDR" + head))
                body = body[:16] + head + sum_ + body[33:]
            bad.writestr(part.filename, body)
    with pytest.raises(NoSheet, match="Bild in der Datei ist zu groß"):
        read_sheet(bomb.getvalue())
