"""Reading the letters of a served site."""

from __future__ import annotations

from icalendar import Calendar

from tests.processes import until
from tests.sites import Site


def letter_to(site: Site, address: str, subject: str) -> str:
    """Wait for a letter and return its text; its calendar entry must be readable."""
    message = until(
        lambda: next(
            (
                message
                for message in site.letters.taken
                if message["To"] == address and subject in message["Subject"]
            ),
            None,
        ),
        f"a letter {subject!r} leaves to {address}",
    )
    assert message is not None
    for entry in message.iter_attachments():
        if entry.get_content_type() == "image/png":
            continue
        assert Calendar.from_ical(entry.get_content()).events
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())
