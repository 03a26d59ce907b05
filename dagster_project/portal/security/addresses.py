"""Addresses that come from outside: where a request is from, and where one may be sent.

Belongs here: reading them. Does not belong here: counting them (`identity.throttle`).
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from dagster_project.settings import Settings

_BACK = "/sign-in/provider/back"


def local_path(text: str) -> str:
    """The path, where it is one on this site; else the start page. `//host` and `/\\host` lead elsewhere."""
    if not text.startswith("/") or text.startswith(("//", "/\\")) or not text.isprintable():
        return "/"
    parts = urlsplit(text)
    return "/" if parts.scheme or parts.netloc or parts.path.startswith(("/sign-in", "/sign-out", "/link/")) else text


def sender(request: HTTPConnection) -> str:
    """The address that a request comes from; behind a proxy that the server trusts, the one that it names."""
    return "?" if request.client is None else request.client.host


def way_back(settings: Settings, request: HTTPConnection) -> str:
    """Where the identity provider sends browsers: it knows this address from the portal's registration there."""
    base = settings.portal_url or f"{request.url.scheme}://{request.url.netloc}"
    return base.rstrip("/") + _BACK
