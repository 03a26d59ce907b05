"""The cookies of signing in, and when they may go without TLS.

Belongs here: names and attributes. Does not belong here: what their values open (`identity.sessions`).
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import Response

from dagster_project.settings import Settings

_FORM_SECONDS = 24 * 3600
_VISIT_SECONDS = 15 * 60


@dataclass(frozen=True, slots=True)
class Jar:
    """The cookies of one request. With TLS their names begin with `__Host-`: no other host can then set them."""

    secure: bool
    same_site: Literal["lax", "strict"]

    @classmethod
    def of(cls, request: HTTPConnection, settings: Settings) -> Jar:
        """Secure unless the setting says http://, or (without that setting) the browser is on this machine.

        The session's cookie is SameSite=Strict; with an identity provider, whose site sends the browser back, Lax.
        """
        same_site: Literal["lax", "strict"] = "strict" if settings.oidc_issuer is None else "lax"
        if settings.portal_url is not None:
            return cls(urlsplit(settings.portal_url).scheme == "https", same_site)
        return cls(request.url.scheme == "https" or not _is_loopback(request.url.hostname or ""), same_site)

    def usable(self, request: HTTPConnection) -> bool:
        """Whether the browser would send the cookies back: it keeps secure ones for encrypted connections."""
        return not self.secure or request.url.scheme == "https" or _is_loopback(request.url.hostname or "")

    def session(self, request: HTTPConnection) -> str | None:
        """The secret of the browser's session."""
        return request.cookies.get(self._name("xushi_session"))

    def keep_session(self, response: Response, secret: str) -> None:
        """Hand the secret of a session to the browser, until it is closed."""
        self._set(response, "xushi_session", secret, self.same_site, None)

    def drop_session(self, response: Response) -> None:
        """Take it away again."""
        self._drop(response, "xushi_session", self.same_site)

    def form(self, request: HTTPConnection) -> str | None:
        """What the forms of somebody who is not signed in must carry."""
        return request.cookies.get(self._name("xushi_form"))

    def keep_form(self, response: Response, token: str) -> None:
        """Hand it to the browser."""
        self._set(response, "xushi_form", token, "lax", _FORM_SECONDS)

    def visit(self, request: HTTPConnection) -> str | None:
        """The secret of a browser that is on its way through the identity provider."""
        return request.cookies.get(self._name("xushi_visit"))

    def keep_visit(self, response: Response, secret: str) -> None:
        """Hand it to the browser."""
        self._set(response, "xushi_visit", secret, "lax", _VISIT_SECONDS)

    def drop_visit(self, response: Response) -> None:
        """Take it away again."""
        self._drop(response, "xushi_visit", "lax")

    def _name(self, name: str) -> str:
        return f"__Host-{name}" if self.secure else name

    def _set(
        self, response: Response, name: str, value: str, same_site: Literal["lax", "strict"], seconds: int | None
    ) -> None:
        response.set_cookie(
            self._name(name), value, max_age=seconds, path="/", secure=self.secure, httponly=True, samesite=same_site
        )

    def _drop(self, response: Response, name: str, same_site: Literal["lax", "strict"]) -> None:
        response.delete_cookie(self._name(name), path="/", secure=self.secure, httponly=True, samesite=same_site)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
