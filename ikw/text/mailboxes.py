"""E-mail addresses as people write them, and the commonest slips of the pen."""

from __future__ import annotations

import re
from difflib import get_close_matches

#: "Anna Muster <anna@example.org>", as mail programs copy it.
IN_ANGLES = re.compile(r".*<\s*(?:mailto:)?([^<>]*)>[^<>]*", re.DOTALL)

#: What a sentence or a list leaves at the ends.
AROUND = " .,;:'\"()<>[]"

#: "anna (at) example.org", "anna[at]example.org", and blanks where none can be.
AT = re.compile(r"\s*(?:@|[(\[]\s*at\s*[)\]])\s*", re.IGNORECASE)

_COMMON = """
gmail.com googlemail.com gmx.de gmx.net web.de t-online.de outlook.de outlook.com hotmail.com
hotmail.de live.de live.com yahoo.de yahoo.com icloud.com freenet.de aol.com posteo.de arcor.de
osnanet.de proton.me ukr.net yandex.ru
"""

#: Where nine addresses in ten are.
DOMAINS = _COMMON.split()

_ALIKE = """
mail.de mail.com mail.ru email.de email.com ymail.com online.de o2mail.de proton.de
aol.de aol.fr gmx.at gmx.ch gmx.com gmx.org gmx.eu gmx.info gmx.fr gmx.es gmx.us
hotmail.fr hotmail.it hotmail.es hotmail.nl hotmail.co.uk hotmail.com.tr
live.nl live.be live.fr live.it outlook.fr outlook.es outlook.it outlook.pt outlook.com.tr
posteo.net posteo.org posteo.eu posteo.at yahoo.fr yahoo.es yahoo.it yahoo.ro yahoo.pl yahoo.gr
yahoo.co.uk yahoo.com.tr yandex.com yandex.ua yandex.by yandex.kz
"""

#: Right as they stand, though they look like one of those.
NEIGHBOURS = frozenset(_ALIKE.split())

#: Not where anybody has a mailbox, and too far from the right one to look like it.
CONFUSED = {
    "gmail.de": "gmail.com",
    "googlemail.de": "googlemail.com",
    "icloud.de": "icloud.com",
    "tonline.de": "t-online.de",
}

#: How alike two domains are that differ by one slip, at least; 1 is the same.
ALIKE = 0.83


def bare(typed: str | None) -> str:
    """Return an address without what is around it: a name, brackets, a full stop at the end."""
    text = (typed or "").strip()
    if found := IN_ANGLES.fullmatch(text):
        text = found[1]
    text = text.strip(AROUND)
    if text.lower().startswith("mailto:"):
        text = text[len("mailto:") :]
    local, at, domain = AT.sub("@", text).rpartition("@")
    # No domain has a comma; on a telephone it is beside the full stop.
    return f"{local}{at}{domain.replace(',', '.').replace(' .', '.').replace('. ', '.')}"


def near_miss(address: str) -> str | None:
    """Return the address that was probably meant: of "anna@gmial.com" the one at gmail.com.

    None for all that may be right; only the domain is looked at.
    """
    local, _at, domain = address.rpartition("@")
    if domain in DOMAINS or domain in NEIGHBOURS:
        return None
    meant = CONFUSED.get(domain) or next(iter(get_close_matches(domain, DOMAINS, 1, ALIKE)), None)
    return f"{local}@{meant}" if meant else None
