"""Loading a programme into the database and writing it back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select

from ikw import db
from ikw.actions.event import plan
from ikw.cli import cli
from ikw.model import Event, LogEntry, Registration, Series
from ikw.programmes.file import FaultyProgramme, ProgrammeFile, parse, render
from ikw.programmes.store import dump, load
from tests.actions.cast import ANNA, BEN, at, sign_up
from tests.conftest import NOW, MakeApp
from tests.programmes.test_file import FOLDER, GOOD, SHIPPED


@pytest.fixture(autouse=True)
def app(make_app: MakeApp, database_url: str) -> Iterator[Flask]:
    app = make_app(database_url)
    with app.app_context():
        yield app


def put(file: ProgrammeFile) -> dict[str, int]:
    with db.write() as session:
        return dict(load(session, file, at(NOW, by="programme file")))


def load_by_command(folder: Path, text: str) -> str:
    """Write a file, run `ikw load` on it, and return what the command printed."""
    db.session().close()
    path = folder / "programm.toml"
    path.write_text(text, "utf-8")
    return CliRunner().invoke(cli, ["load", str(path)]).output


def event(key: str = "fest") -> Event:
    return db.session().scalars(select(Event).where(Event.key == key)).one()


@pytest.mark.parametrize("name", SHIPPED)
def test_load_dump_load_is_the_identity(name: str) -> None:
    file = parse((FOLDER / name).read_text("utf-8"))
    put(file)
    written = render(dump(db.session()))
    assert put(parse(written)).keys() == {"unchanged"}
    assert render(dump(db.session())) == written


def test_loading_again_updates_by_key_and_never_duplicates() -> None:
    assert put(parse(GOOD)) == {"added": 3}
    uid = event().uid
    assert put(parse(GOOD.replace('title = "Fest"', 'title = "Großes Fest"'))) == {
        "changed": 1,
        "unchanged": 2,
    }
    assert (event().title, event().uid, event().sequence) == ("Großes Fest", uid, 0)


def test_calendars_hear_of_a_new_time_and_the_log_keeps_the_old_one() -> None:
    put(parse(GOOD))
    put(parse(GOOD + 'start = "18:00"\n'))
    assert (event().start, event().sequence) == (time(18), 1)
    (entry,) = db.session().scalars(select(LogEntry))
    assert (entry.actor, entry.verb) == ("programme file", "change plan")
    assert "start" not in entry.old
    assert entry.new["start"] == "18:00:00"


def test_loading_never_touches_registrations() -> None:
    put(parse(GOOD + "sign_up = true\ncapacity = 5\n"))
    anna = sign_up(event(), ANNA, 3)
    put(parse(GOOD + "sign_up = true\ncapacity = 2\n"))
    assert (event().capacity, event().taken, event().free) == (2, 3, 0)
    assert anna.seats == 3
    assert db.session().scalar(select(func.count()).select_from(Registration)) == 1


def test_a_corrected_address_is_seen_in_calendars_and_told_to_nobody() -> None:
    put(parse(GOOD))
    with db.write() as session:
        renamed = parse(GOOD.replace('name = "Haus"', 'name = "Neues Haus"'))
        load(session, renamed, at(NOW + timedelta(hours=1)))
    assert (event().sequence, event().changed_at) == (0, NOW + timedelta(hours=1))


def test_the_command_lets_the_list_move_up_and_names_what_is_overfull(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IKW_DATABASE_URL", database_url)
    monkeypatch.setenv("IKW_NOW", NOW.isoformat())
    put(parse(GOOD + "sign_up = true\ncapacity = 2\nwaiting_list = true\n"))
    sign_up(event(), ANNA, 2)
    ben = sign_up(event(), BEN, 2)
    outputs = {
        capacity: load_by_command(
            tmp_path, f"{GOOD}sign_up = true\ncapacity = {capacity}\nwaiting_list = true\n"
        )
        for capacity in (4, 1)
    }
    assert db.session().get_one(Registration, ben.id, populate_existing=True).seats == 2
    assert "have seats" not in outputs[4]
    assert "event fest: 4 people have seats, but there are 1 places" in outputs[1]


@pytest.mark.parametrize("wider", ["", "capacity = 20\n"])
def test_nobody_is_left_on_a_list_that_is_given_up(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, wider: str
) -> None:
    monkeypatch.setenv("IKW_DATABASE_URL", database_url)
    monkeypatch.setenv("IKW_NOW", NOW.isoformat())
    put(parse(GOOD + "sign_up = true\ncapacity = 2\nwaiting_list = true\n"))
    sign_up(event(), ANNA, 2)
    ben = sign_up(event(), BEN, 2)
    load_by_command(tmp_path, f"{GOOD}sign_up = true\n{wider}")
    assert db.session().get_one(Registration, ben.id, populate_existing=True).seats == 2


def test_the_order_of_hosts_is_kept() -> None:
    hosts = "".join(f'[[organisation]]\nkey = "{k}"\nname = "{k}"\n' for k in ("a", "b", "c"))
    for order in ('["c", "a", "b"]', '["b", "c"]', '["a", "b", "c"]'):
        put(parse(f"{hosts}{GOOD}hosts = {order}\n"))
        db.session().expire_all()
        assert str([host.key for host in event().hosts]).replace("'", '"') == order


def test_a_faulty_file_changes_nothing_and_the_command_names_every_fault(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IKW_DATABASE_URL", database_url)
    path = tmp_path / "programm.toml"
    path.write_text(
        GOOD.replace('date = "23.09.2023"', 'date = "31.02.2023"').replace("Haus", ""), "utf-8"
    )
    result = CliRunner().invoke(cli, ["load", str(path)])
    assert result.exit_code == 1
    assert "event fest: date 31.02.2023 does not exist" in result.output
    assert "venue haus: name: the text is empty" in result.output
    assert "2 fault(s); nothing was changed" in result.output
    assert db.session().scalar(select(func.count()).select_from(Series)) == 0


def written(folder: Path, text: str) -> Path:
    path = folder / "geschrieben.toml"
    path.write_text(text, "utf-8")
    return path


def test_the_command_loads_and_dumps(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IKW_DATABASE_URL", database_url)
    path = tmp_path / "programm.toml"
    path.write_text(GOOD, "utf-8")
    assert CliRunner().invoke(cli, ["load", str(path)]).output == "3 added\n"
    dumped = CliRunner().invoke(cli, ["dump"]).output
    # What it says besides is who the event is, and since when it is seen.
    assert "published = 20" in dumped
    assert (
        CliRunner().invoke(cli, ["load", str(written(tmp_path, dumped))]).output == "3 unchanged\n"
    )


def test_loading_again_takes_back_nothing_that_was_decided_since() -> None:
    text = GOOD + 'start = "18:00"\nroom = "Saal 1"\n'
    put(parse(text))
    act = at(NOW, by="Desk")
    with db.write() as session:
        plan.announce_time(session, event().id, time(19), None, act)
        plan.call_off(session, event().id, "Sturm", act)
    put(parse(text))
    assert (event().start, event().is_called_off, event().reason) == (time(19), True, "Sturm")
    assert event().sequence == 2
    put(parse(text.replace("Saal 1", "Saal 2").replace('title = "', 'title = "Neu: ')))
    assert (event().room, event().start, event().is_called_off) == ("Saal 2", time(19), True)
    put(parse(text.replace("18:00", "20:00")))
    assert event().start == time(20), "what the file says anew is newer"


def test_the_calendar_of_all_events_keeps_its_name() -> None:
    with pytest.raises(FaultyProgramme, match="the key alle"):
        parse(GOOD.replace('key = "woche"', 'key = "alle"').replace('"woche"', '"alle"'))


def test_a_moved_event_keeps_its_sign_up_window_when_the_file_is_loaded_again() -> None:
    text = GOOD + 'sign_up = true\nsign_up_closes = "20.09.2023 18:00"\n'
    put(parse(text))
    with db.write() as session:
        plan.move(session, event().id, date(2023, 9, 30), None, None, at(NOW, by="Desk"))
    closes = event().sign_up_closes
    put(parse(text))
    assert event().date == date(2023, 9, 30)
    assert event().sign_up_closes == closes


def test_a_site_from_before_loses_no_decision_by_loading_again() -> None:
    text = GOOD + 'start = "18:00"\n'
    put(parse(text))
    with db.write() as session:
        event().loaded = {}
        plan.call_off(session, event().id, "Sturm", at(NOW, by="Desk"))
    put(parse(text))
    assert event().is_called_off


def test_a_new_date_in_the_file_ends_the_waiting_for_one() -> None:
    text = GOOD + 'start = "18:00"\n'
    put(parse(text))
    day = event().date
    with db.write() as session:
        plan.postpone(session, event().id, "krank", at(NOW, by="Desk"))
    put(parse(text.replace(f"{day:%d.%m.%Y}", "30.09.2023")))
    assert event().date == date(2023, 9, 30)
    assert event().takes_place
    assert event().reason is None


def test_a_plan_that_is_the_first_one_again_was_not_moved() -> None:
    put(parse(GOOD + 'start = "18:00"\n'))
    with db.write() as session:
        plan.announce_time(session, event().id, time(19), None, at(NOW, by="Desk"))
    assert event().is_moved
    put(parse(GOOD + 'start = "18:00"\nend = "20:00"\n'))
    assert (event().start, event().is_moved) == (time(18), False)
