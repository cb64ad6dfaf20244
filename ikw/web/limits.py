"""How often one network may sign up, and from one network for one address.

Never an address alone: whoever names somebody else's would lock its owner out. What letters reach
one mailbox from everywhere is limited where they are written (`ikw.actions.letter.cap`).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from email_validator import EmailNotValidError, validate_email
from flask import Flask, Response, current_app, request
from flask_limiter import Limiter

from ikw import clock, limit_storage, networks
from ikw.actions.letter.mailbox import mailbox_of
from ikw.names import InExtensions
from ikw.text.cleaning import clean_line
from ikw.text.mailboxes import bare
from ikw.text.phones import dialled, read_phone

View = TypeVar("View", bound=Callable[..., Any])

#: Generous enough for a club room full of people on one network, too slow for a flood.
PER_NETWORK = "60 per 10 minutes; 400 per day"

#: Of IPv6 a home has a /56, and may use another /64 of it each time; a /48 has 256 homes.
PER_PREFIX = {64: PER_NETWORK, 56: PER_NETWORK, 48: "240 per 10 minutes; 1600 per day"}

PER_ADDRESS = "6 per hour; 20 per day"

#: Every change writes a letter; nobody's mailbox is to be filled by clicking to and fro.
PER_LINK = "30 per hour; 60 per day"


def mark(*parts: str) -> str:
    """Return an HMAC with the key of the day: what is counted is no list of who was here."""
    day = clock.in_town(clock.real()).date().isoformat()
    key = f"limits {day} {current_app.config['SECRET_KEY']}".encode()
    return hmac.new(key, "\0".join(parts).encode(), hashlib.sha256).hexdigest()[:32]


def household() -> str:
    """Return a mark of the subscriber a request comes from."""
    return mark(networks.household(request.remote_addr))


def _network(prefix: int) -> str:
    return mark(networks.network(request.remote_addr, prefix))


def contact() -> str:
    """Return a mark of the network together with the contact in a form."""
    email = mailbox_of(_as_kept(request.form.get("email")))
    phone = clean_line(request.form.get("phone"))
    number = dialled(read_phone(phone) or phone)
    return mark(networks.household(request.remote_addr), email or number)


def _as_kept(text: str | None) -> str:
    """Return an address as it would be kept, however it is written."""
    address = bare(clean_line(text))
    try:
        checked = validate_email(address, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return address.casefold()
    return (checked.ascii_email or checked.normalized).lower()


def link() -> str:
    """Return a mark of the secret link in the address."""
    return mark((request.view_args or {}).get("token", ""))


def _counts(response: Response) -> bool:
    """Only what was accepted counts: correcting a form costs nothing."""
    return response.status_code in {302, 303}


def _is_anonymous() -> bool:
    return not (request.form.get("email") or request.form.get("phone"))


def _is_ipv4() -> bool:
    return not networks.is_ipv6(request.remote_addr)


limiter = Limiter(key_func=household, strategy="fixed-window", headers_enabled=False)


def _by_network(
    scope: str, view: View, deduct_when: Callable[[Response], bool] | None = None
) -> View:
    limited: Any = view
    for prefix, limits in PER_PREFIX.items():
        limited = limiter.shared_limit(
            limits,
            f"{scope} {prefix}",
            key_func=partial(_network, prefix),
            # An IPv4 address is the same network at every length; it counts once.
            exempt_when=_is_ipv4 if prefix != 56 else None,
            deduct_when=deduct_when,
        )(limited)
    return limited  # type: ignore[no-any-return]


def by_network(view: View) -> View:
    """Limit a view by the network, in steps of what homes and providers have."""
    return _by_network("network", view, deduct_when=_counts)


def sign_in_by_network(view: View) -> View:
    """Limit asking for a link into the desk; apart, so that a full day of sign-ups closes no desk.

    How many letters one organiser gets is limited where they are written.
    """
    return _by_network("sign-in", view, deduct_when=_counts)


def passkeys_by_network(view: View) -> View:
    """Limit a view that scripts ask and that answers in JSON: every question counts."""
    return _by_network("passkeys", view)


by_contact = limiter.shared_limit(PER_ADDRESS, "contact", key_func=contact, deduct_when=_counts)
by_contact_if_given = limiter.shared_limit(
    PER_ADDRESS, "contact", key_func=contact, deduct_when=_counts, exempt_when=_is_anonymous
)
by_link = limiter.shared_limit(PER_LINK, "link", key_func=link, deduct_when=_counts)


def init_app(app: Flask) -> None:
    """Count beside the database, or where the setting says; in memory while that does not work."""
    uri = app.config["IKW_RATE_LIMIT_STORAGE"]
    app.config["RATELIMIT_STORAGE_URI"] = uri or limit_storage.uri_for(
        app.config["IKW_DATABASE_URL"]
    )
    app.config["RATELIMIT_ENABLED"] = app.config["IKW_RATE_LIMITS"]
    app.config["RATELIMIT_IN_MEMORY_FALLBACK_ENABLED"] = True
    limiter.init_app(app)
    if app.config["IKW_RATE_LIMITS"]:
        app.extensions[InExtensions.COUNTS] = limiter.storage
