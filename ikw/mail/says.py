"""What a letter says, before it has a face."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Content:
    """What a letter says, whatever it looks like."""

    subject: str
    #: The first sentence, which says everything to whoever reads no further.
    lead: str
    #: What belongs to it in further sentences; on the telephone, this is all.
    more: list[str] = field(default_factory=list)
    paragraphs: list[str] = field(default_factory=list)
    #: Name and value, shown as a table.
    facts: list[tuple[str, str]] = field(default_factory=list)
    #: The words on the buttons, and where they lead; the first stands out.
    buttons: list[tuple[str, str]] = field(default_factory=list)
    #: What the code to show at the door says, for whoever has a place.
    ticket: str | None = None
    #: What one may also want, at the end.
    links: list[tuple[str, str]] = field(default_factory=list)
