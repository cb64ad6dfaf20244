"""What waits for the coordination: messages about the site, and texts to be translated."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.desk.browser import open_browser
from tests.web.desk.desk import organiser, sign_in


@pytest.fixture
def karla(app: Flask) -> FlaskClient:
    return sign_in(open_browser(app), organiser("coordination"))
