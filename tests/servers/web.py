"""An HTTP or HTTPS server that behaves as it is told: well, slowly, wrongly, or not at all."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request; the names of `headers` are in lower case."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


class Exchange:
    """What a behaviour works with: the request, and the ways to answer it."""

    def __init__(self, asked: Asked, handler: BaseHTTPRequestHandler, closing: threading.Event) -> None:
        self.asked, self._handler, self._closing = asked, handler, closing

    def head(self, status: int, headers: Mapping[str, str]) -> None:
        self._handler.send_response(status)
        for name, value in headers.items():
            self._handler.send_header(name, value)
        self._handler.end_headers()

    def write(self, data: bytes) -> None:
        self._handler.wfile.write(data)
        self._handler.wfile.flush()

    def pause(self, seconds: float) -> bool:
        """Wait so long; False once the server is to end."""
        return not self._closing.wait(seconds)

    def end(self) -> None:
        """Nothing more on this connection."""
        self._handler.close_connection = True

    def reset(self) -> None:
        """Break the connection off with a reset, not an orderly end."""
        connection = self._handler.connection
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._handler.wfile.flush()
        socket.socket.close(connection)
        self._handler.close_connection = True


Behaviour = Callable[[Exchange], None]


@dataclass
class Web:
    """The server's address, what it is told and what it was asked. Behaviours of a path are used one after the other,
    the last one from then on."""

    url: str = ""
    told: dict[str, list[Behaviour]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def tell(self, path: str, *behaviours: Behaviour) -> str:
        """Behave so on this path; its URL."""
        self.told[path] = list(behaviours)
        return self.url + path

    def next(self, asked: Asked) -> Behaviour:
        with self.lock:
            self.asked.append(asked)
            told = self.told.get(asked.path) or [answer(b"", status=404)]
            return told.pop(0) if len(told) > 1 else told[0]


def answer(body: bytes | str, status: int = 200, media_type: str = "application/json", **headers: str) -> Behaviour:
    """An ordinary answer; `_` in the names of headers stands for a hyphen."""
    data = body.encode() if isinstance(body, str) else body

    def behave(exchange: Exchange) -> None:
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        exchange.head(status, {"Content-Type": media_type, "Content-Length": str(len(data)), **more})
        exchange.write(data)

    return behave


def redirect(to: str, status: int = 302) -> Behaviour:
    return lambda exchange: exchange.head(status, {"Location": to, "Content-Length": "0"})


def reset_half_way(exchange: Exchange) -> None:
    """Half of what was announced, then a reset."""
    exchange.head(200, {"Content-Type": "application/json", "Content-Length": "1000"})
    exchange.write(b"{" + b" " * 499)
    exchange.reset()


def end_half_way(exchange: Exchange) -> None:
    """Half of what was announced, then an orderly end."""
    exchange.head(200, {"Content-Type": "application/json", "Content-Length": "1000", "Connection": "close"})
    exchange.write(b"{" + b" " * 499)
    exchange.end()


def drip(exchange: Exchange) -> None:
    """A byte now and then, for ever; no length is announced."""
    exchange.head(200, {"Content-Type": "application/json", "Connection": "close"})
    while exchange.pause(0.02):
        exchange.write(b" ")


def drip_headers(exchange: Exchange) -> None:
    """A header that never ends."""
    exchange.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while exchange.pause(0.02):
        exchange.write(b"x")


def silence(exchange: Exchange) -> None:
    """Nothing at all until the other side gives up."""
    exchange.pause(30)


def endless(exchange: Exchange) -> None:
    """As much as is taken."""
    exchange.head(200, {"Content-Type": "application/json", "Connection": "close"})
    while exchange.pause(0):
        exchange.write(b"[0,0,0,0,0,0,0,0]," * 1000)


def conditional(body: bytes, etag: str, media_type: str = "application/json") -> Behaviour:
    """304 for whoever has it already."""

    def behave(exchange: Exchange) -> None:
        if exchange.asked.headers.get("if-none-match") == etag:
            exchange.head(304, {"ETag": etag})
        else:
            answer(body, media_type=media_type, ETag=etag)(exchange)

    return behave


@contextmanager
def web(tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> Iterator[Web]:
    """A server on a free port; `tls` makes it an HTTPS one, `host` is what its address is called."""
    state, closing = Web(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def log_message(self, *_: Any) -> None:
            """Silent."""

        def handle(self) -> None:
            with suppress(OSError, ValueError):  # the other side went away, as it should
                super().handle()

        def finish(self) -> None:
            with suppress(OSError, ValueError):
                super().finish()

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, parts.path, dict(parse_qsl(parts.query, True)), headers, body)
            state.next(asked)(Exchange(asked, self, closing))

        def do_POST(self) -> None:
            self.do_GET()

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def get_request(self) -> tuple[Any, Any]:
            connection, address = super().get_request()
            if tls is None:
                return connection, address
            try:
                return tls.wrap_socket(connection, server_side=True), address
            except ssl.SSLError as error:
                connection.close()
                raise OSError("no handshake") from error

    with Server(("127.0.0.1", 0), Handler) as server:
        state.url = f"{'https' if tls else 'http'}://{host}:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield state
        finally:
            closing.set()
            server.shutdown()
            thread.join()
