"""Tokens of systems that use the API: `xushi_...`, with roles of their own.

Belongs here: making, finding, revoking them. Does not belong here: the header they come in (the portal's).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from dagster_project.identity.audit import Audit, Deed
from dagster_project.identity.permissions import Grant, Kind, Person, Role
from dagster_project.identity.secret import TOKEN_PREFIX, digest, new_secret
from dagster_project.identity.users import grants_of, normal_name
from dagster_project.store.tokens import Token
from dagster_project.store.tokens import Tokens as Rows
from validators.errors import IdentityError

_NAME = re.compile(r"[^\W_][\w.-]{0,63}")
_USED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class NewToken:
    """A token just made: the only time that its secret is there."""

    secret: str
    token: Token


class Tokens:
    """The tokens of an installation."""

    def __init__(self, rows: Rows, audit: Audit, now: Callable[[], datetime]) -> None:
        self._rows = rows
        self._audit = audit
        self._now = now

    def all(self) -> list[Token]:
        """Every token by name, revoked and expired ones too."""
        return self._rows.all()

    def add(
        self, name: str, grants: Iterable[Grant], *, by: Person | str, good_for: timedelta | None = None
    ) -> NewToken:
        """A new token, for good (None) or for a time; IdentityError.

        No token is an administrator: people answer for users and roles.
        """
        normal, given = normal_name(name), sorted(set(grants))
        if not _NAME.fullmatch(normal):
            raise IdentityError(
                f"令牌名不合规：{name}（字母、数字、汉字、. _ -，最多 64 个字符）",
                f"{name} can't be a token's name: letters, digits, . _ -, at most 64 characters",
            )
        if not given:
            raise IdentityError("令牌至少要有一个角色，如 uploader:trade", "a token needs a role, e.g. uploader:trade")
        if any(grant.role is Role.ADMIN for grant in given):
            raise IdentityError("令牌不能是管理员", "a token can't be an administrator")
        if good_for is not None and good_for <= timedelta(0):
            raise IdentityError("令牌有效期须大于零", "a token must be good for some time")
        secret, pairs = new_secret(TOKEN_PREFIX), [(grant.role.value, grant.dataset) for grant in given]
        note = self._audit.note(by, Deed.TOKEN_ADDED, f"token:{normal}", {"grants": [list(pair) for pair in pairs]})
        expires_at = None if good_for is None else note.at + good_for
        return NewToken(secret, self._rows.add(normal, digest(secret), pairs, expires_at, note))

    def person(self, secret: str) -> Person | None:
        """Who comes with this token, while it is good."""
        if not secret.startswith(TOKEN_PREFIX):
            return None
        now = self._now()
        token = self._rows.find(digest(secret), now)
        if token is None:
            return None
        if token.used_at is None or now - token.used_at >= _USED_EVERY:
            self._rows.used(token.id, now)
        return Person(token.name, token.name, grants_of(token.grants), Kind.TOKEN)

    def revoke(self, name: str, *, by: Person | str) -> None:
        """Revoke a token for good; IdentityError when there is none to revoke."""
        normal = normal_name(name)
        self._rows.revoke(normal, self._audit.note(by, Deed.TOKEN_REVOKED, f"token:{normal}"))
