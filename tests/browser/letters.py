"""Reading the letters of a served site."""

from __future__ import annotations

import time

from icalendar import Calendar

from tests.sites import Site


def letter_to(site: Site, address: str, subject: str) -> str:
    """Wait for a letter and return its text; its calendar entry must be readable."""
    for _ in range(300):
        for message in site.letters.taken:
            if message["To"] == address and subject in message["Subject"]:
                for entry in message.iter_attachments():
                    assert Calendar.from_ical(entry.get_content()).events
                body = message.get_body(("plain",))
                assert body is not None
                return str(body.get_content())
        time.sleep(0.1)
    raise AssertionError(f"no letter {subject!r} to {address}")
