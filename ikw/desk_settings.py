"""Settings that are changed at the desk, in every process.

They are rows, and come after the environment and instance/config.toml: what those say stays. They
are read again when the revision of the programme has risen, as a change of one raises it; so no
page is kept that shows an old one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from sqlalchemy import select

from ikw.config import AT_THE_DESK
from ikw.model import Programme, Setting
from ikw.names import InExtensions


@dataclass
class Kept:
    """What the last reading gave."""

    #: What settings are where nobody has changed them.
    defaults: dict[str, Any]
    revision: int = -1
    #: Texts of the town's own by their names, e.g. "impressum" or "impressum.uk".
    texts: dict[str, str] = field(default_factory=dict)


def init_app(app: Flask) -> None:
    """Remember what settings are by themselves."""
    changeable = {one.name: one for one in AT_THE_DESK if one.name not in app.config["IKW_FIXED"]}
    app.extensions[InExtensions.SETTINGS] = Kept({name: app.config[name] for name in changeable})


def refresh(app: Flask, revision: int | None = None) -> None:
    """Read the settings again unless they are known in this state of the programme."""
    kept: Kept = app.extensions[InExtensions.SETTINGS]
    if revision is not None and revision == kept.revision:
        return
    with app.extensions[InExtensions.ENGINE].connect() as connection:
        # First, so that what is read is at least as new.
        now = revision if revision is not None else connection.scalar(select(Programme.revision))
        if now == kept.revision:
            return
        rows: dict[str, str] = dict(connection.execute(select(Setting.name, Setting.value)).all())
    readers = {one.name: one.read for one in AT_THE_DESK}
    for name, default in kept.defaults.items():
        app.config[name] = readers[name](rows[name]) if name in rows else default
    kept.texts = {name: text for name, text in rows.items() if name not in readers}
    kept.revision = now or 0


def own_text(app: Flask, name: str) -> str | None:
    """Return a text of the town's own that was written at the desk, if there is one."""
    kept: Kept = app.extensions[InExtensions.SETTINGS]
    return kept.texts.get(name)
