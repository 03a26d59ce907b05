"""/metrics over HTTP, for Prometheus to scrape."""

from __future__ import annotations

import threading
from collections.abc import Callable
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, generate_latest, start_http_server

from dagster_project.metrics.gauges import Snapshot


class Fresh:
    """A snapshot that is loaded anew only when the database has changed, so that a scrape is cheap.

    `version` answers quickly and differs after every accepted upload or evaluation; `load` does the work."""

    def __init__(self, version: Callable[[], object], load: Callable[[], Snapshot]) -> None:
        self._version, self._load = version, load
        self._lock = threading.Lock()
        self._held: tuple[object, Snapshot] | None = None

    def __call__(self) -> Snapshot:
        """The snapshot of the database as it is now. Concurrent scrapes wait for one load."""
        with self._lock:
            version = self._version()
            if self._held is None or self._held[0] != version:
                self._held = (version, self._load())
            return self._held[1]


def serve(made: CollectorRegistry, *, host: str, port: int) -> tuple[WSGIServer, threading.Thread]:
    """Serve `made` at http://host:port/metrics in a thread; port 0 takes a free one (read it from `server_port`).

    Raises OSError when the address is taken."""
    server, thread = start_http_server(port, addr=host, registry=made)
    return server, thread


def text(made: CollectorRegistry) -> str:
    """Everything in Prometheus' text format."""
    return generate_latest(made).decode("utf-8")
