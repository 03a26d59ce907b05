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
from validators.catalogue import Catalogue

VERSION = "1"
_PERIOD = "^(19|20)[0-9]{2}(-(0[1-9]|1[0-2]|Q[1-4]))?$"
_EMPTY = {"type": "string", "enum": [""]}
_SAY = """The desk's powers for programs. Every request carries a token: `Authorization: Bearer xushi_...`; an
administrator makes one with `xushi token add`. Periods are SDMX texts (2025-03, 2025-Q1, 2025), times ISO 8601."""

# How any route may refuse; what it is about is in the body, see Refusal.
REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"model": Refusal, "description": "the request makes no sense as it stands"},
    401: {"model": Refusal, "description": "no token, or one that is not good (any more)"},
    403: {"model": Refusal, "description": "the token's roles don't allow it"},
    404: {"model": Refusal, "description": "there is no such thing"},
    405: {"model": Refusal, "description": "no such method here"},
    409: {"model": Refusal, "description": "not in the state in which it is"},
    413: {"model": Refusal, "description": "the request is larger than the sender may send"},
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
        _name_values(schema, app.state.desk.catalogue)
        app.openapi_schema = schema
    return JSONResponse(app.openapi_schema)


def _name_values(schema: dict[str, Any], catalogue: Catalogue) -> None:
    """Say of every parameter and field of a form which values there are: they are in the catalogue, not in the code."""
    sections = [f"{key}.{chapter}" for key, document in catalogue.documents.items() for chapter in document.chapters]
    said: dict[str, dict[str, Any]] = {
        "dataset": {"enum": [*catalogue.datasets]},
        "region": {"enum": [*catalogue.regions]},
        "indicator": {"enum": [*catalogue.indicators]},
        "target": {"enum": [*catalogue.targets]},
        "owner": {"enum": [*catalogue.departments]},
        "section": {"enum": [*catalogue.documents, *sections]},
        "known_on": {"format": "date"},
        **{name: {"pattern": _PERIOD} for name in ("period", "first", "last", "since", "until", "as_of")},
    }
    for path in schema["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", ()):
                _say(parameter["schema"], said.get(parameter["name"], {}))
    for name, body in schema["components"]["schemas"].items():
        if name.startswith("Body_"):
            for field in set(body["properties"]) - set(body["required"]):
                body["properties"][field] = _field(body["properties"][field], said.get(field, {}))


def _field(described: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """Of a form: a text, or an empty one, which says nothing."""
    about = {name: value for name, value in described.items() if name in ("title", "description", "default")}
    value = {name: value for name, value in described.items() if name not in (*about, "anyOf")}
    for one in described.get("anyOf", ()):
        value |= one if one["type"] != "null" else {}
    return {**about, "anyOf": [value | more, _EMPTY]}


def _say(described: dict[str, Any], more: dict[str, Any]) -> None:
    """Of the text itself, of the items of a list, of what is left when it may be nothing. Where nothing is said by
    default, an empty text says nothing too."""
    if more and described.get("default") == "":
        described["anyOf"] = [{"type": described.pop("type"), **more}, _EMPTY]
        return
    for one in (described, *described.get("anyOf", ())):
        (one["items"] if one.get("type") == "array" else one if one.get("type") == "string" else {}).update(more)


ROUTES = (Route("GET", "/api/v1/openapi.json", openapi, action="use_api"),)
