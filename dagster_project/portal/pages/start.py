"""The address without a path: on to the first page that the visitor may see."""

from __future__ import annotations

from starlette.responses import RedirectResponse

from dagster_project.portal.guard import SignInNeededError
from dagster_project.portal.language import remember
from dagster_project.portal.route import Route
from dagster_project.portal.visit import Visiting


def start(visit: Visiting) -> RedirectResponse:
    """On to the first entry of the navigation; without any, the visitor has to sign in."""
    open_to = visit.navigation()
    if not open_to:
        raise SignInNeededError("请先登录 / sign in first")
    response = RedirectResponse(open_to[0].path, status_code=303)
    remember(visit.request, response)
    return response


ROUTES = (Route("GET", "/", start, action=None),)
