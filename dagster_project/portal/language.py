"""The visitor's language: Chinese unless English was asked for."""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.responses import Response

from dagster_project.scoreboard.language import Language

PARAMETER = COOKIE = "lang"
_YEAR_SECONDS = 365 * 24 * 3600


def language_of(request: HTTPConnection) -> Language:
    """What the address asks for, else what was chosen before, else Chinese."""
    for said in (request.query_params.get(PARAMETER), request.cookies.get(COOKIE)):
        if said in tuple(Language):
            return Language(said)
    return Language.ZH


def remember(request: HTTPConnection, response: Response) -> None:
    """Keep a choice made in the address."""
    if request.query_params.get(PARAMETER) in tuple(Language):
        secure = request.url.scheme == "https"
        response.set_cookie(
            COOKIE, language_of(request), max_age=_YEAR_SECONDS, httponly=True, samesite="lax", secure=secure
        )
