"""The secret link of a registration: made from a seed and the secret key, stored hashed.

The seed comes with the form, so that sending one form twice makes one link and thus one
registration. The database holds the seed and the hash of the token: neither opens anything
without the key, yet a letter written today can still carry the link when it is sent.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass


def new_seed() -> str:
    """Return 128 random bits as text."""
    return secrets.token_urlsafe(16)


@dataclass(frozen=True)
class Link:
    """A token of 192 bits for an address, and what of it is stored."""

    seed: str
    token: str

    @classmethod
    def from_seed(cls, seed: str, key: str) -> Link:
        digest = hmac.new(key.encode(), b"registration link " + seed.encode(), hashlib.sha256)
        return cls(seed, base64.urlsafe_b64encode(digest.digest()[:24]).decode())

    @property
    def hash(self) -> str:
        return hash_of(self.token)


def hash_of(token: str) -> str:
    """Return what is stored of a token: its SHA-256, in hex."""
    return hashlib.sha256(token.encode()).hexdigest()
