"""Filling in forms as a browser does: with the token that the page carries."""

from __future__ import annotations

import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

TOKEN = re.compile(r'name="form_token"[^>]*value="([^"]+)"')


def token_in(html: str) -> str:
    found = TOKEN.search(html)
    assert found, "the page has no form"
    return found[1]


def send(client: FlaskClient, path: str, to: str | None = None, **answers: Any) -> TestResponse:
    """Open the page at `path` and send its form, to `to` if it leads elsewhere."""
    page = client.get(path).text
    return client.post(to or path, data={"form_token": token_in(page), **answers})


def errors_in(html: str) -> list[str]:
    """The sentences in the summary of errors."""
    summary = html.partition('id="error-summary"')[2].partition("</div>")[0]
    return re.findall(r'<a href="#[^"]+">([^<]+)</a>', summary)
