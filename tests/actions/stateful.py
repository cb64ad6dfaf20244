"""What tests that do anything in any order share: one event on a site of its own."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis.stateful import RuleBasedStateMachine

from ikw import create_app
from tests.conftest import make_event


class OneEvent(RuleBasedStateMachine):
    """An event with few places and a waiting list; `template` is an empty, migrated database."""

    template: Path

    def open_site(self, capacity: int) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="ikw-stateful-"))
        shutil.copy(self.template, self.folder / "ikw.sqlite")
        url = f"sqlite:///{self.folder / 'ikw.sqlite'}"
        self.app = create_app({"IKW_DATABASE_URL": url, "SECRET_KEY": "key"})
        self.context = self.app.app_context()
        self.context.push()
        self.event = make_event(capacity=capacity, has_waiting_list=True)

    @property
    def is_open(self) -> bool:
        """Whether there is a site; without a step hypothesis tears down what was never opened."""
        return hasattr(self, "context")

    def teardown(self) -> None:
        if self.is_open:
            self.context.pop()
            self.app.extensions["ikw.engine"].dispose()
            shutil.rmtree(self.folder)
