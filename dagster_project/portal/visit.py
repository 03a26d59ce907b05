"""One request: who asks, in which language, at which desk; and how it is answered with a page.

Belongs here: what every page needs of a request. Does not belong here: what any one page does.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import HTMLResponse

from dagster_project.identity.audit import Deed
from dagster_project.intake import PULLED_BY
from dagster_project.portal.desk import Desk
from dagster_project.portal.guard import ForbiddenError, SignInNeededError, Visitor
from dagster_project.portal.language import PARAMETER, language_of, remember
from dagster_project.portal.route import Route
from dagster_project.portal.templating import ENVIRONMENT
from dagster_project.portal.wording import TEXTS
from dagster_project.scoreboard.language import Language
from dagster_project.scoreboard.phrasing import Phrasing


@dataclass(frozen=True)
class Visit:
    """`routes` are all routes of the portal, for the navigation."""

    desk: Desk
    request: Request
    visitor: Visitor | None
    language: Language
    routes: tuple[Route, ...]

    @cached_property
    def say(self) -> Phrasing:
        """How things are said to this visitor."""
        return Phrasing(self.language, self.desk.settings.zone, TEXTS)

    @property
    def user(self) -> str:
        """The name that goes into the ledger. SignInNeededError for nobody."""
        if self.visitor is None:
            raise SignInNeededError("请先登录 / sign in first")
        return self.visitor.user

    def called(self, user: str) -> str:
        """How somebody of the ledger is called: a user by the display name, a source as such, anybody else as
        entered."""
        if user.startswith(PULLED_BY):
            return self.say.text("sources.called", name=user.removeprefix(PULLED_BY))
        return self._display_names.get(user, user)

    @cached_property
    def _display_names(self) -> dict[str, str]:
        return {account.name: account.display_name for account in self.desk.identity.users.all()}

    def may(self, action: str, dataset: str | None = None, *, by: str | None = None) -> bool:
        """Whether the visitor may do it: with this dataset, or (None) with at least one. `by`: who made the thing."""
        own = by is not None and self.visitor is not None and by == self.visitor.user
        return self.desk.guard.allows(self.request, self.visitor, action, dataset, own=own)

    def require(self, action: str, dataset: str | None = None, *, by: str | None = None) -> None:
        """SignInNeededError or ForbiddenError where `may` says no."""
        if not self.may(action, dataset, by=by):
            if self.visitor is None:
                raise SignInNeededError("请先登录 / sign in first")
            raise ForbiddenError(action, dataset)

    def record(self, deed: Deed, thing: str, **details: Any) -> None:
        """Enter in the audit log what the visitor did to a thing, e.g. upload:17. What happens to an upload enters
        itself; what is open to everybody is not entered for somebody unknown, who could fill the log."""
        if self.visitor is not None:
            self.desk.identity.audit.record(self.visitor.user, deed, thing, details)

    def may_see(self, route: Route) -> bool:
        """Whether a route is open to the visitor, by permission or by a setting."""
        if route.action is None or (route.opened_by and getattr(self.desk.settings, route.opened_by)):
            return True
        return self.may(route.action)

    def navigation(self) -> list[Route]:
        """The entries of the navigation that the visitor may follow."""
        return [route for route in self.routes if route.nav and self.may_see(route)]

    def is_at(self, route: Route) -> bool:
        """Whether this is the page of an entry of the navigation, or one under it."""
        path = self.request.url.path
        return path == route.path or path.startswith(f"{route.path}/")

    def has(self, path: str) -> bool:
        """Whether there is a page at a path, for links to pages that an installation may lack."""
        return any(route.path == path for route in self.routes)

    def form_token(self) -> str:
        """What a form must carry."""
        return self.desk.guard.form_token(self.request)

    def here(self, **changed: object) -> str:
        """This address with some parameters changed; None drops one."""
        kept = [(key, value) for key, value in self.request.query_params.multi_items() if key not in changed]
        pairs = [*kept, *((key, value) for key, value in changed.items() if value is not None)]
        return f"{self.request.url.path}?{urlencode(pairs)}" if pairs else self.request.url.path

    def in_other_language(self) -> str:
        """This page in the other language; the start page where this is the answer to a form."""
        if self.request.method != "GET":
            return f"/?{PARAMETER}={self.language.other}"
        return self.here(**{PARAMETER: self.language.other.value})

    def render(self, template: str, **values: Any) -> str:
        """A template filled: it knows `visit`, `say`, `t` and the values."""
        return ENVIRONMENT.get_template(template).render(visit=self, say=self.say, t=self.say.text, **values)

    def page(self, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """A template as the answer."""
        response = HTMLResponse(self.render(template, **values), status_code=status)
        response.headers["Content-Language"] = self.language.tag
        remember(self.request, response)
        return response


def visit_of(request: Request) -> Visit:
    """The visit of a request to an application of `create_app`."""
    desk: Desk = request.app.state.desk
    return Visit(desk, request, desk.guard.visitor(request), language_of(request), request.app.state.routes_table)


Visiting = Annotated[Visit, Depends(visit_of)]
