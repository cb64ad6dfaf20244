"""A programme file: what it may say, and how its faults are named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ikw.programmes.file import FaultyProgramme, parse, render

FOLDER = Path("ikw/programmes")
SHIPPED = ["rheine-2023.toml", "beispiel-60.toml"]

GOOD = """
[[series]]
key = "woche"
title = "Woche"
first_day = "23.09.2023"
last_day = "03.10.2023"

[[venue]]
key = "haus"
name = "Haus"

[[event]]
key = "fest"
series = "woche"
title = "Fest"
date = "23.09.2023"
venue = "haus"
"""


def faults_of(text: str) -> list[str]:
    with pytest.raises(FaultyProgramme) as error:
        parse(text)
    return error.value.faults


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_programmes_are_sound_and_written_back_the_same(name: str) -> None:
    text = (FOLDER / name).read_text("utf-8")
    assert parse(render(parse(text))) == parse(text)


def test_rheine_has_the_facts_and_only_them() -> None:
    rows = parse((FOLDER / "rheine-2023.toml").read_text("utf-8")).rows
    assert [row["key"] for row in rows["series"]] == ["ikw-2023", "quartiersworkshops-2023"]
    assert {row["key"] for row in rows["venue"]} == {
        "mitte51",
        "humboldt-bernburgplatz",
        "pfarrheim-mesum",
        "fbs-rheine",
        "basilika-forum",
    }
    when = {row["key"]: (f"{row['date']:%d.%m.%Y}", row["start"]) for row in rows["event"]}
    infoabend = when.pop("infoabend")
    assert infoabend[0] == "13.02.2023"
    assert f"{infoabend[1]:%H:%M}" == "18:00"
    assert when == {
        "quartiersworkshop-mesum": ("10.03.2023", None),
        "sozialausschuss-zwischenstand": ("16.03.2023", None),
        "quartiersworkshop-fbs": ("17.03.2023", None),
        "quartiersworkshop-basilika": ("24.03.2023", None),
        "eroeffnung": ("23.09.2023", None),
        "buergerpicknick": ("03.10.2023", None),
    }
    assert all(row["capacity"] is None for row in rows["event"])


def test_the_example_has_sixty_events_in_every_state() -> None:
    file = parse((FOLDER / "beispiel-60.toml").read_text("utf-8"))
    events = file.rows["event"]
    assert file.example
    assert len(events) == 60
    states: dict[str, Callable[[dict[str, Any]], Any]] = {
        "time open": lambda e: e["start"] is None and e["hours"] is None,
        "full": lambda e: e["capacity"] and e["reserved"] == e["capacity"],
        "waiting list": lambda e: e["has_waiting_list"],
        "several hosts": lambda e: len(e["hosts"]) > 1,
        "several days": lambda e: e["end_date"] and e["hours"],
        "called off": lambda e: e["called_off_at"],
        "moved": lambda e: e["former_date"],
        "moved elsewhere": lambda e: e["former_venue"],
        "not yet open": lambda e: e["sign_up_opens"],
        "closed": lambda e: e["sign_up_closes"],
        "no sign-up": lambda e: not e["takes_sign_up"],
        "paid": lambda e: e["price_cents"],
        "no German": lambda e: e["languages"] and "de" not in e["languages"],
        "women": lambda e: "women" in e["audiences"],
        "childcare": lambda e: "childcare" in e["access"],
        "sign language": lambda e: "sign-language" in e["access"],
    }
    for name, has in states.items():
        assert any(has(event) for event in events), name
    asked = {question["kind"] for event in events for question in event["questions"]}
    assert asked == {"text", "number", "choice", "yes-no"}


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ('date = "31.02.2023"', "event fest: date 31.02.2023 does not exist"),
        ('date = "bald"', "event fest: date bald is not written like 31.12.2023"),
        ('start = "25:00"', "event fest: start: time 25:00 does not exist"),
        ('start = "18:00"\nend = "17:00"', "event fest: end is not after the start"),
        ('end = "17:00"', "event fest: end needs a start"),
        ('end_date = "22.09.2023"', "event fest: end_date is before the first day"),
        ('hosts = ["niemand"]', "event fest: hosts: there is no organisation 'niemand'"),
        ("capacity = -1", "event fest: capacity: -1 is not between 0 and 1000000"),
        ('capacity = "viele"', "event fest: capacity: 'viele' is not a whole number"),
        ("reserved = 3", "event fest: reserved needs a capacity"),
        ("capacity = 2\nreserved = 3", "event fest: reserved is more than the capacity"),
        ("waiting_list = true", "event fest: capacity is missing, and a waiting list needs it"),
        ('titel = "Fest"', "event fest: there is no field 'titel'"),
        ('access = ["lift"]', "event fest: access: 'lift' is none of step-free"),
        ('summary = "a\\u0000b"', "event fest: summary: the text has line breaks or control"),
        ("price = -1", "event fest: price -1 is not an amount in euros"),
        (
            'questions = [{key = "a", label = "A?", kind = "choice"}]',
            "event fest: questions has choices where none belong",
        ),
        (
            'questions = [{key = "a", kind = "text"}]',
            "event fest: questions: number 1: label is missing",
        ),
    ],
)
def test_a_fault_is_named_with_its_place(wrong: str, fault: str) -> None:
    field = wrong.split(" = ")[0]
    lines = [line for line in GOOD.splitlines() if not line.startswith(f"{field} =")]
    if field not in {"date", "end_date"}:
        lines = GOOD.splitlines()
    (found,) = faults_of("\n".join([*lines, wrong]))
    assert found.startswith(fault)


def test_all_faults_are_named_at_once() -> None:
    text = GOOD.replace('"23.09.2023"\nvenue', '"31.02.2023"\nvenue').replace(
        'key = "haus"\nname = "Haus"', 'key = "Haus"'
    )
    faults = faults_of(text)
    assert len(faults) == 4
    assert "event fest: date 31.02.2023 does not exist" in faults
    assert any(fault.startswith("venue") and "name is missing" in fault for fault in faults)


def test_a_file_that_is_no_toml_is_shown_the_line() -> None:
    (fault,) = faults_of(GOOD + "\ndate = 2023-02-31\n")
    assert fault.startswith("line ")
    assert "date = 2023-02-31" in fault


def test_a_key_stands_for_one_row() -> None:
    (fault,) = faults_of(GOOD + '\n[[venue]]\nkey = "haus"\nname = "Anderes Haus"\n')
    assert fault == "venue haus: the key is used twice"
