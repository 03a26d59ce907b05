"""A mail server that keeps what it is given, on a real port of this machine."""

from __future__ import annotations

import email
import email.policy
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

from tests.servers.ports import free_port


@dataclass(frozen=True)
class Letter:
    """A letter as it arrived: to whom the envelope says, and what is in it."""

    recipients: tuple[str, ...]
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    def body(self, kind: str) -> str:
        """The part of this kind (plain, html), decoded."""
        part = self.message.get_body((kind,))
        assert part is not None
        return str(part.get_content())


class MailServer:
    """What arrived. `user` and `password` are what it asks for."""

    user, password = "xushi@example.test", "p@ss word"

    def __init__(self) -> None:
        self.port = free_port()
        self._letters: list[Letter] = []
        self._lock = threading.Lock()

    @property
    def letters(self) -> list[Letter]:
        """All letters so far, in the order of their arrival."""
        with self._lock:
            return list(self._letters)

    def wait(self, count: int, seconds: float = 90.0) -> list[Letter]:
        """All letters, once there are so many. Fails when they don't come."""
        wait_until(lambda: len(self.letters) >= count, f"{count} letters, not {len(self.letters)}", seconds)
        return self.letters

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if not session.authenticated:
            return "530 who are you?"
        content = envelope.content
        assert isinstance(content, bytes)
        message = email.message_from_bytes(content, policy=email.policy.default)
        with self._lock:
            self._letters.append(Letter(tuple(sorted(envelope.rcpt_tos)), message))
        return "250 kept"

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        known = isinstance(data, LoginPassword)
        right = known and (data.login, data.password) == (self.user.encode(), self.password.encode())
        return AuthResult(success=right, handled=right)


def wait_until(true: Callable[[], bool], what: str, seconds: float = 90.0) -> None:
    """Look again and again until it is true; AssertionError with `what` after so many seconds."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"waited for {what}"
        time.sleep(0.05)


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A server on a free port that takes letters from whoever knows the password."""
    server = MailServer()
    controller = Controller(
        server,
        hostname="127.0.0.1",
        port=server.port,
        authenticator=server.authenticate,
        auth_require_tls=False,
        auth_exclude_mechanism=["LOGIN"],  # its questions are worded otherwise than Alertmanager expects
    )
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
