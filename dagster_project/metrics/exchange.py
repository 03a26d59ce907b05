"""One exchange with a Pushgateway over HTTP that ends in time, whatever answers.

Belongs here: a limit on the whole exchange (the timeout of a socket starts anew with every byte, so that a server which
sends one now and then would hold a run for ever), and knowing a stranger by its answer. Does not belong here: trying
again (`push.py`).
"""

from __future__ import annotations

import base64
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import suppress
from http.client import BadStatusLine, HTTPConnection, HTTPResponse, HTTPSConnection, RemoteDisconnected
from types import TracebackType
from urllib.parse import unquote, urlsplit

_SHOWN_BYTES = 300


class ForeignAnswerError(Exception):
    """What answered is no Pushgateway; the message says what it said."""


class StatusError(Exception):
    """It answered with another status than 2xx; the message has the status, where it sends us, and what it said."""

    def __init__(self, status: int, place: str | None, said: bytes) -> None:
        self.status = status
        words = said.decode("utf-8", "replace").strip()
        super().__init__(f"HTTP {status}" + (f" -> {place}" if place else "") + (f": {words}" if words else ""))


def sender(
    url: str, method: str, timeout: float | None, headers: Sequence[tuple[str, str]], data: bytes
) -> Callable[[], None]:
    """A handler for `prometheus_client.push_to_gateway` that takes at most `timeout` seconds once connected.

    What it returns raises StatusError, ForeignAnswerError, TimeoutError when time is up, and other OSErrors and
    HTTPExceptions when there is no (whole) answer. A Pushgateway takes a group without a word: an answer with a body
    comes from another server, whatever its status."""
    sent = {**dict(headers), **_credentials(url)}
    plain = without_password(url)
    request = urllib.request.Request(plain, data=data, headers=sent, method=method)  # noqa: S310 - http or https

    def send() -> None:
        with _Limit(timeout) as limit:
            try:
                with _opener(limit.watch).open(request, timeout=timeout) as answer:
                    said, kind = answer.read(_SHOWN_BYTES), answer.headers.get("Content-Type")
            except urllib.error.HTTPError as error:
                with error:
                    said = error.read(_SHOWN_BYTES)
                limit.check()
                raise StatusError(error.code, error.headers.get("Location"), said) from error
            except RemoteDisconnected:
                raise
            except BadStatusLine as error:
                limit.check()
                raise ForeignAnswerError(f"no HTTP: {str(error)[:_SHOWN_BYTES]}") from error
        if said.strip():
            raise ForeignAnswerError(f"HTTP {answer.status}, {kind}: {said.decode('utf-8', 'replace').strip()}")

    return send


def without_password(url: str) -> str:
    """The URL without a name and password before its host: urllib knows none there, and no message may show them."""
    scheme, slashes, rest = url.rpartition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{slashes}{host.rpartition('@')[2]}{slash}{path}"


def _credentials(url: str) -> dict[str, str]:
    user, at, _ = urlsplit(url).netloc.rpartition("@")
    return {"Authorization": f"Basic {base64.b64encode(unquote(user).encode()).decode()}"} if at else {}


class _Limit:
    """Cuts the connections that it watches when time is up. Leaving it then raises TimeoutError, also where what had
    come until then looked like an answer."""

    def __init__(self, seconds: float | None) -> None:
        self._seconds = seconds
        self._over = threading.Event()
        self._sockets: list[socket.socket] = []
        self._timer = threading.Timer(seconds or 0.0, self._cut)
        self._timer.daemon = True

    def watch(self, opened: socket.socket) -> None:
        """Cut this one too."""
        self._sockets.append(opened)
        if self._over.is_set():
            self._cut()

    def check(self) -> None:
        """Raise TimeoutError when time is up."""
        if self._over.is_set():
            raise TimeoutError(f"no complete answer in {self._seconds:g} s")

    def __enter__(self) -> _Limit:
        if self._seconds is not None:
            self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        if self._timer.ident is not None:
            self._timer.join()  # cutting takes no time, and a run leaves no thread behind
        self.check()

    def _cut(self) -> None:
        self._over.set()
        for each in self._sockets:
            with suppress(OSError):  # closed already
                # Of the plain socket: that of TLS would first say goodbye.
                socket.socket.shutdown(each, socket.SHUT_RDWR)


def _opener(watch: Callable[[socket.socket], None]) -> urllib.request.OpenerDirector:
    """As urllib's own, proxies included, with every connection watched."""

    class Plain(HTTPConnection):
        def connect(self) -> None:
            super().connect()
            watch(self.sock)

    class Secure(HTTPSConnection):
        def connect(self) -> None:
            super().connect()
            watch(self.sock)

    class PlainHandler(urllib.request.HTTPHandler):
        def http_open(self, req: urllib.request.Request) -> HTTPResponse:
            return self.do_open(Plain, req)

    class SecureHandler(urllib.request.HTTPSHandler):
        def https_open(self, req: urllib.request.Request) -> HTTPResponse:
            return self.do_open(Secure, req)

    return urllib.request.build_opener(PlainHandler, SecureHandler)
