"""The visitor's language: Chinese unless English was asked for."""

from __future__ import annotations

from enum import StrEnum

from starlette.requests import HTTPConnection
from starlette.responses import Response

PARAMETER = COOKIE = "lang"
_YEAR_SECONDS = 365 * 24 * 3600


class Language(StrEnum):
    """In which pages are written."""

    ZH = "zh"
    EN = "en"

    @property
    def tag(self) -> str:
        """The language tag of the page (BCP 47)."""
        return {"zh": "zh-CN", "en": "en"}[self.value]

    @property
    def other(self) -> Language:
        """The one to switch to."""
        return Language.EN if self is Language.ZH else Language.ZH


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
