"""The site with which a town plans, publishes and fills its Interkulturelle Woche."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from ikw import clock, config, db

__version__ = "0.1.0"


def create_app(settings: Mapping[str, Any] | None = None, *, with_pages: bool = True) -> Flask:
    """Return the application; `settings` win over the environment and instance/config.toml.

    Commands do without pages, which take longer to load than all the rest. Raises
    ikw.config.BadSetting for a setting that cannot be used.
    """
    from ikw import desk_settings, mail
    from ikw.text import languages

    instance = Path(os.environ.get("IKW_INSTANCE", config.ROOT / "instance"))
    app = Flask(
        "ikw",
        root_path=str(config.ROOT / "ikw"),
        instance_path=str(instance.resolve()),
        template_folder=str(config.ROOT / "templates"),
        static_folder=None,
    )
    instance.mkdir(parents=True, exist_ok=True)
    app.config.from_mapping(config.read_settings(instance))
    app.config.from_mapping(settings or {})
    app.config["IKW_FIXED"] |= set(settings or {})
    clock.set_to(app.config["IKW_NOW"], _clock_set_at())
    if proxies := app.config["IKW_TRUSTED_PROXIES"]:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=0
        )
    db.init_app(app)
    desk_settings.init_app(app)
    languages.init_app(app)
    mail.init_app(app)
    if with_pages:
        from ikw import web

        web.init_app(app)
    return app


def _clock_set_at() -> float | None:
    """Return when `ikw serve` set the clock, so that all its processes show the same time."""
    raw = os.environ.get("IKW_CLOCK_SET_AT")
    return float(raw) if raw else None
