"""From data and a template in templates/print to a PDF or a picture."""

from __future__ import annotations

import json
import logging
import re
from functools import lru_cache
from threading import Lock
from typing import Any

import typst

from ikw.config import ROOT
from ikw.text.languages import current_language

TEMPLATES = ROOT / "templates" / "print"

log = logging.getLogger(__name__)

_one_at_a_time = Lock()

#: The colours of static/css/tokens.css, for drawings that have no style sheet there.
COLOURS = {
    "c1": "#a63d26",
    "c2": "#6d2f5e",
    "c3": "#17655f",
    "c4": "#d98b22",
    "c5": "#fdf1dd",
    "c6": "#2b5d8a",
    "l": "#fff6d6",
    "k": "#fff6d6",
}


def pdf(template: str, data: dict[str, Any], *, keep: bool = True) -> bytes:
    """Return an accessible PDF (PDF/UA-1, ISO 14289-1), where the fonts have all its letters.

    What holds names is not to be kept in memory for the next who asks.
    """
    made = typeset if keep else typeset.__wrapped__
    try:
        return made(template, _json(data), pdf_standards=("ua-1",))
    except typst.TypstError as error:
        # A letter that no font here has is no reason to have no programme.
        log.warning("%s is not PDF/UA: %s", template, error)
        return made(template, _json(data))


def png(template: str, data: dict[str, Any]) -> bytes:
    """Return a picture, one pixel a point."""
    return typeset(template, _json(data), format="png", ppi=72.0)


def _json(data: dict[str, Any]) -> str:
    language = current_language()
    said = {"language": language.primary, "direction": language.direction}
    return json.dumps(said | data, ensure_ascii=False)


@lru_cache(maxsize=128)
def typeset(template: str, data: str, **options: Any) -> bytes:
    """Typeset once what has the same data; one at a time, as it takes a processor for itself."""
    if "pdf_standards" in options:
        options["pdf_standards"] = list(options["pdf_standards"])
    inputs = {"data": data, "street": _street()}
    with _one_at_a_time:
        made: Any = typst.compile(str(TEMPLATES / template), sys_inputs=inputs, **options)
    return bytes(made)


@lru_cache
def _street() -> str:
    """Return the drawing of the site's head, with its colours in it."""
    drawing = (ROOT / "templates" / "shared" / "street.svg").read_text("utf-8")
    drawing = drawing.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    stroke = 'fill="none" stroke="#2b1d2c" stroke-width="4"'
    drawing = re.sub(r'class="[pf]"', stroke, drawing)
    return re.sub(r'class="(\w\d?)"', lambda found: f'fill="{COLOURS[found[1]]}"', drawing)
