"""Who this site is to authenticators: the relying party of Web Authentication (W3C, level 2)."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import current_app


@dataclass(frozen=True)
class RelyingParty:
    """Who we are to authenticators: the host, and the origin of our pages."""

    id: str
    origin: str

    @classmethod
    def of(cls, base_url: str) -> RelyingParty | None:
        """Return who a site at this address is; None where browsers refuse passkeys.

        They want a name and https, or localhost: an IP address is no relying party (chapter 5.1.2).
        """
        parts = urlsplit(base_url)
        host = (parts.hostname or "").lower()
        if not host or host.endswith(".") or _is_address(host):
            return None
        local = host == "localhost" or host.endswith(".localhost")
        if parts.scheme != "https" and not local:
            return None
        default = {"https": 443, "http": 80}.get(parts.scheme)
        port = f":{parts.port}" if parts.port and parts.port != default else ""
        return cls(host, f"{parts.scheme}://{host}{port}")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        # 127.1 and 0x7f.1 are addresses to browsers, too.
        last = host.rsplit(".", 1)[-1]
        return last.isdigit() or last.startswith("0x")
    return True


def relying_party() -> RelyingParty | None:
    """Return who this site is to authenticators, if it can have passkeys at all."""
    return RelyingParty.of(current_app.config["IKW_BASE_URL"])
