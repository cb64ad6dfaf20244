"""What holds for every request and every answer."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, request
from werkzeug.routing import BaseConverter, IntegerConverter

from ikw.config import MAX_REQUEST

#: Everything comes from this site alone, nothing inline runs, nobody frames the pages.
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "media-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ]
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

#: Instead and besides, where there is personal data or a secret link.
PRIVATE = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


#: Where the address is a secret, or somebody's own.
PRIVATE_PATHS = ("/anmeldung/", "/kalender/meine/", "/verwaltung/")


#: Of everything in the programme that has an address.
KEY = r"[a-z0-9]+(?:-[a-z0-9]+)*"


class KeyConverter(BaseConverter):
    """A key of the programme in an address; anything else is no page."""

    regex = KEY


#: Of an id in the database; PostgreSQL's integer holds twice as many.
LARGEST_ID = 999_999_999


class NumberConverter(IntegerConverter):
    """The number of a row; what no database holds is no page."""

    regex = r"\d{1,9}"


class TokenConverter(BaseConverter):
    """The secret part of a link: 192 bits in URL-safe base64."""

    regex = r"[A-Za-z0-9_-]{32}"


def init_app(app: Flask) -> None:
    """Limit requests, refuse forms sent from other sites, and set the headers."""
    app.config["MAX_CONTENT_LENGTH"] = MAX_REQUEST
    app.config["MAX_FORM_PARTS"] = 200
    app.before_request(_refuse_foreign_forms)
    app.after_request(_set_headers)


def _refuse_foreign_forms() -> None:
    """Refuse what another site made the browser send.

    Forms carry a signed token as well (ikw.web.forms); this is the check that needs no cookie:
    Sec-Fetch-Site where the browser sends it, else Origin (Fetch Standard, 3.2).
    """
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site not in {"same-origin", "none"}:
            abort(403)
        return
    # "null" is what our own pages send where the browser does not know Sec-Fetch-Site, as they
    # ask for no referrer (Fetch Standard, 3.1); then the token alone has to tell.
    origin = request.headers.get("Origin", "null")
    base = current_app.config["IKW_BASE_URL"]
    ours = {
        "null",
        f"{request.scheme}://{request.host}",
        f"{urlsplit(base).scheme}://{urlsplit(base).netloc}",
    }
    if origin not in ours:
        abort(403)


def is_private() -> bool:
    """Return whether the address is somebody's own, or the page can hold what they entered."""
    has_names = request.path.endswith(("/anmelden", "/rueckmeldung"))
    return has_names or request.path.startswith(PRIVATE_PATHS)


def is_https() -> bool:
    """Return whether the site is reached by TLS alone."""
    return str(current_app.config["IKW_BASE_URL"]).startswith("https://")


def _set_headers(response: Response) -> Response:
    # Whatever the answer, errors too: here the address is the secret, there the form has names.
    for name, value in {**HEADERS, **(PRIVATE if is_private() else {})}.items():
        response.headers.setdefault(name, value)
    if is_https():
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    # Whatever was not marked as public is for the one who asked.
    response.headers.setdefault("Cache-Control", "no-store")
    return response
