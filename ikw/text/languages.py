"""The languages of the site, and which of them a request or a letter is in."""

from __future__ import annotations

from pathlib import Path

from babel import Locale
from flask import Flask
from flask_babel import Babel, get_locale

#: Codes in addresses and catalogues, with their own names. The source texts are English, German
#: is the reference.
LANGUAGES = {"de": "Deutsch"}
DEFAULT = "de"


def init_app(app: Flask) -> None:
    """Let every text of the site go through the catalogues in ikw/text/translations."""
    app.config["BABEL_DEFAULT_LOCALE"] = DEFAULT
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(Path(__file__).parent / "translations")
    Babel(app, locale_selector=lambda: DEFAULT)
    app.jinja_env.policies["ext.i18n.trimmed"] = True


def current() -> Locale:
    """Return the language that texts are in now."""
    return get_locale() or Locale.parse(DEFAULT)


def name_of(code: str) -> str:
    """Return the name of a spoken language in the current one, e.g. "Arabisch" for "ar"."""
    # CLDR names the code "ku" for Kurmanji in some versions and "kmr" in others.
    for known in (code, {"kmr": "ku"}.get(code, code)):
        name = current().languages.get(known)
        if name:
            return str(name)
    return code
