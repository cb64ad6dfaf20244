"""The language in the address: `/uk/programm/` is `/programm/` in Ukrainian."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote, urlencode, urlsplit

from flask import Flask, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from ikw.names import InEnviron
from ikw.text.languages import DEFAULT, LANGUAGES, Language
from ikw.web.caching import Environ, StartResponse
from ikw.web.filters import ORDER

#: What browsers may ask for, and what we have for it.
BY_TAG = {language.tag.lower(): language for language in LANGUAGES.values()} | {
    "pt": LANGUAGES["pt"],
    "ku": LANGUAGES["kmr"],
}


#: What of an address's query another language is to show, too.
KEPT = (*ORDER, "veranstaltung", "reihe", "seite")


class LanguagePrefix:
    """Takes the language off the front of the path, as if the site were mounted there.

    So no view needs to know of it, and every address that a view makes stays in the language
    (SCRIPT_NAME, PEP 3333).
    """

    def __init__(self, app: Flask) -> None:
        self.behind = app.wsgi_app

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        first, _slash, rest = environ["PATH_INFO"][1:].partition("/")
        language = LANGUAGES.get(first)
        if language is None or first == DEFAULT:
            language = LANGUAGES[DEFAULT]
        elif environ["PATH_INFO"] == f"/{first}":
            query = environ.get("QUERY_STRING")
            there = f"/{first}/" + (f"?{query}" if query else "")
            start_response("308 Permanent Redirect", [("Location", there)])
            return []
        else:
            environ["SCRIPT_NAME"] += language.prefix
            environ["PATH_INFO"] = f"/{rest}"
        environ[InEnviron.LANGUAGE] = language
        environ[InEnviron.OFFER] = _offer(environ, language)
        return self.behind(environ, start_response)


def init_app(app: Flask) -> None:
    """Read the language before anything else. Call last of all that stands before Flask."""
    app.wsgi_app = LanguagePrefix(app)  # type: ignore[method-assign]


def _offer(environ: Environ, language: Language) -> Language | None:
    """Return the browser's language to whoever comes from elsewhere and reads another one.

    Who moves within the site has seen the offer; so nothing needs to be remembered.
    """
    site = environ.get("HTTP_SEC_FETCH_SITE")
    if site is None:
        came_from = urlsplit(environ.get("HTTP_REFERER", "")).netloc
        site = "same-origin" if came_from == environ.get("HTTP_HOST") else "none"
    wanted = _preferred(environ.get("HTTP_ACCEPT_LANGUAGE", "")[:200])
    if site == "same-origin" or wanted is None or wanted.tag[:2] == language.tag[:2]:
        return None
    return wanted


@lru_cache(maxsize=512)
def _preferred(accept_language: str) -> Language | None:
    """Return the language of ours that a browser likes best, if its first choice is one."""
    for tag, _quality in parse_accept_header(accept_language, LanguageAccept):
        return BY_TAG.get(tag.lower()) or BY_TAG.get(tag.lower().partition("-")[0])
    return None


def offered() -> Language | None:
    """Return the language to offer to this reader."""
    found: Language | None = request.environ.get(InEnviron.OFFER)
    return found


def elsewhere(language: Language) -> str:
    """Return the path of the current page in another language."""
    query = urlencode(
        [(name, value) for name in KEPT for value in request.args.getlist(name) if value]
    )
    return f"{language.prefix}{quote(request.path)}" + (f"?{query}" if query else "")
