"""One-time links: how a person sets the first password, or a new one in place of a forgotten one.

A link is good for a day and for one use; a newer link of the same person replaces it. Looking at it does not use it up,
since mail programs look at links before people do.

Belongs here: making and using links. Does not belong here: their address (the portal's), sending them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dagster_project.identity.audit import Audit, Deed
from dagster_project.identity.passwords import Passwords, require_good
from dagster_project.identity.permissions import Person
from dagster_project.identity.secret import digest, new_secret
from dagster_project.store.accounts import Account, Accounts
from validators.errors import IdentityError

GOOD_FOR = timedelta(hours=24)


class Purpose(StrEnum):
    """What a link was made for."""

    FIRST_ADMIN = "first_admin"
    INVITATION = "invitation"
    RESET = "reset"


@dataclass(frozen=True)
class NewLink:
    """A link just made: the only time that its secret is there."""

    secret: str
    account: Account
    purpose: Purpose
    expires_at: datetime


class Links:
    """The one-time links of an installation."""

    def __init__(self, accounts: Accounts, audit: Audit, passwords: Passwords, now: Callable[[], datetime]) -> None:
        self._accounts = accounts
        self._audit = audit
        self._passwords = passwords
        self._now = now

    def make(self, account: Account, purpose: Purpose, *, by: Person | str) -> NewLink:
        """A link for an account; it replaces an earlier one."""
        if account.disabled_at is not None:
            raise IdentityError(
                f"用户已停用：{account.name}（xushi user enable 恢复）",
                f"{account.name} is disabled; first xushi user enable {account.name}",
            )
        secret = new_secret()
        note = self._audit.note(by, Deed.LINK_MADE, f"user:{account.name}", {"purpose": purpose.value})
        expires_at = note.at + GOOD_FOR
        self._accounts.add_link(account.name, digest(secret), purpose.value, expires_at, note)
        return NewLink(secret, account, purpose, expires_at)

    def holder(self, secret: str) -> Account | None:
        """Whose link it is, while it is good."""
        found = self._accounts.link(digest(secret), self._now())
        return None if found is None else found.account

    def set_password(self, secret: str, password: str) -> Account | None:
        """Set the password and use the link up; None when the link is no good. IdentityError for a poor password."""
        account = self.holder(secret)
        if account is None:
            return None
        require_good(password, account.name, account.display_name)
        note = self._audit.note(account.name, Deed.PASSWORD_SET, f"user:{account.name}", {"by": "link"})
        hashed = self._passwords.hash(password)
        return account if self._accounts.use_link(digest(secret), note, password_hash=hashed, subject=None) else None

    def bind(self, link: str, issuer: str, subject: str) -> Account | None:
        """Let a subject of an identity provider sign in as the account of a link, and use it up.

        `link` is the digest of its secret: the secret itself is not kept while the browser is away at the provider.
        """
        found = self._accounts.link(link, self._now())
        if found is None:
            return None
        name = found.account.name
        details = {"issuer": issuer, "subject": subject, "by": "link"}
        note = self._audit.note(name, Deed.IDENTITY_BOUND, f"user:{name}", details)
        bound = self._accounts.use_link(link, note, password_hash=None, subject=(issuer, subject))
        return found.account if bound else None
