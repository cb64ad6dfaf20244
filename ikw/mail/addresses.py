"""The addresses that letters name: only ever of the configured site."""

from __future__ import annotations

from flask import current_app

from ikw.actions.links import Link
from ikw.names import Route
from ikw.text.languages import current_language


def url_of(path: str) -> str:
    """Return an address of the site in the current language."""
    # No request, so no Host header: letters only ever name the configured address.
    return f"{current_app.config['IKW_BASE_URL']}{current_language().prefix}{path}"


def link_of(seed: str) -> str:
    """Return the secret link to a registration that a seed makes."""
    return url_of(Route.REGISTRATION.path(token=_token(seed)))


def cancel_of(seed: str) -> str:
    """Return the secret link by which a registration is cancelled."""
    return url_of(Route.REGISTRATION_CANCEL.path(token=_token(seed)))


def event_of(key: str) -> str:
    """Return the address of an event's page."""
    return url_of(Route.EVENT.path(event=key))


def desk_event_of(key: str) -> str:
    """Return the address of an event's page at the desk."""
    return url_of(Route.DESK_EVENT.path(event=key))


def desk_of(seed: str) -> str:
    """Return the link into the desk that a seed makes."""
    return url_of(Route.DESK_LINK.path(token=_token(seed)))


def calendar_of(seed: str) -> str:
    """Return the secret link to the personal calendar that a seed makes."""
    return url_of(Route.CALENDAR_MINE.path(token=_token(seed)))


def _token(seed: str) -> str:
    return Link.from_seed(seed, current_app.config["SECRET_KEY"]).token
