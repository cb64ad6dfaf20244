"""Secret links that nobody knows yet."""

from __future__ import annotations

from flask import current_app

from ikw.actions.links import Link, new_seed


def new_link() -> Link:
    """Return a secret link that nobody knows yet."""
    return Link.from_seed(new_seed(), current_app.config["SECRET_KEY"])
