"""Who the tests of actions have in common."""

from __future__ import annotations

import pytest
from flask import Flask

from ikw import db
from ikw.actions.organiser.accounts import add_organiser
from ikw.model import Organiser
from ikw.model.roles import Role
from tests.actions.cast import at
from tests.conftest import NOW


@pytest.fixture
def karla(app: Flask) -> Organiser:
    """Karla, who coordinates."""
    with db.write() as session:
        return add_organiser(
            session, "Karla", "karla@example.org", Role.COORDINATION, at(NOW, by="test")
        )
