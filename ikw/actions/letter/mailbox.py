"""Which mailbox an e-mail address means: many providers know one by several spellings."""

from __future__ import annotations

#: Providers for whose users dots in the name make no difference, with the name of their domain.
IGNORE_DOTS = {"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}


def mailbox_of(address: str) -> str:
    """Return one spelling for all addresses of a mailbox; `address` is as it is kept.

    What follows a plus sign is the user's own mark (RFC 5233), and counts at no provider.
    """
    name, _at, domain = address.lower().rpartition("@")
    name = name.partition("+")[0] or name
    if domain in IGNORE_DOTS:
        name, domain = name.replace(".", ""), IGNORE_DOTS[domain]
    return f"{name}@{domain}" if name else domain
