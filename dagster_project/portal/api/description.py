"""The API's description: OpenAPI, with the tokens that it takes and how it refuses.

Belongs here: what is said about all of the API's routes. Does not belong here: any route of its own but this one.
"""

from __future__ import annotations

from typing import Any

from fastapi.openapi.utils import get_openapi
from starlette.requests import Request
from starlette.responses import JSONResponse

from dagster_project.portal.api.answers import Refusal
from dagster_project.portal.route import Route

VERSION = "1"
_SAY = """The desk's powers for programs. Every request carries a token: `Authorization: Bearer xushi_...`; an
administrator makes one with `xushi token add`. Periods are SDMX texts (2025-03, 2025-Q1, 2025), times ISO 8601."""

# How any route may refuse; what it is about is in the body, see Refusal.
REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"model": Refusal, "description": "the request makes no sense as it stands"},
    401: {"model": Refusal, "description": "no token, or one that is not good (any more)"},
    403: {"model": Refusal, "description": "the token's roles don't allow it"},
    404: {"model": Refusal, "description": "there is no such thing"},
    409: {"model": Refusal, "description": "not in the state in which it is"},
    422: {"model": Refusal, "description": "a parameter is wrong"},
    503: {"model": Refusal, "description": "not right now; try again"},
}


def openapi(request: Request) -> JSONResponse:
    """The description in JSON."""
    app = request.app
    if not app.openapi_schema:
        schema = get_openapi(title=app.title, version=VERSION, description=_SAY, routes=app.routes)
        schema["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        schema["security"] = [{"token": []}]
        app.openapi_schema = schema
    return JSONResponse(app.openapi_schema)


ROUTES = (Route("GET", "/api/v1/openapi.json", openapi, action="use_api"),)
