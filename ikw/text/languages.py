"""The languages of the site, and which of them a request or a letter is in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from babel import Locale
from babel.core import get_global
from flask import Flask, current_app, request
from flask_babel import Babel, force_locale, get_locale, gettext

from ikw.names import InEnviron

__all__ = ["DEFAULT", "LANGUAGES", "Language", "current", "current_language", "speaking"]


@dataclass(frozen=True)
class Language:
    """A language of the site."""

    #: In addresses (`/uk/…`) and rows.
    code: str
    #: What those who speak it call it.
    name: str
    #: For `lang` and `hreflang` (BCP 47).
    tag: str
    #: The name that CLDR and the folder of the catalogue have for it.
    locale: str

    @property
    def prefix(self) -> str:
        """What addresses in this language begin with; German ones have no prefix."""
        return "" if self.code == DEFAULT else f"/{self.code}"

    @property
    def primary(self) -> str:
        """Its code alone, without variants and regions (ISO 639)."""
        return self.locale[:2]

    @property
    def region(self) -> str:
        """The language with the country that most of its readers are from: "de_DE" (Open Graph)."""
        if "_" in self.locale:
            return self.locale
        likely = get_global("likely_subtags")[self.primary]
        return f"{self.primary}_{likely.rpartition('_')[2]}"

    @property
    def direction(self) -> str:
        return Locale.parse(self.locale).text_direction

    @property
    def awaits_review(self) -> bool:
        """Whether somebody who grew up with it has still to check the texts of the site."""
        return self.code not in current_app.config["IKW_REVIEWED"]


DEFAULT = "de"

#: In the order in which they are offered: German, its plain form, then by the number of people in
#: Rheine who speak them. The source texts are English, German is the reference.
LANGUAGES = {
    language.code: language
    for language in [
        Language("de", "Deutsch", "de", "de"),
        # "simple" is registered for simplified forms of a language (IANA subtag registry, 2015).
        Language("einfach", "Einfache Sprache", "de-simple", "de@einfach"),
        Language("en", "English", "en", "en_GB"),
        Language("uk", "Українська", "uk", "uk"),
        Language("ar", "العربية", "ar", "ar"),
        Language("ro", "Română", "ro", "ro"),
        Language("ru", "Русский", "ru", "ru"),
        Language("tr", "Türkçe", "tr", "tr"),
        Language("fa", "فارسی", "fa", "fa"),
        Language("pl", "Polski", "pl", "pl"),
        Language("pt", "Português", "pt-PT", "pt_PT"),
        # CLDR has Kurmanji under the code of all Kurdish.
        Language("kmr", "Kurmancî", "kmr", "ku"),
    ]
}

_BY_LOCALE = {language.locale: language for language in LANGUAGES.values()}


#: Languages spoken at events that are offered by themselves.
SPOKEN = ("de", "en", "uk", "ar", "ro", "ru", "tr", "fa", "pl", "pt", "kmr", "es", "fr", "it")


def init_app(app: Flask) -> None:
    """Let every text of the site go through the catalogues in ikw/text/translations."""
    app.config["BABEL_DEFAULT_LOCALE"] = DEFAULT
    # Two catalogues, so that who translates for citizens is not held up by what organisers read.
    folder = str(Path(__file__).parent / "translations")
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = f"{folder};{folder}"
    app.config["BABEL_DOMAIN"] = "messages;desk"
    Babel(app, locale_selector=_asked_for)
    app.jinja_env.policies["ext.i18n.trimmed"] = True


def _asked_for() -> str:
    """Return the locale of the language in the address, which ikw.web.language has read."""
    asked: Language | None = request.environ.get(InEnviron.LANGUAGE) if request else None
    return (asked or LANGUAGES[DEFAULT]).locale


def current() -> Locale:
    """Return how dates and numbers are written now."""
    return get_locale() or Locale.parse(DEFAULT)


def current_language() -> Language:
    """Return the language that texts are in now."""
    return _BY_LOCALE[str(current())]


def speaking(code: str) -> force_locale:
    """Return a context in which texts are in the language of this code, whatever is asked for."""
    return force_locale(LANGUAGES.get(code, LANGUAGES[DEFAULT]).locale)


def load_all_languages() -> None:
    """Read the catalogue and the names and dates of every language, before a process is copied."""
    for language in LANGUAGES.values():
        with speaking(language.code):
            name_of(language.primary)
            gettext("Programme")


def name_of(code: str) -> str:
    """Return the name of a spoken language in the current one, e.g. "Arabisch" for "ar"."""
    # CLDR names the code "ku" for Kurmanji in some versions and "kmr" in others.
    for known in (code, {"kmr": "ku"}.get(code, code)):
        name = current().languages.get(known)
        if name:
            return str(name)
    return code
