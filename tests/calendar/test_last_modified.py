"""A reader that goes by LAST-MODIFIED alone, as ICSx5 does, learns of everything that changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from typing import Any

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import select
from sqlalchemy.orm import Session

from ikw import db
from ikw.actions.event import bin as event_bin
from ikw.actions.event import edit, plan, publish
from ikw.actions.series import rows
from ikw.model import Event
from ikw.programmes import translations
from tests.actions.cast import at
from tests.conftest import NOW, MakeApp, make_event, make_venue
from tests.programmes.test_translations import po

ACT = at(NOW, by="Desk")


class Reader:
    """Takes an entry anew only when LAST-MODIFIED is later than that of the one it has."""

    def __init__(self, site: Flask, address: str) -> None:
        self.client = site.test_client()
        self.address = address
        self.kept: dict[str, Any] = {}

    def look(self) -> dict[str, str]:
        """Look at the feed, and return the titles and places that the reader shows, by UID."""
        calendar = Calendar.from_ical(self.client.get(self.address).data)
        entry: Any
        for entry in calendar.events:
            kept = self.kept.get(entry["UID"])
            if kept is None or entry["LAST-MODIFIED"].dt > kept["LAST-MODIFIED"].dt:
                assert kept is None or entry["DTSTAMP"].dt > kept["DTSTAMP"].dt
                self.kept[entry["UID"]] = entry
        return {
            uid: f"{entry['SUMMARY']} | {entry.get('LOCATION', '')}"
            for uid, entry in self.kept.items()
        }


@pytest.fixture
def site(make_app: MakeApp, sqlite_url: str) -> Flask:
    """An application outside any context, as when it is served."""
    return make_app(sqlite_url)


@pytest.fixture
def fest(site: Flask) -> str:
    """An event at Mitte⁵¹; its UID."""
    with site.app_context():
        return make_event(venue=make_venue(name="Mitte⁵¹", street=None), end=time(20)).uid


def load(site: Flask, *texts: tuple[str, str]) -> None:
    with site.app_context(), db.write() as session:
        translations.store(session, translations.parse(po(*texts)))


def test_a_translation_that_comes_late_is_shown(site: Flask, fest: str) -> None:
    ukrainian, german = Reader(site, "/uk/kalender/alle.ics"), Reader(site, "/kalender/alle.ics")
    assert ukrainian.look() == {fest: "Fest der Räume | Mitte⁵¹"}
    before = german.look(), german.kept[fest]["LAST-MODIFIED"].dt
    load(site, ("Fest der Räume", "Свято просторів"))
    assert ukrainian.look() == {fest: "Свято просторів | Mitte⁵¹"}
    load(site, ("Fest der Räume", "Свято кімнат"))
    assert ukrainian.look() == {fest: "Свято кімнат | Mitte⁵¹"}
    load(site, ("Mitte⁵¹", "Центр Mitte⁵¹"))
    assert ukrainian.look() == {fest: "Свято кімнат | Центр Mitte⁵¹"}
    # Whoever reads German has nothing new.
    assert (german.look(), german.kept[fest]["LAST-MODIFIED"].dt) == before


def test_a_translation_that_is_taken_back_leaves_the_german(site: Flask, fest: str) -> None:
    reader = Reader(site, "/uk/kalender/alle.ics")
    load(site, ("Fest der Räume", "Свято просторів"))
    reader.look()
    load(site, ("Fest der Räume", ""))
    assert reader.look() == {fest: "Fest der Räume | Mitte⁵¹"}


def test_loading_the_same_translations_again_changes_nothing(site: Flask, fest: str) -> None:
    load(site, ("Fest der Räume", "Свято просторів"))
    client = site.test_client()
    before = client.get("/uk/kalender/alle.ics").data
    load(site, ("Fest der Räume", "Свято просторів"))
    assert client.get("/uk/kalender/alle.ics").data == before


def test_all_that_calendars_show_is_shown_within_the_same_second(site: Flask, fest: str) -> None:
    reader = Reader(site, "/kalender/alle.ics")
    reader.look()

    def after(change: Callable[[Session, Event], object]) -> str:
        with site.app_context(), db.write() as session:
            change(session, session.scalars(select(Event)).one())
        return reader.look()[fest]

    def rename(session: Session, event: Event) -> None:
        known = edit.version(event)
        edit.edit_event(session, event.id, {"title": "Feier"}, ACT, known=known)

    def move(session: Session, event: Event) -> None:
        assert event.venue is not None
        rows.change(session, event.venue, {"name": "Haus"}, ACT)

    shown = after(move)
    assert shown == "Fest der Räume | Haus"
    assert after(rename) == "Feier | Haus"
    shown = after(lambda session, event: plan.call_off(session, event.id, "Sturm", ACT))
    assert shown == "ABGESAGT: Feier | Haus"
    shown = after(lambda session, event: plan.reinstate(session, event.id, ACT))
    assert shown == "Feier | Haus"


def test_what_comes_back_is_newer_than_what_went(site: Flask, fest: str) -> None:
    reader = Reader(site, "/kalender/alle.ics")
    reader.look()
    before = reader.kept[fest]["LAST-MODIFIED"].dt
    for act in (event_bin.put_into_bin, event_bin.restore, publish.publish):
        with site.app_context(), db.write() as session:
            act(session, session.scalars(select(Event)).one().id, ACT)
    reader.look()
    assert reader.kept[fest]["LAST-MODIFIED"].dt > before
