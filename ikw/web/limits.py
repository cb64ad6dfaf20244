"""How often one network or one address may sign up."""

from __future__ import annotations

import hashlib
import ipaddress

from email_validator import EmailNotValidError, validate_email
from flask import Flask, Response, request
from flask_limiter import Limiter

from ikw.text.cleaning import clean_line

#: Generous enough for a club room full of people on one network, too slow for a flood.
PER_NETWORK = "60 per 10 minutes; 400 per day"
PER_ADDRESS = "6 per hour; 20 per day"


def network() -> str:
    """Return the network a request comes from: one IPv4 address, or the /64 that a home gets."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    address = getattr(address, "ipv4_mapped", None) or address
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, 64), strict=False))


def contact() -> str:
    """Return a mark of the contact in a form; hashed, as counts are no place for addresses."""
    email = _mailbox(request.form.get("email"))
    phone = "".join(filter(str.isdigit, request.form.get("phone", "")))
    return hashlib.sha256((email or phone or network()).encode()).hexdigest()


def _mailbox(text: str | None) -> str:
    """Return the mailbox that an address means, however it is written."""
    address = clean_line(text)
    try:
        checked = validate_email(address, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return address.casefold()
    return (checked.ascii_email or checked.normalized).lower()


def link() -> str:
    """Return a mark of the secret link in the address."""
    token = (request.view_args or {}).get("token", "")
    return hashlib.sha256(token.encode()).hexdigest()


def _counts(response: Response) -> bool:
    """Only what was accepted counts: correcting a form costs nothing."""
    return response.status_code in {302, 303}


def _is_anonymous() -> bool:
    return not (request.form.get("email") or request.form.get("phone"))


#: Every change writes a letter; nobody's mailbox is to be filled by clicking to and fro.
PER_LINK = "30 per hour; 60 per day"

limiter = Limiter(key_func=network, strategy="fixed-window", headers_enabled=False)

by_network = limiter.shared_limit(PER_NETWORK, "network", key_func=network, deduct_when=_counts)
#: Scripts ask for passkeys and get JSON: here every question counts, also one without an answer.
passkeys_by_network = limiter.shared_limit(PER_NETWORK, "passkeys", key_func=network)
by_contact = limiter.shared_limit(PER_ADDRESS, "contact", key_func=contact, deduct_when=_counts)
by_contact_if_given = limiter.shared_limit(
    PER_ADDRESS, "contact", key_func=contact, deduct_when=_counts, exempt_when=_is_anonymous
)
by_link = limiter.shared_limit(PER_LINK, "link", key_func=link, deduct_when=_counts)


def init_app(app: Flask) -> None:
    """Count in this process, or in Redis for several nodes."""
    app.config["RATELIMIT_STORAGE_URI"] = app.config["IKW_RATE_LIMIT_STORAGE"]
    app.config["RATELIMIT_ENABLED"] = app.config["IKW_RATE_LIMITS"]
    limiter.init_app(app)
