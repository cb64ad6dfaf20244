"""A browser at the desk, for tests that look into the database between two pages."""

from __future__ import annotations

from contextvars import Context
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse


class Browser(FlaskClient):
    """Asks from outside any context, as when the site is served, wherever the test is itself.

    A request inside the context of a test would share its session and who is signed in.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        return Context().run(super().open, *args, **{"buffered": True, **kwargs})


def open_browser(app: Flask) -> Browser:
    """Return a browser in which nobody is signed in."""
    return Browser(app, app.response_class, use_cookies=True)
