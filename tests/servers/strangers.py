"""Servers that don't behave: they say nothing, say it too slowly, or say something else.

Belongs here: what comes over the wire. Does not belong here: a server that answers as it should (`hooks.py`).
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Behaviour = Callable[[socket.socket, threading.Event], None]


@contextmanager
def stranger(behaviour: Behaviour) -> Iterator[str]:
    """The URL of a server that treats every connection so, until the event is set."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        threads: list[threading.Thread] = []

        def serve(connection: socket.socket) -> None:
            with connection, suppress(OSError):  # whoever asked may have gone
                behaviour(connection, over)

        def accept() -> None:
            while not over.is_set():
                with suppress(TimeoutError):
                    connection, _ = server.accept()
                    connection.settimeout(5)
                    threads.append(threading.Thread(target=serve, args=(connection,)))
                    threads[-1].start()

        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            over.set()
            for thread in (accepting, *threads):
                thread.join()


def silent(_connection: socket.socket, over: threading.Event) -> None:
    """Takes what fits into the buffers and never answers."""
    over.wait()


def dripping(before: bytes = b"HTTP/1.1 200 OK\r\nX-Slow: ") -> Behaviour:
    """Begins well, then sends a byte now and then: no single wait is long."""

    def behave(connection: socket.socket, over: threading.Event) -> None:
        _read_request(connection)
        connection.sendall(before)
        while not over.wait(0.05):
            connection.sendall(b"x")

    return behave


def answering(answer: bytes) -> Behaviour:
    """Reads the request and answers with these bytes."""

    def behave(connection: socket.socket, _over: threading.Event) -> None:
        _read_request(connection)
        connection.sendall(answer)

    return behave


def http(status: str, body: str = "", *headers: str) -> Behaviour:
    """Answers every request so, e.g. `400 Bad Request`."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body.encode())}", "Connection: close", *headers, "", body]
    return answering("\r\n".join(lines).encode())


def _read_request(connection: socket.socket) -> None:
    """Head and body: closing before the body is read would reset the connection."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    while len(body) < length:
        body += connection.recv(65536)
