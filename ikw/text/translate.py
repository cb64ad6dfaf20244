"""Every text that people read goes through one of these; see `make catalogues`."""

from __future__ import annotations

from typing import Any

import flask_babel


def _(message: str, **values: Any) -> str:
    """Return a text in the current language, with the values filled in."""
    return str(flask_babel.gettext(message, **values))


def ngettext(one: str, many: str, num: int, **values: Any) -> str:
    """Return a text with a number, in the plural form that the current language has for it."""
    return str(flask_babel.ngettext(one, many, num, **values))


def _l(message: str) -> str:
    """Mark a text that is known before the language is; it behaves as a str when it is shown."""
    lazy: str = flask_babel.lazy_gettext(message)
    return lazy
