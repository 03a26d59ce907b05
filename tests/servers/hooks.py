"""An HTTP server that keeps what is posted to it and answers as it is told: a webhook, or a chat's robot."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.servers.mail import wait_until


@dataclass(frozen=True)
class Posted:
    """One request."""

    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class Hooks:
    """What was posted. `answers` are given one after the other, the last one from then on: status and body."""

    url: str = ""
    answers: list[tuple[int, Any]] = field(default_factory=lambda: [(200, {"errcode": 0, "code": 0})])
    posted: list[Posted] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, count: int, seconds: float = 90.0) -> list[Posted]:
        """All requests, once there are so many. Fails when they don't come."""
        wait_until(lambda: len(self.posted) >= count, f"{count} requests, not {len(self.posted)}", seconds)
        return list(self.posted)


@contextmanager
def hooks() -> Iterator[Hooks]:
    """A server on a free port."""
    state = Hooks()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Silent."""

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with state.lock:
                state.posted.append(Posted(self.path, dict(self.headers), body))
                status, answer = state.answers.pop(0) if len(state.answers) > 1 else state.answers[0]
            text = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        state.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()
