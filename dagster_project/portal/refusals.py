"""How the portal says no: a page for people, JSON for programs, the same words.

Belongs here: from an error to an answer. Does not belong here: deciding to refuse.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from dagster_project.portal.guard import ForbiddenError, ForgedFormError, SignInNeededError
from dagster_project.portal.visit import visit_of
from validators.errors import TemporaryError, XushiError

SIGN_IN = "/sign-in"
API = "/api/"
_TRY_AGAIN_SECONDS = "5"

_log = logging.getLogger(__name__)


def install(app: FastAPI) -> None:
    """Answer every error of the application with words."""
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(SignInNeededError, _sign_in)
    app.add_exception_handler(ForbiddenError, _forbidden)
    app.add_exception_handler(ForgedFormError, forged)
    app.add_exception_handler(TemporaryError, away)
    app.add_exception_handler(XushiError, _refused)
    app.add_exception_handler(Exception, _broken)


def refusal(
    request: Request, status: int, key: str, message: str, headers: Mapping[str, str] | None = None
) -> Response:
    """The page, or the JSON object {"error": key, "message": words}, of a refusal."""
    if request.url.path.startswith(API):
        return JSONResponse({"error": key, "message": message}, status_code=status, headers=headers)
    visit = visit_of(request)
    response = visit.page("refusal.html", status, title=visit.say.text(f"error.{key}"), message=message, key=key)
    response.headers.update(headers or {})
    return response


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - what it is registered for
    if error.status_code == 404:
        message = visit_of(request).say.text("error.not_found.say")
        return refusal(request, 404, "not_found", message)
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(_methods(request))
    return refusal(request, error.status_code, "refused", str(error.detail), headers)


def _methods(request: Request) -> list[str]:
    """What may be asked at an address. Starlette says it of the first route alone where several share one."""
    fitting = [route for route in request.app.routes if isinstance(route, Route)]
    asked = {method for route in fitting if route.path_regex.match(request.url.path) for method in route.methods or ()}
    return sorted(asked)


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - what it is registered for
    say = visit_of(request).say
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"][1:]) or "body"
    message = say.text("error.bad_request.say", field=field, found=first["msg"])
    return refusal(request, 422 if request.url.path.startswith(API) else 400, "bad_request", message)


def _sign_in(request: Request, _: Exception) -> Response:
    visit = visit_of(request)
    if request.method == "GET" and visit.has(SIGN_IN) and not request.url.path.startswith(API):
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"{SIGN_IN}?next={quote(asked)}", status_code=303)
    return refusal(
        request, 401, "sign_in", visit.say.text("error.sign_in.say"), {"WWW-Authenticate": 'Bearer realm="xushi"'}
    )


def _forbidden(request: Request, error: Exception) -> Response:
    assert isinstance(error, ForbiddenError)  # noqa: S101 - what it is registered for
    message = visit_of(request).say.text("error.forbidden.say", action=error.action)
    return refusal(request, 403, "forbidden", message)


def forged(request: Request, error: Exception | None = None) -> Response:  # noqa: ARG001 - a handler's signature
    """For a form that another site sent, or that is older than the sign-in."""
    return refusal(request, 403, "forged", visit_of(request).say.text("error.forged.say"))


def too_large(request: Request) -> Response:
    """For a body that is larger than whoever asks may send."""
    return refusal(request, 413, "too_large", visit_of(request).say.text("error.too_large.say"))


def away(request: Request, error: Exception) -> Response:
    """For what may pass by itself, such as a database that is away."""
    _log.warning("%s %s: %s", request.method, request.url.path, error)
    message = visit_of(request).say.text("error.away.say")
    return refusal(request, 503, "away", message, {"Retry-After": _TRY_AGAIN_SECONDS})


def _refused(request: Request, error: Exception) -> Response:
    return refusal(request, 409, "refused", str(error))


def _broken(request: Request, _: Exception) -> Response:
    # Starlette raises the error once more after this answer, so that the server logs it with its trace.
    visit = visit_of(request)
    when = visit.say.moment(visit.desk.now())
    return refusal(request, 500, "internal", visit.say.text("error.internal.say", when=when))
