"""The relay: takes what Alertmanager posts to a webhook and brings it to DingTalk and Feishu, whose bodies Alertmanager
can't write.

Belongs here: the HTTP endpoint, which robot belongs to which path. Does not belong here: texts (`relay_text.py`), the
robots' ways (`robots.py`).

POST /dingtalk/NAME and /feishu/NAME, where NAME is a contact's (`Contacts.everybody`). An answer of 5xx makes
Alertmanager try again, 4xx doesn't. GET /runbook is the page to which messages link, GET /-/healthy says that it runs.
It listens on the own machine, and takes JSON alone: a page in somebody's browser can't post that from elsewhere.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from pydantic import ValidationError

from dashboards import relay_text
from dashboards.robots import MOST_BYTES, Address, Way, send
from validators.contacts import Contacts, Robot
from validators.contacts_file import Secrets
from validators.errors import RobotRefusedError, RobotUnavailableError

_MOST_POSTED_BYTES = 10_000_000
_WAYS: tuple[Way, ...] = ("dingtalk", "feishu")
log = logging.getLogger("xushi.relay")


def addresses(contacts: Contacts, secrets: Secrets) -> dict[str, Address]:
    """Every robot by its path. Raises ContactsError for a secret that isn't where the contacts say."""
    found = {}
    for name, contact in contacts.everybody():
        for way in _WAYS:
            robot: Robot | None = getattr(contact, way)
            if robot is not None:
                url = secrets.read(robot.url, f"{name}.{way}.url")
                key = None if robot.secret is None else secrets.read(robot.secret, f"{name}.{way}.secret")
                found[f"/{way}/{name}"] = Address(way, url, key)
    return found


class Relay(ThreadingHTTPServer):
    """The server. `robots` by path, `runbook` a page of HTML."""

    daemon_threads = True

    def __init__(
        self,
        listen: tuple[str, int],
        robots: Mapping[str, Address],
        runbook: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.robots, self.runbook, self.clock = robots, runbook, clock
        super().__init__(listen, _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: Relay
    protocol_version = "HTTP/1.1"
    timeout = 30  # seconds that a silent client may hold a thread

    def do_GET(self) -> None:
        if self.path == "/-/healthy":
            self._answer(200, "ok\n")
        elif self.path.partition("?")[0] == "/runbook":
            self._answer(200, self.server.runbook, "text/html; charset=utf-8")
        else:
            self._answer(404, "not found\n")

    def do_POST(self) -> None:
        status, words = self._post()
        log.log(logging.INFO if status == 200 else logging.WARNING, "%s: %s %s", self.path, status, words)
        # What wasn't read would be taken for the next request.
        self.close_connection = self.close_connection or status != 200
        self._answer(status, f"{words}\n")

    def _post(self) -> tuple[int, str]:
        robot = self.server.robots.get(self.path)
        if robot is None:
            return 404, "no robot of the contacts has this path"
        if self.headers.get_content_type() != "application/json":
            return 415, "post application/json"
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > _MOST_POSTED_BYTES:
            return 413, f"Content-Length of at most {_MOST_POSTED_BYTES} is needed"
        try:
            message = relay_text.Message.model_validate_json(self.rfile.read(int(length)))
        except ValidationError:
            return 400, "not what Alertmanager posts to a webhook (version 4)"
        try:
            send(robot, relay_text.text(message, MOST_BYTES), seconds=self.server.clock())
        except RobotUnavailableError as error:
            return 503, str(error)
        except RobotRefusedError as error:
            return 422, str(error)
        return 200, f"{len(message.alerts)} alerts"

    def _answer(self, status: int, text: str, kind: str = "text/plain; charset=utf-8") -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Content-Type-Options", "nosniff")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name that the base class has
        """Requests are logged with their outcome in do_POST."""
