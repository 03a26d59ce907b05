"""Who is asking, and what they may do, as the pages see it.

Belongs here: the questions that every page asks, and the refusals. Does not belong here: passwords, sessions, tokens,
roles (`identity`, and `security/`, which answers these questions).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from starlette.requests import Request

from validators.errors import XushiError


class SignInNeededError(XushiError):
    """Nobody is signed in, and the page is not for everybody."""


class ForbiddenError(XushiError):
    """Whoever is signed in may not do this. `action` and `dataset` say what was asked for."""

    def __init__(self, action: str, dataset: str | None = None) -> None:
        self.action, self.dataset = action, dataset
        super().__init__(f"没有权限 / not permitted: {action}{f' ({dataset})' if dataset else ''}")


class ForgedFormError(XushiError):
    """A form that changes something does not carry what only a page of this visitor's knew."""

    def __init__(self) -> None:
        super().__init__("请刷新页面后重新提交 / reload the page and send the form again")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is signed in. `user`: the name in the ledger; `name`: how the person is called on pages."""

    user: str
    name: str


class Guard(Protocol):
    """Answers who is asking and what they may do. Asked once or more per request, so it must be quick."""

    def visitor(self, request: Request) -> Visitor | None:
        """Who is signed in; None for nobody."""
        ...

    def allows(
        self, request: Request, visitor: Visitor | None, action: str, dataset: str | None, *, own: bool = False
    ) -> bool:
        """Whether they may do it: with this dataset, or (None) with at least one. `own`: the thing is theirs."""
        ...

    def form_token(self, request: Request) -> str:
        """What a form must carry to be this visitor's own; '' where none is needed."""
        ...

    async def require_genuine(self, request: Request) -> None:
        """ForgedFormError unless a request that changes something carries it (see `form_token.html`)."""
        ...


class Closed:
    """The guard of an installation that nobody can sign in to: pages for everybody work, all others refuse."""

    def visitor(self, request: Request) -> Visitor | None:  # noqa: ARG002 - asked of every guard
        """Nobody."""
        return None

    def allows(
        self,
        request: Request,  # noqa: ARG002 - asked of every guard
        visitor: Visitor | None,  # noqa: ARG002 - asked of every guard
        action: str,  # noqa: ARG002 - asked of every guard
        dataset: str | None,  # noqa: ARG002 - asked of every guard
        *,
        own: bool = False,  # noqa: ARG002 - asked of every guard
    ) -> bool:
        """Nothing."""
        return False

    def form_token(self, request: Request) -> str:  # noqa: ARG002 - signature of a guard
        """None is needed where no form is taken."""
        return ""

    async def require_genuine(self, request: Request) -> None:  # noqa: ARG002 - as above
        """No form is taken."""
        raise ForgedFormError
