"""From data and a template in templates/print to a PDF or a picture."""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
from functools import lru_cache
from threading import Lock
from typing import Any

from cachetools import LRUCache, cached, keys

from ikw import colours
from ikw.config import ROOT
from ikw.text.languages import current_language

TEMPLATES = ROOT / "templates" / "print"
COMPILER = ROOT / "ikw" / "print" / "compiler.py"

log = logging.getLogger(__name__)

_one_at_a_time = Lock()

#: Colours of the street's classes, as in static/css/poster.css: here it has no style sheet.
FILLS = {
    "c1": "brick",
    "c2": "plum",
    "c3": "teal",
    "c4": "amber",
    "c5": "wall",
    "c6": "sky",
    "l": "light",
    "k": "light",
}


def pdf(template: str, data: dict[str, Any], *, keep: bool = True) -> bytes:
    """Return an accessible PDF (PDF/UA-1, ISO 14289-1), where the fonts have all its letters.

    What holds names is not to be kept in memory for the next who asks.
    """
    made = typeset if keep else typeset.__wrapped__
    try:
        return made(template, _json(data), pdf_standards=("ua-1",))
    except NotSet as error:
        # A letter that no font here has is no reason to have no programme; but whoever runs the
        # site has to learn of it, as nobody can have such a file read to them.
        log.error("%s is not accessible (PDF/UA), fonts are missing: %s", template, error)
        return made(template, _json(data))


def png(template: str, data: dict[str, Any]) -> bytes:
    """Return a picture, one pixel a point."""
    return typeset(template, _json(data), format="png", ppi=72.0)


def _json(data: dict[str, Any]) -> str:
    language = current_language()
    shared = {
        "language": language.primary,
        "direction": language.direction,
        "colours": colours.LIGHT,
    }
    return json.dumps(shared | data, ensure_ascii=False)


class NotSet(Exception):
    """Typst has something to say against it."""


#: Bytes of files that one process keeps.
KEPT = 2 * 1024 * 1024


@cached(LRUCache(KEPT, getsizeof=len), key=keys.hashkey, lock=Lock())
def typeset(template: str, data: str, **options: Any) -> bytes:
    """Typeset once what has the same data; one at a time, as it takes a processor for itself.

    Raises NotSet.
    """
    order = {
        "template": str(TEMPLATES / template),
        "inputs": {"data": data, "street": _street(), "motifs": _motifs()},
        "options": options,
    }
    # A file and no module: it needs nothing of the site, and has not to wait for it.
    command = [sys.executable, "-I", str(COMPILER)]
    with _one_at_a_time:
        body = json.dumps(order).encode()
        done = subprocess.run(command, input=body, capture_output=True)  # noqa: S603 (our own)
    if done.returncode:
        raise NotSet(done.stderr.decode())
    return done.stdout


@lru_cache
def _motifs() -> str:
    """Return the drawings of what events are about, as JSON by name: SVG with places for colours.

    `{a}` is the door, `{b}` and `{c}` are light, as in static/css/poster.css.
    """
    drawing = (ROOT / "static" / "motifs.svg").read_text("utf-8")
    frame = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 80">{}</svg>'
    return json.dumps(
        {
            name: frame.format(re.sub(r"var\(--([abc])\)", r"{\1}", shapes))
            for name, shapes in re.findall(r'<symbol id="([\w-]+)"[^>]*>(.*?)</symbol>', drawing)
        }
    )


@lru_cache
def _street() -> str:
    """Return the drawing of the site's head, with its colours in it."""
    drawing = (ROOT / "templates" / "shared" / "street.svg").read_text("utf-8")
    drawing = drawing.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    stroke = f'fill="none" stroke="{colours.LIGHT["poster-ink"]}" stroke-width="4"'
    drawing = re.sub(r'class="[pf]"', stroke, drawing)
    fills = {name: colours.LIGHT[colour] for name, colour in FILLS.items()}
    return re.sub(r'class="(\w\d?)"', lambda found: f'fill="{fills[found[1]]}"', drawing)
