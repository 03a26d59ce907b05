"""The guard of the portal: who asks, by a session's cookie or a system's token, and what they may do.

A request with an Authorization header is the token's or nobody's, whatever cookies come along.
Belongs here: answering the pages' questions (`portal/guard.py`). Does not belong here: what a role may do
(`identity.permissions`).
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import HTTPConnection, Request

from dagster_project.identity.identity import Identity
from dagster_project.identity.permissions import ANONYMOUS, Action, Kind, Person, allowed
from dagster_project.identity.secret import new_secret
from dagster_project.identity.sessions import Session
from dagster_project.portal.guard import ForgedFormError, Guard, Visitor
from dagster_project.portal.security.cookies import Jar
from dagster_project.portal.security.provider import Provider
from dagster_project.settings import Settings

FORM_FIELD = "form_token"
FORM_HEADER = "X-Form-Token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_SCHEME = "bearer"


@dataclass(frozen=True, slots=True)
class Asker:
    """Who a request comes from; `session` only where a browser is signed in."""

    person: Person
    session: Session | None = None


class SessionGuard:
    """One per application. `provider` is there where an identity provider is set up."""

    def __init__(self, identity: Identity, settings: Settings) -> None:
        self.identity = identity
        self.settings = settings
        self.provider = Provider.of(settings)

    def jar(self, request: HTTPConnection) -> Jar:
        """The request's cookies."""
        return Jar.of(request, self.settings)

    def asker(self, request: HTTPConnection) -> Asker:
        """Who asks; looked up once per request."""
        known: Asker | None = getattr(request.state, "asker", None)
        if known is None:
            request.state.asker = Asker(ANONYMOUS)  # for the page that says so, should the database be away
            known = self._look_up(request)
            request.state.asker = known
        return known

    def _look_up(self, request: HTTPConnection) -> Asker:
        header = request.headers.get("Authorization")
        if header is not None:
            scheme, _, secret = header.partition(" ")
            person = self.identity.tokens.person(secret.strip()) if scheme.casefold() == _SCHEME else None
            return Asker(person or ANONYMOUS)
        secret_of_session = self.jar(request).session(request)
        session = self.identity.sessions.find(secret_of_session) if secret_of_session else None
        return Asker(ANONYMOUS) if session is None else Asker(session.person, session)

    def visitor(self, request: Request) -> Visitor | None:
        """Who is signed in, or which system; None for nobody."""
        person = self.asker(request).person
        return None if person.kind is Kind.ANONYMOUS else Visitor(person.actor, person.display_name)

    def allows(
        self,
        request: Request,
        visitor: Visitor | None,  # noqa: ARG002 - the request says it too, with the roles
        action: str,
        dataset: str | None,
        *,
        own: bool = False,
    ) -> bool:
        """Whether they may do it. `own`: to something that they made themselves."""
        return allowed(
            self.asker(request).person,
            Action(action),
            dataset,
            own=own,
            public_scoreboard=self.settings.public_scoreboard,
            public_metrics=self.settings.public_metrics,
        )

    def form_token(self, request: Request) -> str:
        """The session's own; for somebody who is not signed in, what the form cookie holds (see `keep_form`)."""
        session = self.asker(request).session
        if session is not None:
            return session.csrf
        token: str | None = getattr(request.state, "form_token", None) or self.jar(request).form(request)
        if token is None:
            token = new_secret()
        request.state.form_token = token
        return token

    async def require_genuine(self, request: Request) -> None:
        """ForgedFormError unless a request that changes something was meant by who it claims to come from.

        A token's header can't be made by another site; everybody else's form carries what only our page knew.
        """
        if request.method in _SAFE or "Authorization" in request.headers:
            return
        session = (await run_in_threadpool(self.asker, request)).session
        expected = self.jar(request).form(request) if session is None else session.csrf
        given: object = request.headers.get(FORM_HEADER)
        if given is None:
            form: FormData = await request.form()
            given = form.get(FORM_FIELD)
        if not expected or not isinstance(given, str) or not hmac.compare_digest(expected.encode(), given.encode()):
            raise ForgedFormError


def session_guard(guard: Guard) -> SessionGuard:
    """The guard, for the pages of signing in, which know no other one."""
    if not isinstance(guard, SessionGuard):
        raise TypeError(f"these pages need a SessionGuard, not {type(guard).__name__}")
    return guard
