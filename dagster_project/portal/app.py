"""The application: routes, what must be permitted for each, headers, and how it says no.

Belongs here: putting the parts together. Does not belong here: pages.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache

from fastapi import APIRouter, Depends, FastAPI
from fastapi.datastructures import Default
from starlette.requests import Request
from starlette.routing import BaseRoute
from starlette.staticfiles import StaticFiles

from dagster_project.export import catalogue_names
from dagster_project.portal import refusals
from dagster_project.portal.api.description import REFUSALS
from dagster_project.portal.desk import Desk
from dagster_project.portal.headers import SecurityHeaders
from dagster_project.portal.releaser import Releaser
from dagster_project.portal.route import Route
from dagster_project.portal.routes_table import ROUTES
from dagster_project.portal.security.doorway import Doorway
from dagster_project.portal.security.session_guard import SessionGuard
from dagster_project.portal.templating import STATIC
from dagster_project.portal.visit import visit_of

_SAFE = frozenset({"GET", "HEAD"})


def create_app(desk: Desk) -> FastAPI:
    """The portal of a desk, as an ASGI application. The desk stays the caller's to close."""
    # Its own pages of documentation load scripts from elsewhere.
    app = FastAPI(title="Xushi 序时", docs_url=None, redoc_url=None, openapi_url=None, lifespan=_lifespan)
    app.state.desk = desk
    app.state.routes_table = ROUTES
    app.router.routes.extend(_routes())
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    if isinstance(desk.guard, SessionGuard):
        app.add_middleware(Doorway, guard=desk.guard)
    app.add_middleware(SecurityHeaders)
    refusals.install(app)
    return app


@cache
def _routes() -> tuple[BaseRoute, ...]:
    """The routes of every desk: what they are asked with says which. Reading the endpoints' annotations and making
    models of them takes longer than most answers do."""
    router = APIRouter()
    for route in ROUTES:
        router.add_api_route(
            route.path,
            route.endpoint,
            methods=[route.method],
            name=route.name,
            dependencies=[Depends(_permitted(route)), *([] if route.method in _SAFE else [Depends(_genuine)])],
            include_in_schema=route.api,
            status_code=route.status,
            responses={**(REFUSALS if route.api else {}), **(route.answer or {})},
            # By default FastAPI takes the endpoint's annotation; pages return responses of their own.
            response_model=Default(None) if route.api else None,
        )
    return tuple(router.routes)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    desk: Desk = app.state.desk
    desk.store.keep_names(catalogue_names(desk.catalogue))
    desk.board.refresh()
    releaser = Releaser(desk.intake, desk.board, now=desk.now)
    releaser.start()
    yield
    releaser.close()
    desk.rehearsals.close()
    desk.board.close()


def _permitted(route: Route) -> Callable[[Request], None]:
    """Refuses, before a page begins, what the visitor may not see."""

    def check(request: Request) -> None:
        visit = visit_of(request)
        if not visit.may_see(route):
            visit.require(route.action or "")

    return check


async def _genuine(request: Request) -> None:
    """Refuses a form that the visitor's own page did not send."""
    desk: Desk = request.app.state.desk
    await desk.guard.require_genuine(request)
