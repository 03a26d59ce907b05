"""What browsers are told about every answer: where content may come from, and that nothing is guessed or framed.

Belongs here: headers that don't depend on who asks. Does not belong here: cookies and sign-in (`security/`).
"""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
_ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_A_YEAR = "max-age=31536000"


class SecurityHeaders:
    """ASGI middleware. Pages aren't kept by browsers or proxies; static files, named by their content, are."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers to the answer of the application."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def add(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _ALWAYS.items():
                    headers[name] = value
                static = scope["path"].startswith("/static/") and message["status"] == 200
                headers.setdefault("Cache-Control", f"public, {_A_YEAR}, immutable" if static else "no-store")
                if scope.get("scheme") == "https":
                    headers["Strict-Transport-Security"] = _A_YEAR
            await send(message)

        await self._app(scope, receive, add)
