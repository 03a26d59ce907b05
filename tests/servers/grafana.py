"""A stand-in for Grafana's HTTP API: the paths that `dashboards/provision.py` uses, on a real port, with real answers.

Paths, status codes and bodies follow Grafana's API documentation (folders, data sources by uid, dashboards/db, alerting
provisioning). It keeps what it was given, so that tests can look at it.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "glsa_secret"
BASIC = "admin:pass word"


@dataclass
class Grafana:
    """What the server holds, and how it is to behave: `broken` answers 500, `slow_seconds` waits, `html` is somebody
    else's page."""

    url: str = ""
    folders: dict[str, str] = field(default_factory=dict)
    sources: dict[str, dict[str, Any]] = field(default_factory=dict)
    dashboards: dict[str, dict[str, Any]] = field(default_factory=dict)
    rule_groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    broken: bool = False
    html: bool = False
    slow_seconds: float = 0.0


@contextmanager
def grafana_server(prefix: str = "") -> Iterator[Grafana]:
    """A server on a free port; `prefix` is the path below which it serves."""
    state, closing = Grafana(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Silent."""

        def do_GET(self) -> None:
            self._answer("GET")

        def do_POST(self) -> None:
            self._answer("POST")

        def do_PUT(self) -> None:
            self._answer("PUT")

        def _answer(self, method: str) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or b"null")
            path = self.path.removeprefix(f"{prefix}/api")
            state.calls.append((method, path))
            closing.wait(state.slow_seconds)
            if state.html:
                return self._send(200, "<html>login</html>", "text/html")
            if state.broken:
                return self._send(500, {"message": "database is locked"})
            if not self._known():
                return self._send(401, {"message": "Invalid API key"})
            code, answer = self._routed(method, path, body)
            return self._send(code, answer)

        def _known(self) -> bool:
            basic = base64.b64encode(BASIC.encode()).decode()
            return self.headers.get("Authorization") in {f"Bearer {TOKEN}", f"Basic {basic}"}

        def _routed(self, method: str, path: str, body: Any) -> tuple[int, Any]:
            kind, _, rest = path.strip("/").partition("/")
            if kind == "folders":
                return self._folders(method, rest, body)
            if kind == "datasources":
                return self._sources(method, rest.removeprefix("uid/"), body)
            if (method, path) == ("POST", "/dashboards/db"):
                return self._dashboards(body)
            if method == "PUT" and path.startswith("/v1/provisioning/folder/xushi/rule-groups/"):
                state.rule_groups[body["title"]] = body
                return 200, body
            return 404, {"message": "Not found"}

        def _folders(self, method: str, uid: str, body: Any) -> tuple[int, Any]:
            if method == "POST":
                state.folders[body["uid"]] = body["title"]
                return 200, body
            if uid not in state.folders:
                return 404, {"message": "folder not found"}
            return 200, {"uid": uid, "title": state.folders[uid]}

        def _sources(self, method: str, uid: str, body: Any) -> tuple[int, Any]:
            if method == "POST":
                state.sources[body["uid"]] = body
                return 200, {"message": "Datasource added"}
            if uid not in state.sources:
                return 404, {"message": "Data source not found"}
            if method == "PUT":
                state.sources[uid] = body
            return 200, state.sources[uid]

        def _dashboards(self, body: Any) -> tuple[int, Any]:
            dashboard = body["dashboard"]
            if not dashboard.get("title"):
                return 400, {"message": "Dashboard title cannot be empty"}
            if body["folderUid"] not in state.folders:
                return 400, {"message": "folder not found"}
            if dashboard["uid"] in state.dashboards and not body["overwrite"]:
                return 412, {"message": "A dashboard with the same uid already exists", "status": "version-mismatch"}
            state.dashboards[dashboard["uid"]] = dashboard
            return 200, {"uid": dashboard["uid"], "status": "success", "url": f"/d/{dashboard['uid']}/x", "version": 1}

        def _send(self, code: int, answer: Any, kind: str = "application/json") -> None:
            data = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
            self.send_response(code)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}{prefix}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
