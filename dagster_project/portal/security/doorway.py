"""Before anything of a request is read: is it sent by another site, and is its body too large for who sends it?

Belongs here: what must be decided before the body. Does not belong here: the form's own token (`session_guard.py`).
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dagster_project.identity.permissions import Kind
from dagster_project.portal import refusals
from dagster_project.portal.security.session_guard import SessionGuard
from dagster_project.settings import Settings
from validators.errors import TemporaryError

LARGEST_FORM = 64 * 1024  # what somebody who is not signed in may send
_FORM_OVERHEAD = 1024 * 1024  # fields and part headers beside the files
_MOST_FILES = 50
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Doorway:
    """ASGI middleware around the application, inside of the security headers."""

    def __init__(self, app: ASGIApp, guard: SessionGuard) -> None:
        self._app = app
        self._guard = guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or let the application answer with a body that is counted."""
        if scope["type"] != "http" or scope["method"] in _SAFE:
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            asker = await run_in_threadpool(self._guard.asker, request)
        except TemporaryError as error:
            await refusals.away(request, error)(scope, receive, send)
            return
        if is_of_another_site(request, self._guard.settings):
            await refusals.forged(request)(scope, receive, send)
            return
        most = LARGEST_FORM
        if asker.person.kind is not Kind.ANONYMOUS:
            most = self._guard.settings.max_upload_bytes * _MOST_FILES + _FORM_OVERHEAD
        said = request.headers.get("Content-Length", "")
        if said.isdecimal() and int(said) > most:
            await refusals.too_large(request)(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > most:
                raise HTTPException(413, "内容过大 / the request is too large")
            return message

        await self._app(scope, counted, send)


def is_of_another_site(request: HTTPConnection, settings: Settings) -> bool:
    """Whether a browser says that a page of another origin sent this. Programs say nothing, and send a token."""
    if "Authorization" in request.headers:
        return False
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = request.headers.get("Origin")
    if origin is None:
        return False
    expected = request.headers.get("Host", "")
    if settings.portal_url is not None and origin == _origin(settings.portal_url):
        return False
    return urlsplit(origin).netloc != expected


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
