"""Every field of every table is where its row says it is, or named there as left out."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import String, inspect

from ikw.model import Call, Event, Organisation, Series, Venue
from ikw.model.fields import EVENT, TABLES, End, Field, Kind
from ikw.model.rules import RULES, Fault
from ikw.programmes.fields import IN_FILE
from ikw.programmes.ics import READ
from ikw.programmes.sheet.columns import COLUMNS
from ikw.web.desk.event.fields import EventForm
from ikw.web.desk.labels import LABELS, MEMBERS
from ikw.web.desk.organisation import OrganisationForm
from ikw.web.desk.row_form import in_form
from ikw.web.desk.series.calls_for import CallForm
from ikw.web.desk.series.edit import SeriesForm
from ikw.web.desk.venue import VenueForm

MODELS = {
    "event": Event,
    "series": Series,
    "venue": Venue,
    "organisation": Organisation,
    "call": Call,
}
FORMS = {
    "event": EventForm,
    "series": SeriesForm,
    "venue": VenueForm,
    "organisation": OrganisationForm,
    "call": CallForm,
}

#: Columns that no row of a table is about: what sign-ups and we ourselves make of an event.
OF_OURS = {
    "event": {
        "id",
        "series_id",
        "venue_id",
        "former_venue_id",
        "taken",
        "places_revision",
        "people_counted",
        "arrived_counted",
        "counted",
        "walked_in",
        "parties_counted",
        "deleted_at",
        "reminded_at",
        "keep_days",
        "loaded",
        "origin",
    },
    "series": {"id", "list_choice"},
    "venue": {"id"},
    "organisation": {"id"},
    "call": {"id", "series_id", "event_id"},
}

EVERY_FIELD = [(table, field) for table, fields in TABLES.items() for field in fields]


@pytest.mark.parametrize("table", TABLES)
def test_every_column_has_a_row(table: str) -> None:
    columns = {column.key for column in inspect(MODELS[table]).column_attrs}
    rows = {field.name for field in TABLES[table]}
    named = {"hosts", "series", "venue", "former_venue", "picture", "event"}
    assert columns - OF_OURS[table] == rows - named


@pytest.mark.parametrize(
    ("table", "field"), EVERY_FIELD, ids=[f"{table}.{field.name}" for table, field in EVERY_FIELD]
)
def test_every_field_is_in_its_place_or_left_out_for_a_reason(
    app: Flask, table: str, field: Field
) -> None:
    workbook = {column.name for column in COLUMNS} if table == "event" else set()
    brought = set(READ) if table == "event" else set()
    form = FORMS[table]
    there = {
        End.FORM: hasattr(form, in_form(field.name)) or field.kind is Kind.QUESTIONS,
        End.FILE: field in [known for known, _codec in IN_FILE[table]],
        End.WORKBOOK: field.name in workbook,
        End.CALENDAR: field.name in brought,
        End.COPY: field.is_in(End.COPY),
    }
    for end, is_there in there.items():
        assert is_there == field.is_in(end), end
        assert field.is_in(end) or field.left_out[end], end
    if field.is_in(End.FORM):
        assert LABELS[table][field.name]
    if field.is_in(End.WORKBOOK):
        assert field.head
    if field.members:
        assert set(MEMBERS[field.members]) == set(field.members)


@pytest.mark.parametrize("table", TABLES)
def test_no_text_is_longer_than_its_column(table: str) -> None:
    columns = inspect(MODELS[table]).columns
    for field in TABLES[table]:
        if field.kind in {Kind.KEY, Kind.LINE, Kind.EMAIL, Kind.WEBSITE}:
            stored = columns[field.name].type
            assert isinstance(stored, String)
            assert stored.length == field.limit, field.name


def test_every_fault_belongs_to_a_rule_of_known_fields() -> None:
    assert {fault for rules in RULES.values() for _known, _field, fault, _is in rules} == set(Fault)
    for table, rules in RULES.items():
        names = {field.name for field in TABLES[table]}
        for known, field, _fault, _is_wrong in rules:
            assert {*known.split(), field} <= names


def test_what_is_told_is_the_plan() -> None:
    told = {field.name for field in EVENT if field.is_plan}
    assert told == {"date", "start", "end", "end_date", "hours", "venue", "room"}
