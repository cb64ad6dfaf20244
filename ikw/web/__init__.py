"""The web: one module a page, each with its blueprint."""

from __future__ import annotations

from flask import Flask

from ikw.web import (
    app as installable,
)
from ikw.web import (
    caching,
    calendar,
    desk,
    errors,
    event,
    feedback,
    frames,
    health,
    home,
    language,
    limits,
    pages,
    picnic,
    programme,
    registration,
    robots,
    security,
    static,
    taking_part,
    template_helpers,
    workshops,
)

PAGES = (
    home.bp,
    programme.bp,
    event.bp,
    workshops.bp,
    picnic.bp,
    taking_part.bp,
    *registration.PAGES,
    *calendar.PAGES,
    feedback.bp,
    pages.bp,
    installable.bp,
    health.bp,
    robots.bp,
    static.bp,
)


def init_app(app: Flask) -> None:
    """Put every page of the site in its place."""
    app.url_map.converters["key"] = security.KeyConverter
    app.url_map.converters["token"] = security.TokenConverter
    app.url_map.converters["int"] = security.NumberConverter
    caching.init_app(app)
    limits.init_app(app)
    security.init_app(app)
    errors.init_app(app)
    template_helpers.init_app(app)
    frames.init_app(app)
    for blueprint in PAGES:
        app.register_blueprint(blueprint)
    desk.init_app(app)
    language.init_app(app)
