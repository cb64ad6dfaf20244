"""What Outlook on Windows makes of a letter: it sets HTML with Word, and leaves most styles out.

After Microsoft, "Word HTML and CSS rendering capabilities in Outlook": of the styles below none is
obeyed, padding only in cells, and a ground only as the attribute of a cell.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

#: Styles that Word does not know.
UNKNOWN = {
    "border-radius",
    "box-shadow",
    "display",
    "max-width",
    "min-width",
    "overflow-wrap",
    "padding-inline-end",
    "position",
    "table-layout",
    "text-align",
    "white-space",
}

#: Elements whose padding it obeys.
CELLS = {"td", "th"}


def as_word_reads(html: str) -> str:
    """Return a letter without what Word ignores."""
    return re.sub(r'<(\w+)([^>]*?) style="([^"]*)"', _without_the_unknown, html)


def _without_the_unknown(found: re.Match[str]) -> str:
    element, attributes, style = found.groups()
    kept = []
    for rule in filter(None, (part.strip() for part in style.split(";"))):
        name = rule.partition(":")[0].strip()
        is_known = name not in UNKNOWN and (name != "padding" or element in CELLS)
        if is_known and not name.startswith("background"):
            kept.append(rule)
    return f'<{element}{attributes} style="{"; ".join(kept)}"'


class Cells(HTMLParser):
    """Reads which cell each text and link of a letter stands in."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[dict[str, str | None]] = []
        self.elements: set[str] = set()
        #: Each text with the cells around it, the innermost last.
        self.texts: list[tuple[str, list[dict[str, str | None]]]] = []
        #: Each link with the cell around it.
        self.links: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        if tag in CELLS:
            self.open.append(dict(attrs))
        if tag == "a" and self.open:
            self.links.append((dict(attrs)["href"] or "", self.open[-1]))

    def handle_endtag(self, tag: str) -> None:
        if tag in CELLS:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if data.strip("\xa0 \n") and self.open:
            self.texts.append((data.strip(), list(self.open)))
