"""What somebody chose by hand for a file that they have brought."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any


@dataclass(frozen=True)
class Choice:
    """How a file is to be read, and held against the programme. It is kept as JSON."""

    #: The sheets that are the programme.
    sheets: list[str] = field(default_factory=list)
    #: By sheet the number of the row in which its heads stand.
    heads: dict[str, int] = field(default_factory=dict)
    #: By the head of a column the field that is meant; "" leaves the column alone.
    fields: dict[str, str] = field(default_factory=dict)
    #: In which year days are that have none.
    year: int | None = None
    #: By place what is to be read instead of the cell, such as "Programm!C7".
    cells: dict[str, str] = field(default_factory=dict)
    #: The rows that are read although they are hidden or struck through.
    also: list[str] = field(default_factory=list)
    #: New names of venues and hosts that are those of what there is nearby.
    same: list[str] = field(default_factory=list)
    #: The rows that are not taken over.
    without: list[str] = field(default_factory=list)
    #: The rows that are new events, though there is one of the same title and day.
    new: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Choice:
        """Return what was kept; a word that is not known any more is left out."""
        known = {one.name for one in fields(cls)}
        return cls(**{name: value for name, value in kept.items() if name in known})

    def as_json(self) -> dict[str, Any]:
        """Return what there is to keep, which is nothing where nothing was chosen."""
        return {name: value for name, value in asdict(self).items() if value}

    def reads_like(self, other: Choice) -> bool:
        """Whether the file says the same with both, whatever is taken over of it."""
        return replace(self, without=[]) == replace(other, without=[])

    def for_the_next(self) -> dict[str, Any]:
        """Return what counts for the next list of the same people as well."""
        return Choice(sheets=self.sheets, fields=self.fields).as_json()
