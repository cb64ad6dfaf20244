"""Somebody who subscribes to a feed with vdirsyncer and looks at it with khal."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from icalendar import Calendar

from tests.calendar.readers.programs import program

ZONE = "Europe/Berlin"

SYNC_SETTINGS = """\
[general]
status_path = "{folder}/status"

[pair feed]
a = "site"
b = "shelf"
collections = null
conflict_resolution = "a wins"
partial_sync = "revert"

[storage site]
type = "http"
url = "{url}"

[storage shelf]
type = "filesystem"
path = "{folder}/shelf"
fileext = ".ics"
"""

KHAL_SETTINGS = f"""\
[calendars]
[[feed]]
path = {{folder}}/shelf
type = calendar
readonly = True

[sqlite]
path = {{folder}}/khal.sqlite

[locale]
local_timezone = {ZONE}
default_timezone = {ZONE}
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
timeformat = %H:%M
datetimeformat = %Y-%m-%dT%H:%M
longdatetimeformat = %Y-%m-%dT%H:%M
"""

#: What khal is asked about each entry.
FIELDS = ("url", "title", "start-long", "end-long", "status", "location", "description", "all-day")


@dataclass(frozen=True)
class Listed:
    """An entry as khal shows it: in the town's time, the end exclusive.

    It is known by its page. vdirsyncer gives each entry of an HTTP feed a UID made of its content,
    because some feeds have new ones each time; those of ours do not reach khal.
    """

    url: str
    title: str
    start: datetime | date
    end: datetime | date
    status: str
    location: str
    description: str


class Subscriber:
    """A subscription with everything it needs in a folder of its own."""

    def __init__(self, folder: Path, feed_url: str) -> None:
        self.folder = folder
        self.shelf = folder / "shelf"
        self.shelf.mkdir(parents=True)
        # A home of its own, and no proxy of ours: nothing of this machine is read or changed.
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "TZ": ZONE,
        }
        (folder / "vdirsyncer.conf").write_text(
            SYNC_SETTINGS.format(folder=folder, url=feed_url), "utf-8"
        )
        (folder / "khal.conf").write_text(KHAL_SETTINGS.format(folder=folder), "utf-8")
        self._run("vdirsyncer", "discover", "feed")

    def sync(self) -> None:
        """Fetch the feed. vdirsyncer refuses one that has become empty as a likely accident."""
        self._run("vdirsyncer", "sync", "feed")

    def entries(self) -> list[Listed]:
        """Return what khal shows of 2023 and 2024; it goes through the days one by one."""
        wanted = [argument for field in FIELDS for argument in ("--json", field)]
        span = ("2023-01-01", "2024-12-31")
        lines = self._run("khal", "list", "--once", *wanted, *span).splitlines()
        return [_listed(values) for line in lines for values in json.loads(line)]

    def files(self) -> dict[str, bytes]:
        """Return the items on the shelf by the page of their event."""
        items = [path.read_bytes() for path in self.shelf.glob("*.ics")]
        found = {_page(item): item for item in items}
        assert len(found) == len(items), "two items of one event"
        return found

    def _run(self, name: str, *arguments: str) -> str:
        command = [program(name), "-c", str(self.folder / f"{name}.conf"), *arguments]
        done = subprocess.run(command, env=self.env, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout


def _page(item: bytes) -> str:
    (entry,) = Calendar.from_ical(item).events
    return str(entry["URL"])


def _listed(values: dict[str, str]) -> Listed:
    start, end = (_when(values[name], values["all-day"]) for name in ("start-long", "end-long"))
    if not isinstance(end, datetime):
        # khal shows the last day itself.
        end += timedelta(days=1)
    return Listed(
        url=values["url"],
        title=values["title"],
        start=start,
        end=end,
        status=values["status"].strip(),
        location=values["location"],
        description=values["description"],
    )


def _when(shown: str, all_day: str) -> datetime | date:
    if all_day == "True":
        return date.fromisoformat(shown)
    return datetime.fromisoformat(shown).replace(tzinfo=ZoneInfo(ZONE))
