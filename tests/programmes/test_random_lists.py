"""Any list that a town might keep becomes the events that it means, once, whoever brings it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from ikw import db
from ikw.actions.series import import_changes, import_file
from ikw.actions.series.import_file import ChangedMeanwhile
from ikw.clock import TOWN
from ikw.model import Event, Series
from ikw.programmes.sheet import read_sheet
from ikw.programmes.sheet.columns import BY_NAME, SYNONYMS
from tests.actions.cast import at
from tests.conftest import NOW, MakeApp, examples
from tests.programmes.test_sheet import sheet

KARLA = at(NOW, by="organiser 1")
FIRST, LAST = dt.date(2024, 9, 21), dt.date(2024, 10, 3)
WEEKDAYS = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")
MONTHS = {9: "September", 10: "Oktober"}
SERIAL_NUMBERS = count(1)


@pytest.fixture
def app(make_app: MakeApp, database_url: str) -> Iterator[Flask]:
    """An application on each database, inside its context."""
    app = make_app(database_url)
    with app.app_context():
        yield app


@dataclass(frozen=True)
class Written:
    """A cell as somebody writes it, and what it means by field."""

    cell: Any
    means: dict[str, Any]


def one_of(*ways: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(ways)


@st.composite
def days(draw: st.DrawFn) -> Written:
    day = draw(st.dates(FIRST, LAST))
    ways = [
        f"{day:%d.%m.%Y}",
        f"{WEEKDAYS[day.weekday()]}, {day:%d.%m.%Y}",
        f"{day.day}. {MONTHS[day.month]} {day.year}",
        f"{day.day}.{day.month}.",
        f"{day:%Y-%m-%d}",
        day,
        dt.datetime.combine(day, dt.time.min),
    ]
    return Written(draw(st.sampled_from(ways)), {"date": day})


@st.composite
def hours(draw: st.DrawFn) -> Written:
    start = dt.time(draw(st.integers(6, 19)), draw(one_of(0, 15, 30, 45)))
    end = dt.time(start.hour + draw(st.integers(1, 4)), start.minute)
    alone = [
        f"{start.hour}:{start.minute:02}",
        f"{start.hour}.{start.minute:02} Uhr",
        f"ab {start.hour}.{start.minute:02} Uhr",
        start,
        (start.hour * 60 + start.minute) / 1440,
    ]
    if not start.minute:
        alone += [f"{start.hour} Uhr", f"{start.hour}h", start.hour]
    both = [
        f"{start.hour}.{start.minute:02}-{end.hour}.{end.minute:02} Uhr",
        f"{start.hour}:{start.minute:02} – {end.hour}:{end.minute:02}",
        f"von {start.hour}.{start.minute:02} bis {end.hour}.{end.minute:02} Uhr",
    ]
    kind = draw(one_of("alone", "both", "open", "all day"))
    if kind == "alone":
        return Written(draw(st.sampled_from(alone)), {"start": start})
    if kind == "both":
        return Written(draw(st.sampled_from(both)), {"start": start, "end": end})
    if kind == "open":
        return Written(draw(one_of(None, "offen", "noch offen")), {"start": None})
    return Written("ganztägig", {"start": None, "hours": "ganztägig"})


@st.composite
def sizes(draw: st.DrawFn) -> Written:
    number = draw(st.integers(0, 400))
    ways = [number, str(number), f"ca. {number}", f"{number} Personen", f"max. {number}"]
    written = Written(draw(st.sampled_from(ways)), {"capacity": number})
    return draw(st.sampled_from([written, Written("unbegrenzt", {"capacity": None})]))


@st.composite
def prices(draw: st.DrawFn) -> Written:
    euros = draw(st.integers(1, 60))
    ways = [f"{euros} €", f"{euros},- €", f"{euros},00 EUR", f"{euros},50"]
    ways_of_it = [Written(way, {"price_cents": euros * 100 + 50 * (",50" in way)}) for way in ways]
    reduced = {"price_cents": euros * 100, "price_note": f"ermäßigt {euros - 1} €"}
    others = [
        Written("kostenlos", {"price_cents": 0}),
        Written("Spende", {"price_cents": None, "price_note": "Spende"}),
        Written(f"{euros}/{euros - 1} €", reduced),
    ]
    return draw(st.sampled_from([*ways_of_it, *others]))


@st.composite
def sign_ups(draw: st.DrawFn) -> Written:
    last = dt.datetime(2024, 9, 20, 23, 59, tzinfo=TOWN)
    return draw(
        st.sampled_from(
            [
                Written("ja", {"takes_sign_up": True}),
                Written("x", {"takes_sign_up": True}),
                Written("nein", {"takes_sign_up": False}),
                Written("ja, bis 20.9.", {"takes_sign_up": True, "sign_up_closes": last}),
            ]
        )
    )


CELLS: dict[str, Any] = {
    "date": days(),
    "start": hours(),
    "capacity": sizes(),
    "price_cents": prices(),
    "takes_sign_up": sign_ups(),
    "venue": one_of(*(Written(name, {"venue": name}) for name in ("Mensa", "Altes Kino"))),
    "hosts": st.just(Written("Chor e. V.; Verein B", {"hosts": ["Chor e. V.", "Verein B"]})),
    "languages": st.just(Written("Deutsch, Arabisch", {"languages": ["de", "ar"]})),
    "audiences": st.just(Written("Familien", {"audiences": ["families"]})),
    "access": st.just(Written("rollstuhlgerecht", {"access": ["step-free"]})),
}
TITLES = st.lists(
    st.text(st.characters(categories=["L"], max_codepoint=0x17F), min_size=6, max_size=20),
    min_size=1,
    max_size=5,
    unique_by=lambda title: title.casefold(),
)


@st.composite
def lists(draw: st.DrawFn) -> tuple[list[list[Any]], dict[str, dict[str, Any]]]:
    """The rows of a list, and by title what each of its events is."""
    optional = [name for name in CELLS if name != "date"]
    chosen = draw(st.lists(st.sampled_from(optional), unique=True))
    columns = draw(st.permutations(["title", "date", *chosen]))
    heads = [
        draw(st.sampled_from([BY_NAME[name].head, *SYNONYMS.get(name, "").split(",")]))
        for name in columns
    ]
    heads = [
        head.strip().title() or BY_NAME[name].head
        for head, name in zip(heads, columns, strict=True)
    ]
    meant, rows = {}, []
    for title in draw(TITLES):
        cells = {"title": Written(title, {"title": title})}
        cells |= {name: draw(CELLS[name]) for name in columns if name != "title"}
        meant[title] = {key: value for cell in cells.values() for key, value in cell.means.items()}
        rows.append([cells[name].cell for name in columns])
    above = draw(st.lists(st.just(["Programm der Woche"]), max_size=2))
    blank = [None] * len(columns)
    return [*above, heads, *rows, blank], meant


@settings(
    max_examples=examples(25),
    deadline=None,
    # A failing example is told as it was found: looking for a smaller one takes minutes.
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(written=lists())
def test_a_list_brought_by_two_at_once_and_once_more_is_what_it_means(
    app: Flask, written: tuple[list[list[Any]], dict[str, dict[str, Any]]]
) -> None:
    (first, *rest), meant = written
    key = f"woche-{next(SERIAL_NUMBERS)}"
    with db.write() as session:
        session.add(Series(key=key, title=key, first_day=FIRST, last_day=LAST))
    read = read_sheet(sheet(*rest, heads=tuple(first)), FIRST, LAST)
    assert read.faults == []

    def series() -> Series:
        return db.session().scalars(select(Series).where(Series.key == key)).one()

    shown = import_changes.changes_of(db.session(), series(), read.rows, now=NOW).mark
    db.session().rollback()

    def take_over(_person: int) -> bool:
        with app.app_context():
            try:
                with db.write() as session:
                    import_file.take_over(session, series(), read.rows, KARLA, shown=shown)
            except ChangedMeanwhile:
                return False
            return True

    with ThreadPoolExecutor(2) as people:
        assert sorted(people.map(take_over, range(2))) == [False, True]
    events = db.session().scalars(select(Event).where(Event.series_id == series().id)).all()
    assert {event.title for event in events} == set(meant)
    for event in events:
        names = {"venue": event.venue and event.venue.name, "hosts": [h.name for h in event.hosts]}
        for name, value in meant[event.title].items():
            assert names.get(name, getattr(event, name)) == value, name
    again = import_changes.changes_of(db.session(), series(), read.rows, now=NOW)
    assert (again.changes, again.unchanged) == ([], len(meant))
    db.session().rollback()
