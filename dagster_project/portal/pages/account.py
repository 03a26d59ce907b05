"""One's own account: who one is here, what one may do, the password.

Belongs here: the pages. Does not belong here: other people's accounts (`commands/user.py`).
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Form
from starlette.responses import Response

from dagster_project.identity.passwords import SHORTEST
from dagster_project.portal.pages.signin import enter, minutes
from dagster_project.portal.route import Route
from dagster_project.portal.security.addresses import sender
from dagster_project.portal.security.session_guard import session_guard
from dagster_project.portal.visit import Visit, Visiting
from validators.errors import IdentityError

Password = Annotated[str, Form(max_length=4000)]


def page(visit: Visiting, changed: bool = False) -> Response:
    """The account."""
    return _page(visit, changed=changed)


def change_password(visit: Visiting, old: Password = "", password: Password = "", again: Password = "") -> Response:
    """Change the password; all other browsers are signed out."""
    guard = session_guard(visit.desk.guard)
    if password != again:
        return _page(visit, 400, error=visit.say.text("password.differ"))
    jar = guard.jar(visit.request)
    try:
        found = guard.identity.change_password(
            guard.asker(visit.request).person,
            old,
            password,
            address=sender(visit.request),
            instead_of=jar.session(visit.request),
        )
    except IdentityError as error:
        return _page(visit, 400, error=visit.say.words(error))
    if found.new is not None:
        return enter(guard, visit, found.new, "/account?changed=true")
    if found.wait:
        return _page(visit, 429, error=visit.say.text("signin.wait", minutes=minutes(found.wait)))
    return _page(visit, 400, error=visit.say.text("password.old_wrong"))


def _page(visit: Visit, status: int = 200, *, error: str | None = None, changed: bool = False) -> Response:
    guard = session_guard(visit.desk.guard)
    asker = guard.asker(visit.request)
    account = guard.identity.users.find(asker.person.name)
    datasets = visit.desk.catalogue.datasets
    roles = [
        (grant.role.value, datasets[grant.dataset].title if grant.dataset in datasets else None, grant.dataset)
        for grant in asker.person.grants
    ]
    return visit.page(
        "own_account.html",
        status,
        account=account,
        roles=roles,
        session=asker.session,
        error=error,
        changed=changed,
        shortest=SHORTEST,
    )


ROUTES = (
    Route("GET", "/account", page, action="own_account"),
    Route("POST", "/account/password", change_password, action="own_account"),
)
