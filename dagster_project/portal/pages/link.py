"""One-time links: set a password, or bind the account of the identity provider.

Belongs here: the pages. Does not belong here: what a link is good for (`identity.links`), handing it out
(`commands/user.py`).
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Path
from starlette.responses import Response

from dagster_project.identity.passwords import SHORTEST
from dagster_project.portal.pages.signin import enter
from dagster_project.portal.route import Route
from dagster_project.portal.security.addresses import sender
from dagster_project.portal.security.session_guard import session_guard
from dagster_project.portal.visit import Visit, Visiting
from validators.errors import IdentityError

Secret = Annotated[str, Path(max_length=200)]
Password = Annotated[str, Form(max_length=4000)]


def page(visit: Visiting, secret: Secret) -> Response:
    """Whose link it is, and the form. Looking does not use it up."""
    return _form(visit, secret)


def set_password(visit: Visiting, secret: Secret, password: Password = "", again: Password = "") -> Response:
    """Set the password and sign in."""
    guard = session_guard(visit.desk.guard)
    jar = guard.jar(visit.request)
    if not jar.usable(visit.request):
        return _form(visit, secret)
    if password != again:
        return _form(visit, secret, 400, visit.say.text("password.differ"))
    try:
        new = guard.identity.sign_in_by_link(
            secret, password, address=sender(visit.request), instead_of=jar.session(visit.request)
        )
    except IdentityError as error:
        return _form(visit, secret, 400, visit.say.words(error))
    return _form(visit, secret) if new is None else enter(guard, visit, new, "/")


def _form(visit: Visit, secret: str, status: int = 200, error: str | None = None) -> Response:
    guard = session_guard(visit.desk.guard)
    jar = guard.jar(visit.request)
    account = guard.identity.links.holder(secret)
    usable = jar.usable(visit.request)
    if account is None:
        status = 410
    elif not usable:
        status = 400
    response = visit.page(
        "link.html",
        status,
        account=account,
        secret=secret,
        error=error,
        usable=usable,
        shortest=SHORTEST,
        provider=guard.provider is not None,
    )
    jar.keep_form(response, guard.form_token(visit.request))
    return response


ROUTES = (
    Route("GET", "/link/{secret}", page, action=None),
    Route("POST", "/link/{secret}", set_password, action=None),
)
