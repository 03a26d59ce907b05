"""The way in: who somebody is, proved by a password, a link or an identity provider.

    identity.users      accounts and their roles          identity.sessions   who is signed in
    identity.tokens     systems that use the API          identity.links      one-time links
    identity.audit      what was done

Belongs here: signing in. Does not belong here: what one may do then (`permissions`), any page or cookie.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from dagster_project.identity.audit import Audit, Deed
from dagster_project.identity.links import Links, NewLink, Purpose
from dagster_project.identity.passwords import Passwords, require_good
from dagster_project.identity.permissions import Grant, Person, Role
from dagster_project.identity.sessions import NewSession, Sessions
from dagster_project.identity.throttle import Throttle
from dagster_project.identity.tokens import Tokens
from dagster_project.identity.users import Users, is_admin, normal_name
from dagster_project.store import Store
from dagster_project.store.accounts import Account
from validators.errors import IdentityError

FIRST_ADMIN = "admin"
CONSOLE = "console"
NOBODY = "?"  # in the audit log: somebody who has not shown who he is


@dataclass(frozen=True)
class SignIn:
    """What became of an attempt: a session, or none; then `wait` says how long no further attempt is looked at.

    Whether there is such a user, whether the account is disabled, and whether it has a password is not told.
    """

    new: NewSession | None = None
    wait: timedelta = timedelta(0)


class Identity:
    """Everything about who may do what, for one installation. `now` is the clock (tz-aware)."""

    def __init__(self, store: Store, now: Callable[[], datetime], passwords: Passwords | None = None) -> None:
        self._accounts = store.accounts
        self._now = now
        self._passwords = passwords or Passwords()
        self._throttle = Throttle(store.attempts)
        self.audit = Audit(store.audit, now)
        self.users = Users(store.accounts, self.audit, now)
        self.sessions = Sessions(store.sessions, self.audit, now)
        self.tokens = Tokens(store.tokens, self.audit, now)
        self.links = Links(store.accounts, self.audit, self._passwords, now)

    def sign_in(self, name: str, password: str, *, address: str, instead_of: str | None = None) -> SignIn:
        """Try a password. `address`: where the attempt comes from; `instead_of`: the browser's session so far."""
        normal = normal_name(name)
        wait = self._wait(normal, address)
        if wait:
            return SignIn(wait=wait)
        account = self.users.find(normal)
        kept = None if account is None or account.disabled_at is not None else account.password_hash
        right = self._passwords.check(kept, password)
        if not right or account is None:
            self._failed(account, address, "password")
            return SignIn()
        self._throttle.succeeded(normal, address)
        if kept is not None and self._passwords.outdated(kept):
            self._accounts.rehash(account.id, kept, self._passwords.hash(password))
        return SignIn(self.sessions.start(account, way="password", address=address, instead_of=instead_of))

    def sign_in_by_link(
        self, secret: str, password: str, *, address: str, instead_of: str | None = None
    ) -> NewSession | None:
        """Set the password with a link and sign in; None when the link is no good, IdentityError when the password."""
        account = self.links.set_password(secret, password)
        if account is None:
            return None
        self._throttle.forgive(account.name)
        return self.sessions.start(account, way="link", address=address, instead_of=instead_of)

    def sign_in_by_provider(
        self, issuer: str, subject: str, *, address: str, link: str | None = None, instead_of: str | None = None
    ) -> NewSession | None:
        """Sign in whom an identity provider vouches for; with a `link` (its digest) bind them to its account first.

        None when nobody here is bound to the subject, the account is disabled, or the link is no good. Nobody is bound
        by a name or an e-mail address, which people can often choose for themselves at a provider.
        """
        if link is not None and self.links.bind(link, issuer, subject) is None:
            return None
        account = self._accounts.of_subject(issuer, subject)
        if account is None or account.disabled_at is not None:
            self._failed(account, address, "provider", subject=subject)
            return None
        return self.sessions.start(account, way="provider", address=address, instead_of=instead_of)

    def change_password(
        self, person: Person, old: str, new: str, *, address: str, instead_of: str | None = None
    ) -> SignIn:
        """Change one's own password, which ends all one's sessions and begins a new one. IdentityError for a poor one.

        Without a session in the answer the old password was wrong, or (`wait`) was tried too often.
        """
        account = self._accounts.named(person.name)
        if account is None:
            return SignIn()
        require_good(new, account.name, account.display_name)
        wait = self._wait(account.name, address)
        if wait:
            return SignIn(wait=wait)
        if not self._passwords.check(account.password_hash, old):
            self._failed(account, address, "change_password")
            return SignIn()
        self._throttle.succeeded(account.name, address)
        note = self.audit.note(person, Deed.PASSWORD_CHANGED, f"user:{account.name}", {"address": address})
        self._accounts.set_password(account.name, self._passwords.hash(new), note)
        return SignIn(self.sessions.start(account, way="password", address=address, instead_of=instead_of))

    def invite(self, name: str, *, by: Person | str) -> NewLink:
        """A link with which somebody sets a password: an invitation, or a reset where there is one already.

        The password so far stays good until the link is used; IdentityError when there is no such user.
        """
        account = self._known(name)
        fresh = account.password_hash is None
        return self.links.make(account, Purpose.INVITATION if fresh else Purpose.RESET, by=by)

    def reset(self, name: str, *, by: Person | str) -> NewLink:
        """Remove a password, end all sessions, and make a link for a new one; IdentityError."""
        account = self._known(name)
        note = self.audit.note(by, Deed.PASSWORD_SET, f"user:{account.name}", {"by": "reset"})
        self._accounts.set_password(account.name, None, note)
        self._throttle.forgive(account.name)
        return self.links.make(account, Purpose.RESET, by=by)

    def first_link(self) -> NewLink | None:
        """The first administrator's link, as long as nobody can sign in as an administrator; None after that.

        Made anew at each call: only the newest is good. Where there are people but no administrator, `xushi user
        grant` makes one.
        """
        accounts = self.users.all()
        admins = [account for account in accounts if is_admin(account)]
        if any(account.password_hash or account.subject for account in admins) or (accounts and not admins):
            return None
        if not admins:
            try:
                admins = [self.users.add(FIRST_ADMIN, "管理员", [Grant(Role.ADMIN)], by=CONSOLE)]
            except IdentityError:  # another process has just made it
                admins = [self._known(FIRST_ADMIN)]
        return self.links.make(admins[0], Purpose.FIRST_ADMIN, by=CONSOLE)

    def _known(self, name: str) -> Account:
        account = self.users.find(name)
        if account is None:
            raise IdentityError(
                f"没有这个用户：{name}（xushi user list 列出全部）", f"there is no user {name}; see xushi user list"
            )
        return account

    def _wait(self, name: str, address: str) -> timedelta:
        """Count an attempt; how long it has to wait."""
        charge = self._throttle.charge(name, address, self._now())
        if charge.first_refusal:
            known = self.users.find(name) is not None
            thing = f"user:{name}" if known else "user"
            self.audit.record(NOBODY, Deed.SIGN_IN_REFUSED, thing, {"address": address, "seconds": charge.wait.seconds})
        return charge.wait

    def _failed(self, account: Account | None, address: str, way: str, **details: str) -> None:
        """Enter a failure. A name that is nobody's is left out: people type passwords there."""
        thing = "user" if account is None else f"user:{account.name}"
        self.audit.record(NOBODY, Deed.SIGN_IN_FAILED, thing, {"address": address, "way": way, **details})
