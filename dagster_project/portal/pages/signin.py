"""Signing in and out: by password, or by way of the identity provider.

Belongs here: the pages. Does not belong here: whether a password is right (`identity`), what a provider says
(`security/provider.py`).
"""

from __future__ import annotations

import hmac
import logging
import secrets
from datetime import timedelta
from typing import Annotated
from urllib.parse import quote

from fastapi import Form, Query
from starlette.responses import RedirectResponse, Response

from dagster_project.identity.identity import NOBODY
from dagster_project.identity.secret import digest, new_secret
from dagster_project.identity.sessions import NewSession
from dagster_project.portal.route import Route
from dagster_project.portal.security.addresses import local_path, sender, way_back
from dagster_project.portal.security.provider import ProviderError
from dagster_project.portal.security.session_guard import SessionGuard, session_guard
from dagster_project.portal.visit import Visit, Visiting
from dagster_project.store.sessions import Visit as ProviderVisit
from validators.errors import IdentityError

_VISIT = timedelta(minutes=15)
_log = logging.getLogger(__name__)

Next = Annotated[str, Query(alias="next", max_length=2000)]
Text = Annotated[str, Form(max_length=4000)]


def page(visit: Visiting, onward: Next = "/") -> Response:
    """The form; on to the page that was asked for where somebody is signed in."""
    target = local_path(onward)
    guard = session_guard(visit.desk.guard)
    if guard.asker(visit.request).session is not None:
        return RedirectResponse(target, status_code=303)
    if visit.request.headers.get("Sec-Fetch-Site") == "cross-site" and not guard.jar(visit.request).session(
        visit.request
    ):
        # A link in an e-mail or in Grafana comes without the session's strict cookie. Asked for once more by a page
        # of our own, it comes with it.
        return visit.page("signin_onward.html", address=f"/sign-in?next={quote(target)}")
    return _form(visit, guard, target)


def sign_in(
    visit: Visiting, name: Text = "", password: Text = "", onward: Annotated[Text, Form(alias="next")] = "/"
) -> Response:
    """Try a password."""
    guard, target = session_guard(visit.desk.guard), local_path(onward)
    jar = guard.jar(visit.request)
    if not jar.usable(visit.request):
        return _form(visit, guard, target)
    found = guard.identity.sign_in(name, password, address=sender(visit.request), instead_of=jar.session(visit.request))
    if found.new is not None:
        return enter(guard, visit, found.new, target)
    if found.wait:
        response = _form(visit, guard, target, 429, error="signin.wait", name=name, minutes=minutes(found.wait))
        response.headers["Retry-After"] = str(max(1, round(found.wait.total_seconds())))
        return response
    return _form(visit, guard, target, 401, error="signin.wrong", name=name)


def sign_out(visit: Visiting) -> Response:
    """End the session."""
    guard = session_guard(visit.desk.guard)
    jar = guard.jar(visit.request)
    secret = jar.session(visit.request)
    if secret is not None:
        guard.identity.sessions.end(secret)
    response = RedirectResponse("/sign-in", status_code=303)
    jar.drop_session(response)
    return response


def to_provider(visit: Visiting, onward: Next = "/", link: Annotated[str, Query(max_length=200)] = "") -> Response:
    """Send the browser to the identity provider; with a one-time link, its account is to be bound."""
    guard = session_guard(visit.desk.guard)
    if guard.provider is None:
        return RedirectResponse("/sign-in", status_code=303)
    jar, now = guard.jar(visit.request), visit.desk.now()
    if not jar.usable(visit.request):
        return _form(visit, guard, "/")
    secret, state, nonce, verifier = new_secret(), new_secret(), new_secret(), secrets.token_urlsafe(48)
    try:
        address = guard.provider.address(
            back=way_back(guard.settings, visit.request), state=state, nonce=nonce, verifier=verifier
        )
    except ProviderError as error:
        return _provider_failed(visit, guard, error)
    kept = ProviderVisit(state, nonce, verifier, digest(link) if link else None, local_path(onward), now + _VISIT)
    visit.desk.store.sessions.send_out(digest(secret), kept, now)
    response = RedirectResponse(address, status_code=303)
    jar.keep_visit(response, secret)
    return response


def from_provider(
    visit: Visiting,
    code: Annotated[str, Query(max_length=4000)] = "",
    state: Annotated[str, Query(max_length=200)] = "",
    error: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """The browser is back: whom does the provider vouch for?"""
    guard = session_guard(visit.desk.guard)
    jar, request = guard.jar(visit.request), visit.request
    secret = jar.visit(request)
    kept = None if secret is None else visit.desk.store.sessions.come_back(digest(secret), visit.desk.now())
    if guard.provider is None or kept is None or not hmac.compare_digest(kept.state.encode(), state.encode()):
        return _form(visit, guard, "/", 400, error="signin.provider_lost")
    if error or not code:
        return _provider_failed(visit, guard, ProviderError(error or "no code"))
    try:
        subject = guard.provider.subject(
            code, back=way_back(guard.settings, request), nonce=kept.nonce, verifier=kept.verifier, now=visit.desk.now()
        )
        new = guard.identity.sign_in_by_provider(
            guard.provider.issuer, subject, address=sender(request), link=kept.link, instead_of=jar.session(request)
        )
    except ProviderError as failed:
        return _provider_failed(visit, guard, failed)
    except IdentityError as refused:
        return _form(visit, guard, "/", 403, error="signin.provider_refused", said=visit.say.words(refused))
    if new is None and kept.link is not None:
        return _form(visit, guard, "/", 410, error="link.gone")
    if new is None:
        return _form(visit, guard, "/", 403, error="signin.provider_unknown", subject=subject)
    response = enter(guard, visit, new, kept.return_to)
    jar.drop_visit(response)
    return response


def enter(guard: SessionGuard, visit: Visit, new: NewSession, target: str) -> Response:
    """Hand the new session's secret to the browser, and on to a page."""
    response = RedirectResponse(target, status_code=303)
    guard.jar(visit.request).keep_session(response, new.secret)
    return response


def minutes(wait: timedelta) -> int:
    """A wait in whole minutes, at least one."""
    return max(1, -(-int(wait.total_seconds()) // 60))


def _provider_failed(visit: Visit, guard: SessionGuard, error: ProviderError) -> Response:
    _log.warning("%s %s", NOBODY, error)
    return _form(visit, guard, "/", 502, error="signin.provider_failed")


def _form(visit: Visit, guard: SessionGuard, target: str, status: int = 200, **values: object) -> Response:
    """The form, with what its token is compared with in a cookie."""
    jar = guard.jar(visit.request)
    usable = jar.usable(visit.request)
    shown = {"error": None, "name": "", **values}
    response = visit.page(
        "signin.html",
        status if usable else 400,
        target=target,
        usable=usable,
        provider=guard.provider is not None,
        said=shown,
    )
    jar.keep_form(response, guard.form_token(visit.request))
    return response


ROUTES = (
    Route("GET", "/sign-in", page, action=None),
    Route("POST", "/sign-in", sign_in, action=None),
    Route("POST", "/sign-out", sign_out, action=None),
    Route("GET", "/sign-in/provider", to_provider, action=None),
    Route("GET", "/sign-in/provider/back", from_provider, action=None),
)
