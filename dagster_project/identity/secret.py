"""Secrets that are handed out, of which the database keeps the SHA-256 alone.

They are random and long, so a plain hash is enough: there is nothing to guess. (Passwords are another matter.)
Belongs here: making and hashing them. Does not belong here: what they open.
"""

from __future__ import annotations

import hashlib
import secrets

TOKEN_PREFIX = "xushi_"  # noqa: S105 - what scanners for leaked secrets look for, and no secret itself
_BYTES = 32


def new_secret(prefix: str = "") -> str:
    """256 random bits as text that fits URLs and cookies."""
    return prefix + secrets.token_urlsafe(_BYTES)


def digest(secret: str) -> str:
    """What the database keeps of it: SHA-256 in hexadecimal. Any text is taken, also what no browser would send."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
