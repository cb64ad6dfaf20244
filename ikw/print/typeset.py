"""From data and a template in templates/print to a PDF or a picture."""

from __future__ import annotations

import json
import re
from typing import Any

import typst

from ikw.config import ROOT

TEMPLATES = ROOT / "templates" / "print"

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


def pdf(template: str, data: dict[str, Any]) -> bytes:
    """Return an accessible PDF (PDF/UA-1, ISO 14289-1)."""
    made: bytes = typst.compile(
        str(TEMPLATES / template), sys_inputs=_inputs(data), pdf_standards=["ua-1"]
    )
    return made


def png(template: str, data: dict[str, Any]) -> bytes:
    """Return a picture, one pixel a point."""
    made: Any = typst.compile(
        str(TEMPLATES / template), sys_inputs=_inputs(data), format="png", ppi=72.0
    )
    return bytes(made)


def _inputs(data: dict[str, Any]) -> dict[str, str]:
    return {"data": json.dumps(data | {"street": _street()}, ensure_ascii=False)}


def _street() -> str:
    """Return the drawing of the site's head, with its colours in it."""
    drawing = (ROOT / "templates" / "shared" / "street.svg").read_text("utf-8")
    drawing = drawing.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    stroke = 'fill="none" stroke="#2b1d2c" stroke-width="4"'
    drawing = re.sub(r'class="[pf]"', stroke, drawing)
    return re.sub(r'class="(\w\d?)"', lambda found: f'fill="{COLOURS[found[1]]}"', drawing)
