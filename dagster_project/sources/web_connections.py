"""What lies under a request: the clock, the sockets, which certificates are trusted, which server is the same one.

Belongs here: what `http_client.py` needs to know of connections. Does not belong here: what is asked over them.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import httpx

from validators.errors import SourceOptionsError


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Timing:
    """The clock, so that tests need not wait."""

    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = _now


class Connections:
    """The sockets that were opened, so that a read that never ends can be ended: time limits of the HTTP library are
    for each read, and a byte now and then keeps them from ever being reached."""

    def __init__(self) -> None:
        self._sockets: list[socket.socket] = []
        self.ended = False

    def note(self, event: str, info: Mapping[str, Any]) -> None:
        """Called by the HTTP library for each step of a request."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            opened = info["return_value"].get_extra_info("socket")
            self._sockets = [one for one in (*self._sockets, opened) if one is not None and one.fileno() >= 0]
            if self.ended:  # while this one was being opened
                self.end()

    def end(self) -> None:
        """Break every connection off. A blocked read in another thread then returns."""
        self.ended = True
        for one in self._sockets:
            with suppress(OSError):
                # Not the method of a TLS socket, which would take its state away under the thread that reads.
                socket.socket.shutdown(one, socket.SHUT_RDWR)


@lru_cache(maxsize=1)
def _usual() -> ssl.SSLContext:
    return httpx.create_ssl_context()


def trust(bundle: Path | None) -> ssl.SSLContext:
    """What certificates are verified against: the usual authorities and those of the bundle. SourceOptionsError where
    that can't be read."""
    if bundle is None:
        return _usual()
    context = httpx.create_ssl_context()
    try:
        context.load_verify_locations(cafile=bundle)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SourceOptionsError(
            [f"with.ca_bundle: 无法读取证书 {bundle} / can't read certificates: {reason}"]
        ) from error
    return context


def same_server(one: httpx.URL, other: httpx.URL) -> bool:
    """Whether credentials for one may be sent to the other: same host and port, or the same host now with TLS."""
    if one.host != other.host:
        return False
    upgraded = one.scheme == "http" and other.scheme == "https" and one.port is None and other.port is None
    return upgraded or (one.scheme == other.scheme and one.port == other.port)


def retry_after(response: httpx.Response, now: datetime) -> float | None:
    """Seconds after which the server wants to be asked again, None where it doesn't say. A date is measured by the
    server's own clock where it shows one."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isdigit():
        return float(text)
    try:
        until, base = parsedate_to_datetime(text), now
        with suppress(ValueError):
            base = parsedate_to_datetime(response.headers.get("Date", ""))
        return max((until - base).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return None
