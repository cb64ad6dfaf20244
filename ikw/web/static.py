"""Style sheet, scripts and pictures: each under an address that holds the hash of its content.

The style sheet is one answer made of one file a component: no build step, one request.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from functools import lru_cache

from flask import Blueprint, Response, abort, request

from ikw.config import ROOT

bp = Blueprint("static", __name__)

FOLDER = ROOT / "static"

#: What each style sheet is made of, in the order of the cascade.
STYLES = {
    "site.css": (
        "tokens",
        "base",
        "layout",
        "poster",
        "cards",
        "programme",
        "event",
        "forms",
        "ticket",
        "calendar",
        "print",
    ),
    "desk.css": ("tokens", "base", "forms", "cards", "desk", "door"),
}


@lru_cache
def _load(name: str) -> tuple[bytes, bytes, str]:
    """Return an asset, the same compressed, and its hash. Raises KeyError for no asset."""
    if name in STYLES:
        parts = [(FOLDER / "css" / f"{style}.css").read_bytes() for style in STYLES[name]]
        body = b"\n".join(parts)
    elif name in {file.name for file in FOLDER.iterdir() if file.is_file()}:
        body = (FOLDER / name).read_bytes()
    else:
        raise KeyError(name)
    return body, gzip.compress(body, 9, mtime=0), hashlib.sha256(body).hexdigest()[:12]


def read(name: str) -> bytes:
    """Return an asset. Raises KeyError for none."""
    return _load(name)[0]


def asset_url(name: str) -> str:
    """Return the address of an asset; it changes when the content does."""
    # Without the language: one copy serves all of them.
    return f"/static/{_load(name)[2]}/{name}"


@bp.get("/static/<digest>/<name>")
def show(digest: str, name: str) -> Response:
    """Answer with an asset that browsers may keep for a year."""
    try:
        body, compressed, current = _load(name)
    except KeyError:
        abort(404)
    mimetype = mimetypes.guess_type(name)[0] or "application/octet-stream"
    zipped = request.accept_encodings.quality("gzip") > 0
    response = Response(compressed if zipped else body, mimetype=mimetype)
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    lasting = "public, max-age=31536000, immutable"
    response.headers["Cache-Control"] = lasting if digest == current else "no-cache"
    return response
