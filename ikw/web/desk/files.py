"""Answers that are files."""

from __future__ import annotations

from typing import Any

from flask import Response

#: What spreadsheets take for the beginning of a formula (OWASP, CSV injection).
RISKY = ("=", "+", "-", "@", "\t", "\r")


def inert(value: Any) -> Any:
    """Return a value that no spreadsheet calculates: an apostrophe makes text of a formula."""
    if isinstance(value, str) and (value.startswith(RISKY) or value.lstrip().startswith(RISKY)):
        return f"'{value}"
    return value


def file_of(body: Any, mimetype: str, name: str, *, inline: bool = False) -> Response:
    """Return an answer that is a file with a name."""
    response = Response(body, mimetype=mimetype)
    kind = "inline" if inline else "attachment"
    response.headers["Content-Disposition"] = f'{kind}; filename="{name}"'
    return response
