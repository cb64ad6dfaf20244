"""From which network a request comes: what one household has, and what one provider gives away."""

from __future__ import annotations

import ipaddress


def household(address: str | None) -> str:
    """Return what one subscriber has: an IPv4 address, or a home's /56 (RIPE-690, 4.2)."""
    return network(address, 56)


def network(address: str | None, prefix: int) -> str:
    """Return the IPv6 network of this prefix length; an IPv4 address is one of its own."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, prefix), strict=False))


def is_ipv6(address: str | None) -> bool:
    """Return whether an address is one of IPv6, and not an IPv4 one in its clothes."""
    return "/" in network(address, 128)
