"""What holds for every request and every answer."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, request
from werkzeug.routing import BaseConverter

#: Everything comes from this site alone, nothing inline runs, nobody frames the pages.
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
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

#: A sign-up with all its answers is far below this many bytes.
MAX_REQUEST = 64 * 1024


class KeyConverter(BaseConverter):
    """A key of the programme in an address; anything else is no page."""

    regex = r"[a-z0-9]+(?:-[a-z0-9]+)*"


class TokenConverter(BaseConverter):
    """The secret part of a registration's link: 192 bits in URL-safe base64."""

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


def _set_headers(response: Response) -> Response:
    if request.path.startswith("/anmeldung/"):
        # Whatever the answer: the address is the secret.
        keep_private(response)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if current_app.config["IKW_BASE_URL"].startswith("https://"):
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    # Whatever was not marked as public is for the one who asked.
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def keep_private(response: Response) -> Response:
    """Mark an answer that holds personal data or a secret link."""
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
