"""While the disk is full people read, and what they typed is not lost."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ikw import migrations
from ikw.db import connect
from tests.conftest import MakeApp, count_rows, make_event
from tests.web.forms import token_in

FORM = "/veranstaltung/fest/anmelden"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 8 MB of its own."""
    assert os.getuid() == 0, "a disk of our own needs root"
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder], check=True)
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


@pytest.fixture
def site(make_app: MakeApp, small_disk: Path) -> Flask:
    url = f"sqlite:///{small_disk / 'ikw.sqlite'}"
    engine = connect(url)
    migrations.migrate(engine)
    engine.dispose()
    app = make_app(url, IKW_RATE_LIMITS=True)
    with app.app_context():
        make_event()
    return app


def fill(disk: Path) -> Path:
    stuffing = disk / "stuffing"
    with suppress(OSError), stuffing.open("wb", buffering=0) as file:
        while file.write(b"x" * 512):
            pass
    return stuffing


def test_anna_sends_it_once_more_when_there_is_room_again(
    site: Flask, small_disk: Path, caplog: pytest.LogCaptureFixture
) -> None:
    client: FlaskClient = site.test_client()
    token = token_in(client.get(FORM).text)
    stuffing = fill(small_disk)
    needs = "Rampe & <b>ruhiger Platz</b> " * 60
    form = {
        "form_token": token,
        "name": "Anna Özdemir",
        "email": "anna@example.org",
        "places": "2",
        "companions-0": "Ben",
        "needed": ["wheelchair", "childcare"],
        "needs": needs,
    }
    answer = client.post(FORM, data=form)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "ließen sich gerade nicht speichern" in answer.text
    assert client.get("/").status_code == 200, "reading goes on"
    assert "anna@example.org" not in caplog.text
    assert "Rampe" not in caplog.text
    stuffing.unlink()
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', answer.text)
    assert {name for name, _value in fields} == set(form)
    assert len(fields) == len(form) + 1, "both needs"
    import html

    kept = [(name, html.unescape(value)) for name, value in fields]
    again = client.post(FORM, data={name: [v for n, v in kept if n == name] for name, _ in kept})
    assert again.status_code == 303
    url = site.config["IKW_DATABASE_URL"]
    assert count_rows(url, "SELECT name FROM registration") == "Anna Özdemir"
    assert count_rows(url, "SELECT companions FROM registration") == '["Ben"]'
    assert "ruhiger Platz" in count_rows(url, "SELECT needs FROM registration")


def test_in_arabic_as_well(site: Flask, small_disk: Path) -> None:
    client: FlaskClient = site.test_client()
    token = token_in(client.get(f"/ar{FORM}").text)
    fill(small_disk)
    form = {"form_token": token, "name": "آنّا", "email": "anna@example.org", "places": "1"}
    answer = client.post(f"/ar{FORM}", data=form)
    assert answer.status_code == 503
    assert 'dir="rtl"' in answer.text
    assert "تعذّر حفظ بياناتكم الآن" in answer.text


def test_what_is_a_fault_of_ours_is_no_temporary_one(make_app: MakeApp, sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    with app.app_context():
        make_event()
    engine = connect(sqlite_url)
    with engine.connect().execution_options(ikw_writes=True) as connection:
        connection.exec_driver_sql("DROP TABLE personal_calendar")
        connection.commit()
    engine.dispose()
    client = app.test_client()
    token = token_in(client.get(FORM).text)
    form = {"form_token": token, "name": "Anna", "email": "anna@example.org", "places": "1"}
    assert client.post(FORM, data=form).status_code == 500
