"""People who may sign in, and what they may do.

Belongs here: adding, granting, disabling, and the rules of names. Does not belong here: proving who one is
(`identity`), links (`links`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import datetime

from dagster_project.identity.audit import Audit, Deed
from dagster_project.identity.permissions import Grant, Person, Role
from dagster_project.store.accounts import Account, Accounts
from validators.errors import IdentityError

# No colon: `token:...` and `console:...` are no people.
_NAME = re.compile(r"[^\W_][\w.@-]{0,63}")
_LONGEST_DISPLAY_NAME = 100


class Users:
    """The accounts of an installation."""

    def __init__(self, accounts: Accounts, audit: Audit, now: Callable[[], datetime]) -> None:
        self._accounts = accounts
        self._audit = audit
        self._now = now

    def all(self) -> list[Account]:
        """Every account by name, disabled ones too."""
        return self._accounts.all()

    def find(self, name: str) -> Account | None:
        """The account of a name, however it is written. Any text may be asked for, also what no database takes."""
        normal = normal_name(name)
        return self._accounts.named(normal) if _NAME.fullmatch(normal) else None

    def add(self, name: str, display_name: str, grants: Iterable[Grant], *, by: Person | str) -> Account:
        """A new account, which nobody can use before a link set its password; IdentityError."""
        normal = normal_name(name)
        if not _NAME.fullmatch(normal):
            raise IdentityError(
                f"用户名不合规：{name}（字母、数字、汉字、. _ - @，最多 64 个字符）",
                f"{name} can't be a user name: letters, digits, . _ - @, at most 64 characters",
            )
        shown = " ".join(display_name.split()) or normal
        if len(shown) > _LONGEST_DISPLAY_NAME or not shown.isprintable():
            raise IdentityError(
                f"姓名不合规（最多 {_LONGEST_DISPLAY_NAME} 个可见字符）",
                f"a display name has at most {_LONGEST_DISPLAY_NAME} visible characters",
            )
        pairs = _pairs(grants)
        details = {"display_name": shown, "grants": [list(pair) for pair in pairs]}
        return self._accounts.add(
            normal, shown, pairs, self._audit.note(by, Deed.USER_ADDED, f"user:{normal}", details)
        )

    def grant(self, name: str, grants: Iterable[Grant], *, by: Person | str) -> Account:
        """Give roles; IdentityError when there is no such user."""
        return self._change(name, add=_pairs(grants), remove=[], by=by)

    def revoke(self, name: str, grants: Iterable[Grant], *, by: Person | str) -> Account:
        """Take roles back; IdentityError when the user has not got one of them, or is the last administrator."""
        pairs = _pairs(grants)
        account = self._known(name)
        absent = [pair for pair in pairs if pair not in account.grants]
        if absent:
            held = "、".join(grant.text for grant in grants_of(account.grants)) or "-"
            raise IdentityError(
                f"{account.name} 没有这个角色；现有：{held}", f"{account.name} has no such role; there is: {held}"
            )
        if (Role.ADMIN.value, "") in pairs:
            self._require_another_admin(account)
        return self._change(name, add=[], remove=pairs, by=by)

    def disable(self, name: str, *, by: Person | str) -> Account:
        """Nobody can sign in as this user any more, and whoever is signed in is out at once; IdentityError."""
        account = self._known(name)
        self._require_another_admin(account)
        note = self._audit.note(by, Deed.USER_DISABLED, f"user:{account.name}")
        return self._accounts.set_disabled(account.name, note.at, note)

    def enable(self, name: str, *, by: Person | str) -> Account:
        """Let a disabled user sign in again."""
        account = self._known(name)
        return self._accounts.set_disabled(
            account.name, None, self._audit.note(by, Deed.USER_ENABLED, f"user:{account.name}")
        )

    def bind(self, name: str, issuer: str, subject: str, *, by: Person | str) -> Account:
        """Let a subject of an identity provider sign in as this user."""
        account = self._known(name)
        note = self._audit.note(by, Deed.IDENTITY_BOUND, f"user:{account.name}", {"issuer": issuer, "subject": subject})
        return self._accounts.bind(account.name, issuer, subject, note)

    def _known(self, name: str) -> Account:
        account = self.find(name)
        if account is None:
            raise IdentityError(
                f"没有这个用户：{name}（xushi user list 列出全部）", f"there is no user {name}; see xushi user list"
            )
        return account

    def _change(
        self, name: str, *, add: list[tuple[str, str]], remove: list[tuple[str, str]], by: Person | str
    ) -> Account:
        account = self._known(name)
        details = {"added": [list(pair) for pair in add], "removed": [list(pair) for pair in remove]}
        note = self._audit.note(by, Deed.GRANTS_CHANGED, f"user:{account.name}", details)
        return self._accounts.change_grants(account.name, add, remove, note)

    def _require_another_admin(self, account: Account) -> None:
        """Without an administrator nobody could make one from the portal."""
        others = [other for other in self.all() if other.id != account.id and is_admin(other)]
        if is_admin(account) and not others:
            raise IdentityError(
                f"{account.name} 是唯一的管理员；请先授权另一人（xushi user grant 用户名 admin）",
                f"{account.name} is the only administrator; first make another one: xushi user grant NAME admin",
            )


def normal_name(name: str) -> str:
    """The one way of writing a user's name."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def person_of(account: Account) -> Person:
    """The account as who is asking."""
    return Person(account.name, account.display_name, grants_of(account.grants))


def grants_of(pairs: Iterable[tuple[str, str]]) -> tuple[Grant, ...]:
    """Rows as grants."""
    return tuple(Grant(Role(role), dataset) for role, dataset in pairs)


def is_admin(account: Account) -> bool:
    """Whether the account has every power, and is not disabled."""
    return (Role.ADMIN.value, "") in account.grants and account.disabled_at is None


def _pairs(grants: Iterable[Grant]) -> list[tuple[str, str]]:
    return sorted({(grant.role.value, grant.dataset) for grant in grants})
