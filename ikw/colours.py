"""The colours of the site, as static/css/tokens.css names them.

Letters, PDF, pictures and the frames of browsers know no style sheet; they take theirs from here.
"""

from __future__ import annotations

import re

from ikw.config import ROOT

_TOKENS = (ROOT / "static" / "css" / "tokens.css").read_text("utf-8")
_LIGHT, _DARK = _TOKENS.split("@media (prefers-color-scheme: dark)")


def _read(css: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]+);", css))


_POSTER = (ROOT / "static" / "css" / "poster.css").read_text("utf-8")

#: Of the door of each day of the week, from Monday on, by name.
WEEKDAYS = re.findall(r'\[data-weekday="\d"\] {\s+--door: var\(--(\w+)\)', _POSTER)

#: By name ("ink"), without the two hyphens: `#rrggbb` or `#rgb`.
LIGHT = _read(_LIGHT)
DARK = LIGHT | _read(_DARK)
